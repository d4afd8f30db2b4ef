/* Linear and piecewise linear maps of rows. */

KERNEL void flowkit_scale_rows(const REAL *x, const REAL *scale, REAL *y, size_t rows, size_t n) {
  ROWS {
    REAL a = scale[i];
    EVENTS y[i * n + e] = a * x[i * n + e];
  }
}

KERNEL void flowkit_row_dots(const REAL *x, const REAL *y, REAL *out, size_t rows, size_t n) {
  ROWS {
    const REAL *xi = x + i * n, *yi = y + i * n;
    ROW_SUM(out[i], xi[e] * yi[e]);
  }
}

KERNEL void flowkit_leaky_relu(const REAL *x, REAL *y, REAL *restrict l, size_t rows, size_t n, const REAL *slope,
                               const REAL *log_slope, size_t step) {
  ROWS {
    REAL a = slope[i * step], log_a = log_slope[i * step];
    EVENTS {
      REAL v = x[i * n + e];
      l[e] += v < 0 ? log_a : 0;
      y[i * n + e] = v < 0 ? a * v : v;
    }
  }
}

KERNEL void flowkit_leaky_relu_pullback(REAL *restrict d, const REAL *restrict x, size_t rows, size_t n,
                                        const REAL *slope, size_t step) {
  ROWS {
    REAL a = slope[i * step];
    EVENTS d[i * n + e] *= x[i * n + e] < 0 ? a : 1;
  }
}

KERNEL void flowkit_leaky_relu_jumps(REAL *restrict d, const REAL *dl, const REAL *x, size_t rows, size_t n,
                                     const REAL *log_slope, size_t step) {
  ROWS {
    const REAL *xi = x + i * n;
    REAL weight = 0, mean = 0, variance = 0;
    ROW_SUM(weight, __builtin_elementwise_abs(dl[e]));
    ROW_SUM(mean, __builtin_elementwise_abs(dl[e]) * xi[e]);
    if (weight == 0) return;
    mean /= weight;
    ROW_SUM(variance, __builtin_elementwise_abs(dl[e]) * (xi[e] - mean) * (xi[e] - mean));
    REAL h = (REAL)0.1 * square_root(variance / weight);
    if (!(h > 0)) continue;
    REAL inverse = 1 / h, height = (REAL)0.75 * inverse * log_slope[i * step];
    EVENTS {
      REAL t = xi[e] * inverse, k = 1 - t * t;
      d[i * n + e] -= dl[e] * height * (k > 0 ? k : 0);
    }
  }
}

KERNEL void flowkit_leaky_relu_slope_pullback(const REAL *d, const REAL *dl, const REAL *x, REAL *gs, REAL *gl,
                                              size_t rows, size_t n) {
  ROWS {
    const REAL *xi = x + i * n, *di = d + i * n;
    REAL slope = 0, log_slope = 0;
    ROW_SUM(slope, xi[e] < 0 ? di[e] * xi[e] : 0);
    ROW_SUM(log_slope, xi[e] < 0 ? dl[e] : 0);
    gs[i] += slope;
    gl[i] += log_slope;
  }
}
