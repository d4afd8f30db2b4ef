/* One half of a sweep of Sinkhorn's: for each point x_i the logarithm of a sum over all points y_j, as the largest term and the
 * sum relative to it. In powers of 2, and on whole blocks of columns. */

/* s_j = h_j - rate |x - y_j|^2 + rate |x|^2, where h has had rate |y_j|^2 taken off: one product for each coordinate.
 * The largest of each lane is kept in tops. */
INLINE void squared_scores(const REAL *x, const REAL *y, const REAL *h, size_t n, size_t dimension, size_t count,
                           REAL rate, Points *tops, REAL *restrict s) {
  COLUMN_BLOCKS {
    Points sum = *(const Points *)(h + e);
    for (size_t d = 0; d < dimension; d++) sum += 2 * rate * x[d] * *(const Points *)(y + d * n + e);
    *tops = sum > *tops ? sum : *tops;
    *(Points *)(s + e) = sum;
  }
}

/* The same of h_j - rate |x - y_j|. */
INLINE void euclidean_scores(const REAL *x, const REAL *y, const REAL *h, size_t n, size_t dimension, size_t count,
                             REAL rate, Points *tops, REAL *restrict s) {
  squared_distances(x, y, n, dimension, count, s);
  COLUMN_BLOCKS {
    Points sum = *(const Points *)(h + e) - rate * __builtin_elementwise_sqrt(*(const Points *)(s + e));
    *tops = sum > *tops ? sum : *tops;
    *(Points *)(s + e) = sum;
  }
}

INLINE void soft_maximum(enum flowkit_pair_cost kind, const REAL *x, size_t rows, const REAL *y, const REAL *h, size_t n,
                         size_t dimension, REAL rate, double *maximum, double *sum) {
  /* Finite, so that columns without weight, whose score is -infinity, are 0 before any other. */
  ROWS maximum[i] = -LARGEST, sum[i] = 0;
  for (size_t first = 0; first < n; first += PAIR_COLUMNS) {
    size_t count = n - first < PAIR_COLUMNS ? n - first : PAIR_COLUMNS;
    REAL own[PAIR_COLUMNS], s[PAIR_COLUMNS];
    const REAL *columns = y + first;
    if (kind == FLOWKIT_SQUARED_COST) COLUMN_BLOCKS {
      Points squares = 0;
      for (size_t d = 0; d < dimension; d++) {
        Points coordinate = *(const Points *)(columns + d * n + e);
        squares += coordinate * coordinate;
      }
      *(Points *)(own + e) = *(const Points *)(h + first + e) - rate * squares;
    }
    ROWS {
      REAL top = (REAL)maximum[i], higher = top;
      Points tops = top, terms = 0;
      if (kind == FLOWKIT_SQUARED_COST)
        squared_scores(x + i * dimension, columns, own, n, dimension, count, rate, &tops, s);
      else
        euclidean_scores(x + i * dimension, columns, h + first, n, dimension, count, rate, &tops, s);
      for (size_t j = 0; j < BLOCK; j++) higher = tops[j] > higher ? tops[j] : higher;
      if (higher > top) {
        sum[i] *= exp_((top - higher) * (REAL)0.69314718055994531);
        maximum[i] = top = higher;
      }
      COLUMN_BLOCKS {
        Points term = *(const Points *)(s + e) - top;
        exp2_nonpositive(&term);
        terms += term;
      }
      for (size_t j = 0; j < BLOCK; j++) sum[i] += terms[j];
    }
  }
  if (kind != FLOWKIT_SQUARED_COST) return;
  ROWS {
    double square = 0;
    for (size_t d = 0; d < dimension; d++) square += (double)x[i * dimension + d] * x[i * dimension + d];
    maximum[i] -= rate * square;
  }
}

KERNEL void flowkit_soft_maximum(enum flowkit_pair_cost kind, const REAL *x, size_t rows, const REAL *y, const REAL *h,
                                 size_t n, size_t dimension, REAL rate, double *maximum, double *sum) {
  if (kind == FLOWKIT_SQUARED_COST)
    soft_maximum(FLOWKIT_SQUARED_COST, x, rows, y, h, n, dimension, rate, maximum, sum);
  else
    soft_maximum(FLOWKIT_EUCLIDEAN_COST, x, rows, y, h, n, dimension, rate, maximum, sum);
}
