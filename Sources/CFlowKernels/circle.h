/* The rational-quadratic spline on the circle (Rezende et al. 2020, section 2.1.2), followed by a rotation. Angles lie in
 * [-B, B) with B = pi as this type rounds it. */

#define HALF_TURN ((REAL)3.14159265358979323846)
/* Rows of phi per feature: widths, heights, slopes, the rotation. */
#define CIRCLE_ROWS(bins) (3 * (bins) + 1)

/* The same angle in [-B, B). */
INLINE REAL wrapped(REAL v) {
  REAL turns = v * (1 / (2 * HALF_TURN)) + ROUNDING_MAGIC;
  v -= (turns - ROUNDING_MAGIC) * (2 * HALF_TURN);
  v = v < -HALF_TURN ? v + 2 * HALF_TURN : v;
  return v >= HALF_TURN ? v - 2 * HALF_TURN : v;
}

/* cos x and sin x, for any x. */
KERNEL void flowkit_circle_points(const REAL *restrict x, REAL *restrict points, size_t n) {
  EVENTS {
    REAL turns = wrapped(x[e]) * (1 / (2 * HALF_TURN));
    cos_sin_turn(turns < 0 ? turns + 1 : turns, points + e, points + n + e);
  }
}

KERNEL void flowkit_circle_points_pullback(const REAL *restrict d, const REAL *restrict points, REAL *restrict r,
                                           size_t n) {
  EVENTS r[e] = points[e] * d[n + e] - points[n + e] * d[e];
}

KERNEL void flowkit_circle_forward(const REAL *x, const REAL *phi, REAL *y, REAL *l, size_t rows, size_t n,
                                   size_t bins) {
  SPLINE_BLOCKS {
    const REAL *xi = x + i * n + e, *logits = phi + i * CIRCLE_ROWS(bins) * n + e, *rotation = logits + 3 * bins * n;
    REAL *yi = y + i * n + e, *li = l + e;
    Lanes p[FLOWKIT_MAXIMUM_BINS], q[FLOWKIT_MAXIMUM_BINS], v, value, slope;
    Bins b;
    softmax_block(logits, n, bins, p);
    softmax_block(logits + bins * n, n, bins, q);
    LANES v[j] = wrapped(xi[j]);
    find_bins(v, (const Lanes *)p, (const Lanes *)q, logits + 2 * bins * n, n, bins, HALF_TURN, 0, 1, &b);
    LANES {
      REAL d0 = knot_slope(b.first[j], b.first_is_free[j]), d1 = knot_slope(b.second[j], b.second_is_free[j]);
      Point at = point_at(clamped((v[j] - b.left[j]) / b.width[j], 0, 1), b.height[j] / b.width[j], d0, d1);
      value[j] = wrapped(b.bottom[j] + b.height[j] * (at.N / at.D) + rotation[j]);
      slope[j] = log_slope(at);
    }
    LANES yi[j] = value[j];
    LANES li[j] += slope[j];
  }
}

KERNEL void flowkit_circle_inverse(const REAL *y, const REAL *phi, REAL *x, REAL *l, size_t rows, size_t n,
                                   size_t bins) {
  SPLINE_BLOCKS {
    const REAL *yi = y + i * n + e, *logits = phi + i * CIRCLE_ROWS(bins) * n + e, *rotation = logits + 3 * bins * n;
    REAL *xi = x + i * n + e, *li = l + e;
    Lanes p[FLOWKIT_MAXIMUM_BINS], q[FLOWKIT_MAXIMUM_BINS], v, value, slope;
    Bins b;
    softmax_block(logits, n, bins, p);
    softmax_block(logits + bins * n, n, bins, q);
    LANES v[j] = wrapped(yi[j] - rotation[j]);
    find_bins(v, (const Lanes *)p, (const Lanes *)q, logits + 2 * bins * n, n, bins, HALF_TURN, 1, 1, &b);
    LANES {
      REAL d0 = knot_slope(b.first[j], b.first_is_free[j]), d1 = knot_slope(b.second[j], b.second_is_free[j]);
      REAL s = b.height[j] / b.width[j], t = position_in_bin((v[j] - b.bottom[j]) / b.height[j], s, d0, d1);
      value[j] = wrapped(b.left[j] + b.width[j] * t);
      slope[j] = log_slope(point_at(t, s, d0, d1));
    }
    LANES xi[j] = value[j];
    LANES li[j] -= slope[j];
  }
}

KERNEL void flowkit_circle_forward_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,
                                            size_t bins) {
  SPLINE_BLOCKS {
    REAL *di = d + i * n + e, *logits = phi + i * CIRCLE_ROWS(bins) * n + e, *rotation = logits + 3 * bins * n;
    Lanes v;
    LANES v[j] = wrapped(x[i * n + e + j]);
    LANES rotation[j] = di[j];
    spline_pullback(di, dl + e, v, logits, n, bins, HALF_TURN, 0, 1);
  }
}

KERNEL void flowkit_circle_inverse_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,
                                            size_t bins) {
  SPLINE_BLOCKS {
    REAL *di = d + i * n + e, *logits = phi + i * CIRCLE_ROWS(bins) * n + e, *rotation = logits + 3 * bins * n;
    spline_pullback(di, dl + e, x + i * n + e, logits, n, bins, HALF_TURN, 1, 1);
    LANES rotation[j] = -di[j];
  }
}
