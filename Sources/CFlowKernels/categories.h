/* Categories: k + u for the number k of one of `bins` categories and u in [0, 1), whose probabilities are the softmax of phi. */

/* Whether v is k + u; what lies outside belongs to the first or the last. */
INLINE int is_category(REAL v, size_t k, size_t bins) {
  REAL u = v - (REAL)k;
  return (u >= 0 || k == 0) && (u < 1 || k + 1 == bins);
}

/* out = one row for each category: 1 where v is k + u, else 0. */
KERNEL void flowkit_one_hot(const REAL *restrict v, REAL *restrict out, size_t n, size_t bins) {
  for (size_t k = 0; k < bins; k++) {
    REAL *row = out + k * n;
    EVENTS row[e] = is_category(v[e], k, bins) ? 1 : 0;
  }
}

INLINE REAL share_below(REAL v, size_t k) {
  REAL u = v - (REAL)k;
  return u < 0 ? 0 : u > 1 ? 1 : u;
}

/* y = p_0 + … + p_{k-1} + u p_k of each row v = k + u; l += log p_k. */
KERNEL void flowkit_categories_forward(const REAL *x, const REAL *phi, REAL *y, REAL *l, size_t rows, size_t n,
                                       size_t bins) {
  SPLINE_BLOCKS {
    const REAL *xi = x + i * n + e, *logits = phi + i * bins * n + e;
    REAL *yi = y + i * n + e, *li = l + e;
    Lanes p[FLOWKIT_MAXIMUM_BINS], value, own;
    softmax_block(logits, n, bins, p);
    LANES value[j] = own[j] = 0;
    for (size_t k = 0; k < bins; k++) LANES {
        value[j] += p[k][j] * share_below(xi[j], k);
        own[j] += is_category(xi[j], k, bins) ? p[k][j] : 0;
      }
    LANES yi[j] = value[j] < 1 ? value[j] : 1;
    LANES li[j] += log_(own[j]);
  }
}

/* v = k + u with p_0 + … + p_{k-1} + u p_k = y in [0, 1]; l -= log p_k. */
KERNEL void flowkit_categories_inverse(const REAL *y, const REAL *phi, REAL *x, REAL *l, size_t rows, size_t n,
                                       size_t bins) {
  const REAL end = (REAL)bins * (1 - (IS_DOUBLE ? (REAL)0x1p-52 : (REAL)0x1p-23));
  SPLINE_BLOCKS {
    const REAL *yi = y + i * n + e, *logits = phi + i * bins * n + e;
    REAL *xi = x + i * n + e, *li = l + e;
    Lanes p[FLOWKIT_MAXIMUM_BINS], value, rest, own;
    softmax_block(logits, n, bins, p);
    LANES {
      rest[j] = yi[j];
      value[j] = own[j] = 0;
    }
    for (size_t k = 0; k < bins; k++) LANES {
        /* The last category takes what rounding leaves. */
        REAL q = p[k][j], r = rest[j], u = r >= q ? 1 : r > 0 ? r / q : 0;
        value[j] += u;
        own[j] = (r >= 0 || k == 0) && (r < q || k + 1 == bins) ? q : own[j];
        rest[j] = r - q;
      }
    LANES value[j] = value[j] < end ? value[j] : end;
    LANES xi[j] = value[j];
    LANES li[j] -= log_(own[j]);
  }
}

/* The pullback of the forward map: d becomes the cotangent of v, phi that of the logits. */
KERNEL void flowkit_categories_pullback(REAL *d, const REAL *dl, const REAL *x, REAL *phi, size_t rows, size_t n,
                                        size_t bins) {
  SPLINE_BLOCKS {
    const REAL *xi = x + i * n + e, *dli = dl + e;
    REAL *di = d + i * n + e, *logits = phi + i * bins * n + e;
    Lanes p[FLOWKIT_MAXIMUM_BINS], value, own;
    softmax_block(logits, n, bins, p);
    LANES value[j] = own[j] = 0;
    for (size_t k = 0; k < bins; k++) LANES {
        value[j] += p[k][j] * share_below(xi[j], k);
        own[j] += is_category(xi[j], k, bins) ? p[k][j] : 0;
      }
    for (size_t k = 0; k < bins; k++) LANES {
        REAL is_own = is_category(xi[j], k, bins) ? 1 : 0;
        logits[k * n + j] = di[j] * p[k][j] * (share_below(xi[j], k) - value[j]) + dli[j] * (is_own - p[k][j]);
      }
    LANES di[j] *= own[j];
  }
}
