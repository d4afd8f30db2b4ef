/* Bias, if there is one, and activation in one pass, and their pullbacks. */

KERNEL void flowkit_bias(REAL *y, REAL a, const REAL *b, size_t rows, size_t n) {
  ROWS {
    REAL *yi = y + i * n, bi = a * b[i];
    EVENTS yi[e] += bi;
  }
}

KERNEL void flowkit_row_sums(const REAL *x, REAL a, REAL *out, size_t rows, size_t n) {
  ROWS {
    const REAL *xi = x + i * n;
    REAL sum = 0;
    ROW_SUM(sum, xi[e]);
    out[i] += a * sum;
  }
}

KERNEL void flowkit_bias_relu(REAL *a, const REAL *b, size_t rows, size_t n) {
  ROWS {
    REAL *ai = a + i * n, bi = b ? b[i] : 0;
    EVENTS {
      REAL v = ai[e] + bi;
      /* Written so that a NaN stays one. */
      ai[e] = v < 0 ? 0 : v;
    }
  }
}

KERNEL void flowkit_bias_tanh(REAL *a, const REAL *b, size_t rows, size_t n) {
  ROWS {
    REAL *ai = a + i * n, bi = b ? b[i] : 0;
    EVENTS ai[e] = tanh_(ai[e] + bi);
  }
}

KERNEL void flowkit_bias_silu(REAL *restrict a, REAL *restrict saved, const REAL *b, size_t rows, size_t n) {
  ROWS {
    REAL *ai = a + i * n, *si = saved + i * n, bi = b ? b[i] : 0;
    EVENTS {
      REAL v = ai[e] + bi;
      si[e] = v;
      ai[e] = v * sigmoid_(v);
    }
  }
}

KERNEL void flowkit_bias_relu_pullback(REAL *restrict d, const REAL *restrict h, REAL *gb, size_t rows, size_t n) {
  ROWS {
    REAL *di = d + i * n;
    const REAL *hi = h + i * n;
    REAL sum = 0;
    ROW_SUM(sum, (di[e] = hi[e] > 0 ? di[e] : 0));
    if (gb) gb[i] += sum;
  }
}

KERNEL void flowkit_bias_tanh_pullback(REAL *restrict d, const REAL *restrict h, REAL *gb, size_t rows, size_t n) {
  ROWS {
    REAL *di = d + i * n;
    const REAL *hi = h + i * n;
    REAL sum = 0;
    ROW_SUM(sum, (di[e] *= 1 - hi[e] * hi[e]));
    if (gb) gb[i] += sum;
  }
}

KERNEL void flowkit_bias_silu_pullback(REAL *restrict d, const REAL *restrict saved, REAL *gb, size_t rows, size_t n) {
  ROWS {
    REAL *di = d + i * n;
    const REAL *ai = saved + i * n;
    EVENTS {
      REAL s = sigmoid_(ai[e]);
      di[e] *= s * (1 + ai[e] * (1 - s));
    }
    REAL sum = 0;
    ROW_SUM(sum, di[e]);
    if (gb) gb[i] += sum;
  }
}
