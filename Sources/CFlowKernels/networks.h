/* What networks add to bias and activation: products entry by entry, gates, normalisation and dropout. */

KERNEL void flowkit_multiply(const REAL *restrict x, REAL *restrict y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] *= x[i];
}

KERNEL void flowkit_add_product(const REAL *restrict x, const REAL *restrict y, REAL *restrict z, size_t count) {
  for (size_t i = 0; i < count; i++) z[i] += x[i] * y[i];
}

KERNEL void flowkit_gate_pullback(const REAL *restrict d, const REAL *restrict v, const REAL *restrict s,
                                REAL *restrict dv, REAL *restrict dg, size_t count) {
  for (size_t i = 0; i < count; i++) {
    REAL di = d[i], si = s[i];
    dv[i] = di * si;
    dg[i] = di * v[i] * (si * (1 - si));
  }
}

/* As PyTorch's. */
#define NORMALIZATION_EPSILON ((REAL)1e-5)

KERNEL void flowkit_layer_norm(const REAL *restrict x, const REAL *restrict scale, const REAL *restrict shift,
                             REAL *restrict y, REAL *restrict u, REAL *restrict r, size_t rows, size_t n) {
  for (size_t block = 0; block < n; block += BLOCK) {
    REAL mean[BLOCK] = {0}, square[BLOCK] = {0};
    ROWS LANES mean[j] += x[i * n + block + j];
    LANES mean[j] /= (REAL)rows;
    ROWS LANES {
      REAL deviation = x[i * n + block + j] - mean[j];
      square[j] += deviation * deviation;
    }
    LANES r[block + j] = 1 / square_root(square[j] / (REAL)rows + NORMALIZATION_EPSILON);
    ROWS LANES {
      size_t e = i * n + block + j;
      u[e] = (x[e] - mean[j]) * r[block + j];
      y[e] = scale[i] * u[e] + shift[i];
    }
  }
}

KERNEL void flowkit_layer_norm_pullback(REAL *restrict d, const REAL *restrict u, const REAL *restrict r,
                                      const REAL *restrict scale, REAL *restrict dscale, REAL *restrict dshift,
                                      size_t rows, size_t n) {
  ROWS {
    const REAL *di = d + i * n, *ui = u + i * n;
    ROW_SUM(dscale[i], di[e] * ui[e]);
    ROW_SUM(dshift[i], di[e]);
  }
  for (size_t block = 0; block < n; block += BLOCK) {
    REAL mean[BLOCK] = {0}, along[BLOCK] = {0};
    ROWS LANES {
      size_t e = i * n + block + j;
      REAL du = scale[i] * d[e];
      mean[j] += du;
      along[j] += du * u[e];
    }
    LANES {
      mean[j] /= (REAL)rows;
      along[j] /= (REAL)rows;
    }
    ROWS LANES {
      size_t e = i * n + block + j;
      d[e] = r[block + j] * (scale[i] * d[e] - mean[j] - u[e] * along[j]);
    }
  }
}

/* Four numbers a block, the same words for float and double: both drop the same units. */
KERNEL void flowkit_dropout_fill(REAL *z, size_t rows, size_t n, uint64_t seed, uint32_t purpose, uint64_t first,
                               uint32_t dropped, REAL kept) {
  for (size_t i = 0; i < rows; i += 4)
    for (size_t block = 0; block < n; block += BLOCK) {
      REAL value[4][BLOCK];
      for (size_t j = 0; j < BLOCK; j++) {
        uint32_t c[4];
        event_words(first + block + j, i / 4, purpose, seed, c);
        for (size_t k = 0; k < 4; k++) value[k][j] = c[k] < dropped ? 0 : kept;
      }
      for (size_t k = 0; k < 4 && i + k < rows; k++)
        for (size_t j = 0; j < BLOCK; j++) z[(i + k) * n + block + j] = value[k][j];
    }
}
