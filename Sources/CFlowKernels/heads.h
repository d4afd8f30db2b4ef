/* What decoders say of whole numbers. */

KERNEL void flowkit_cross_entropy(REAL *restrict logits, const REAL *restrict target, double *restrict losses,
                                  size_t rows, size_t classes, size_t n) {
  for (size_t block = 0; block < n; block += BLOCK)
    ROWS {
      REAL *first = logits + i * classes * n + block;
      const REAL *k = target + i * n + block;
      REAL top[BLOCK], total[BLOCK] = {0}, own[BLOCK] = {0};
      LANES top[j] = first[j];
      for (size_t c = 1; c < classes; c++) {
        const REAL *l = first + c * n;
        LANES top[j] = l[j] > top[j] ? l[j] : top[j];
      }
      for (size_t c = 0; c < classes; c++) {
        REAL *l = first + c * n, number = (REAL)c;
        LANES {
          REAL shifted = l[j] - top[j], e = exp_(shifted);
          own[j] += k[j] == number ? shifted : 0;
          total[j] += e;
          l[j] = e;
        }
      }
      LANES losses[block + j] += log_(total[j]) - own[j];
      LANES total[j] = 1 / total[j];
      for (size_t c = 0; c < classes; c++) {
        REAL *l = first + c * n, number = (REAL)c;
        LANES l[j] = l[j] * total[j] - (k[j] == number ? 1 : 0);
      }
    }
}
