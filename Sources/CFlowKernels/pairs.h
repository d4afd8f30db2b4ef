/* Sums over pairs of points (x_i, y_j), one sum for each x_i: Sinkhorn's updates and plans, and the means of kernels. The
 * points x stand row by row, the points y feature by feature, so that a row of pairs is a loop over contiguous numbers. */

/* So many columns at a time: their scores stay in a first-level cache, and their sums, of BLOCK terms in REAL for each
 * lane, are added up in double. */
#define PAIR_COLUMNS 256

typedef REAL Points __attribute__((ext_vector_type(BLOCK), aligned(sizeof(REAL))));
typedef INT PointBits __attribute__((ext_vector_type(BLOCK), aligned(sizeof(REAL))));

#define COLUMN_BLOCKS for (size_t e = 0; e < count; e += BLOCK)

/* 2^t for t <= 0, at most 1.5 ulp; below the smallest normal number that number, NaN kept. The Taylor series of 2^f, |f| <= 1/2. */
INLINE void exp2_nonpositive(Points *value) {
  const Points least = 1 - EXPONENT_BIAS;
  Points t = *value < least ? least : *value;
  Points shifted = t + ROUNDING_MAGIC, f = t - (shifted - ROUNDING_MAGIC);
#if IS_DOUBLE
  Points p = 1.3691488853904129e-12;
  p = p * f + 2.5678435993488205e-11;
  p = p * f + 4.4455382718708115e-10;
  p = p * f + 7.0549116208011233e-9;
  p = p * f + 1.01780860092397e-7;
  p = p * f + 1.3215486790144309e-6;
  p = p * f + 1.525273380405984e-5;
#else
  Points p = 1.52527338e-5f;
#endif
  p = p * f + (REAL)0.0001540353039338161;
  p = p * f + (REAL)0.0013333558146428443;
  p = p * f + (REAL)0.0096181291076284772;
  p = p * f + (REAL)0.05550410866482158;
  p = p * f + (REAL)0.24022650695910071;
  p = p * f + (REAL)0.69314718055994531;
  p = p * f + 1;
  *value = (Points)((PointBits)p + (((PointBits)shifted - bits_of(ROUNDING_MAGIC)) << MANTISSA_BITS));
}

/* c_j = |x - y_j|^2. */
INLINE void squared_distances(const REAL *x, const REAL *y, size_t n, size_t dimension, size_t count,
                              REAL *restrict c) {
  COLUMN_BLOCKS {
    Points sum = 0;
    for (size_t d = 0; d < dimension; d++) {
      Points difference = x[d] - *(const Points *)(y + d * n + e);
      sum += difference * difference;
    }
    *(Points *)(c + e) = sum;
  }
}

/* The square becomes the cost, in place. */
INLINE void pair_costs(enum flowkit_pair_cost kind, size_t count, REAL *restrict c) {
  if (kind == FLOWKIT_EUCLIDEAN_COST) COLUMN_BLOCKS LANES c[e + j] = square_root(c[e + j]);
}

/* The sum of terms of one block of columns, in double. */
#define PAIR_SUM(total, term)                                                                                          \
  do {                                                                                                                 \
    REAL lane[BLOCK] = {0};                                                                                            \
    COLUMN_BLOCKS LANES lane[j] += (term);                                                                             \
    double part = 0;                                                                                                   \
    for (size_t j = 0; j < BLOCK; j++) part += lane[j];                                                                \
    (total) += part;                                                                                                   \
  } while (0)

/* sums_d += sum over j of g_j (x_d - y_jd). */
INLINE void add_differences(const REAL *x, const REAL *y, size_t n, size_t dimension, size_t count, const REAL *g,
                            double *sums) {
  for (size_t d = 0; d < dimension; d++) {
    REAL xd = x[d];
    const REAL *yd = y + d * n;
    PAIR_SUM(sums[d], g[e + j] * (xd - yd[e + j]));
  }
}

INLINE void transport_row(enum flowkit_pair_cost kind, const REAL *x, REAL k, const REAL *y, const REAL *h,
                          const REAL *v, size_t n, size_t dimension, REAL rate, double *mass, double *cost,
                          double *gradient) {
  *mass = *cost = 0;
  for (size_t first = 0; first < n; first += PAIR_COLUMNS) {
    size_t count = n - first < PAIR_COLUMNS ? n - first : PAIR_COLUMNS;
    REAL c[PAIR_COLUMNS], w[PAIR_COLUMNS];
    squared_distances(x, y + first, n, dimension, count, c);
    pair_costs(kind, count, c);
    COLUMN_BLOCKS LANES w[e + j] = exp_(h[first + e + j] - rate * c[e + j] + k) * v[first + e + j];
    PAIR_SUM(*mass, w[e + j]);
    PAIR_SUM(*cost, w[e + j] * c[e + j]);
    if (!gradient) continue;
    if (kind == FLOWKIT_SQUARED_COST) {
      COLUMN_BLOCKS LANES w[e + j] *= 2;
    } else {
      COLUMN_BLOCKS LANES w[e + j] = c[e + j] > 0 ? w[e + j] / c[e + j] : 0;
    }
    add_differences(x, y + first, n, dimension, count, w, gradient);
  }
}

