/* The monotone rational-quadratic spline of Durkan, Bekasov, Murray & Papamakarios, "Neural Spline Flows" (NeurIPS
 * 2019), section 3.1. */

#define SPLINE_BLOCKS                                                                                                  \
  ROWS for (size_t e = 0; e < n; e += BLOCK)

KERNEL void flowkit_spline_forward(const REAL *x, const REAL *phi, REAL *y, REAL *l, size_t rows, size_t n, size_t bins,
                                   REAL B) {
  SPLINE_BLOCKS {
    const REAL *xi = x + i * n + e, *logits = phi + i * (3 * bins - 1) * n + e;
    REAL *yi = y + i * n + e, *li = l + e;
    Lanes p[FLOWKIT_MAXIMUM_BINS], q[FLOWKIT_MAXIMUM_BINS], x0, v, value, slope;
    Bins b;
    softmax_block(logits, n, bins, p);
    softmax_block(logits + bins * n, n, bins, q);
    LANES x0[j] = xi[j];
    LANES v[j] = clamped(x0[j], -B, B);
    find_bins(v, (const Lanes *)p, (const Lanes *)q, logits + 2 * bins * n, n, bins, B, 0, 0, &b);
    LANES {
      REAL d0 = knot_slope(b.first[j], b.first_is_free[j]), d1 = knot_slope(b.second[j], b.second_is_free[j]);
      Point at = point_at(clamped((v[j] - b.left[j]) / b.width[j], 0, 1), b.height[j] / b.width[j], d0, d1);
      int inside = x0[j] == v[j];
      value[j] = inside ? b.bottom[j] + b.height[j] * (at.N / at.D) : x0[j];
      slope[j] = inside ? log_slope(at) : 0;
    }
    LANES yi[j] = value[j];
    LANES li[j] += slope[j];
  }
}

/* The paper's equations 6-8, solved without a difference of near numbers. With r = (y - bottom) / height the discriminant
 * b^2 - 4 a c is, per height^2, (d0 (1 - r) - d1 r)^2 + 4 s^2 r (1 - r), which rounding cannot make negative; and of the
 * position t in the bin and its mirror image 1 - t, the smaller formula's denominator is a sum of positive terms. */
INLINE REAL position_in_bin(REAL rise, REAL s, REAL d0, REAL d1) {
  rise = clamped(rise, 0, 1);
  REAL below = 2 * s * rise, above = 2 * s * (1 - rise), tilt = d0 * (1 - rise) - d1 * rise;
  REAL root = square_root(tilt * tilt + below * above);
  return tilt > 0 ? below / (below + tilt + root) : 1 - above / (above - tilt + root);
}

KERNEL void flowkit_spline_inverse(const REAL *y, const REAL *phi, REAL *x, REAL *l, size_t rows, size_t n, size_t bins,
                                   REAL B) {
  SPLINE_BLOCKS {
    const REAL *yi = y + i * n + e, *logits = phi + i * (3 * bins - 1) * n + e;
    REAL *xi = x + i * n + e, *li = l + e;
    Lanes p[FLOWKIT_MAXIMUM_BINS], q[FLOWKIT_MAXIMUM_BINS], y0, v, value, slope;
    Bins bin;
    softmax_block(logits, n, bins, p);
    softmax_block(logits + bins * n, n, bins, q);
    LANES y0[j] = yi[j];
    LANES v[j] = clamped(y0[j], -B, B);
    find_bins(v, (const Lanes *)p, (const Lanes *)q, logits + 2 * bins * n, n, bins, B, 1, 0, &bin);
    LANES {
      REAL d0 = knot_slope(bin.first[j], bin.first_is_free[j]), d1 = knot_slope(bin.second[j], bin.second_is_free[j]);
      REAL s = bin.height[j] / bin.width[j], t = position_in_bin((v[j] - bin.bottom[j]) / bin.height[j], s, d0, d1);
      int inside = y0[j] == v[j];
      value[j] = inside ? bin.left[j] + bin.width[j] * t : y0[j];
      slope[j] = inside ? log_slope(point_at(t, s, d0, d1)) : 0;
    }
    LANES xi[j] = value[j];
    LANES li[j] -= slope[j];
  }
}

/* Cotangents of what a bin is made of. */
typedef struct {
  Lanes left, width, bottom, height, first, second;
} BinCotangents;

/* The cotangent of one softmax's logits, in place, from those of the bin's near edge and size: bins before the event's
 * own shift the edge, its own changes size. */
INLINE void pull_back_softmax(REAL *logits, size_t n, size_t bins, REAL B, const Lanes *p, const REAL *v,
                              const Lanes *edges, const REAL *edge_bar, const REAL *size_bar) {
  Lanes mean;
  REAL scale = 2 * B * (1 - MINIMUM_SIZE * (REAL)bins);
  LANES mean[j] = 0;
  for (size_t k = 0; k < bins; k++) LANES {
      REAL before = v[j] >= edges[k + 1][j], reached = v[j] >= edges[k][j];
      mean[j] += p[k][j] * (before * edge_bar[j] + (reached - before) * size_bar[j]);
    }
  for (size_t k = 0; k < bins; k++) LANES {
      REAL before = v[j] >= edges[k + 1][j], reached = v[j] >= edges[k][j];
      logits[k * n + j] = scale * p[k][j] * (before * edge_bar[j] + (reached - before) * size_bar[j] - mean[j]);
    }
}

/* edges[k]: where bin k begins along the axis that decides membership; the first begins and the last ends beyond
 * every event. */
INLINE void bin_edges(const Lanes *p, size_t bins, REAL B, Lanes *edges) {
  LANES edges[0][j] = -B;
  for (size_t k = 1; k < bins; k++) LANES edges[k][j] = edges[k - 1][j] + bin_size(p[k - 1][j], bins, B);
  LANES edges[0][j] = -2 * B, edges[bins][j] = 2 * B;
}

