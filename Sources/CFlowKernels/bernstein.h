/* Increasing Bernstein polynomials of degree m: inside [-B, B], with t = (x + B) / 2B, dy/dx = D = sum of k_i b_(i, m - 1)(t), a mean of the
 * slopes k_i > 0, and y the sum of the same increments; affine outside with the slope at the border. The first two slopes are one parameter,
 * and so are the last two: the second derivative is 0 at the borders. Rows of phi: the constant, m - 2 slope logits. */

typedef struct {
  size_t degree;
  REAL B;
  /* k_i, and the coefficients of y without the constant, in units of 2B / m: sums of slopes, less half of all. */
  Lanes k[FLOWKIT_MAXIMUM_BERNSTEIN], sum[FLOWKIT_MAXIMUM_BERNSTEIN + 1];
} Bernstein;

INLINE void bernstein_read(const REAL *phi, size_t n, size_t degree, REAL B, Bernstein *p) {
  Lanes half;
  p->degree = degree, p->B = B;
  for (size_t r = 1; r + 1 < degree; r++) LANES p->k[r][j] = knot_slope(phi[r * n + j], 1);
  LANES p->k[0][j] = p->k[1][j], p->k[degree - 1][j] = p->k[degree - 2][j], p->sum[0][j] = 0;
  for (size_t i = 0; i < degree; i++) LANES p->sum[i + 1][j] = p->sum[i][j] + p->k[i][j];
  LANES half[j] = p->sum[degree][j] / 2;
  for (size_t i = 0; i <= degree; i++) LANES p->sum[i][j] -= half[j];
}

/* b[i] = C(m, i) t^i s^(m - i), s = 1 - t. */
INLINE void bernstein_basis(size_t m, const REAL *t, const REAL *s, Lanes *b) {
  Lanes power;
  double binomial = 1;
  LANES power[j] = 1;
  for (size_t i = 0; i <= m; i++) {
    REAL factor = (REAL)binomial;
    LANES b[i][j] = factor * power[j], power[j] *= t[j];
    binomial = binomial * (double)(m - i) / (double)(i + 1);
  }
  LANES power[j] = 1;
  for (size_t i = m + 1; i-- > 0;) LANES b[i][j] *= power[j], power[j] *= s[j];
}

/* y without the constant, D and its derivative by x, at v in [-B, B]. */
INLINE void bernstein_at(const Bernstein *p, const REAL *v, REAL *value, REAL *D, REAL *bend) {
  size_t m = p->degree;
  REAL B = p->B, unit = 2 * B / (REAL)m, steepness = (REAL)(m - 1) / (2 * B);
  Lanes t, s, b[FLOWKIT_MAXIMUM_BERNSTEIN + 1];
  LANES t[j] = (B + v[j]) / (2 * B), s[j] = (B - v[j]) / (2 * B), value[j] = 0, D[j] = 0, bend[j] = 0;
  bernstein_basis(m, t, s, b);
  for (size_t i = 0; i <= m; i++) LANES value[j] += unit * b[i][j] * p->sum[i][j];
  bernstein_basis(m - 1, t, s, b);
  for (size_t i = 0; i < m; i++) LANES D[j] += b[i][j] * p->k[i][j];
  bernstein_basis(m - 2, t, s, b);
  for (size_t i = 0; i + 1 < m; i++) LANES bend[j] += steepness * b[i][j] * (p->k[i + 1][j] - p->k[i][j]);
}

#define BERNSTEIN_BLOCKS                                                                                               \
  ROWS for (size_t e = 0; e < n; e += BLOCK) {                                                                         \
    const REAL *constant = phi + i * (degree - 1) * n + e;                                                             \
    Bernstein p;                                                                                                       \
    bernstein_read(constant, n, degree, B, &p);

KERNEL void flowkit_bernstein_forward(const REAL *x, const REAL *phi, REAL *y, REAL *l, size_t rows, size_t n,
                                      size_t degree, REAL B) {
  BERNSTEIN_BLOCKS
    const REAL *xi = x + i * n + e;
    REAL *yi = y + i * n + e, *li = l + e;
    Lanes inside, value, D, bend;
    LANES inside[j] = clamped(xi[j], -B, B);
    bernstein_at(&p, inside, value, D, bend);
    LANES yi[j] = constant[j] + (value[j] + D[j] * (xi[j] - inside[j]));
    LANES li[j] += log_(D[j]);
  }
}

