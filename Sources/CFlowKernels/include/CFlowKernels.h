#pragma once
#include <stddef.h>
#include <stdint.h>

/* Element-wise kernels on feature-major tiles.
 *
 * A tile of `rows` features holds `n` events per row, contiguous; n is a multiple of 16. Each kernel exists for
 * float and for double: kernels.inc lists them once. Pointers of one call do not overlap unless the comment says "in
 * place". "+=" in a formula means that the kernel adds to what is there. */
#define FLOWKIT_MAXIMUM_BINS 64
#define FLOWKIT_MAXIMUM_DEGREE 8
#define FLOWKIT_MAXIMUM_SQUARES 8
#define FLOWKIT_MAXIMUM_BERNSTEIN 32
#define FLOWKIT_MAXIMUM_SIGMOIDS 32
#define FLOWKIT_MAXIMUM_TERMS 16
#define FLOWKIT_MAXIMUM_COMPONENTS 256

/* Fixed increasing functions of one number, in pairs that undo each other. */
enum flowkit_monotone_kind {
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

/* What it costs to move a unit of mass from x to y. */
enum flowkit_pair_cost { FLOWKIT_SQUARED_COST, FLOWKIT_EUCLIDEAN_COST };

/* Functions of the distance r of two points and a bandwidth s: r, r^2, r^4, exp(-r^2 / 2 s^2), exp(-r / s) and
 * (1 + r^2 / s^2)^(-1/2). */
enum flowkit_pair_kernel {
  FLOWKIT_DISTANCE,
  FLOWKIT_SQUARED_DISTANCE,
  FLOWKIT_FOURTH_POWER,
  FLOWKIT_GAUSSIAN,
  FLOWKIT_LAPLACE,
  FLOWKIT_INVERSE_MULTIQUADRIC
};

/* One C function for each element type under one name: callers take the one that their pointers fit. */
#pragma clang attribute push(__attribute__((overloadable)), apply_to = function)
#define REAL float
#include "kernels.inc"
#undef REAL
#define REAL double
#include "kernels.inc"
#undef REAL
#pragma clang attribute pop

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
/* The same product for one event, whose value of row k is x[k * x_stride]: the bits of `flowkit_product_f32` where A is
 * finite. A is stored in panels of `flowkit_single_panel_f32()` rows, the last one of fewer, rounded up to 16: the panel
 * from row r on begins at r * depth, and its columns follow each other. Each sum is written to 16 events of its row or, where
 * c_stride is 1, once. */
size_t flowkit_single_panel_f32(void);
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

/* Names the calling thread, in at most 15 letters, for tools that list threads. */
void flowkit_name_thread(const char *name);
