/* Products of weights and tiles with vectors of VECTOR numbers: part of products.c, once for each size of vectors. BLOCK_ROWS
 * rows by two vectors of sums fit the registers. */

#ifndef UNROLLED
#define UNROLLED(i, count) _Pragma("clang loop unroll(full)") for (int i = 0; i < (count); i++)
/* Panel depth: 128 x 32 floats are half of a first-level cache. */
#define DEPTH 128
/* A panel of a 128-event tile collides with itself in a first-level cache of 32 KB when it is deeper than this; packing
 * it pays where more rows than these use it. */
#define UNPACKED_DEPTH 64
#define UNPACKED_ROWS 16
#define PANEL (2 * VECTOR)
#define COLUMNS 128
#define ROWS_AT_ONCE 32
#define Vector SIZED(Vector)
#define multiply_block SIZED(multiply_block)
#define multiply_rows SIZED(multiply_rows)
#define multiply_panel SIZED(multiply_panel)
#define interleave SIZED(interleave)
#define transpose SIZED(transpose)
#define add_panel SIZED(add_panel)
#define WIDE_INLINE static inline __attribute__((always_inline)) WIDE
#endif

typedef float Vector __attribute__((ext_vector_type(VECTOR), aligned(4)));

/* C (rows x 16 vectors) = A B, between the ends; rows <= BLOCK_ROWS and vectors <= 2 are constants after inlining. */
WIDE_INLINE void multiply_block(int rows, int vectors, Weights a, const float *b, size_t b_stride, size_t depth,
                                  float *c, size_t c_stride, Ends ends) {
  Vector sum[BLOCK_ROWS][2];
  UNROLLED(i, rows) UNROLLED(v, vectors) sum[i][v] = (Vector)0;
  /* C is wanted at the end: a gradient comes from afar. */
  if (ends.accumulate) UNROLLED(i, rows) UNROLLED(v, vectors) __builtin_prefetch(c + i * c_stride + v * VECTOR, 1, 3);
  if (ends.bias) UNROLLED(i, rows) UNROLLED(v, vectors) sum[i][v] += ends.bias[i];
  _Pragma("clang loop unroll(disable)") for (size_t k = 0; k < depth; k++) {
    Vector bk[2];
    UNROLLED(v, vectors) bk[v] = *(const Vector *)(b + k * b_stride + v * VECTOR);
    UNROLLED(i, rows) {
      Vector weight = a.values[i * a.row_stride + k * a.depth_stride];
      UNROLLED(v, vectors) sum[i][v] += weight * bk[v];
    }
  }
  if (ends.accumulate) {
    UNROLLED(i, rows) UNROLLED(v, vectors) sum[i][v] += *(const Vector *)(c + i * c_stride + v * VECTOR);
  }
  /* Written so that a NaN stays one. */
  if (ends.relu) UNROLLED(i, rows) UNROLLED(v, vectors) sum[i][v] = sum[i][v] < 0 ? (Vector)0 : sum[i][v];
  UNROLLED(i, rows) UNROLLED(v, vectors) *(Vector *)(c + i * c_stride + v * VECTOR) = sum[i][v];
}

/* The same for up to 8 rows. */
WIDE_INLINE void multiply_rows(size_t rows, int vectors, Weights a, const float *b, size_t b_stride, size_t depth,
                               float *c, size_t c_stride, Ends ends) {
#define ROWS(r)                                                           \
  case r:                                                                 \
    multiply_block(r, vectors, a, b, b_stride, depth, c, c_stride, ends); \
    break;
#if BLOCK_ROWS == 8
  switch (rows) { ROWS(1) ROWS(2) ROWS(3) ROWS(4) ROWS(5) ROWS(6) ROWS(7) ROWS(8) }
#else
  for (size_t row = 0; row < rows; row += BLOCK_ROWS) {
    switch (rows - row < BLOCK_ROWS ? rows - row : BLOCK_ROWS) { ROWS(1) ROWS(2) ROWS(3) ROWS(4) }
    a.values += BLOCK_ROWS * a.row_stride, c += BLOCK_ROWS * c_stride;
    if (ends.bias) ends.bias += BLOCK_ROWS;
  }
#endif
#undef ROWS
}

/* The part of a product that `count` values from depth `start` on make, in one panel of columns. */
WIDE_INLINE void multiply_panel(size_t rows, int vectors, Weights a, const flowkit_depths *depths, size_t depth,
                                  size_t start, size_t count, const float *b, size_t b_stride, float *c,
                                  size_t c_stride, Ends ends) {
  for (size_t row = 0; row < rows; row += 8) {
    flowkit_depths all = {0, (uint32_t)depth}, own = depths ? depths[row / 8] : all;
    size_t first = own.start > start ? own.start : start, end = own.end < start + count ? own.end : start + count;
    int is_empty = own.start >= own.end;
    if (is_empty ? start > 0 : first >= end) continue;
    if (is_empty) first = end = start;
    int begins = is_empty || first == own.start, finishes = is_empty || end == own.end;
    Weights part = {a.values + row * a.row_stride + first * a.depth_stride, a.row_stride, a.depth_stride};
    Ends here = {ends.accumulate || !begins, begins && ends.bias ? ends.bias + row : 0, ends.relu && finishes};
    multiply_rows(rows - row < 8 ? rows - row : 8, vectors, part, b + (first - start) * b_stride, b_stride, end - first,
                  c + row * c_stride, c_stride, here);
  }
}

/* Panels of up to COLUMNS columns are copied together, then meet ROWS_AT_ONCE rows after the other: these rows' weights, a panel
 * and their sums share a first-level cache that a neighbour may use as well. */
