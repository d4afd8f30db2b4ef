/* Sums of squared polynomials: dy/dx = D(x / B) inside [-B, B], D(u) = epsilon + the mean of p_k(u)^2 over `count` polynomials, and
 * affine outside with the slope at the border. The integral of D is the Gauss-Legendre sum of degree + 1 nodes, which is exact for D and adds
 * positive terms only, so that nothing cancels. */

#define SOS_MINIMUM_SLOPE ((REAL)1e-3)

/* What a block of events shares: the parameters of one feature's first lane, and the rule on [0, 1]: nodes, then weights. */
typedef struct {
  const REAL *a;
  size_t n, degree, count;
  REAL B;
  const REAL *rule;
} SumOfSquares;

#define SOS_ROWS(degree, count) (((degree) + 1) * (count) + 1)

/* What p_k has beside its parameters: 1, and a tilt in which the polynomials differ, or they would all be trained alike. */
INLINE REAL sos_start(const SumOfSquares *s, size_t k, size_t l) {
  REAL tilt = s->count > 1 ? (REAL)k / (REAL)(s->count - 1) - (REAL)0.5 : 0;
  return l == 0 ? 1 : l == 1 ? tilt : 0;
}

/* p_k(u) and its derivative. */
INLINE void sos_polynomial(const SumOfSquares *s, size_t k, const REAL *u, REAL *p, REAL *slope) {
  LANES p[j] = 0, slope[j] = 0;
  for (size_t l = s->degree + 1; l-- > 0;) {
    const REAL *a = s->a + (k * (s->degree + 1) + l) * s->n;
    REAL start = sos_start(s, k, l);
    LANES slope[j] = slope[j] * u[j] + p[j], p[j] = p[j] * u[j] + (a[j] + start);
  }
}

/* D(u) and its derivative. */
INLINE void sos_density(const SumOfSquares *s, const REAL *u, REAL *D, REAL *bend) {
  REAL share = 1 / (REAL)s->count;
  Lanes p, slope;
  LANES D[j] = SOS_MINIMUM_SLOPE, bend[j] = 0;
  for (size_t k = 0; k < s->count; k++) {
    sos_polynomial(s, k, u, p, slope);
    LANES D[j] += share * p[j] * p[j], bend[j] += 2 * share * p[j] * slope[j];
  }
}

/* The constant and B times the integral of D from 0 to t. */
INLINE void sos_value(const SumOfSquares *s, const REAL *t, REAL *value) {
  const REAL *constant = s->a + (SOS_ROWS(s->degree, s->count) - 1) * s->n;
  Lanes u, D, bend, sum;
  LANES sum[j] = 0;
  for (size_t i = 0; i <= s->degree; i++) {
    REAL node = s->rule[i], weight = s->rule[s->degree + 1 + i];
    LANES u[j] = node * t[j];
    sos_density(s, u, D, bend);
    LANES sum[j] += weight * D[j];
  }
  LANES value[j] = constant[j] + s->B * t[j] * sum[j];
}

#define SOS_BLOCKS                                                                                                     \
  ROWS for (size_t e = 0; e < n; e += BLOCK) {                                                                         \
    SumOfSquares s = {phi + i * SOS_ROWS(degree, count) * n + e, n, degree, count, B, rule};

KERNEL void flowkit_sos_forward(const REAL *x, const REAL *phi, REAL *y, REAL *l, size_t rows, size_t n, size_t degree,
                                size_t count, REAL B, const REAL *rule) {
  SOS_BLOCKS
    const REAL *xi = x + i * n + e;
    REAL *yi = y + i * n + e, *li = l + e;
    Lanes t, beyond, value, D, bend;
    LANES {
      REAL inside = clamped(xi[j], -B, B);
      t[j] = inside / B, beyond[j] = xi[j] - inside;
    }
    sos_value(&s, t, value);
    sos_density(&s, t, D, bend);
    LANES yi[j] = value[j] + D[j] * beyond[j];
    LANES li[j] += log_(D[j]);
  }
}

