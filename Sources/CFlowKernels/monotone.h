/* Fixed monotone functions of one number, each with the logarithm of its slope and that logarithm's derivative.
 *
 * Numbers on or beyond the border of a domain, where only rounding or a user puts them, are taken as the nearest inside;
 * results that round to the border of the image are moved inside. So the functions stay finite, and so do their
 * inverses, while a NaN or an infinite argument of a function of all numbers still shows in its log-slope. */

#if IS_DOUBLE
#define LARGEST 0x1.fffffffffffffp1023
#define BELOW_ONE 0x1.fffffffffffffp-1
#else
#define LARGEST 0x1.fffffep127f
#define BELOW_ONE 0x1.fffffep-1f
#endif
#define LN2 ((REAL)0.6931471805599453)
/* Where sqrt(x^2 + 1) rounds to x in both types, and x^2 is far from overflow. */
#define NO_ONE_LEFT ((REAL)0x1p30)

typedef struct {
  REAL value, log_slope, slope, bend;
} Smooth;

INLINE REAL within(REAL x, REAL low, REAL high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

INLINE REAL signed_like(REAL magnitude, REAL x) { return x < 0 ? -magnitude : magnitude; }

INLINE Smooth sigmoid_at(REAL x) {
  REAL above = sigmoid_(x), below = sigmoid_(-x);
  return (Smooth){within(above, TINY, BELOW_ONE), -softplus_(x) - softplus_(-x), above * below, below - above};
}

INLINE Smooth logit_at(REAL x) {
  x = within(x, TINY, BELOW_ONE);
  REAL rest = 1 - x, slope = 1 / (x * rest);
  return (Smooth){log_(x / rest), -log_(x) - log_(rest), slope, (x - rest) * slope};
}

INLINE Smooth softplus_at(REAL x) {
  REAL value = softplus_(x);
  return (Smooth){value < TINY ? TINY : value, -softplus_(-x), sigmoid_(x), sigmoid_(-x)};
}

/* log(exp(x) - 1) = x + log m with m = 1 - exp(-x), the reciprocal of its slope. */
INLINE Smooth softplus_inverse_at(REAL x) {
  x = x < TINY ? TINY : x;
  REAL m = -expm1_negative(-x), log_m = log_(m);
  return (Smooth){x + log_m, -log_m, 1 / m, -exp_(-x) / m};
}

INLINE Smooth exp_at(REAL x) {
  REAL value = within(exp_(x), TINY, LARGEST);
  return (Smooth){value, x, value, 1};
}

INLINE Smooth log_at(REAL x) {
  x = x < TINY ? TINY : x;
  REAL value = log_(x);
  return (Smooth){value, -value, 1 / x, -1 / x};
}

/* 1 - tanh^2 = 4 e / (1 + e)^2 with e = exp(-2 |x|). */
INLINE Smooth tanh_at(REAL x) {
  REAL magnitude = x < 0 ? -x : x, e = exp_(-2 * magnitude), value = tanh_(x), ratio = 2 / (1 + e);
  return (Smooth){within(value, -BELOW_ONE, BELOW_ONE), 2 * (LN2 - magnitude - log1p_unit(e)), e * ratio * ratio,
                  -2 * value};
}

INLINE Smooth atanh_at(REAL x) {
  x = within(x, -BELOW_ONE, BELOW_ONE);
  REAL a = x < 0 ? -x : x, rest = 1 - a, product = rest * (1 + a), near = a < (REAL)0.25 ? a : (REAL)0.25;
  REAL twice = a < (REAL)0.25 ? log1p_unit(2 * near / (1 - near)) : log_((1 + a) / rest);
  return (Smooth){signed_like(twice / 2, x), -log_(product), 1 / product, 2 * x / product};
}

/* log(|x| + h) with h = sqrt(x^2 + 1), the reciprocal of the slope. */
INLINE Smooth arcsinh_at(REAL x) {
  REAL a = x < 0 ? -x : x, small = a > NO_ONE_LEFT ? NO_ONE_LEFT : a, root = square_root(small * small + 1);
  REAL h = a > NO_ONE_LEFT ? a : root, near = a < (REAL)0.5 ? a : (REAL)0.5;
  REAL value = a < (REAL)0.5 ? log1p_unit(near + near * near / (1 + root)) : LN2 + log_(a / 2 + h / 2);
  return (Smooth){signed_like(value, x), -log_(h), 1 / h, -(x / h) / h};
}

/* With m = exp(-|x|) - 1: sinh |x| = -m (2 + m) exp(|x|) / 2, cosh x = exp(|x|) (1 + exp(-2 |x|)) / 2. */
INLINE Smooth sinh_at(REAL x) {
  REAL a = x < 0 ? -x : x, m = expm1_negative(-a), half = exp_(a - LN2), e = exp_(-2 * a);
  REAL value = -m * (2 + m) * half, slope = (1 + e) * half;
  return (Smooth){signed_like(value > LARGEST ? LARGEST : value, x), a - LN2 + log1p_unit(e),
                  slope > LARGEST ? LARGEST : slope, tanh_(x)};
}

/* Runs BODY once for each kind, with `at` as its function. */
#define FOR_KIND(kind, BODY)                                                                                           \
  switch (kind) {                                                                                                      \
    case FLOWKIT_SIGMOID: BODY(sigmoid_at); break;                                                                     \
    case FLOWKIT_LOGIT: BODY(logit_at); break;                                                                         \
    case FLOWKIT_SOFTPLUS: BODY(softplus_at); break;                                                                   \
    case FLOWKIT_SOFTPLUS_INVERSE: BODY(softplus_inverse_at); break;                                                   \
    case FLOWKIT_EXP: BODY(exp_at); break;                                                                             \
    case FLOWKIT_LOG: BODY(log_at); break;                                                                             \
    case FLOWKIT_TANH: BODY(tanh_at); break;                                                                           \
    case FLOWKIT_ATANH: BODY(atanh_at); break;                                                                         \
    case FLOWKIT_ARCSINH: BODY(arcsinh_at); break;                                                                     \
    case FLOWKIT_SINH: BODY(sinh_at); break;                                                                           \
  }

#define APPLY(at)                                                                                                      \
  ROWS for (size_t e = 0; e < n; e += BLOCK) {                                                                         \
    const REAL *xi = x + i * n + e;                                                                                    \
    REAL *yi = y + i * n + e, *li = l + e;                                                                             \
    LANES {                                                                                                            \
      Smooth s = at(xi[j]);                                                                                            \
      yi[j] = s.value;                                                                                                 \
      li[j] += s.log_slope;                                                                                            \
    }                                                                                                                  \
  }

KERNEL void flowkit_inverse_cotangents(REAL *restrict d, const REAL *restrict dl, const REAL *restrict slopes,
                                       const REAL *restrict bends, size_t rows, size_t n) {
  ROWS EVENTS {
    size_t k = i * n + e;
    d[k] = (d[k] - dl[e] * bends[k]) / slopes[k];
  }
}

KERNEL void flowkit_monotone(const REAL *restrict x, REAL *restrict y, REAL *restrict l, size_t rows, size_t n,
                             enum flowkit_monotone_kind kind) {
  FOR_KIND(kind, APPLY)
}

#define PULL_BACK(at)                                                                                                  \
  ROWS for (size_t e = 0; e < n; e += BLOCK) {                                                                         \
    const REAL *xi = x + i * n + e, *dli = dl + e;                                                                     \
    REAL *di = d + i * n + e;                                                                                          \
    LANES {                                                                                                            \
      Smooth s = at(xi[j]);                                                                                            \
      di[j] = di[j] * s.slope + dli[j] * s.bend;                                                                       \
    }                                                                                                                  \
  }

KERNEL void flowkit_monotone_pullback(REAL *restrict d, const REAL *restrict dl, const REAL *restrict x, size_t rows,
                                      size_t n, enum flowkit_monotone_kind kind) {
  FOR_KIND(kind, PULL_BACK)
}
