/* Smooth activations with their first two derivatives, and what a network's derivative along directions needs. */

/* phi = a s / 1.1 with s = sigmoid(a); the largest slope of a s is 1.09984 (Chen et al. 2019, section 3.3). */
INLINE REAL lipswish_(REAL a, REAL *first, REAL *second) {
  const REAL scale = (REAL)(1 / 1.1);
  REAL s = sigmoid_(a), complement = sigmoid_(-a);
  *first = scale * s * (1 + a * complement);
  *second = scale * s * complement * (2 + a * (complement - s));
  return scale * a * s;
}

INLINE REAL smooth_tanh_(REAL a, REAL *first, REAL *second) {
  REAL t = tanh_(a), slope = 1 - t * t;
  *first = slope;
  *second = -2 * t * slope;
  return t;
}

#if IS_DOUBLE
#define TWO_PI_HIGH 0x1.921fb544p+2
#define TWO_PI_LOW 0x1.0b4611a626331p-32
#else
#define TWO_PI_HIGH 6.28125f
#define TWO_PI_LOW 0.0019353071795864769f
#endif

/* sin a, its error at most a few ulp of the larger of 1 and |a|. */
INLINE REAL sine_(REAL a, REAL *first, REAL *second) {
  const REAL turns = (REAL)0.15915494309189534;
  REAL shifted = a * turns + ROUNDING_MAGIC, k = shifted - ROUNDING_MAGIC;
  REAL c, s;
  cos_sin_turn(((a - k * TWO_PI_HIGH) - k * TWO_PI_LOW) * turns, &c, &s);
  *first = c;
  *second = -s;
  return s;
}

#define SMOOTH(name, function)                                                                                         \
  KERNEL void flowkit_bias_##name##_smooth(REAL *restrict a, const REAL *b, REAL *restrict first,                      \
                                           REAL *restrict second, size_t rows, size_t n) {                             \
    ROWS {                                                                                                             \
      REAL *ai = a + i * n, bi = b[i];                                                                                 \
      if (first) {                                                                                                     \
        REAL *fi = first + i * n, *si = second + i * n;                                                                \
        EVENTS ai[e] = function(ai[e] + bi, &fi[e], &si[e]);                                                           \
      } else {                                                                                                         \
        REAL f, s;                                                                                                     \
        EVENTS ai[e] = function(ai[e] + bi, &f, &s);                                                                   \
      }                                                                                                                \
    }                                                                                                                  \
  }

SMOOTH(lipswish, lipswish_)
SMOOTH(tanh, smooth_tanh_)
SMOOTH(sine, sine_)

KERNEL void flowkit_scale_directions(const REAL *x, const REAL *restrict scale, REAL *y, size_t rows, size_t directions,
                                     size_t n) {
  ROWS for (size_t d = 0; d < directions; d++) {
    const REAL *si = scale + i * n, *xi = x + (i * directions + d) * n;
    REAL *yi = y + (i * directions + d) * n;
    EVENTS yi[e] = si[e] * xi[e];
  }
}

KERNEL void flowkit_tangent_pullback(REAL *restrict d, REAL *restrict t, const REAL *restrict slopes,
                                     const REAL *restrict first, const REAL *restrict second, size_t rows,
                                     size_t directions, size_t n) {
  ROWS {
    REAL *di = d + i * n;
    const REAL *fi = first + i * n, *si = second + i * n;
    EVENTS di[e] *= fi[e];
    for (size_t k = 0; k < directions; k++) {
      REAL *ti = t + (i * directions + k) * n;
      const REAL *ai = slopes + (i * directions + k) * n;
      EVENTS {
        di[e] += si[e] * ai[e] * ti[e];
        ti[e] *= fi[e];
      }
    }
  }
}

/* Gauss-Jordan elimination of A = (I + J)^T in place, without pivoting: the symmetric part of I + J is at least
 * 1 - |J| > 0, and so is that of every Schur complement. Without the inverse only what the pivots need is computed. */
KERNEL void flowkit_log_det_near_identity(const REAL *restrict jacobian, REAL *restrict a, REAL *restrict l,
                                          size_t dimension, size_t n, int invert) {
  size_t size = dimension;
  for (size_t i = 0; i < size; i++)
    for (size_t j = 0; j < size; j++) {
      const REAL *entry = jacobian + (j * size + i) * n;
      REAL *copy = a + (i * size + j) * n, one = i == j;
      EVENTS copy[e] = entry[e] + one;
    }
  EVENTS l[e] = 0;
  for (size_t block = 0; block < n; block += BLOCK)
    for (size_t k = 0; k < size; k++) {
      size_t from = invert ? 0 : k + 1;
      REAL *row = a + k * size * n + block, *pivot = row + k * n, reciprocal[BLOCK], factor[BLOCK];
      for (size_t j = 0; j < BLOCK; j++) {
        l[block + j] += log_(pivot[j]);
        reciprocal[j] = 1 / pivot[j];
      }
      for (size_t c = from; c < size; c++)
        for (size_t j = 0; j < BLOCK; j++) row[c * n + j] *= reciprocal[j];
      for (size_t i = from; i < size; i++) {
        if (i == k) continue;
        REAL *other = a + i * size * n + block;
        for (size_t j = 0; j < BLOCK; j++) {
          factor[j] = other[k * n + j];
          other[k * n + j] = 0;
        }
        for (size_t c = from; c < size; c++) {
          if (c == k) continue;
          for (size_t j = 0; j < BLOCK; j++) other[c * n + j] -= factor[j] * row[c * n + j];
        }
        for (size_t j = 0; j < BLOCK; j++) other[k * n + j] = -factor[j] * reciprocal[j];
      }
      for (size_t j = 0; j < BLOCK; j++) pivot[j] = reciprocal[j];
    }
}

KERNEL void flowkit_multiply_directions(const REAL *restrict a, const REAL *restrict x, REAL *restrict y,
                                        size_t dimension, size_t n, int transposed) {
  size_t row = (transposed ? 1 : dimension) * n, column = (transposed ? dimension : 1) * n;
  for (size_t i = 0; i < dimension; i++) {
    EVENTS y[i * n + e] = 0;
    for (size_t k = 0; k < dimension; k++) EVENTS y[i * n + e] += a[i * row + k * column + e] * x[k * n + e];
  }
}