KERNEL void flowkit_sos_inverse(const REAL *y, const REAL *phi, REAL *x, REAL *l, size_t rows, size_t n, size_t degree,
                                size_t count, REAL B, const REAL *rule) {
  SOS_BLOCKS
    const REAL *yi = y + i * n + e;
    REAL *xi = x + i * n + e, *li = l + e;
    Lanes low, high, bottom, top, target, guess, value, D, bend;
    Search search;
    LANES low[j] = -1, high[j] = 1;
    sos_value(&s, low, bottom);
    sos_value(&s, high, top);
    LANES {
      target[j] = clamped(yi[j], bottom[j], top[j]);
      guess[j] = clamped(2 * (target[j] - bottom[j]) / (top[j] - bottom[j]) - 1, -1, 1);
    }
    begin_search(&search, low, high, guess);
    for (int step = 0; step < SEARCH_LIMIT; step++) {
      sos_value(&s, search.at, value);
      sos_density(&s, search.at, D, bend);
      LANES D[j] *= B;
      if (!advance_search(&search, value, D, target, 1)) break;
    }
    sos_density(&s, search.at, D, bend);
    LANES {
      /* At the border itself, where the search may be an ulp short of it. */
      REAL at = yi[j] > top[j] ? 1 : yi[j] < bottom[j] ? -1 : search.at[j];
      xi[j] = B * at + (yi[j] - target[j]) / D[j];
    }
    LANES li[j] -= log_(D[j]);
  }
}

/* d becomes the cotangent of the input, and the parameters theirs. With c_i the cotangent of D at node i, that of a_kl is the sum of
 * 2 c_i p_k(u_i) u_i^l / count; the border or the event itself is one more node. Of the inverse the cotangent of y is (d - dl bend / D) / D,
 * and the rest is the forward pullback at x with signs turned. */
INLINE void sos_pullback(REAL *d, const REAL *dl, const REAL *xi, REAL *a, size_t n, size_t degree, size_t count, REAL B,
                         const REAL *rule, int is_inverse) {
  SumOfSquares s = {a, n, degree, count, B, rule};
  REAL sums[FLOWKIT_MAXIMUM_SQUARES * (FLOWKIT_MAXIMUM_DEGREE + 1)][BLOCK];
  Lanes t, beyond, D, bend, v, c, u, weight, p, slope;
  LANES {
    REAL inside = clamped(xi[j], -B, B);
    t[j] = inside / B, beyond[j] = xi[j] - inside;
  }
  sos_density(&s, t, D, bend);
  LANES {
    REAL logBend = beyond[j] == 0 ? bend[j] / (B * D[j]) : 0;
    REAL ofInput = is_inverse ? (d[j] - dl[j] * logBend) / D[j] : d[j] * D[j] + dl[j] * logBend;
    v[j] = is_inverse ? -ofInput : d[j], c[j] = is_inverse ? -dl[j] : dl[j];
    d[j] = ofInput;
  }
  for (size_t r = 0; r < count * (degree + 1); r++) LANES sums[r][j] = 0;
  for (size_t node = 0; node <= degree + 1; node++) {
    int is_own = node > degree;
    REAL place = is_own ? 1 : rule[node], part = is_own ? 0 : rule[degree + 1 + node];
    LANES {
      REAL own = v[j] * beyond[j] + c[j] / D[j];
      u[j] = place * t[j];
      weight[j] = 2 / (REAL)count * (is_own ? own : part * B * t[j] * v[j]);
    }
    for (size_t k = 0; k < count; k++) {
      sos_polynomial(&s, k, u, p, slope);
      LANES p[j] *= weight[j];
      for (size_t l = 0; l <= degree; l++) {
        REAL *sum = sums[k * (degree + 1) + l];
        LANES sum[j] += p[j], p[j] *= u[j];
      }
    }
  }
  for (size_t r = 0; r < count * (degree + 1); r++) LANES a[r * n + j] = sums[r][j];
  LANES a[count * (degree + 1) * n + j] = v[j];
}

KERNEL void flowkit_sos_forward_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,
                                         size_t degree, size_t count, REAL B, const REAL *rule) {
  ROWS for (size_t e = 0; e < n; e += BLOCK)
    sos_pullback(d + i * n + e, dl + e, x + i * n + e, phi + i * SOS_ROWS(degree, count) * n + e, n, degree, count, B,
                 rule, 0);
}

KERNEL void flowkit_sos_inverse_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,
                                         size_t degree, size_t count, REAL B, const REAL *rule) {
  ROWS for (size_t e = 0; e < n; e += BLOCK)
    sos_pullback(d + i * n + e, dl + e, x + i * n + e, phi + i * SOS_ROWS(degree, count) * n + e, n, degree, count, B,
                 rule, 1);
}
