/* Elementary functions of one number, written so that a loop over events vectorises: no branches, no calls, no tables.
 * Included once per element type, with REAL, INT (its integer of equal size) and IS_DOUBLE defined.
 *
 * Each polynomial is, unless its comment says otherwise, a Taylor series cut where its remainder on the reduced range falls
 * below a quarter of the type's rounding error; the errors stated are the largest found against a higher precision over the whole range. */
#define INLINE static inline __attribute__((always_inline))

#if IS_DOUBLE
#define MANTISSA_BITS 52
#define EXPONENT_BIAS 1023
#define ROUNDING_MAGIC 0x1.8p52
#define LN2_HIGH 0x1.62e42fefa0000p-1
#define LN2_LOW 0x1.cf79abc9e3b3ap-40
#define EXP_LIMIT 746.0
#define TINY 0x1p-1022
#define TINY_SCALE_BITS 54
#else
#define MANTISSA_BITS 23
#define EXPONENT_BIAS 127
#define ROUNDING_MAGIC 0x1.8p23f
#define LN2_HIGH 0x1.62e400p-1f
#define LN2_LOW 0x1.7f7d1cp-20f
#define EXP_LIMIT 105.0f
#define TINY 0x1p-126f
#define TINY_SCALE_BITS 25
#endif

INLINE INT bits_of(REAL x) {
  INT i;
  __builtin_memcpy(&i, &x, sizeof i);
  return i;
}

INLINE REAL from_bits(INT i) {
  REAL x;
  __builtin_memcpy(&x, &i, sizeof x);
  return x;
}

/* Unlike sqrt(), never sets errno, and so vectorises. */
INLINE REAL square_root(REAL x) { return __builtin_elementwise_sqrt(x); }

/* 2^n for n in the normal range. */
INLINE REAL power_of_two(INT n) { return from_bits((n + EXPONENT_BIAS) * ((INT)1 << MANTISSA_BITS)); }

/* exp(r) - 1 for |r| <= ln(2)/2. */
INLINE REAL expm1_reduced(REAL r) {
#if IS_DOUBLE
  REAL p = 1.0 / 6227020800;
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
#else
  REAL p = 1.0f / 5040;
#endif
  p = p * r + (REAL)(1.0 / 720);
  p = p * r + (REAL)(1.0 / 120);
  p = p * r + (REAL)(1.0 / 24);
  p = p * r + (REAL)(1.0 / 6);
  p = p * r + (REAL)0.5;
  return p * r * r + r;
}

/* x = n ln 2 + r: returns r, |r| <= ln(2)/2, and n. Adding the magic number rounds to the nearest integer, which then
 * stands in the lowest bits. */
INLINE REAL reduce_exp(REAL x, INT *n) {
  REAL shifted = x * (REAL)1.4426950408889634 + ROUNDING_MAGIC;
  REAL k = shifted - ROUNDING_MAGIC;
  *n = bits_of(shifted) - bits_of(ROUNDING_MAGIC);
  return (x - k * LN2_HIGH) - k * LN2_LOW;
}

/* exp x, at most 1.1 ulp; 0 and infinity beyond the range, subnormal results rounded twice, NaN kept. */
INLINE REAL exp_(REAL x) {
  x = x > EXP_LIMIT ? EXP_LIMIT : x;
  x = x < -EXP_LIMIT ? -EXP_LIMIT : x;
  INT n;
  REAL r = reduce_exp(x, &n);
  INT half = n >> 1;
  return (1 + expm1_reduced(r)) * power_of_two(half) * power_of_two(n - half);
}

/* exp x - 1 for x <= 0, at most 2 ulp, NaN kept. */
INLINE REAL expm1_negative(REAL x) {
  x = x < -60 ? -60 : x;
  INT n;
  REAL r = reduce_exp(x, &n);
  REAL scale = power_of_two(n);
  return scale * expm1_reduced(r) + (scale - 1);
}