KERNEL void flowkit_transport_rows(enum flowkit_pair_cost kind, const REAL *x, const REAL *k, size_t rows,
                                   const REAL *y, const REAL *h, const REAL *v, size_t n, size_t dimension, REAL rate,
                                   double *mass, double *cost, double *gradient) {
  ROWS {
    double *own = gradient ? gradient + i * dimension : 0;
    if (kind == FLOWKIT_SQUARED_COST)
      transport_row(FLOWKIT_SQUARED_COST, x + i * dimension, k[i], y, h, v, n, dimension, rate, mass + i, cost + i,
                    own);
    else
      transport_row(FLOWKIT_EUCLIDEAN_COST, x + i * dimension, k[i], y, h, v, n, dimension, rate, mass + i, cost + i,
                    own);
  }
}

/* k += the kernel at the squared distances c, and g += 2 dk/dc, so that the gradient with respect to x is g (x - y). */
INLINE void add_kernel(enum flowkit_pair_kernel kind, REAL bandwidth, const REAL *c, size_t count, REAL *restrict k,
                       REAL *restrict g) {
  REAL rate = 1 / bandwidth, rate2 = rate * rate;
  switch (kind) {
    case FLOWKIT_DISTANCE:
      COLUMN_BLOCKS LANES {
        REAL r = square_root(c[e + j]);
        k[e + j] += r;
        g[e + j] += r > 0 ? 1 / r : 0;
      }
      return;
    case FLOWKIT_SQUARED_DISTANCE:
      COLUMN_BLOCKS LANES k[e + j] += c[e + j], g[e + j] += 2;
      return;
    case FLOWKIT_FOURTH_POWER:
      COLUMN_BLOCKS LANES k[e + j] += c[e + j] * c[e + j], g[e + j] += 4 * c[e + j];
      return;
    case FLOWKIT_GAUSSIAN:
      COLUMN_BLOCKS {
        Points value = (REAL)(-0.5 * 1.4426950408889634) * rate2 * *(const Points *)(c + e);
        exp2_nonpositive(&value);
        *(Points *)(k + e) += value;
        *(Points *)(g + e) -= rate2 * value;
      }
      return;
    case FLOWKIT_LAPLACE:
      COLUMN_BLOCKS LANES {
        REAL r = square_root(c[e + j]), value = exp_(-rate * r);
        k[e + j] += value;
        g[e + j] -= r > 0 ? rate * value / r : 0;
      }
      return;
    case FLOWKIT_INVERSE_MULTIQUADRIC:
      COLUMN_BLOCKS LANES {
        REAL inverse = 1 / (1 + rate2 * c[e + j]), value = square_root(inverse);
        k[e + j] += value;
        g[e + j] -= rate2 * value * inverse;
      }
      return;
  }
}

KERNEL void flowkit_kernel_rows(enum flowkit_pair_kernel kind, const REAL *bandwidths, size_t bandwidth_count,
                                const REAL *x, size_t rows, const REAL *y, const REAL *w, size_t n, size_t dimension,
                                size_t left_out, double *sum, double *gradient) {
  ROWS {
    sum[i] = 0;
    for (size_t first = 0; first < n; first += PAIR_COLUMNS) {
      size_t count = n - first < PAIR_COLUMNS ? n - first : PAIR_COLUMNS;
      REAL c[PAIR_COLUMNS], k[PAIR_COLUMNS], g[PAIR_COLUMNS];
      squared_distances(x + i * dimension, y + first, n, dimension, count, c);
      for (size_t e = 0; e < count; e++) k[e] = g[e] = 0;
      for (size_t b = 0; b < bandwidth_count; b++) add_kernel(kind, bandwidths[b], c, count, k, g);
      /* Unsigned: what lies before the block is beyond it, too. */
      if (left_out + i - first < count) k[left_out + i - first] = g[left_out + i - first] = 0;
      PAIR_SUM(sum[i], w[first + e + j] * k[e + j]);
      if (!gradient) continue;
      COLUMN_BLOCKS LANES g[e + j] *= w[first + e + j];
      add_differences(x + i * dimension, y + first, n, dimension, count, g, gradient + i * dimension);
    }
  }
}
