/* A bent ridge in two dimensions: log p = -(a^2 + 4 (b - a^2)^2) / 2, whose normaliser is pi. */
#include "flowkit_target.h"

ptrdiff_t flowkit_target_dimension(void) { return 2; }
const char *flowkit_target_names(void) { return "a,b"; }

const char *flowkit_target_log_density(const double *points, ptrdiff_t count, double *values, double *gradients) {
  for (ptrdiff_t i = 0; i < count; i++) {
    double a = points[2 * i], b = points[2 * i + 1], residual = b - a * a;
    values[i] = -(a * a + 4 * residual * residual) / 2;
    gradients[2 * i] = -a + 8 * a * residual;
    gradients[2 * i + 1] = -4 * residual;
  }
  return 0;
}
