/* Mixtures of elliptical Student's t densities: log-density and its pullback. A factor A is lower triangular, stored row by
 * row: entry (i, c) at i (i + 1)/2 + c. All but the result of a logarithm is in double: events far out must not overflow. */

/* d = z - mean, y = A d and q = |y|^2 of one block of events; d and y have `rows` rows of BLOCK. */
INLINE void ellipse_block(const REAL *restrict z, const REAL *restrict mean, const REAL *restrict factor,
                          double *restrict d, double *restrict y, double *restrict q, size_t rows, size_t n) {
  LANES q[j] = 0;
  ROWS {
    const REAL *zi = z + i * n, m = mean[i];
    double *di = d + i * BLOCK, *yi = y + i * BLOCK;
    LANES di[j] = (double)zi[j] - m;
    LANES yi[j] = 0;
    for (size_t c = 0; c <= i; c++) {
      double a = factor[c], *dc = d + c * BLOCK;
      LANES yi[j] += a * dc[j];
    }
    LANES q[j] += yi[j] * yi[j];
    factor += i + 1;
  }
  LANES q[j] = q[j] > (double)LARGE ? (double)LARGE : q[j];
}

KERNEL void flowkit_ellipses_log_density(const REAL *restrict z, const REAL *restrict constant,
                                         const REAL *restrict mean, const REAL *restrict freedom,
                                         const REAL *restrict factor, double *restrict scratch, double *restrict out,
                                         REAL *restrict r, size_t components, size_t rows, size_t n) {
  size_t entries = rows * (rows + 1) / 2;
  double *d = scratch, *y = scratch + rows * BLOCK;
  for (size_t block = 0; block < n; block += BLOCK) {
    double q[FLOWKIT_MAXIMUM_COMPONENTS][BLOCK], square[BLOCK];
    for (size_t k = 0; k < components; k++) {
      REAL nu = freedom[k], half = (nu + (REAL)rows) / 2, c = constant[k];
      ellipse_block(z + block, mean + k * rows, factor + k * entries, d, y, square, rows, n);
      LANES q[k][j] = (double)c - half * log1p_((REAL)square[j] / nu);
    }
    mixture_shares(q, out + block, r + block, components, n);
  }
}

KERNEL void flowkit_ellipses_log_density_pullback(const REAL *restrict z, const REAL *restrict w,
                                                  const REAL *restrict r, const REAL *restrict mean,
                                                  const REAL *restrict freedom, const REAL *restrict factor,
                                                  double *restrict scratch, REAL *restrict dz, REAL *restrict dconstant,
                                                  REAL *restrict dmean, REAL *restrict dfreedom, REAL *restrict dfactor,
                                                  size_t components, size_t rows, size_t n) {
  size_t entries = rows * (rows + 1) / 2;
  double *d = scratch, *y = d + rows * BLOCK, *g = y + rows * BLOCK;
  for (size_t block = 0; block < n; block += BLOCK) {
    ROWS {
      REAL *di = dz + i * n + block;
      LANES di[j] = 0;
    }
    for (size_t k = 0; k < components; k++) {
      REAL nu = freedom[k], total = nu + (REAL)rows, weight[BLOCK], slope[BLOCK];
      double square[BLOCK];
      const REAL *own = factor + k * entries;
      REAL *down = dfactor + k * entries;
      ellipse_block(z + block, mean + k * rows, own, d, y, square, rows, n);
      LANES {
        REAL q = (REAL)square[j], u = q / nu;
        weight[j] = w[block + j] * r[k * n + block + j];
        slope[j] = weight[j] * (total / (2 * nu) * (u / (1 + u)) - log1p_(u) / 2);
      }
      BLOCK_SUM(dconstant[k], weight[j]);
      BLOCK_SUM(dfreedom[k], slope[j]);
      /* y becomes the cotangent of A d, g that of d. */
      ROWS {
        double *yi = y + i * BLOCK, *gi = g + i * BLOCK;
        LANES yi[j] *= -(double)weight[j] * total / (nu + square[j]);
        LANES gi[j] = 0;
      }
      ROWS {
        const double *yi = y + i * BLOCK;
        for (size_t c = 0; c <= i; c++) {
          const double a = own[c], *dc = d + c * BLOCK;
          double *gc = g + c * BLOCK;
          LANES gc[j] += a * yi[j];
          BLOCK_SUM(down[c], (REAL)(yi[j] * dc[j]));
        }
        own += i + 1;
        down += i + 1;
      }
      ROWS {
        const double *gi = g + i * BLOCK;
        REAL *di = dz + i * n + block;
        LANES di[j] += (REAL)gi[j];
        BLOCK_SUM(dmean[k * rows + i], -(REAL)gi[j]);
      }
    }
  }
}
