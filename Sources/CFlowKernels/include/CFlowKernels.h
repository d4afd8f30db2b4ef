#pragma once
#include <stddef.h>
#include <stdint.h>

/* Element-wise kernels on feature-major tiles.
 *
 * A tile of `rows` features holds `n` events per row, contiguous; n is a multiple of 16. Each kernel exists for float
 * (`_f32`) and double (`_f64`): FLOWKIT_DECLARE lists them once. Pointers of one call do not overlap unless the
 * comment says "in place". "+=" in a formula means that the kernel adds to what is there. */
#define FLOWKIT_MAXIMUM_BINS 64
#define FLOWKIT_MAXIMUM_TERMS 16
#define FLOWKIT_MAXIMUM_COMPONENTS 256

/* Fixed increasing functions of one number, in pairs that undo each other. */
enum flowkit_monotone {
  FLOWKIT_SIGMOID,
  FLOWKIT_LOGIT,
  FLOWKIT_SOFTPLUS,
  FLOWKIT_SOFTPLUS_INVERSE,
  FLOWKIT_EXP,
  FLOWKIT_LOG,
  FLOWKIT_TANH,
  FLOWKIT_ATANH,
  FLOWKIT_ARCSINH,
  FLOWKIT_SINH
};

#define FLOWKIT_DECLARE(REAL, X)                                                                                       \
  /* y += a * b_row. */                                                                                                \
  void flowkit_bias_##X(REAL *y, REAL a, const REAL *b, size_t rows, size_t n);                                        \
  /* out_row += a * sum of x over the events. */                                                                       \
  void flowkit_row_sums_##X(const REAL *x, REAL a, REAL *out, size_t rows, size_t n);                                  \
  /* a <- phi(a + b_row), in place; b may be null, for no bias, here and in the next. */                               \
  void flowkit_bias_relu_##X(REAL *a, const REAL *b, size_t rows, size_t n);                                           \
  void flowkit_bias_tanh_##X(REAL *a, const REAL *b, size_t rows, size_t n);                                           \
  /* saved = a + b_row, a <- saved * sigmoid(saved). */                                                                \
  void flowkit_bias_silu_##X(REAL *a, REAL *saved, const REAL *b, size_t rows, size_t n);                              \
  /* d <- d * phi'(a) in place; gb_row += sum of d over the events unless gb is null. h = phi(a), saved = a. */        \
  void flowkit_bias_relu_pullback_##X(REAL *d, const REAL *h, REAL *gb, size_t rows, size_t n);                        \
  void flowkit_bias_tanh_pullback_##X(REAL *d, const REAL *h, REAL *gb, size_t rows, size_t n);                        \
  void flowkit_bias_silu_pullback_##X(REAL *d, const REAL *saved, REAL *gb, size_t rows, size_t n);                    \
                                                                                                                       \
  /* y *= x; z += x * y; entry by entry. */                                                                            \
  void flowkit_multiply_##X(const REAL *x, REAL *y, size_t count);                                                     \
  void flowkit_add_product_##X(const REAL *x, const REAL *y, REAL *z, size_t count);                                   \
  /* Pullback of z + v * sigmoid(g) with s = sigmoid(g): dv = d * s, dg = d * v * s (1 - s). */                        \
  void flowkit_gate_pullback_##X(const REAL *d, const REAL *v, const REAL *s, REAL *dv, REAL *dg, size_t count);       \
  /* u = (x - mean) * r of each event over its rows, r = 1 / sqrt(variance + 1e-5), y = scale_row * u + shift_row. */  \
  void flowkit_layer_norm_##X(const REAL *x, const REAL *scale, const REAL *shift, REAL *y, REAL *u, REAL *r,          \
                              size_t rows, size_t n);                                                                  \
  /* d (in place): cotangent of y to that of x; dscale_row, dshift_row += sums over the events. */                     \
  void flowkit_layer_norm_pullback_##X(REAL *d, const REAL *u, const REAL *r, const REAL *scale, REAL *dscale,         \
                                       REAL *dshift, size_t rows, size_t n);                                           \
  /* z[row][e] = 0 where number `row` of event first + e, uniform below 2^32, is below `dropped`, `kept` elsewhere. */ \
  void flowkit_dropout_fill_##X(REAL *z, size_t rows, size_t n, uint64_t seed, uint32_t purpose, uint64_t first,       \
                                uint32_t dropped, REAL kept);                                                          \
                                                                                                                       \
  /* a <- phi(a + b_row) in place, first = phi', second = phi''; the value alone where both are null. */               \
  void flowkit_bias_lipswish_smooth_##X(REAL *a, const REAL *b, REAL *first, REAL *second, size_t rows, size_t n);     \
  void flowkit_bias_tanh_smooth_##X(REAL *a, const REAL *b, REAL *first, REAL *second, size_t rows, size_t n);         \
  void flowkit_bias_sine_smooth_##X(REAL *a, const REAL *b, REAL *first, REAL *second, size_t rows, size_t n);         \
  /* A row of x and y holds one block of n events for each direction: y = scale_row * x. y may be x. */                \
  void flowkit_scale_directions_##X(const REAL *x, const REAL *scale, REAL *y, size_t rows, size_t directions,         \
                                    size_t n);                                                                         \
  /* Pullback of (h, h_k) = (phi(a), phi'(a) a_k) for each direction k, slopes = a_k: d (cotangent of h to that of a)  \
   * and t (of h_k to that of a_k) in place. */                                                                        \
  void flowkit_tangent_pullback_##X(REAL *d, REAL *t, const REAL *slopes, const REAL *first, const REAL *second,       \
                                    size_t rows, size_t directions, size_t n);                                         \
  /* l = log det(I + J) of each event, |J| < 1; row i of J holds dimension blocks of n events, its entries. On request \
   * a, laid out alike, becomes the transposed inverse of I + J; else scratch. */                                      \
  void flowkit_log_det_near_identity_##X(const REAL *jacobian, REAL *a, REAL *l, size_t dimension, size_t n,           \
                                         int invert);                                                                  \
  /* y = A x of each event, with A as J above; A^T x on request. */                                                    \
  void flowkit_multiply_directions_##X(const REAL *a, const REAL *x, REAL *y, size_t dimension, size_t n,              \
                                       int transposed);                                                                \
                                                                                                                       \
  /* Affine scalar map, bound B: s = a / (1 + |a| / B), y = x exp(s) + t, l += sum over rows of s.                     \
   * phi holds rows 2i = t_i and 2i + 1 = a_i. y may be x. */                                                          \
  void flowkit_affine_forward_##X(const REAL *x, const REAL *phi, REAL *y, REAL *l, size_t rows, size_t n, REAL B);    \
  /* x = (y - t) exp(-s), l -= sum over rows of s. x may be y. */                                                      \
  void flowkit_affine_inverse_##X(const REAL *y, const REAL *phi, REAL *x, REAL *l, size_t rows, size_t n, REAL B);    \
  /* d (in place): cotangent of y to that of x; phi (in place) becomes its own cotangent; dl: cotangent of l. */       \
  void flowkit_affine_forward_pullback_##X(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,   \
                                           REAL B);                                                                    \
  /* The same for the inverse, whose output was x. */                                                                  \
  void flowkit_affine_inverse_pullback_##X(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,   \
                                           REAL B);                                                                    \
                                                                                                                       \
  /* Rational-quadratic spline with `bins` bins (2 to 64) on [-B, B], the identity outside (Durkan et al. 2019). Row     \
   * blocks of phi, 3 bins - 1 per feature: width logits, height logits, slope logits of the inner knots. l += log dy/dx. \
   * y may be x. */                                                                                                    \
  void flowkit_spline_forward_##X(const REAL *x, const REAL *phi, REAL *y, REAL *l, size_t rows, size_t n,             \
                                  size_t bins, REAL B);                                                                \
  /* The inverse map; l += log dx/dy. x may be y. */                                                                   \
  void flowkit_spline_inverse_##X(const REAL *y, const REAL *phi, REAL *x, REAL *l, size_t rows, size_t n,             \
                                  size_t bins, REAL B);                                                                \
  /* d (in place): cotangent of y to that of x; phi (in place) becomes its own cotangent; dl: cotangent of l. */       \
  void flowkit_spline_forward_pullback_##X(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,   \
                                           size_t bins, REAL B);                                                       \
  /* The same for the inverse, whose output was x: d becomes the cotangent of y. */                                    \
  void flowkit_spline_inverse_pullback_##X(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,   \
                                           size_t bins, REAL B);                                                       \
                                                                                                                       \
  /* The spline on the circle [-pi, pi) and a rotation. Row blocks of phi, 3 bins + 1 per feature: width logits, height\
   * logits, slope logits of the inner knots and of -pi, the rotation. The rest is as for the spline above. */         \
  void flowkit_circle_forward_##X(const REAL *x, const REAL *phi, REAL *y, REAL *l, size_t rows, size_t n,             \
                                  size_t bins);                                                                        \
  void flowkit_circle_inverse_##X(const REAL *y, const REAL *phi, REAL *x, REAL *l, size_t rows, size_t n,             \
                                  size_t bins);                                                                        \
  void flowkit_circle_forward_pullback_##X(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,   \
                                           size_t bins);                                                               \
  void flowkit_circle_inverse_pullback_##X(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,   \
                                           size_t bins);                                                               \
                                                                                                                       \
  /* y = g(x); l += sum over rows of log g'(x). */                                                                     \
  void flowkit_monotone_##X(const REAL *x, REAL *y, REAL *l, size_t rows, size_t n, enum flowkit_monotone kind);       \
  /* d <- d g'(x) + dl (log g')'(x), in place. */                                                                      \
  void flowkit_monotone_pullback_##X(REAL *d, const REAL *dl, const REAL *x, size_t rows, size_t n,                    \
                                     enum flowkit_monotone kind);                                                      \
                                                                                                                       \
  /* t = tanh y with y + k tanh y = c, k > -1. t may be c. */                                                          \
  void flowkit_tanh_solve_##X(const REAL *c, REAL k, REAL *t, size_t n);                                               \
                                                                                                                       \
  /* y = scale_row * x. y may be x. */                                                                                 \
  void flowkit_scale_rows_##X(const REAL *x, const REAL *scale, REAL *y, size_t rows, size_t n);                       \
  /* out_row += sum over events of x * y. */                                                                           \
  void flowkit_row_dots_##X(const REAL *x, const REAL *y, REAL *out, size_t rows, size_t n);                           \
                                                                                                                       \
  /* y = x where x >= 0, slope_row * x elsewhere; l += log_slope_row for each negative x of the event. y may be x. Rows\
   * find their slope `step` apart: 1, or 0 for one slope. */                                                          \
  void flowkit_leaky_relu_##X(const REAL *x, REAL *y, REAL *l, size_t rows, size_t n, const REAL *slope,               \
                              const REAL *log_slope, size_t step);                                                     \
  /* d <- d where x >= 0, slope_row * d elsewhere, in place. */                                                        \
  void flowkit_leaky_relu_pullback_##X(REAL *d, const REAL *x, size_t rows, size_t n, const REAL *slope, size_t step); \
  /* gs_row += sum of d * x and gl_row += sum of dl over the events with x < 0. */                                     \
  void flowkit_leaky_relu_slope_pullback_##X(const REAL *d, const REAL *dl, const REAL *x, REAL *gs, REAL *gl,         \
                                             size_t rows, size_t n);                                                   \
                                                                                                                       \
  /* out_event = -1/2 sum over rows of z^2 - rows/2 log(2 pi), summed in double. */                                    \
  void flowkit_normal_log_density_##X(const REAL *z, double *out, size_t rows, size_t n);                              \
  /* d = -w_event * z. */                                                                                              \
  void flowkit_normal_log_density_pullback_##X(const REAL *z, const REAL *w, REAL *d, size_t rows, size_t n);          \
  /* z[row][e] = standard normal number `row` of event first + e, from the Philox stream (seed, purpose). */           \
  void flowkit_normal_fill_##X(REAL *z, size_t rows, size_t n, uint64_t seed, uint32_t purpose, uint64_t first);       \
                                                                                                                       \
  /* Laplace, logistic: out_event = sum over rows of log p(z), in double; d = w_event * dlog p/dz. */                  \
  void flowkit_laplace_log_density_##X(const REAL *z, double *out, size_t rows, size_t n);                             \
  void flowkit_laplace_log_density_pullback_##X(const REAL *z, const REAL *w, REAL *d, size_t rows, size_t n);         \
  void flowkit_logistic_log_density_##X(const REAL *z, double *out, size_t rows, size_t n);                            \
  void flowkit_logistic_log_density_pullback_##X(const REAL *z, const REAL *w, REAL *d, size_t rows, size_t n);        \
  /* Uniform on [lower, upper]: -infinity outside. */                                                                  \
  void flowkit_uniform_log_density_##X(const REAL *z, double *out, size_t rows, size_t n, REAL lower, REAL upper);     \
  /* Student's t: out_event = sum over rows of constant_row - (nu_row + 1)/2 log(1 + z^2 / nu_row). */                 \
  void flowkit_student_log_density_##X(const REAL *z, const REAL *nu, const REAL *constant, double *out, size_t rows,  \
                                       size_t n);                                                                      \
  /* dnu_row, dconstant_row += sums over the events. */                                                                \
  void flowkit_student_log_density_pullback_##X(const REAL *z, const REAL *w, const REAL *nu, REAL *d, REAL *dnu,      \
                                                REAL *dconstant, size_t rows, size_t n);                               \
  /* Mixture of at most FLOWKIT_MAXIMUM_COMPONENTS diagonal normals: out_event = log sum over k of                     \
   * exp(constant_k - 1/2 sum over rows of ((z - mean_k,row) inverse_scale_k,row)^2); r_k,event = the terms' shares. */\
  void flowkit_mixture_log_density_##X(const REAL *z, const REAL *constant, const REAL *mean,                          \
                                       const REAL *inverse_scale, double *out, REAL *r, size_t components,             \
                                       size_t rows, size_t n);                                                         \
  /* dconstant, dmean and dinverse_scale += sums over the events. */                                                   \
  void flowkit_mixture_log_density_pullback_##X(const REAL *z, const REAL *w, const REAL *r, const REAL *mean,         \
                                                const REAL *inverse_scale, REAL *d, REAL *dconstant, REAL *dmean,      \
                                                REAL *dinverse_scale, size_t components, size_t rows, size_t n);       \
  /* Draws z of the mixture with the weights exp(log_weight_k), and d = dL/dz: dlog_weight, dmean and dinverse_scale   \
   * += dL/d(them), by implicit differentiation. `scratch` has room for ((rows + 1) * components + rows) * 16. */      \
  void flowkit_mixture_sample_pullback_##X(const REAL *z, const REAL *d, const REAL *log_weight, const REAL *mean,     \
                                           const REAL *inverse_scale, REAL *scratch, REAL *dlog_weight, REAL *dmean,   \
                                           REAL *dinverse_scale, size_t components, size_t rows, size_t n);            \
  /* z[row][e] = number `row` of event first + e: uniform in (0, 1), Laplace, logistic, Student's t. */                \
  void flowkit_uniform_fill_##X(REAL *z, size_t rows, size_t n, uint64_t seed, uint32_t purpose, uint64_t first);      \
  void flowkit_laplace_fill_##X(REAL *z, size_t rows, size_t n, uint64_t seed, uint32_t purpose, uint64_t first);      \
  void flowkit_logistic_fill_##X(REAL *z, size_t rows, size_t n, uint64_t seed, uint32_t purpose, uint64_t first);     \
  void flowkit_student_fill_##X(REAL *z, const REAL *nu, size_t rows, size_t n, uint64_t seed, uint32_t purpose,       \
                                uint64_t first);                                                                       \
  /* slopes[row][e] = dz/dnu_row of what student_fill has drawn, at fixed random numbers. */                           \
  void flowkit_student_fill_slopes_##X(const REAL *z, const REAL *nu, REAL *slopes, size_t rows, size_t n,             \
                                       uint64_t seed, uint32_t purpose, uint64_t first);                               \
                                                                                                                       \
  /* y += a * x. */                                                                                                    \
  void flowkit_axpy_##X(REAL a, const REAL *x, REAL *y, size_t count);                                                 \
  /* Sum of x^2, in double. */                                                                                         \
  double flowkit_sum_squares_##X(const REAL *x, size_t count);                                                         \
  /* The next two are for buffers of parameters, aligned to 64 bytes and padded to a multiple of 16, to which `count` is\
   * rounded up. sum = the terms, FLOWKIT_MAXIMUM_TERMS at most, added pair by pair, then the pairs, and so on; sum may\
   * be the first term. On request it is stored past the caches, for another core. Returns the sum of its squares, in  \
   * double. */                                                                                                        \
  double flowkit_sum_terms_##X(REAL *sum, const REAL *const *terms, size_t n, size_t count, int past_caches);          \
  /* Adam (Kingma & Ba 2015, Algorithm 1) on g' = clip * g with a1 = 1 - beta1, a2 = 1 - beta2, c2 = 1 / (1 - beta2^t);\
   * rate is already divided by 1 - beta1^t. Where `published` is not null, theta is stored there as well, past the    \
   * caches; it may be theta. */                                                                                       \
  void flowkit_adam_##X(REAL *theta, REAL *m, REAL *v, const REAL *g, size_t count, REAL clip, REAL rate, REAL a1,     \
                        REAL a2, REAL epsilon, REAL c2, REAL *published);                                              \
                                                                                                                       \
  /* Element-wise functions, for measuring their error. */                                                             \
  void flowkit_exp_##X(const REAL *x, REAL *y, size_t count);                                                          \
  void flowkit_log_##X(const REAL *x, REAL *y, size_t count);                                                          \
  void flowkit_tanh_##X(const REAL *x, REAL *y, size_t count);                                                         \
  void flowkit_sigmoid_##X(const REAL *x, REAL *y, size_t count);                                                      \
  void flowkit_softplus_##X(const REAL *x, REAL *y, size_t count);                                                     \
  void flowkit_mills_ratio_##X(const REAL *x, REAL *y, size_t count);

