/* Deep sigmoidal maps: y = (1 - epsilon) g(x) + epsilon x with g the logit of the mean of K sigmoids of z_k = a_k x + b_k, a_k > 0, by the
 * weights softmax(w). With W = exp(w), g is the logarithm of the sum of W sigmoid(z) less that of W sigmoid(-z). Both are summed relative to
 * their largest terms, so that nothing under- or overflows, and the denominator of the softmax cancels. With p and q the shares of the units
 * in the two sums, g' is the sum of a (p sigmoid(-z) + q sigmoid(z)): positive terms only. Rows of phi: w, s and b of each unit. */

#define NAF_MINIMUM_SLOPE ((REAL)1e-3)
/* log 1000, the bound of log a. */
#define NAF_LOG_SCALE ((REAL)6.907755278982137)
/* b starts evenly between this and its negative, or the units would all be trained alike. */
#define NAF_SPREAD ((REAL)2)
#define NAF_ROWS 3

typedef struct {
  size_t units;
  Lanes a[FLOWKIT_MAXIMUM_SIGMOIDS], b[FLOWKIT_MAXIMUM_SIGMOIDS], w[FLOWKIT_MAXIMUM_SIGMOIDS];
} Naf;

/* What the units are at one x: sigmoid(z) and sigmoid(-z), p and q. */
typedef struct {
  Lanes up[FLOWKIT_MAXIMUM_SIGMOIDS], down[FLOWKIT_MAXIMUM_SIGMOIDS];
  Lanes p[FLOWKIT_MAXIMUM_SIGMOIDS], q[FLOWKIT_MAXIMUM_SIGMOIDS];
} NafUnits;

INLINE REAL naf_start(size_t k, size_t units) {
  return units > 1 ? NAF_SPREAD * (1 - 2 * (REAL)k / (REAL)(units - 1)) : 0;
}

/* exp(s / (1 + |s| / log 1000)). */
INLINE REAL naf_scale(REAL s) { return exp_(s / (1 + (s < 0 ? -s : s) / NAF_LOG_SCALE)); }

/* The derivative of log a by s. */
INLINE REAL naf_scale_bend(REAL s) {
  REAL r = 1 / (1 + (s < 0 ? -s : s) / NAF_LOG_SCALE);
  return r * r;
}

INLINE void naf_read(const REAL *phi, size_t n, size_t units, Naf *m) {
  m->units = units;
  for (size_t k = 0; k < units; k++) {
    const REAL *row = phi + NAF_ROWS * k * n;
    REAL start = naf_start(k, units);
    LANES m->w[k][j] = row[j], m->a[k][j] = naf_scale(row[n + j]), m->b[k][j] = row[2 * n + j] + start;
  }
}

/* g and the two parts of g'. */
INLINE void naf_at(const Naf *m, const REAL *x, NafUnits *u, REAL *g, REAL *rise, REAL *fall) {
  Lanes most, least, above, below;
  LANES most[j] = -(REAL)__builtin_inf(), least[j] = -(REAL)__builtin_inf();
  for (size_t k = 0; k < m->units; k++) LANES {
      REAL z = m->a[k][j] * x[j] + m->b[k][j], size = z < 0 ? -z : z, t = exp_(-size), h = 1 / (1 + t);
      REAL left = m->w[k][j] + (z < 0 ? z : 0), right = m->w[k][j] - (z > 0 ? z : 0);
      u->up[k][j] = z > 0 ? h : t * h, u->down[k][j] = z > 0 ? t * h : h;
      u->p[k][j] = left, u->q[k][j] = right;
      most[j] = left > most[j] ? left : most[j], least[j] = right > least[j] ? right : least[j];
    }
  LANES above[j] = 0, below[j] = 0;
  for (size_t k = 0; k < m->units; k++) LANES {
      /* sigmoid(z) = exp(min(z, 0)) h. */
      REAL h = u->up[k][j] > u->down[k][j] ? u->up[k][j] : u->down[k][j];
      u->p[k][j] = exp_(u->p[k][j] - most[j]) * h, u->q[k][j] = exp_(u->q[k][j] - least[j]) * h;
      above[j] += u->p[k][j], below[j] += u->q[k][j];
    }
  LANES {
    g[j] = (most[j] - least[j]) + log_(above[j] / below[j]);
    above[j] = 1 / above[j], below[j] = 1 / below[j], rise[j] = 0, fall[j] = 0;
  }
  for (size_t k = 0; k < m->units; k++) LANES {
      u->p[k][j] *= above[j], u->q[k][j] *= below[j];
      rise[j] += m->a[k][j] * u->p[k][j] * u->down[k][j], fall[j] += m->a[k][j] * u->q[k][j] * u->up[k][j];
    }
}

/* y and dy/dx. */
INLINE void naf_value(const Naf *m, const REAL *x, REAL *y, REAL *D) {
  NafUnits u;
  Lanes g, rise, fall;
  naf_at(m, x, &u, g, rise, fall);
  LANES {
    y[j] = (1 - NAF_MINIMUM_SLOPE) * g[j] + NAF_MINIMUM_SLOPE * x[j];
    D[j] = (1 - NAF_MINIMUM_SLOPE) * (rise[j] + fall[j]) + NAF_MINIMUM_SLOPE;
  }
}

