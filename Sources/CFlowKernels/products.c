/* Matrix products of weights and tiles for processors with AVX-512, or with AVX2 and fused multiply-add.
 *
 * OpenBLAS repacks both operands at every call, a sixth of a training step. A tile already holds its events in the order
 * in which vectors want them, and weights are only ever broadcast, so that nothing but a panel of the tile is copied,
 * for the sake of the cache. docs/design/products.md has the measurements. */
#include "CFlowKernels.h"

#if defined(__x86_64__) && defined(__linux__)

#pragma clang fp contract(fast)

/* A's entry (i, k) stands at i * row_stride + k * depth_stride; B's and C's rows are contiguous. */
typedef struct {
  const float *values;
  size_t row_stride, depth_stride;
} Weights;

/* What a sum starts with and what is done to it at last. */
typedef struct {
  /* Whether C is added; what is added to each row, or null; whether negative values become 0. */
  int accumulate;
  const float *bias;
  int relu;
} Ends;

/* Every sum is made in the same order for both sizes of vectors, so that it has the same bits. */
#define VECTOR 16
#define BLOCK_ROWS 8
/* Without the minimum width the compiler splits each vector into halves and runs out of registers. */
#define WIDE __attribute__((target("arch=x86-64-v4"), min_vector_width(512)))
#define SIZED(name) name##_v4
#include "products.h"
#include "single.h"
#undef VECTOR
#undef BLOCK_ROWS
#undef WIDE
#undef SIZED

#define VECTOR 8
#define BLOCK_ROWS 4
#define WIDE __attribute__((target("arch=x86-64-v3"), min_vector_width(256)))
#define SIZED(name) name##_v3
#include "products.h"
#include "single.h"

static int has_v4(void) { return __builtin_cpu_supports("x86-64-v4"); }

int flowkit_has_products(void) { return __builtin_cpu_supports("x86-64-v3"); }

size_t flowkit_single_panel_f32(void) { return has_v4() ? single_panel_v4 : single_panel_v3; }

void flowkit_single_product_f32(size_t rows, size_t depth, const float *a, const float *x, size_t x_stride, float *c,
                                size_t c_stride, int accumulate, const float *bias, int relu) {
  (has_v4() ? single_v4 : single_v3)(rows, depth, a, x, x_stride, c, c_stride, (Ends){accumulate, bias, relu});
}

void flowkit_product_f32(size_t rows, size_t columns, size_t depth, const float *a, size_t row_stride,
                         size_t depth_stride, const flowkit_depths *depths, const float *b, size_t b_stride, float *c,
                         size_t c_stride, int accumulate, const float *bias, int relu) {
  (has_v4() ? product_v4 : product_v3)(rows, columns, depth, (Weights){a, row_stride, depth_stride}, depths, b, b_stride,
                                       c, c_stride, (Ends){accumulate, bias, relu});
}

void flowkit_outer_product_f32(size_t rows, size_t columns, size_t depth, const uint32_t *starts, const float *a,
                               size_t a_stride, const float *b, size_t b_stride, float *c, size_t c_stride) {
  (has_v4() ? outer_v4 : outer_v3)(rows, columns, depth, starts, a, a_stride, b, b_stride, c, c_stride);
}

#else

int flowkit_has_products(void) { return 0; }

size_t flowkit_single_panel_f32(void) { return 128; }

void flowkit_single_product_f32(size_t rows, size_t depth, const float *a, const float *x, size_t x_stride, float *c,
                                size_t c_stride, int accumulate, const float *bias, int relu) {
  __builtin_trap();
}

void flowkit_product_f32(size_t rows, size_t columns, size_t depth, const float *a, size_t row_stride,
                         size_t depth_stride, const flowkit_depths *depths, const float *b, size_t b_stride, float *c,
                         size_t c_stride, int accumulate, const float *bias, int relu) {
  __builtin_trap();
}

void flowkit_outer_product_f32(size_t rows, size_t columns, size_t depth, const uint32_t *starts, const float *a,
                               size_t a_stride, const float *b, size_t b_stride, float *c, size_t c_stride) {
  __builtin_trap();
}

#endif
