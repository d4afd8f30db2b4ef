#pragma once
#include <stddef.h>
#include <stdint.h>

/* Element-wise kernels on feature-major tiles.
 *
 * A tile of `rows` features holds `n` events per row, contiguous; n is a multiple of 16. Each kernel exists for float
 * (`_f32`) and double (`_f64`): FLOWKIT_DECLARE lists them once. Pointers of one call do not overlap unless the
 * comment says "in place". "+=" in a formula means that the kernel adds to what is there. */
#define FLOWKIT_MAXIMUM_BINS 64

#define FLOWKIT_DECLARE(REAL, X)                                                                                       \
  /* y += a * b_row. */                                                                                                \
  void flowkit_bias_##X(REAL *y, REAL a, const REAL *b, size_t rows, size_t n);                                        \
  /* out_row += a * sum of x over the events. */                                                                       \
  void flowkit_row_sums_##X(const REAL *x, REAL a, REAL *out, size_t rows, size_t n);                                  \
  /* a <- phi(a + b_row), in place. */                                                                                 \
  void flowkit_bias_relu_##X(REAL *a, const REAL *b, size_t rows, size_t n);                                           \
  void flowkit_bias_tanh_##X(REAL *a, const REAL *b, size_t rows, size_t n);                                           \
  /* saved = a + b_row, a <- saved * sigmoid(saved). */                                                                \
  void flowkit_bias_silu_##X(REAL *a, REAL *saved, const REAL *b, size_t rows, size_t n);                              \
  /* d <- d * phi'(a) in place; gb_row += sum of d over the events. h = phi(a), saved = a. */                          \
  void flowkit_bias_relu_pullback_##X(REAL *d, const REAL *h, REAL *gb, size_t rows, size_t n);                        \
  void flowkit_bias_tanh_pullback_##X(REAL *d, const REAL *h, REAL *gb, size_t rows, size_t n);                        \
  void flowkit_bias_silu_pullback_##X(REAL *d, const REAL *saved, REAL *gb, size_t rows, size_t n);                    \
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
  /* y = scale_row * x. y may be x. */                                                                                 \
  void flowkit_scale_rows_##X(const REAL *x, const REAL *scale, REAL *y, size_t rows, size_t n);                       \
  /* out_row += sum over events of x * y. */                                                                           \
  void flowkit_row_dots_##X(const REAL *x, const REAL *y, REAL *out, size_t rows, size_t n);                           \
                                                                                                                       \
  /* y = x where x >= 0, slope * x elsewhere; l += log_slope for each negative x of the event. y may be x. */          \
  void flowkit_leaky_relu_##X(const REAL *x, REAL *y, REAL *l, size_t rows, size_t n, REAL slope, REAL log_slope);     \
  /* d <- d where x >= 0, slope * d elsewhere, in place. */                                                            \
  void flowkit_leaky_relu_pullback_##X(REAL *d, const REAL *x, size_t rows, size_t n, REAL slope);                     \
                                                                                                                       \
  /* out_event = -1/2 sum over rows of z^2 - rows/2 log(2 pi), summed in double. */                                    \
  void flowkit_normal_log_density_##X(const REAL *z, double *out, size_t rows, size_t n);                              \
  /* d = -w_event * z. */                                                                                              \
  void flowkit_normal_log_density_pullback_##X(const REAL *z, const REAL *w, REAL *d, size_t rows, size_t n);          \
  /* z[row][e] = standard normal number `row` of event first + e, from the Philox stream (seed, purpose). */           \
  void flowkit_normal_fill_##X(REAL *z, size_t rows, size_t n, uint64_t seed, uint32_t purpose, uint64_t first);       \
                                                                                                                       \
  /* y += a * x. */                                                                                                    \
  void flowkit_axpy_##X(REAL a, const REAL *x, REAL *y, size_t count);                                                 \
  /* Sum of x^2, in double. */                                                                                         \
  double flowkit_sum_squares_##X(const REAL *x, size_t count);                                                         \
  /* Adam (Kingma & Ba 2015, Algorithm 1) on g' = clip * g. rate is already divided by 1 - beta1^t, c2 = 1/(1-beta2^t). */ \
  void flowkit_adam_##X(REAL *theta, REAL *m, REAL *v, const REAL *g, size_t count, REAL clip, REAL rate, REAL beta1,  \
                        REAL beta2, REAL epsilon, REAL c2);                                                            \
                                                                                                                       \
  /* Element-wise functions, for measuring their error. */                                                             \
  void flowkit_exp_##X(const REAL *x, REAL *y, size_t count);                                                          \
  void flowkit_log_##X(const REAL *x, REAL *y, size_t count);                                                          \
  void flowkit_tanh_##X(const REAL *x, REAL *y, size_t count);                                                         \
  void flowkit_sigmoid_##X(const REAL *x, REAL *y, size_t count);                                                      \
  void flowkit_softplus_##X(const REAL *x, REAL *y, size_t count);

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
/* C (rows x columns) = A B or, to accumulate, += A B. A's entry (i, k) stands at i * row_stride + k * depth_stride; rows of B
 * and C are contiguous; columns is a multiple of 16. A column of C depends on that column of B alone. */
void flowkit_product_f32(size_t rows, size_t columns, size_t depth, const float *a, size_t row_stride,
                         size_t depth_stride, const float *b, size_t b_stride, float *c, size_t c_stride,
                         int accumulate);
/* C (rows x columns) += A B^T; rows of A and B are `depth` contiguous numbers, a multiple of 16. */
void flowkit_outer_product_f32(size_t rows, size_t columns, size_t depth, const float *a, size_t a_stride,
                               const float *b, size_t b_stride, float *c, size_t c_stride);

/* Tells the processor that this thread spins. */
static inline void flowkit_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}