#define NAF_BLOCKS                                                                                                     \
  ROWS for (size_t e = 0; e < n; e += BLOCK) {                                                                         \
    Naf m;                                                                                                             \
    naf_read(phi + i * NAF_ROWS * units * n + e, n, units, &m);

KERNEL void flowkit_naf_forward(const REAL *x, const REAL *phi, REAL *y, REAL *l, size_t rows, size_t n, size_t units) {
  NAF_BLOCKS
    REAL *yi = y + i * n + e, *li = l + e;
    Lanes place, value, D;
    LANES place[j] = x[i * n + e + j];
    naf_value(&m, place, value, D);
    LANES yi[j] = value[j], li[j] += log_(D[j]);
  }
}

/* g lies between the least and the largest z_k, which are straight lines: x lies between the places where these take y. */
KERNEL void flowkit_naf_inverse(const REAL *y, const REAL *phi, REAL *x, REAL *l, size_t rows, size_t n, size_t units) {
  NAF_BLOCKS
    REAL *xi = x + i * n + e, *li = l + e;
    Lanes low, high, target, guess, value, D;
    Search search;
    LANES target[j] = y[i * n + e + j], low[j] = (REAL)__builtin_inf(), high[j] = -(REAL)__builtin_inf();
    for (size_t k = 0; k < units; k++) LANES {
        REAL slope = (1 - NAF_MINIMUM_SLOPE) * m.a[k][j] + NAF_MINIMUM_SLOPE;
        REAL place = (target[j] - (1 - NAF_MINIMUM_SLOPE) * m.b[k][j]) / slope;
        low[j] = place < low[j] ? place : low[j], high[j] = place > high[j] ? place : high[j];
      }
    LANES guess[j] = low[j] + (high[j] - low[j]) / 2;
    begin_search(&search, low, high, guess);
    for (int step = 0; step < SEARCH_LIMIT; step++) {
      naf_value(&m, search.at, value, D);
      if (!advance_search(&search, value, D, target, 1)) break;
    }
    naf_value(&m, search.at, value, D);
    LANES xi[j] = search.at[j], li[j] -= log_(D[j]);
  }
}

/* d becomes the cotangent of the input, and the parameters theirs; of the inverse as in `sos_pullback`. With r = p sigmoid(-z) + q sigmoid(z), the
 * derivative of g by z_k, that of g' by z_k is a (sigmoid(-z) - sigmoid(z)) r - rise p sigmoid(-z) + fall q sigmoid(z). */
INLINE void naf_pullback(REAL *d, const REAL *dl, const REAL *xi, REAL *phi, size_t n, size_t units, int is_inverse) {
  Naf m;
  NafUnits u;
  Lanes place, g, rise, fall, bend, ofValue, ofSlope;
  naf_read(phi, n, units, &m);
  LANES place[j] = xi[j];
  naf_at(&m, place, &u, g, rise, fall);
  LANES bend[j] = 0;
  for (size_t k = 0; k < units; k++) LANES {
      REAL left = u.p[k][j] * u.down[k][j], right = u.q[k][j] * u.up[k][j];
      REAL turn = m.a[k][j] * (u.down[k][j] - u.up[k][j]) * (left + right) - rise[j] * left + fall[j] * right;
      bend[j] += m.a[k][j] * turn;
    }
  LANES {
    REAL share = 1 - NAF_MINIMUM_SLOPE, D = share * (rise[j] + fall[j]) + NAF_MINIMUM_SLOPE;
    REAL logBend = share * bend[j] / D;
    REAL ofInput = is_inverse ? (d[j] - dl[j] * logBend) / D : d[j] * D + dl[j] * logBend;
    ofValue[j] = share * (is_inverse ? -ofInput : d[j]), ofSlope[j] = share * (is_inverse ? -dl[j] : dl[j]) / D;
    d[j] = ofInput;
  }
  for (size_t k = 0; k < units; k++) {
    REAL *row = phi + NAF_ROWS * k * n;
    LANES {
      REAL a = m.a[k][j], p = u.p[k][j], q = u.q[k][j], up = u.up[k][j], down = u.down[k][j];
      REAL left = p * down, right = q * up, slope = left + right;
      REAL ofPlace = ofValue[j] * slope + ofSlope[j] * (a * (down - up) * slope - rise[j] * left + fall[j] * right);
      row[j] = ofValue[j] * (p - q) + ofSlope[j] * (p * (a * down - rise[j]) + q * (a * up - fall[j]));
      row[n + j] = (ofPlace * place[j] + ofSlope[j] * slope) * a * naf_scale_bend(row[n + j]);
      row[2 * n + j] = ofPlace;
    }
  }
}

KERNEL void flowkit_naf_forward_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,
                                         size_t units) {
  ROWS for (size_t e = 0; e < n; e += BLOCK)
    naf_pullback(d + i * n + e, dl + e, x + i * n + e, phi + i * NAF_ROWS * units * n + e, n, units, 0);
}

KERNEL void flowkit_naf_inverse_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,
                                         size_t units) {
  ROWS for (size_t e = 0; e < n; e += BLOCK)
    naf_pullback(d + i * n + e, dl + e, x + i * n + e, phi + i * NAF_ROWS * units * n + e, n, units, 1);
}
