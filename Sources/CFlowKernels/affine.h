/* The affine scalar map. */

/* s = a q with q = 1 / (1 + |a| / B); ds/da = q^2. */
INLINE REAL softening(REAL a, REAL inverse_bound) {
  REAL magnitude = a < 0 ? -a : a;
  return 1 / (1 + magnitude * inverse_bound);
}

KERNEL void flowkit_affine_forward(const REAL *x, const REAL *phi, REAL *y, REAL *restrict l, size_t rows, size_t n,
                                   REAL B) {
  ROWS {
    const REAL *xi = x + i * n, *t = phi + 2 * i * n, *a = t + n;
    REAL *yi = y + i * n;
    for (size_t block = 0; block < n; block += BLOCK) {
      REAL value[BLOCK];
      for (size_t j = 0; j < BLOCK; j++) {
        size_t e = block + j;
        REAL s = a[e] * softening(a[e], 1 / B);
        value[j] = xi[e] * exp_(s) + t[e];
        l[e] += s;
      }
      for (size_t j = 0; j < BLOCK; j++) yi[block + j] = value[j];
    }
  }
}

KERNEL void flowkit_affine_inverse(const REAL *y, const REAL *phi, REAL *x, REAL *restrict l, size_t rows, size_t n,
                                   REAL B) {
  ROWS {
    const REAL *yi = y + i * n, *t = phi + 2 * i * n, *a = t + n;
    REAL *xi = x + i * n;
    for (size_t block = 0; block < n; block += BLOCK) {
      REAL value[BLOCK];
      for (size_t j = 0; j < BLOCK; j++) {
        size_t e = block + j;
        REAL s = a[e] * softening(a[e], 1 / B);
        value[j] = (yi[e] - t[e]) * exp_(-s);
        l[e] -= s;
      }
      for (size_t j = 0; j < BLOCK; j++) xi[block + j] = value[j];
    }
  }
}

KERNEL void flowkit_affine_forward_pullback(REAL *restrict d, const REAL *restrict dl, const REAL *restrict x,
                                            REAL *restrict phi, size_t rows, size_t n, REAL B) {
  ROWS {
    REAL *di = d + i * n, *t = phi + 2 * i * n, *a = t + n;
    const REAL *xi = x + i * n;
    EVENTS {
      REAL q = softening(a[e], 1 / B), scaled = di[e] * exp_(a[e] * q);
      t[e] = di[e];
      a[e] = (scaled * xi[e] + dl[e]) * q * q;
      di[e] = scaled;
    }
  }
}

KERNEL void flowkit_affine_inverse_pullback(REAL *restrict d, const REAL *restrict dl, const REAL *restrict x,
                                            REAL *restrict phi, size_t rows, size_t n, REAL B) {
  ROWS {
    REAL *di = d + i * n, *t = phi + 2 * i * n, *a = t + n;
    const REAL *xi = x + i * n;
    EVENTS {
      REAL q = softening(a[e], 1 / B), scaled = di[e] * exp_(-a[e] * q);
      t[e] = -scaled;
      a[e] = -(di[e] * xi[e] + dl[e]) * q * q;
      di[e] = scaled;
    }
  }
}
