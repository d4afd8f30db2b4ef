/* cos(pi k t) and sin(pi k t) for k = 1, 2, ...: what a network sees of a time. */
KERNEL void flowkit_time_waves(const REAL *restrict t, REAL *restrict waves, size_t count, size_t n) {
  for (size_t k = 0; k < count; k++) {
    REAL *c = waves + 2 * k * n, *s = c + n, half = (REAL)0.5 * (REAL)(k + 1);
    EVENTS cos_sin_turn(half * t[e], &c[e], &s[e]);
  }
}

KERNEL void flowkit_direction_dots(const REAL *restrict x, const REAL *restrict y, REAL *restrict sum, size_t count,
                                   size_t n) {
  EVENTS sum[e] = 0;
  for (size_t k = 0; k < count; k++) EVENTS sum[e] += x[k * n + e] * y[k * n + e];
}