KERNEL void flowkit_bernstein_inverse(const REAL *y, const REAL *phi, REAL *x, REAL *l, size_t rows, size_t n,
                                      size_t degree, REAL B) {
  BERNSTEIN_BLOCKS
    const REAL *yi = y + i * n + e;
    REAL *xi = x + i * n + e, *li = l + e;
    Lanes low, high, target, beyond, guess, value, D, bend;
    Search search;
    LANES {
      REAL top = 2 * B / (REAL)degree * p.sum[degree][j], moved = yi[j] - constant[j];
      low[j] = -B, high[j] = B;
      target[j] = clamped(moved, -top, top);
      beyond[j] = moved - target[j];
      guess[j] = clamped(B * (target[j] / top), -B, B);
    }
    begin_search(&search, low, high, guess);
    for (int step = 0; step < SEARCH_LIMIT; step++) {
      bernstein_at(&p, search.at, value, D, bend);
      if (!advance_search(&search, value, D, target, B)) break;
    }
    LANES search.at[j] = beyond[j] > 0 ? B : beyond[j] < 0 ? -B : search.at[j];
    bernstein_at(&p, search.at, value, D, bend);
    LANES xi[j] = search.at[j] + beyond[j] / D[j];
    LANES li[j] -= log_(D[j]);
  }
}

/* d becomes the cotangent of the input, and the parameters theirs; of the inverse as in `sos_pullback`. The cotangent of k_i is
 * that of y times (2B / m) (the sum of b_(h, m) over h > i, less a half), and that of D times b_(i, m - 1). */
INLINE void bernstein_pullback(REAL *d, const REAL *dl, const REAL *xi, REAL *phi, size_t n, size_t degree, REAL B,
                               int is_inverse) {
  Bernstein p;
  Lanes inside, beyond, t, s, value, D, bend, v, own, tail, bar[FLOWKIT_MAXIMUM_BERNSTEIN];
  Lanes basis[FLOWKIT_MAXIMUM_BERNSTEIN + 1], lower[FLOWKIT_MAXIMUM_BERNSTEIN + 1];
  bernstein_read(phi, n, degree, B, &p);
  LANES {
    inside[j] = clamped(xi[j], -B, B), beyond[j] = xi[j] - inside[j];
    t[j] = (B + inside[j]) / (2 * B), s[j] = (B - inside[j]) / (2 * B);
  }
  bernstein_at(&p, inside, value, D, bend);
  LANES {
    REAL logBend = beyond[j] == 0 ? bend[j] / D[j] : 0;
    REAL ofInput = is_inverse ? (d[j] - dl[j] * logBend) / D[j] : d[j] * D[j] + dl[j] * logBend;
    v[j] = is_inverse ? -ofInput : d[j];
    own[j] = v[j] * beyond[j] + (is_inverse ? -dl[j] : dl[j]) / D[j];
    d[j] = ofInput;
    tail[j] = 0;
  }
  bernstein_basis(degree, t, s, basis);
  bernstein_basis(degree - 1, t, s, lower);
  for (size_t i = degree; i-- > 0;) LANES {
      tail[j] += basis[i + 1][j];
      bar[i][j] = v[j] * (2 * B / (REAL)degree) * (tail[j] - (REAL)0.5) + own[j] * lower[i][j];
    }
  LANES bar[1][j] += bar[0][j], bar[degree - 2][j] += bar[degree - 1][j], phi[j] = v[j];
  for (size_t r = 1; r + 1 < degree; r++) LANES phi[r * n + j] = bar[r][j] * sigmoid_(phi[r * n + j] + UNIT_SLOPE);
}

KERNEL void flowkit_bernstein_forward_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,
                                               size_t degree, REAL B) {
  ROWS for (size_t e = 0; e < n; e += BLOCK)
    bernstein_pullback(d + i * n + e, dl + e, x + i * n + e, phi + i * (degree - 1) * n + e, n, degree, B, 0);
}

KERNEL void flowkit_bernstein_inverse_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,
                                               size_t degree, REAL B) {
  ROWS for (size_t e = 0; e < n; e += BLOCK)
    bernstein_pullback(d + i * n + e, dl + e, x + i * n + e, phi + i * (degree - 1) * n + e, n, degree, B, 1);
}
