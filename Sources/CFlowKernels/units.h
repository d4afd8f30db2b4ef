/* The scalar equation that inverts planar and Sylvester flows. */

/* Enough for any k: far out in a tail each step gains at least 1/2, and the root is below log k. */
#define TANH_SOLVE_STEPS 1000

/* t = tanh y with y + k tanh y = c for k > -1. By symmetry y >= 0 for |c|, where the left side is concave (k > 0) or convex.
 * Newton's iteration then moves in one direction from the end |c| - k, or 0, to the root and never beyond, and what
 * stops it is rounding: the first step that does not go on. Lanes stop one by one, so that an event does not depend on
 * its neighbours. */
KERNEL void flowkit_tanh_solve(const REAL *c, REAL k, REAL *t, size_t n) {
  REAL direction = k > 0 ? 1 : -1;
  for (size_t e = 0; e < n; e += BLOCK) {
    REAL size[BLOCK], y[BLOCK];
    INT going[BLOCK];
    LANES {
      size[j] = c[e + j] < 0 ? -c[e + j] : c[e + j];
      y[j] = size[j] - k > 0 ? size[j] - k : 0;
      going[j] = 1;
    }
    INT any = 1;
    for (int step = 0; any && step < TANH_SOLVE_STEPS; step++) {
      any = 0;
      LANES {
        REAL m = expm1_negative(-2 * y[j]), ratio = 1 / (m + 2), slope = 1 + k * 4 * (1 + m) * ratio * ratio;
        REAL next = y[j] - (y[j] - k * m * ratio - size[j]) / slope;
        INT on = going[j] & (direction * (next - y[j]) > 0);
        y[j] = on ? next : y[j];
        going[j] = on;
        any |= on;
      }
    }
    LANES {
      REAL value = tanh_(y[j]);
      value = c[e + j] < 0 ? -value : value;
      t[e + j] = c[e + j] == c[e + j] ? value : c[e + j];
    }
  }
}