FLOWKIT_DECLARE(float, f32)
FLOWKIT_DECLARE(double, f64)

/* One block of Philox 4x32-10 (Salmon et al. 2011): counter and key in, four words out. */
void flowkit_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

/* SHA-256 (FIPS 180-4) of bytes that come in any number of parts. */
typedef struct {
  uint32_t state[8];
  uint64_t length;
  uint8_t block[64];
} flowkit_sha256;
void flowkit_sha256_begin(flowkit_sha256 *hash);
void flowkit_sha256_add(flowkit_sha256 *hash, const void *bytes, size_t count);
/* The digest; the hash is of no more use. */
void flowkit_sha256_end(flowkit_sha256 *hash, uint8_t digest[32]);

/* Whether the two products below can be called on this processor. */
int flowkit_has_products(void);
/* Which of A's columns are not 0 in eight of its rows: k from start up to end. */
typedef struct {
  uint32_t start, end;
} flowkit_depths;
/* C (rows x columns) = A B or, to accumulate, += A B; then + bias (one per row, or null), and negative values become 0 on
 * request. A's entry (i, k) stands at i * row_stride + k * depth_stride; rows of B and C are contiguous; columns is a
 * multiple of 16. A column of C depends on that column of B alone. Where `depths` is not null, what it leaves out of each
 * eight rows of A is not multiplied. */
