/* Products with one event: part of products.c, once for each size of vectors. */

#ifndef SINGLE
/* Vectors of rows in a panel of weights for one event. */
#define SINGLE 8
#define single_rows SIZED(single_rows)

/* What of x is not 0: often half of what ReLU leaves is, whose columns of A need not be read. */
typedef struct {
  size_t count;
  uint32_t column[DEPTH];
  float value[DEPTH];
} NonZero;
#endif

enum { SIZED(single_panel) = SINGLE * VECTOR };

/* One event: lanes are rows, of weights that are stored transposed. Sums are made in the same order as those of `product`,
 * so that they have the same bits: what is left out adds 0. */
WIDE_INLINE void single_rows(int vectors, const float *a, const NonZero *x, float *c, size_t c_stride, size_t count,
                             Ends ends) {
  Vector sum[SINGLE];
  float values[SINGLE * VECTOR];
  UNROLLED(v, vectors) sum[v] = (Vector)0;
  if (ends.bias) {
    for (size_t i = 0; i < count; i++) values[i] = ends.bias[i];
    UNROLLED(v, vectors) sum[v] += *(const Vector *)(values + v * VECTOR);
  }
  _Pragma("clang loop unroll_count(2)") for (size_t k = 0; k < x->count; k++) {
    const float *column = a + x->column[k] * (size_t)(vectors * VECTOR);
    Vector xk = x->value[k];
    UNROLLED(v, vectors) sum[v] += *(const Vector *)(column + v * VECTOR) * xk;
  }
  if (ends.accumulate) {
    for (size_t i = 0; i < count; i++) values[i] = c[i * c_stride];
    UNROLLED(v, vectors) sum[v] += *(const Vector *)(values + v * VECTOR);
  }
  if (ends.relu) UNROLLED(v, vectors) sum[v] = sum[v] < 0 ? (Vector)0 : sum[v];
  UNROLLED(v, vectors) *(Vector *)(values + v * VECTOR) = sum[v];
  if (c_stride == 1) {
    for (size_t i = 0; i < count; i++) c[i] = values[i];
  } else {
    for (size_t i = 0; i < count; i++)
      UNROLLED(v, 16 / VECTOR) *(Vector *)(c + i * c_stride + v * VECTOR) = values[i];
  }
}

WIDE static void SIZED(single)(size_t rows, size_t depth, const float *a, const float *x, size_t x_stride, float *c,
                               size_t c_stride, Ends ends) {
  NonZero used;
  for (size_t start = 0; start == 0 || start < depth; start += DEPTH) {
    size_t columns = depth - start < DEPTH ? depth - start : DEPTH;
    used.count = 0;
    for (size_t k = 0; k < columns; k++) {
      float value = x[(start + k) * x_stride];
      used.column[used.count] = (uint32_t)k, used.value[used.count] = value;
      used.count += value != 0;
    }
    for (size_t row = 0; row < rows; row += SINGLE * VECTOR) {
      size_t count = rows - row < SINGLE * VECTOR ? rows - row : SINGLE * VECTOR, padded = (count + 15) / 16 * 16;
      Ends here = {ends.accumulate || start > 0, start == 0 && ends.bias ? ends.bias + row : 0,
                   ends.relu && start + columns == depth};
#define VECTORS(v)                                                                                            \
  case v:                                                                                                     \
    single_rows(v, a + row * depth + start * padded, &used, c + row * c_stride, c_stride, count, here); \
    break;
      switch (padded / VECTOR) {
        VECTORS(2) VECTORS(4) VECTORS(6) VECTORS(8)
#if VECTOR == 16
        VECTORS(1) VECTORS(3) VECTORS(5) VECTORS(7)
#endif
      }
#undef VECTORS
    }
  }
}
