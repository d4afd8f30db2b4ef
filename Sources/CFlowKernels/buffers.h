/* Flat buffers: sums, norms, the optimizer, and the elementary functions by themselves. */

KERNEL void NAME(axpy)(REAL a, const REAL *restrict x, REAL *restrict y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += a * x[i];
}

KERNEL double NAME(sum_squares)(const REAL *x, size_t count) {
  double lane[BLOCK] = {0}, total = 0;
  size_t whole = count / BLOCK * BLOCK;
  for (size_t block = 0; block < whole; block += BLOCK)
    for (size_t j = 0; j < BLOCK; j++) lane[j] += (double)x[block + j] * x[block + j];
  for (size_t j = 0; j < BLOCK; j++) total += lane[j];
  for (size_t i = whole; i < count; i++) total += (double)x[i] * x[i];
  return total;
}

KERNEL void NAME(adam)(REAL *restrict theta, REAL *restrict m, REAL *restrict v, const REAL *restrict g, size_t count,
                       REAL clip, REAL rate, REAL beta1, REAL beta2, REAL epsilon, REAL c2) {
  for (size_t i = 0; i < count; i++) {
    REAL gi = clip * g[i];
    REAL mi = m[i] + (1 - beta1) * (gi - m[i]);
    REAL vi = v[i] + (1 - beta2) * (gi * gi - v[i]);
    m[i] = mi;
    v[i] = vi;
    theta[i] -= rate * mi / (square_root(vi * c2) + epsilon);
  }
}

#define ELEMENTWISE(name)                                                                                              \
  KERNEL void NAME(name)(const REAL *restrict x, REAL *restrict y, size_t count) {                                     \
    for (size_t i = 0; i < count; i++) y[i] = name##_(x[i]);                                                           \
  }

ELEMENTWISE(exp)
ELEMENTWISE(log)
ELEMENTWISE(tanh)
ELEMENTWISE(sigmoid)
ELEMENTWISE(softplus)