void flowkit_product_f32(size_t rows, size_t columns, size_t depth, const float *a, size_t row_stride,
                         size_t depth_stride, const flowkit_depths *depths, const float *b, size_t b_stride, float *c,
                         size_t c_stride, int accumulate, const float *bias, int relu);
/* The same product for one event, whose value of row k is x[k * x_stride]: the bits of `flowkit_product_f32`. A is stored in
 * panels of 128 rows, the last one of fewer, rounded up to 16: the panel from row r on begins at r * depth, and its columns
 * follow each other. Each sum is written to 16 events of its row. */
void flowkit_single_product_f32(size_t rows, size_t depth, const float *a, const float *x, size_t x_stride, float *c,
                                size_t c_stride, int accumulate, const float *bias, int relu);
/* C (rows x columns) += A B^T; rows of A and B are `depth` contiguous numbers, a multiple of 16. Where `starts` is not
 * null, it says from which row on each sixteen columns of C are wanted; it does not fall. */
void flowkit_outer_product_f32(size_t rows, size_t columns, size_t depth, const uint32_t *starts, const float *a,
                               size_t a_stride, const float *b, size_t b_stride, float *c, size_t c_stride);

/* Orders what kernels have stored past the caches before what this thread stores next. */
static inline void flowkit_finish_stores(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

/* Tells the processor that this thread spins. */
static inline void flowkit_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/* The processors that the affinity of the calling thread allows, or 0 where the system does not say. */
int flowkit_allowed_processors(void);