WIDE static void SIZED(product)(size_t rows, size_t columns, size_t depth, Weights a, const flowkit_depths *depths,
                           const float *b, size_t b_stride, float *c, size_t c_stride, Ends ends) {
  float packed[DEPTH * COLUMNS] __attribute__((aligned(64)));
  for (size_t block = 0; block < columns; block += COLUMNS)
    for (size_t start = 0; start < depth; start += DEPTH) {
      size_t count = depth - start < DEPTH ? depth - start : DEPTH;
      size_t width = columns - block < COLUMNS ? columns - block : COLUMNS, whole = width / PANEL * PANEL;
      int is_packed = rows > UNPACKED_ROWS && count > UNPACKED_DEPTH;
      const float *from = b + start * b_stride + block;
      if (is_packed)
        for (size_t k = 0; k < count; k++)
          for (size_t first = 0; first < whole; first += VECTOR) {
            float *to = packed + first / PANEL * PANEL * DEPTH + k * PANEL + first % PANEL;
            *(Vector *)to = *(const Vector *)(from + k * b_stride + first);
          }
      for (size_t row = 0; row < rows; row += ROWS_AT_ONCE) {
        size_t height = rows - row < ROWS_AT_ONCE ? rows - row : ROWS_AT_ONCE;
        Weights own = {a.values + row * a.row_stride, a.row_stride, a.depth_stride};
        const flowkit_depths *used = depths ? depths + row / 8 : 0;
        Ends here = {ends.accumulate, ends.bias ? ends.bias + row : 0, ends.relu};
        float *to = c + row * c_stride + block;
        for (size_t first = 0; first < whole; first += PANEL)
          multiply_panel(height, 2, own, used, depth, start, count, is_packed ? packed + first * DEPTH : from + first,
                         is_packed ? PANEL : b_stride, to + first, c_stride, here);
        if (whole < width)
          multiply_panel(height, 1, own, used, depth, start, count, from + whole, b_stride, to + whole, c_stride, here);
      }
    }
}

/* One round of the transposition of VECTOR rows: interleaves rows i and i + VECTOR / 2. */
WIDE_INLINE void interleave(const Vector *in, Vector *out) {
  UNROLLED(i, VECTOR / 2) {
    Vector a = in[i], b = in[i + VECTOR / 2];
#if VECTOR == 16
    out[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    out[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
#else
    out[2 * i] = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
    out[2 * i + 1] = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
#endif
  }
}

/* Transposes up to VECTOR rows of as many events; missing rows count as 0. */
WIDE_INLINE void transpose(const float *rows, size_t stride, size_t count, float *out, size_t out_stride) {
  Vector a[VECTOR], b[VECTOR];
  UNROLLED(i, VECTOR) a[i] = (size_t)i < count ? *(const Vector *)(rows + i * stride) : (Vector)0;
  interleave(a, b);
  interleave(b, a);
  interleave(a, b);
#if VECTOR == 16
  interleave(b, a);
  UNROLLED(i, VECTOR) *(Vector *)(out + i * out_stride) = a[i];
#else
  UNROLLED(i, VECTOR) *(Vector *)(out + i * out_stride) = b[i];
#endif
}

/* C += A times a packed panel of `width` columns, from row `start` on. */
WIDE_INLINE void add_panel(size_t start, size_t rows, int vectors, size_t width, Weights a, const float *packed,
                             size_t count, float *c, size_t c_stride) {
  float scratch[8 * PANEL];
  for (size_t row = start; row < rows; row += 8) {
    size_t height = rows - row < 8 ? rows - row : 8;
    Weights part = {a.values + row * a.row_stride, a.row_stride, a.depth_stride};
    if (width == (size_t)vectors * VECTOR) {
      multiply_rows(height, vectors, part, packed, PANEL, count, c + row * c_stride, c_stride, (Ends){1, 0, 0});
      continue;
    }
    multiply_rows(height, vectors, part, packed, PANEL, count, scratch, PANEL, (Ends){0, 0, 0});
    for (size_t i = 0; i < height; i++)
      for (size_t j = 0; j < width; j++) c[(row + i) * c_stride + j] += scratch[i * PANEL + j];
  }
}

WIDE static void SIZED(outer)(size_t rows, size_t columns, size_t depth, const uint32_t *starts, const float *a,
                         size_t a_stride, const float *b, size_t b_stride, float *c, size_t c_stride) {
  float packed[DEPTH * PANEL] __attribute__((aligned(64)));
  for (size_t first = 0; first < columns; first += PANEL) {
    size_t width = columns - first < PANEL ? columns - first : PANEL;
    /* Where the panel's halves begin at other rows: the rows of the first half's columns alone, then those of both. */
    size_t begin = starts ? starts[first / 16] : 0, both = starts && width > 16 ? starts[first / 16 + 1] : begin;
    for (size_t start = 0; start < depth; start += DEPTH) {
      size_t count = depth - start < DEPTH ? depth - start : DEPTH;
      for (size_t k = 0; k < count; k += VECTOR) {
        const float *from = b + first * b_stride + start + k;
        float *to = packed + k * PANEL;
        transpose(from, b_stride, width < VECTOR ? width : VECTOR, to, PANEL);
        if (width > VECTOR) transpose(from + VECTOR * b_stride, b_stride, width - VECTOR, to + VECTOR, PANEL);
      }
      Weights part = {a + start, a_stride, 1};
      if (width <= VECTOR) {
        add_panel(begin, rows, 1, width, part, packed, count, c + first, c_stride);
      } else {
        add_panel(begin, both, 1, VECTOR, part, packed, count, c + first, c_stride);
        add_panel(both, rows, 2, width, part, packed, count, c + first, c_stride);
      }
    }
  }
}
