/* Linear and piecewise linear maps of rows. */

KERNEL void NAME(scale_rows)(const REAL *x, const REAL *scale, REAL *y, size_t rows, size_t n) {
  ROWS {
    REAL a = scale[i];
    EVENTS y[i * n + e] = a * x[i * n + e];
  }
}

KERNEL void NAME(row_dots)(const REAL *x, const REAL *y, REAL *out, size_t rows, size_t n) {
  ROWS {
    const REAL *xi = x + i * n, *yi = y + i * n;
    ROW_SUM(out[i], xi[e] * yi[e]);
  }
}

KERNEL void NAME(leaky_relu)(const REAL *x, REAL *y, REAL *restrict l, size_t rows, size_t n, REAL slope,
                             REAL log_slope) {
  ROWS {
    EVENTS {
      REAL v = x[i * n + e];
      l[e] += v < 0 ? log_slope : 0;
      y[i * n + e] = v < 0 ? slope * v : v;
    }
  }
}

KERNEL void NAME(leaky_relu_pullback)(REAL *restrict d, const REAL *restrict x, size_t rows, size_t n, REAL slope) {
  ROWS EVENTS d[i * n + e] *= x[i * n + e] < 0 ? slope : 1;
}
