/* Products with one event: part of products.c, once for each size of vectors. */

#ifndef SINGLE
/* Vectors of rows in a panel of weights for one event. */
#define SINGLE 8
#define single_rows SIZED(single_rows)

#define not_zero SIZED(not_zero)

/* DEPTH values of x, or fewer. Bit k of `used` says that value k is not 0: often half of what ReLU leaves is 0, and that
 * column of A need not be read. */
typedef struct {
  const float *values;
  size_t stride;
  uint64_t used[DEPTH / 64];
} Column;
#endif

/* Which of a vector's numbers are not 0, a NaN counting as such. */
WIDE_INLINE uint64_t not_zero(Vector x) {
  typedef _Bool Lanes __attribute__((ext_vector_type(VECTOR)));
#if VECTOR == 16
  return __builtin_bit_cast(uint16_t, __builtin_convertvector(x != 0, Lanes));
#else
  return __builtin_bit_cast(uint8_t, __builtin_convertvector(x != 0, Lanes));
#endif
}

WIDE_INLINE Column SIZED(column)(const float *values, size_t stride, size_t count) {
  Column x = {values, stride, {0}};
  size_t k = 0;
  for (; stride == 1 && k + VECTOR <= count; k += VECTOR)
    x.used[k / 64] |= not_zero(*(const Vector *)(values + k)) << (k % 64);
  for (; k < count; k++) x.used[k / 64] |= (uint64_t)(values[k * stride] != 0) << (k % 64);
  return x;
}

enum { SIZED(single_panel) = SINGLE * VECTOR };

/* One event: lanes are rows, of weights that are stored transposed. Sums are made in the same order as those of `product`,
 * so that they have the same bits: what is left out adds 0. */
WIDE_INLINE void single_rows(int vectors, const float *a, const Column *x, float *c, size_t c_stride, size_t count,
                             Ends ends) {
  Vector sum[SINGLE];
  float values[SINGLE * VECTOR];
  UNROLLED(v, vectors) sum[v] = (Vector)0;
  if (ends.bias) {
    for (size_t i = 0; i < count; i++) values[i] = ends.bias[i];
    UNROLLED(v, vectors) sum[v] += *(const Vector *)(values + v * VECTOR);
  }
  for (size_t first = 0; first < DEPTH; first += 64)
    for (uint64_t used = x->used[first / 64]; used; used &= used - 1) {
      size_t k = first + (size_t)__builtin_ctzll(used);
      const float *column = a + k * (size_t)(vectors * VECTOR);
      Vector xk = x->values[k * x->stride];
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
  for (size_t start = 0; start == 0 || start < depth; start += DEPTH) {
    size_t columns = depth - start < DEPTH ? depth - start : DEPTH;
    Column part = SIZED(column)(x + start * x_stride, x_stride, columns);
    for (size_t row = 0; row < rows; row += SINGLE * VECTOR) {
      size_t count = rows - row < SINGLE * VECTOR ? rows - row : SINGLE * VECTOR, padded = (count + 15) / 16 * 16;
      Ends here = {ends.accumulate || start > 0, start == 0 && ends.bias ? ends.bias + row : 0,
                   ends.relu && start + columns == depth};
#define VECTORS(v)                                                                                            \
  case v:                                                                                                     \
    single_rows(v, a + row * depth + start * padded, &part, c + row * c_stride, c_stride, count, here); \
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
