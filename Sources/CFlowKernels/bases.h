/* Base distributions beside the normal one: log-densities, summed in double, and their pullbacks. */

#define LOG_2 0.69314718055994530942
#if IS_DOUBLE
#define LARGE 0x1p1000
#else
#define LARGE 0x1p120f
#endif

INLINE REAL absolute(REAL x) { return x < 0 ? -x : x; }

KERNEL void flowkit_laplace_log_density(const REAL *restrict z, double *restrict out, size_t rows, size_t n) {
  EVENTS out[e] = -LOG_2 * (double)rows;
  ROWS EVENTS out[e] -= absolute(z[i * n + e]);
}

KERNEL void flowkit_laplace_log_density_pullback(const REAL *restrict z, const REAL *restrict w, REAL *restrict d,
                                                 size_t rows, size_t n) {
  ROWS EVENTS {
    REAL v = z[i * n + e], side = v > 0 ? 1 : v < 0 ? -1 : v;
    d[i * n + e] = -w[e] * side;
  }
}

KERNEL void flowkit_logistic_log_density(const REAL *restrict z, double *restrict out, size_t rows, size_t n) {
  EVENTS out[e] = 0;
  ROWS EVENTS {
    REAL v = absolute(z[i * n + e]);
    out[e] -= v + 2 * log1p_unit(exp_(-v));
  }
}

KERNEL void flowkit_logistic_log_density_pullback(const REAL *restrict z, const REAL *restrict w, REAL *restrict d,
                                                  size_t rows, size_t n) {
  ROWS EVENTS d[i * n + e] = -w[e] * tanh_(z[i * n + e] / 2);
}

KERNEL void flowkit_uniform_log_density(const REAL *restrict z, double *restrict out, size_t rows, size_t n, REAL lower,
                                        REAL upper) {
  double inside = -__builtin_log((double)upper - lower), outside = -__builtin_inf();
  EVENTS out[e] = 0;
  ROWS EVENTS {
    REAL v = z[i * n + e];
    out[e] += v >= lower && v <= upper ? inside : v == v ? outside : (double)v;
  }
}

/* log(1 + u) for u >= 0, at most 3 ulp: the rounding of w = 1 + u is made good by u / (w - 1). */
INLINE REAL log1p_(REAL u) {
  REAL w = 1 + u, excess = w - 1;
  return excess == 0 ? u : log_(w) * (u / excess);
}

/* u = z^2 / nu, kept below where its kin overflow. */
INLINE REAL student_ratio(REAL z, REAL nu) {
  REAL u = z * z / nu;
  return u > LARGE ? LARGE : u;
}

KERNEL void flowkit_student_log_density(const REAL *restrict z, const REAL *restrict nu, const REAL *restrict constant,
                                        double *restrict out, size_t rows, size_t n) {
  EVENTS out[e] = 0;
  ROWS {
    REAL freedom = nu[i], half = (freedom + 1) / 2;
    double c = constant[i];
    EVENTS out[e] += c - half * log1p_(student_ratio(z[i * n + e], freedom));
  }
}

KERNEL void flowkit_student_log_density_pullback(const REAL *restrict z, const REAL *restrict w,
                                                 const REAL *restrict nu, REAL *restrict d, REAL *restrict dnu,
                                                 REAL *restrict dconstant, size_t rows, size_t n) {
  ROWS {
    const REAL *zi = z + i * n;
    REAL *di = d + i * n, freedom = nu[i], weight = (freedom + 1) / (2 * freedom);
    /* The cotangent of nu, event by event, stands in d until it is summed. */
    EVENTS {
      REAL u = student_ratio(zi[e], freedom);
      di[e] = w[e] * (weight * (u / (1 + u)) - log1p_(u) / 2);
    }
    ROW_SUM(dnu[i], di[e]);
    ROW_SUM(dconstant[i], w[e]);
    EVENTS di[e] = -w[e] * (freedom + 1) * zi[e] / (freedom + zi[e] * zi[e]);
  }
}