/* Hyperbolic tangent, at most 3 ulp. */
INLINE REAL tanh_(REAL x) {
  REAL magnitude = x < 0 ? -x : x;
  REAL m = expm1_negative(-2 * magnitude);
  REAL t = -m / (m + 2);
  return x < 0 ? -t : t;
}

/* 1 / (1 + exp(-x)), at most 3 ulp above its underflow. */
INLINE REAL sigmoid_(REAL x) { return 1 / (1 + exp_(-x)); }

/* Natural logarithm of x > 0, at most 2 ulp; -infinity at 0, NaN below, infinity kept.
 * x = 2^n m with m in [sqrt(1/2), sqrt(2)), log m = 2 artanh((m - 1) / (m + 1)). */
INLINE REAL log_(REAL x) {
  int tiny = x < TINY;
  REAL scaled = tiny ? x * power_of_two(TINY_SCALE_BITS) : x;
  INT offset = bits_of(scaled) - bits_of((REAL)0.70710678118654752);
  INT n = offset >> MANTISSA_BITS;
  REAL m = from_bits(bits_of(scaled) - n * ((INT)1 << MANTISSA_BITS));
  REAL s = (m - 1) / (m + 1), s2 = s * s;
#if IS_DOUBLE
  REAL p = 1.0 / 21;
  p = p * s2 + 1.0 / 19;
  p = p * s2 + 1.0 / 17;
  p = p * s2 + 1.0 / 15;
  p = p * s2 + 1.0 / 13;
  p = p * s2 + 1.0 / 11;
  p = p * s2 + 1.0 / 9;
#else
  REAL p = 1.0f / 9;
#endif
  p = p * s2 + (REAL)(1.0 / 7);
  p = p * s2 + (REAL)(1.0 / 5);
  p = p * s2 + (REAL)(1.0 / 3);
  REAL k = (REAL)(n - (tiny ? TINY_SCALE_BITS : 0));
  REAL result = k * LN2_HIGH + (2 * s + (2 * s * s2 * p + k * LN2_LOW));
  result = x == (REAL)__builtin_inf() ? x : result;
  result = x == 0 ? -(REAL)__builtin_inf() : result;
  return x >= 0 ? result : (REAL)__builtin_nan("");
}

/* log(1 + z) for 0 <= z <= 1, at most 2 ulp: 2 artanh(z / (2 + z)). */
INLINE REAL log1p_unit(REAL z) {
  REAL s = z / (2 + z), s2 = s * s;
#if IS_DOUBLE
  REAL p = 1.0 / 33;
  p = p * s2 + 1.0 / 31;
  p = p * s2 + 1.0 / 29;
  p = p * s2 + 1.0 / 27;
  p = p * s2 + 1.0 / 25;
  p = p * s2 + 1.0 / 23;
  p = p * s2 + 1.0 / 21;
  p = p * s2 + 1.0 / 19;
  p = p * s2 + 1.0 / 17;
  p = p * s2 + 1.0 / 15;
#else
  REAL p = 1.0f / 15;
#endif
  p = p * s2 + (REAL)(1.0 / 13);
  p = p * s2 + (REAL)(1.0 / 11);
  p = p * s2 + (REAL)(1.0 / 9);
  p = p * s2 + (REAL)(1.0 / 7);
  p = p * s2 + (REAL)(1.0 / 5);
  p = p * s2 + (REAL)(1.0 / 3);
  return 2 * s + 2 * s * s2 * p;
}

/* log(1 + exp(v)), at most 3 ulp. */
INLINE REAL softplus_(REAL v) {
  REAL magnitude = v < 0 ? -v : v;
  return (v > 0 ? v : 0) + log1p_unit(exp_(-magnitude));
}

/* (1 - Phi(x)) / phi(x) for x >= 0, the ratio of a normal tail to the density before it (Mills), at most 3 ulp, NaN kept:
 * (1 + x) times it is a polynomial in m = (x - 4) / (x + 4), interpolated at Chebyshev's points of [-1, 1] and cut where
 * the rest is below a rounding error; Tests/Reference/make_normal_tail_values.py makes the coefficients. */
