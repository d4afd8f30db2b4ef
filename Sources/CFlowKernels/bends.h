/* Smooth leaky rectifiers: y = alpha x + (1 - alpha) psi(x / h) h, where psi joins 0 and x smoothly. */

typedef struct {
  /* psi, its derivative u by x, and that of u; d psi / d log h and d u / d log h. */
  REAL psi, u, bend, psi_by_width, u_by_width;
} Join;

INLINE Join quadratic_join(REAL x, REAL h) {
  REAL u = within((x + h) / (2 * h), 0, 1), above = x > h ? x - h : 0;
  REAL inside = u * (1 - u) > 0 ? 1 : 0;
  return (Join){h * u * u + above, u, inside / (2 * h), h * u * (1 - u), inside * (1 - 2 * u) / 2};
}

/* y >= h is above the join, y <= -alpha h below it; between them x = -h + w2 / (alpha + sqrt(...)), stable for any alpha. */
INLINE REAL quadratic_join_inverse(REAL y, REAL alpha, REAL h) {
  REAL w = within(y + alpha * h, 0, (1 + alpha) * h);
  REAL between = -h + 2 * w / (alpha + square_root(alpha * alpha + (1 - alpha) * w / h));
  REAL below = y / alpha;
  return y >= h ? y : y <= -alpha * h ? below : between;
}

INLINE Join root_join(REAL x, REAL h) {
  REAL a = x < 0 ? -x : x, large = a > h ? a : h, small = a > h ? h : a, ratio = small / large;
  REAL r = large * square_root(1 + ratio * ratio), t = h / r;
  /* (1 + x / r) / 2 and (x + r) / 2 cancel for negative x. */
  REAL rest = t * t / (2 * (1 + a / r)), tail = h * t / (2 * (1 + a / r));
  REAL u = x < 0 ? rest : 1 - rest, psi = x < 0 ? tail : x + tail;
  return (Join){psi, u, t * t / (2 * r), h * t / 2, -x * t * t / (2 * r)};
}

INLINE REAL root_join_inverse(REAL y, REAL alpha, REAL h) {
  REAL p = (1 + alpha) / 2, q = (1 - alpha) / 2, root = square_root(y * y + alpha * h * h);
  REAL bottom = p * y + q * root, same = (p * y - q * root) / alpha;
  /* q y <= 0: nothing cancels in `same`; else nothing in `bottom`, which is above 0. */
  REAL other = (y * y - q * q * h * h) / (bottom == 0 ? 1 : bottom);
  return q * y <= 0 ? same : other;
}

/* alpha and h from the parameters a and b, and the derivatives of their logarithms by these: the factor 3 makes both learn
 * faster, and bounds of log B keep them within numbers. */
#define BEND_SPEED 3
#define BEND_BOUND ((REAL)6.907755278982137)

typedef struct {
  REAL value, derivative;
} Positive;

INLINE Positive bend_parameter(REAL a, REAL log_start) {
  REAL q = softening(BEND_SPEED * a, 1 / BEND_BOUND);
  return (Positive){exp_(log_start + BEND_SPEED * a * q), BEND_SPEED * q * q};
}

#define LOG_SLOPE_START ((REAL)-0.10536051565782628)

#define BEND_FORWARD(join, unused)                                                                                     \
  ROWS {                                                                                                               \
    const REAL *xi = x + i * n, *a = phi + 2 * i * n, *b = a + n;                                                      \
    REAL *yi = y + i * n;                                                                                              \
    for (size_t block = 0; block < n; block += BLOCK) {                                                                \
      REAL value[BLOCK];                                                                                               \
      for (size_t j = 0; j < BLOCK; j++) {                                                                             \
        size_t e = block + j;                                                                                          \
        REAL alpha = bend_parameter(a[e], LOG_SLOPE_START).value, h = bend_parameter(b[e], log_width).value;           \
        Join k = join(xi[e], h);                                                                                       \
        value[j] = alpha * xi[e] + (1 - alpha) * k.psi;                                                                \
        l[e] += log_(alpha + (1 - alpha) * k.u);                                                                       \
      }                                                                                                                \
      for (size_t j = 0; j < BLOCK; j++) yi[block + j] = value[j];                                                     \
    }                                                                                                                  \
  }