INLINE REAL slope_cotangent(REAL logit, REAL is_free, REAL cotangent) {
  return is_free > 0 ? cotangent * sigmoid_(logit + UNIT_SLOPE) : 0;
}

/* The cotangents of one event's bin for those of y and of log dy/dx; d becomes that of the map's input.
 *
 * The inverse x(y) has dx = (dy - g_phi dphi) / g_x and log-determinant -log g_x. So its pullback is the forward one at
 * x, called with the cotangents -ybar and -lbar, where ybar = (xbar - lbar d(log g_x)/dx) / g_x is the cotangent of y. */
INLINE void pull_back_points(REAL *d, const REAL *dl, const REAL *x, const REAL *v, const Bins *b, int is_inverse,
                             BinCotangents *bar) {
  LANES {
    REAL d0 = knot_slope(b->first[j], b->first_is_free[j]), d1 = knot_slope(b->second[j], b->second_is_free[j]);
    REAL w = b->width[j], h = b->height[j];
    Point at = point_at(clamped((v[j] - b->left[j]) / w, 0, 1), h / w, d0, d1);
    REAL t = at.xi, s = at.s, omega = at.omega, side = 1 - 2 * t;
    REAL N_t = 2 * s * t + d0 * side, D_t = (d0 + d1 - 2 * s) * side;
    REAL M_t = 2 * (d1 * t + s * side - d0 * (1 - t));
    REAL inverse_D = 1 / at.D, inverse_M = 1 / at.M;
    REAL slope = at.M * (s * inverse_D) * (s * inverse_D);
    int inside = x[j] == v[j];
    REAL lbar = inside ? dl[j] : 0, ybar = inside ? d[j] : 0;
    if (is_inverse) {
      ybar = -(ybar - lbar * (M_t * inverse_M - 2 * D_t * inverse_D) / w) / slope;
      lbar = -lbar;
    }
    REAL ratio = at.N * inverse_D, N_bar = ybar * h * inverse_D, M_bar = lbar * inverse_M;
    REAL D_bar = -N_bar * ratio - 2 * lbar * inverse_D;
    REAL t_bar = (N_bar * N_t + D_bar * D_t + M_bar * M_t) / w;
    REAL s_bar = (N_bar * t * t + D_bar * (1 - 2 * omega) + 2 * M_bar * omega + 2 * lbar / s) / w;
    bar->left[j] = -t_bar;
    bar->width[j] = -t_bar * t - s_bar * s;
    bar->bottom[j] = ybar;
    bar->height[j] = ybar * ratio + s_bar;
    bar->first[j] = slope_cotangent(b->first[j], b->first_is_free[j],
                                    (N_bar + D_bar) * omega + M_bar * (1 - t) * (1 - t));
    bar->second[j] = slope_cotangent(b->second[j], b->second_is_free[j], D_bar * omega + M_bar * t * t);
    d[j] = inside ? (is_inverse ? -ybar : t_bar) : d[j];
  }
}

INLINE void spline_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *logits, size_t n, size_t bins, REAL B,
                            int is_inverse, int is_circle) {
  Lanes p[FLOWKIT_MAXIMUM_BINS], q[FLOWKIT_MAXIMUM_BINS], edges[FLOWKIT_MAXIMUM_BINS + 1], v, x0, d0, l0;
  Bins b;
  BinCotangents bar;
  REAL *slopes = logits + 2 * bins * n;
  softmax_block(logits, n, bins, p);
  softmax_block(logits + bins * n, n, bins, q);
  LANES x0[j] = x[j];
  LANES d0[j] = d[j];
  LANES l0[j] = dl[j];
  LANES v[j] = clamped(x0[j], -B, B);
  find_bins(v, (const Lanes *)p, (const Lanes *)q, slopes, n, bins, B, 0, is_circle, &b);
  pull_back_points(d0, l0, x0, v, &b, is_inverse, &bar);
  LANES d[j] = d0[j];
  bin_edges((const Lanes *)p, bins, B, edges);
  pull_back_softmax(logits, n, bins, B, (const Lanes *)p, v, (const Lanes *)edges, bar.left, bar.width);
  pull_back_softmax(logits + bins * n, n, bins, B, (const Lanes *)q, v, (const Lanes *)edges, bar.bottom, bar.height);
  /* Knot k ends bin k and begins bin k + 1. */
  for (size_t k = 0; k + 1 < bins; k++) LANES {
      REAL in_bin = (REAL)(v[j] >= edges[k][j]) - (REAL)(v[j] >= edges[k + 1][j]);
      REAL in_next = (REAL)(v[j] >= edges[k + 1][j]) - (REAL)(v[j] >= edges[k + 2][j]);
      slopes[k * n + j] = in_bin * bar.second[j] + in_next * bar.first[j];
    }
  if (is_circle) LANES {
      REAL in_first = v[j] < edges[1][j], in_last = v[j] >= edges[bins - 1][j];
      slopes[(bins - 1) * n + j] = in_first * bar.first[j] + in_last * bar.second[j];
    }
}

KERNEL void flowkit_spline_forward_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,
                                            size_t bins, REAL B) {
  SPLINE_BLOCKS spline_pullback(d + i * n + e, dl + e, x + i * n + e, phi + i * (3 * bins - 1) * n + e, n, bins, B, 0,
                                0);
}

KERNEL void flowkit_spline_inverse_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,
                                            size_t bins, REAL B) {
  SPLINE_BLOCKS spline_pullback(d + i * n + e, dl + e, x + i * n + e, phi + i * (3 * bins - 1) * n + e, n, bins, B, 1,
                                0);
}
