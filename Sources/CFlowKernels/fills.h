/* Draws of the bases beside the normal one: each number is a quantile of one word of the Philox stream, 32 bits for
 * float and 64 for double, so that no draw is ever rejected. The streams are laid out as those of normal_fill. */

#if IS_DOUBLE
#define WORD uint64_t
#define WORD_OF(c, k) ((uint64_t)(c)[2 * (k) + 1] << 32 | (c)[2 * (k)])
/* In (0, 1), symmetric about 1/2, exact. */
#define OPEN_UNIT(w) (((REAL)(int64_t)((w) >> 12) + 0.5) * 0x1p-52)
/* In (0, 1], from all bits but the lowest, which is left for a sign. */
#define POSITIVE_UNIT(w) (((REAL)(int64_t)((w) >> 12) + 1) * 0x1p-52)
#else
#define WORD uint32_t
#define WORD_OF(c, k) ((c)[k])
#define OPEN_UNIT(w) (((REAL)(int32_t)((w) >> 9) + 0.5f) * 0x1p-23f)
#define POSITIVE_UNIT(w) (((REAL)(int32_t)((w) >> 1) + 0.5f) * 0x1p-31f)
#endif

INLINE REAL uniform_quantile(WORD w) { return OPEN_UNIT(w); }

/* An exponential magnitude and a sign: unlike the quantile of a 24-bit number, it reaches far into both tails. */
INLINE REAL laplace_quantile(WORD w) {
  REAL magnitude = -log_(POSITIVE_UNIT(w));
  return w & 1 ? -magnitude : magnitude;
}

/* log((1 - u) / u) with u = v / 2 in (0, 1/2], and a sign. */
INLINE REAL logistic_quantile(WORD w) {
  REAL v = POSITIVE_UNIT(w), magnitude = log_((2 - v) / v);
  return w & 1 ? -magnitude : magnitude;
}

#define DEFINE_FILL(name)                                                                                              \
  KERNEL void flowkit_##name##_fill(REAL *z, size_t rows, size_t n, uint64_t seed, uint32_t purpose, uint64_t first) { \
    for (size_t i = 0; i < rows; i += NORMALS_PER_BLOCK)                                                               \
      for (size_t block = 0; block < n; block += BLOCK) {                                                              \
        REAL value[NORMALS_PER_BLOCK][BLOCK];                                                                          \
        for (size_t j = 0; j < BLOCK; j++) {                                                                           \
          uint32_t c[4];                                                                                               \
          event_words(first + block + j, i / NORMALS_PER_BLOCK, purpose, seed, c);                                     \
          for (size_t k = 0; k < NORMALS_PER_BLOCK; k++) value[k][j] = name##_quantile(WORD_OF(c, k));                 \
        }                                                                                                              \
        for (size_t k = 0; k < NORMALS_PER_BLOCK && i + k < rows; k++)                                                 \
          for (size_t j = 0; j < BLOCK; j++) z[(i + k) * n + block + j] = value[k][j];                                 \
      }                                                                                                                \
  }

DEFINE_FILL(uniform)
DEFINE_FILL(laplace)
DEFINE_FILL(logistic)

/* exp x - 1 for x >= 0. */
INLINE REAL expm1_positive(REAL x) {
  REAL m = expm1_negative(-x);
  return x > 1 ? exp_(x) - 1 : -m / (1 + m);
}

/* Bailey (1994): sqrt(nu (u^(-2/nu) - 1)) cos(2 pi v) has Student's t distribution with nu degrees of freedom, exactly
 * and without rejection; nu -> infinity is Box & Muller's. u in (0, 1]. */
INLINE REAL student_draw(REAL u, REAL v, REAL nu) {
  REAL c, s;
  cos_sin_turn(v, &c, &s);
  return square_root(nu * expm1_positive(-2 / nu * log_(u))) * c;
}

#define STUDENTS_PER_BLOCK (NORMALS_PER_BLOCK / 2)

KERNEL void flowkit_student_fill(REAL *z, const REAL *nu, size_t rows, size_t n, uint64_t seed, uint32_t purpose,
                                 uint64_t first) {
  for (size_t i = 0; i < rows; i += STUDENTS_PER_BLOCK)
    for (size_t block = 0; block < n; block += BLOCK)
      for (size_t j = 0; j < BLOCK; j++) {
        uint32_t c[4];
        event_words(first + block + j, i / STUDENTS_PER_BLOCK, purpose, seed, c);
        for (size_t k = 0; k < STUDENTS_PER_BLOCK && i + k < rows; k++) {
#if IS_DOUBLE
          REAL v = (REAL)(int64_t)(WORD_OF(c, 1) >> 12) * 0x1p-52;
#else
          REAL v = (REAL)(int32_t)(c[2 * k + 1] >> 8) * 0x1p-24f;
#endif
          z[(i + k) * n + block + j] = student_draw(POSITIVE_UNIT(WORD_OF(c, 2 * k)), v, nu[i + k]);
        }
      }
}

/* 1 - x / (1 - exp(-x)) for x >= 0: below 1/2 its series, whose first term left out is below 4e-15 of it. */
INLINE REAL student_bend(REAL x) {
  REAL s = x * x;
  REAL p = (REAL)(691.0 / 1307674368000);
  p = p * s - (REAL)(1.0 / 47900160);
  p = p * s + (REAL)(1.0 / 1209600);
  p = p * s - (REAL)(1.0 / 30240);
  p = p * s + (REAL)(1.0 / 720);
  p = p * s - (REAL)(1.0 / 12);
  REAL near = p * s - x / 2, far = 1 + x / expm1_negative(-x);
  return x < (REAL)0.5 ? near : far;
}

/* With x = -2 log(u) / nu, the draw is sqrt(nu (exp x - 1)) cos(2 pi v): at fixed u and v its derivative is
 * z / (2 nu) (1 - x / (1 - exp(-x))). */
KERNEL void flowkit_student_fill_slopes(const REAL *restrict z, const REAL *restrict nu, REAL *restrict slopes,
                                      size_t rows, size_t n, uint64_t seed, uint32_t purpose, uint64_t first) {
  for (size_t i = 0; i < rows; i += STUDENTS_PER_BLOCK)
    for (size_t block = 0; block < n; block += BLOCK)
      for (size_t j = 0; j < BLOCK; j++) {
        uint32_t c[4];
        event_words(first + block + j, i / STUDENTS_PER_BLOCK, purpose, seed, c);
        for (size_t k = 0; k < STUDENTS_PER_BLOCK && i + k < rows; k++) {
          size_t place = (i + k) * n + block + j;
          REAL freedom = nu[i + k], x = -2 / freedom * log_(POSITIVE_UNIT(WORD_OF(c, 2 * k)));
          slopes[place] = z[place] / (2 * freedom) * student_bend(x);
        }
      }
}