#define BEND_INVERSE(join, inverse)                                                                                    \
  ROWS {                                                                                                               \
    const REAL *yi = y + i * n, *a = phi + 2 * i * n, *b = a + n;                                                      \
    REAL *xi = x + i * n;                                                                                              \
    for (size_t block = 0; block < n; block += BLOCK) {                                                                \
      REAL value[BLOCK];                                                                                               \
      for (size_t j = 0; j < BLOCK; j++) {                                                                             \
        size_t e = block + j;                                                                                          \
        REAL alpha = bend_parameter(a[e], LOG_SLOPE_START).value, h = bend_parameter(b[e], log_width).value;           \
        value[j] = inverse(yi[e], alpha, h);                                                                           \
        l[e] -= log_(alpha + (1 - alpha) * join(value[j], h).u);                                                       \
      }                                                                                                                \
      for (size_t j = 0; j < BLOCK; j++) xi[block + j] = value[j];                                                     \
    }                                                                                                                  \
  }

/* Of the inverse the cotangent of y is (d - dl bend / p) / p, and the rest is the forward pullback at x with signs turned. */
#define BEND_PULLBACK(join, is_inverse)                                                                                \
  ROWS {                                                                                                               \
    REAL *di = d + i * n, *a = phi + 2 * i * n, *b = a + n;                                                            \
    const REAL *xi = x + i * n;                                                                                        \
    EVENTS {                                                                                                           \
      Positive slope = bend_parameter(a[e], LOG_SLOPE_START), width = bend_parameter(b[e], log_width);                 \
      REAL alpha = slope.value, rest = 1 - alpha;                                                                      \
      Join k = join(xi[e], width.value);                                                                               \
      REAL p = alpha + rest * k.u, bend = rest * k.bend / p;                                                           \
      REAL ofInput = is_inverse ? (di[e] - dl[e] * bend) / p : di[e] * p + dl[e] * bend;                               \
      REAL v = is_inverse ? -ofInput : di[e], c = is_inverse ? -dl[e] : dl[e];                                         \
      a[e] = (v * alpha * (xi[e] - k.psi) + c * alpha * (1 - k.u) / p) * slope.derivative;                             \
      b[e] = rest * (v * k.psi_by_width + c * k.u_by_width / p) * width.derivative;                                    \
      di[e] = ofInput;                                                                                                 \
    }                                                                                                                  \
  }

#define WITH_JOIN(is_root, BODY, quadratic, root)                                                                      \
  if (is_root) BODY(root_join, root) else BODY(quadratic_join, quadratic)

KERNEL void flowkit_bend_forward(const REAL *x, const REAL *phi, REAL *y, REAL *restrict l, size_t rows, size_t n,
                                 REAL log_width, int is_root) {
  WITH_JOIN(is_root, BEND_FORWARD, , )
}

KERNEL void flowkit_bend_inverse(const REAL *y, const REAL *phi, REAL *x, REAL *restrict l, size_t rows, size_t n,
                                 REAL log_width, int is_root) {
  WITH_JOIN(is_root, BEND_INVERSE, quadratic_join_inverse, root_join_inverse)
}

KERNEL void flowkit_bend_forward_pullback(REAL *restrict d, const REAL *restrict dl, const REAL *restrict x,
                                          REAL *restrict phi, size_t rows, size_t n, REAL log_width, int is_root) {
  WITH_JOIN(is_root, BEND_PULLBACK, 0, 0)
}

KERNEL void flowkit_bend_inverse_pullback(REAL *restrict d, const REAL *restrict dl, const REAL *restrict x,
                                          REAL *restrict phi, size_t rows, size_t n, REAL log_width, int is_root) {
  WITH_JOIN(is_root, BEND_PULLBACK, 1, 1)
}
