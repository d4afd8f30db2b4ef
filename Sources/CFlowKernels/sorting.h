/* Rows sorted among themselves, event by event: the activation of networks that keep the norms of gradients. */

/* The larger of two rows first; the order moves along. */
INLINE void sort_pair(REAL *restrict x, REAL *restrict y, REAL *restrict ox, REAL *restrict oy, size_t n) {
  for (size_t block = 0; block < n; block += BLOCK) LANES {
      size_t e = block + j;
      REAL a = x[e], b = y[e], oa = ox[e], ob = oy[e];
      int swapped = a < b;
      x[e] = swapped ? b : a;
      y[e] = swapped ? a : b;
      ox[e] = swapped ? ob : oa;
      oy[e] = swapped ? oa : ob;
    }
}

/* Batcher's merge exchange (Knuth, The Art of Computer Programming 3, algorithm 5.2.2M): its comparisons do not depend on what
 * is sorted, so that sixteen events go side by side. */
KERNEL void flowkit_group_sort(REAL *restrict a, const REAL *restrict b, REAL *restrict order, size_t rows, size_t group,
                               size_t n) {
  ROWS EVENTS {
    a[i * n + e] += b[i];
    order[i * n + e] = (REAL)i;
  }
  size_t top = 1;
  while (2 * top < group) top *= 2;
  for (size_t first = 0; first + group <= rows; first += group) {
    REAL *x = a + first * n, *o = order + first * n;
    for (size_t p = group > 1 ? top : 0; p > 0; p /= 2)
      for (size_t q = top, r = 0, d = p;; d = q - p, q /= 2, r = p) {
        for (size_t i = 0; i + d < group; i++)
          if ((i & p) == r) sort_pair(x + i * n, x + (i + d) * n, o + i * n, o + (i + d) * n, n);
        if (q == p) break;
      }
  }
}

KERNEL void flowkit_unsort(const REAL *restrict y, const REAL *restrict order, REAL *restrict x, size_t rows, size_t n) {
  ROWS EVENTS x[(size_t)order[i * n + e] * n + e] = y[i * n + e];
}

KERNEL void flowkit_sort_alike(const REAL *restrict x, const REAL *restrict order, REAL *restrict y, size_t rows, size_t n) {
  ROWS EVENTS y[i * n + e] = x[(size_t)order[i * n + e] * n + e];
}