INLINE REAL mills_ratio_(REAL x) {
  REAL m = (x - 4) / (x + 4);
#if IS_DOUBLE
  REAL p = 4.480233382099169e-10;
  p = p * m - 1.6952996818880583e-09;
  p = p * m - 6.5624402369464745e-09;
  p = p * m + 1.3723059452459651e-08;
  p = p * m + 5.0778441223320479e-08;
  p = p * m - 4.4949163820386128e-08;
  p = p * m - 2.8692999652079421e-07;
  p = p * m - 3.1010836097575839e-09;
  p = p * m + 1.390762707984928e-06;
  p = p * m + 1.0194890870987357e-06;
  p = p * m - 6.5533544552582505e-06;
  p = p * m - 8.6061878760969382e-06;
  p = p * m + 3.4158814331838209e-05;
  p = p * m + 5.3266970938315365e-05;
  p = p * m - 0.0002202155756957516;
  p = p * m - 0.00023670175882712258;
  p = p * m + 0.001741848773732585;
  p = p * m - 0.00071595090528381213;
  p = p * m - 0.01253910362039814;
  p = p * m + 0.044959129077069809;
  p = p * m - 0.080708009679052298;
  p = p * m + 0.071690481201437437;
  p = p * m + 0.035091880234748005;
  p = p * m - 0.24239967052180811;
  p = p * m + 1.1832619145678034;
#else
  REAL p = -0.000145613129f;
  p = p * m - 0.000125307633f;
  p = p * m + 0.00166687951f;
  p = p * m - 0.000816737185f;
  p = p * m - 0.0125023453f;
  p = p * m + 0.0450010411f;
  p = p * m - 0.0807163417f;
  p = p * m + 0.0716832206f;
  p = p * m + 0.0350925811f;
  p = p * m - 0.24239932f;
  p = p * m + 1.18326187f;
#endif
  return p / (1 + x);
}

#define SQRT_2_PI 2.50662827463100050242

/* 1 - Phi(|t|): the probability beyond t, away from 0. */
INLINE REAL normal_tail(REAL t) {
  REAL x = t < 0 ? -t : t;
  return exp_(-t * t / 2) * mills_ratio_(x) / (REAL)SQRT_2_PI;
}

/* cos(2 pi u) and sin(2 pi u) for u in [0, 1), at most 2 ulp of 1. */
INLINE void cos_sin_turn(REAL u, REAL *c, REAL *s) {
  REAL shifted = 4 * u + ROUNDING_MAGIC;
  REAL q = shifted - ROUNDING_MAGIC;
  INT quadrant = bits_of(shifted) - bits_of(ROUNDING_MAGIC);
  REAL x = (4 * u - q) * (REAL)1.5707963267948966, x2 = x * x;
#if IS_DOUBLE
  REAL a = 1.0 / 355687428096000, b = 1.0 / 20922789888000;
  a = a * x2 - 1.0 / 1307674368000, b = b * x2 - 1.0 / 87178291200;
  a = a * x2 + 1.0 / 6227020800, b = b * x2 + 1.0 / 479001600;
  a = a * x2 - 1.0 / 39916800, b = b * x2 - 1.0 / 3628800;
  a = a * x2 + 1.0 / 362880, b = b * x2 + 1.0 / 40320;
#else
  REAL a = 1.0f / 362880, b = 1.0f / 40320;
#endif
  a = a * x2 - (REAL)(1.0 / 5040), b = b * x2 - (REAL)(1.0 / 720);
  a = a * x2 + (REAL)(1.0 / 120), b = b * x2 + (REAL)(1.0 / 24);
  a = a * x2 - (REAL)(1.0 / 6), b = b * x2 - (REAL)0.5;
  REAL sine = a * x2 * x + x, cosine = b * x2 + 1;
  int odd = quadrant & 1;
  REAL first = odd ? sine : cosine, second = odd ? cosine : sine;
  *c = ((quadrant + 1) & 2) ? -first : first;
  *s = (quadrant & 2) ? -second : second;
}
