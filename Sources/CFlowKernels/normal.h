/* The standard normal base: log-density, its pullback, and draws. */

KERNEL void flowkit_normal_log_density(const REAL *restrict z, double *restrict out, size_t rows, size_t n) {
  EVENTS out[e] = -0.91893853320467274178 * (double)rows;
  ROWS EVENTS {
    double v = z[i * n + e];
    out[e] -= 0.5 * v * v;
  }
}

KERNEL void flowkit_normal_log_density_pullback(const REAL *restrict z, const REAL *restrict w, REAL *restrict d,
                                                size_t rows, size_t n) {
  ROWS EVENTS d[i * n + e] = -w[e] * z[i * n + e];
}

#if IS_DOUBLE
#define NORMALS_PER_BLOCK 2
#else
#define NORMALS_PER_BLOCK 4
#endif

/* Box & Muller (1958): a pair of uniforms to a pair of normals. The first uniform lies in (0, 1]. */
INLINE void box_muller(REAL u, REAL v, REAL *a, REAL *b) {
  REAL radius = -2 * log_(u), c, s;
  cos_sin_turn(v, &c, &s);
  radius = square_root(radius);
  *a = radius * c;
  *b = radius * s;
}

KERNEL void flowkit_normal_fill(REAL *z, size_t rows, size_t n, uint64_t seed, uint32_t purpose, uint64_t first) {
  for (size_t i = 0; i < rows; i += NORMALS_PER_BLOCK)
    for (size_t block = 0; block < n; block += BLOCK) {
      REAL value[NORMALS_PER_BLOCK][BLOCK];
      for (size_t j = 0; j < BLOCK; j++) {
        uint32_t c[4];
        event_words(first + block + j, i / NORMALS_PER_BLOCK, purpose, seed, c);
#if IS_DOUBLE
        uint64_t p = ((uint64_t)c[1] << 32 | c[0]) >> 12, q = ((uint64_t)c[3] << 32 | c[2]) >> 12;
        box_muller(((REAL)(int64_t)p + 1) * 0x1p-52, (REAL)(int64_t)q * 0x1p-52, &value[0][j], &value[1][j]);
#else
        /* The radius takes all 32 bits, rounded up to stay above 0; the angle takes 24, which float holds exactly. */
        box_muller(((REAL)(c[0] >> 1) + 0.5f) * 0x1p-31f, (REAL)(int32_t)(c[1] >> 8) * 0x1p-24f, &value[0][j],
                   &value[1][j]);
        box_muller(((REAL)(c[2] >> 1) + 0.5f) * 0x1p-31f, (REAL)(int32_t)(c[3] >> 8) * 0x1p-24f, &value[2][j],
                   &value[3][j]);
#endif
      }
      for (size_t k = 0; k < NORMALS_PER_BLOCK && i + k < rows; k++)
        for (size_t j = 0; j < BLOCK; j++) z[(i + k) * n + block + j] = value[k][j];
    }
}
