/* The bins of a rational-quadratic spline, on a line or a circle, and an event in its bin.
 *
 * The bins run outside and sixteen events inside: every event of a block walks all bins and keeps, by comparison, what
 * belongs to its own. Events outside the box are computed as if at its edge and replaced at the end, so that nothing
 * infinite is ever multiplied by a masking zero. */

#define MINIMUM_SIZE ((REAL)1e-3)
#define MINIMUM_SLOPE ((REAL)1e-3)
/* log(exp(1 - MINIMUM_SLOPE) - 1): the softplus argument at which a slope is 1. */
#define UNIT_SLOPE ((REAL)0.5397424172369522)

typedef REAL Lanes[BLOCK];

/* What a block of events needs of its bins: left edge, size and slope logits in x; the same in y. */
typedef struct {
  Lanes left, width, bottom, height, first, second;
  /* Inner knots: 1 where the bin's first (second) slope is free, 0 at the ends of the box. */
  Lanes first_is_free, second_is_free;
} Bins;

/* p = softmax of `bins` rows of logits. */
INLINE void softmax_block(const REAL *logits, size_t n, size_t bins, Lanes *p) {
  Lanes largest, total;
  LANES largest[j] = logits[j];
  for (size_t k = 1; k < bins; k++) LANES largest[j] = logits[k * n + j] > largest[j] ? logits[k * n + j] : largest[j];
  LANES total[j] = 0;
  for (size_t k = 0; k < bins; k++) LANES {
      REAL v = exp_(logits[k * n + j] - largest[j]);
      p[k][j] = v;
      total[j] += v;
    }
  LANES total[j] = 1 / total[j];
  for (size_t k = 0; k < bins; k++) LANES p[k][j] *= total[j];
}

/* The size of a bin with softmax share p. */
INLINE REAL bin_size(REAL p, size_t bins, REAL B) {
  return 2 * B * (MINIMUM_SIZE + (1 - MINIMUM_SIZE * (REAL)bins) * p);
}

/* The bin of each position v in [-B, B], counted along x or, for the inverse, along y. The last bin ends at B exactly. On
 * a circle both ends are one knot, whose slope logit follows those of the inner ones. */
INLINE void find_bins(const REAL *v, const Lanes *p, const Lanes *q, const REAL *slopes, size_t n, size_t bins, REAL B,
                      int along_y, int is_circle, Bins *b) {
  const REAL *outer = slopes + (is_circle ? bins - 1 : 0) * n;
  Lanes x, y;
  LANES {
    x[j] = -B, y[j] = -B;
    b->left[j] = -B, b->bottom[j] = -B;
    b->width[j] = bin_size(p[0][j], bins, B);
    b->height[j] = bin_size(q[0][j], bins, B);
    b->first[j] = is_circle ? outer[j] : 0, b->first_is_free[j] = is_circle;
    b->second[j] = slopes[j], b->second_is_free[j] = 1;
  }
  for (size_t k = 1; k < bins; k++) {
    int is_last = k + 1 == bins;
    const REAL *next = is_last ? outer : slopes + k * n;
    LANES {
      REAL edge = x[j] + bin_size(p[k - 1][j], bins, B), step = y[j] + bin_size(q[k - 1][j], bins, B);
      x[j] = edge, y[j] = step;
      REAL width = is_last ? B - edge : bin_size(p[k][j], bins, B);
      REAL height = is_last ? B - step : bin_size(q[k][j], bins, B);
      REAL second = is_last && !is_circle ? 0 : next[j];
      int reached = v[j] >= (along_y ? step : edge);
      b->left[j] = reached ? edge : b->left[j];
      b->bottom[j] = reached ? step : b->bottom[j];
      b->width[j] = reached ? width : b->width[j];
      b->height[j] = reached ? height : b->height[j];
      b->first[j] = reached ? slopes[(k - 1) * n + j] : b->first[j];
      b->second[j] = reached ? second : b->second[j];
      b->first_is_free[j] = reached ? 1 : b->first_is_free[j];
      b->second_is_free[j] = reached ? is_circle || !is_last : b->second_is_free[j];
    }
  }
}

INLINE REAL knot_slope(REAL logit, REAL is_free) {
  return is_free > 0 ? MINIMUM_SLOPE + softplus_(logit + UNIT_SLOPE) : 1;
}

/* One event in its bin: y = bottom + height N / D and dy/dx = s^2 M / D^2 (the paper's equations 4 and 5). */
typedef struct {
  REAL xi, s, d0, d1, omega, N, D, M;
} Point;

INLINE Point point_at(REAL xi, REAL s, REAL d0, REAL d1) {
  REAL omega = xi * (1 - xi);
  Point p = {.xi = xi, .s = s, .d0 = d0, .d1 = d1, .omega = omega};
  p.N = s * xi * xi + d0 * omega;
  p.D = s + (d0 + d1 - 2 * s) * omega;
  p.M = d1 * xi * xi + 2 * s * omega + d0 * (1 - xi) * (1 - xi);
  return p;
}

INLINE REAL log_slope(Point p) {
  REAL ratio = p.s / p.D;
  return log_(p.M * ratio * ratio);
}

INLINE REAL clamped(REAL v, REAL low, REAL high) {
  v = v > low ? v : low;
  return v < high ? v : high;
}
