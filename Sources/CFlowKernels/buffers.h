/* Flat buffers: sums, norms, the optimizer, and the elementary functions by themselves. */

KERNEL void flowkit_axpy(REAL a, const REAL *restrict x, REAL *restrict y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += a * x[i];
}

KERNEL double flowkit_sum_squares(const REAL *x, size_t count) {
  double lane[BLOCK] = {0}, total = 0;
  size_t whole = count / BLOCK * BLOCK;
  for (size_t block = 0; block < whole; block += BLOCK)
    for (size_t j = 0; j < BLOCK; j++) lane[j] += (double)x[block + j] * x[block + j];
  for (size_t j = 0; j < BLOCK; j++) total += lane[j];
  for (size_t i = whole; i < count; i++) total += (double)x[i] * x[i];
  return total;
}

typedef REAL Block __attribute__((ext_vector_type(BLOCK)));

/* To write a line that another core has read takes up to 30 ns, past the caches 2: docs/design/engine.md. */
#define STORE_PAST_CACHES(address, values)                                                                             \
  __builtin_nontemporal_store(*(const Block *)(values), (Block *)(address))

/* The body of the sum; n is a constant after inlining, but for the general case. */
INLINE double sum_n_terms(REAL *sum, const REAL *const *terms, size_t n, size_t count, int past_caches) {
  double lane[BLOCK] = {0}, total = 0;
  for (size_t first = 0; first < count; first += BLOCK) {
    REAL part[FLOWKIT_MAXIMUM_TERMS][BLOCK] __attribute__((aligned(64)));
    for (size_t k = 0; k < n; k++)
      for (size_t j = 0; j < BLOCK; j++) part[k][j] = terms[k][first + j];
    for (size_t step = 1; step < n; step *= 2)
      for (size_t k = 0; k + step < n; k += 2 * step)
        for (size_t j = 0; j < BLOCK; j++) part[k][j] += part[k + step][j];
    for (size_t j = 0; j < BLOCK; j++) lane[j] += (double)part[0][j] * part[0][j];
    if (past_caches)
      STORE_PAST_CACHES(sum + first, part[0]);
    else
      for (size_t j = 0; j < BLOCK; j++) sum[first + j] = part[0][j];
  }
  for (size_t j = 0; j < BLOCK; j++) total += lane[j];
  return total;
}

KERNEL double flowkit_sum_terms(REAL *sum, const REAL *const *terms, size_t n, size_t count, int past_caches) {
  switch (n) {
    case 1: return sum_n_terms(sum, terms, 1, count, past_caches);
    case 2: return sum_n_terms(sum, terms, 2, count, past_caches);
    case 4: return sum_n_terms(sum, terms, 4, count, past_caches);
    default: return sum_n_terms(sum, terms, n, count, past_caches);
  }
}

/* Below these a gradient, its mean and its mean square change no parameter, because ε stands beside their root; units that have died leave
 * subnormal numbers, which take processors a hundred times as long. */
#define NO_GRADIENT (sizeof(REAL) == 4 ? (REAL)1e-17 : (REAL)1e-150)
#define NO_MEAN (sizeof(REAL) == 4 ? (REAL)1e-30 : (REAL)1e-290)
#define NO_SQUARE (sizeof(REAL) == 4 ? (REAL)1e-34 : (REAL)1e-300)

KERNEL void flowkit_adam(REAL *theta, REAL *restrict m, REAL *restrict v, const REAL *restrict g, size_t count,
                         REAL clip, REAL rate, REAL a1, REAL a2, REAL epsilon, REAL c2, REAL *published) {
  for (size_t first = 0; first < count; first += BLOCK) {
    REAL next[BLOCK] __attribute__((aligned(64)));
    LANES {
      size_t i = first + j;
      REAL gi = clip * g[i];
      gi = __builtin_elementwise_abs(gi) < NO_GRADIENT ? 0 : gi;
      REAL mi = m[i] + a1 * (gi - m[i]);
      REAL vi = v[i] + a2 * (gi * gi - v[i]);
      mi = __builtin_elementwise_abs(mi) < NO_MEAN ? 0 : mi;
      vi = vi < NO_SQUARE ? 0 : vi;
      m[i] = mi;
      v[i] = vi;
      next[j] = theta[i] - rate * mi / (square_root(vi * c2) + epsilon);
    }
    if (published) STORE_PAST_CACHES(published + first, next);
    if (theta != published)
      for (size_t j = 0; j < BLOCK; j++) theta[first + j] = next[j];
  }
}

#define ELEMENTWISE(name)                                                                                              \
  KERNEL void flowkit_##name(const REAL *restrict x, REAL *restrict y, size_t count) {                                 \
    for (size_t i = 0; i < count; i++) y[i] = name##_(x[i]);                                                           \
  }

ELEMENTWISE(exp)
ELEMENTWISE(log)
ELEMENTWISE(tanh)
ELEMENTWISE(sigmoid)
ELEMENTWISE(softplus)
ELEMENTWISE(mills_ratio)
