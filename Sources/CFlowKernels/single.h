/* Products with one event: part of products.c, whose vectors it uses. */

/* Vectors of rows in a panel of weights for one event. */
#define SINGLE 8

/* One event: lanes are rows, of weights that are stored transposed. Sums are made in the same order as those of `product`,
 * so that they have the same bits. */
AVX512_INLINE void single_rows(int vectors, size_t depth, const float *a, const float *x, size_t x_stride, float *c,
                               size_t c_stride, size_t count, Ends ends) {
  Vector total[SINGLE];
  float values[SINGLE * VECTOR];
  if (ends.accumulate) {
    for (size_t i = 0; i < count; i++) values[i] = c[i * c_stride];
    UNROLLED(v, vectors) total[v] = *(const Vector *)(values + v * VECTOR);
  }
  for (size_t start = 0; start < depth; start += DEPTH) {
    size_t end = depth - start < DEPTH ? depth : start + DEPTH;
    Vector sum[SINGLE];
    UNROLLED(v, vectors) sum[v] = (Vector)0;
    if (start == 0 && ends.bias) UNROLLED(v, vectors) sum[v] += *(const Vector *)(ends.bias + v * VECTOR);
    _Pragma("clang loop unroll_count(2)") for (size_t k = start; k < end; k++) {
      Vector xk = x[k * x_stride];
      UNROLLED(v, vectors) sum[v] += *(const Vector *)(a + (k * vectors + v) * VECTOR) * xk;
    }
    if (start > 0 || ends.accumulate) UNROLLED(v, vectors) sum[v] += total[v];
    UNROLLED(v, vectors) total[v] = sum[v];
  }
  if (ends.relu) UNROLLED(v, vectors) total[v] = total[v] < 0 ? (Vector)0 : total[v];
  UNROLLED(v, vectors) *(Vector *)(values + v * VECTOR) = total[v];
  for (size_t i = 0; i < count; i++) *(Vector *)(c + i * c_stride) = values[i];
}

AVX512 static void single(size_t rows, size_t depth, const float *a, const float *x, size_t x_stride, float *c,
                          size_t c_stride, Ends ends) {
  float bias[SINGLE * VECTOR];
  for (size_t row = 0; row < rows; row += SINGLE * VECTOR) {
    size_t count = rows - row < SINGLE * VECTOR ? rows - row : SINGLE * VECTOR;
    Ends here = {ends.accumulate, ends.bias ? bias : 0, ends.relu};
    if (ends.bias) for (size_t i = 0; i < count; i++) bias[i] = ends.bias[row + i];
#define VECTORS(v)                                                                                 \
  case v:                                                                                          \
    single_rows(v, depth, a + row * depth, x, x_stride, c + row * c_stride, c_stride, count, here); \
    break;
    switch ((count + VECTOR - 1) / VECTOR) {
      VECTORS(1) VECTORS(2) VECTORS(3) VECTORS(4) VECTORS(5) VECTORS(6) VECTORS(7) VECTORS(8)
    }
#undef VECTORS
  }
}
