/* The mixture of diagonal normal densities: log-density and its pullback, and that of draws; what all mixtures share. */

/* out = log sum over k of exp(q_k), r_k = the terms' shares, of one block of events. */
INLINE void mixture_shares(double q[][BLOCK], double *restrict out, REAL *restrict r, size_t components, size_t n) {
  double top[BLOCK];
  REAL total[BLOCK] = {0};
  LANES top[j] = -__builtin_inf();
  for (size_t k = 0; k < components; k++) LANES top[j] = q[k][j] > top[j] ? q[k][j] : top[j];
  /* Infinitely far from all components, the differences below would be no numbers. */
  LANES top[j] = top[j] > -__builtin_inf() ? top[j] : 0;
  for (size_t k = 0; k < components; k++) LANES {
      REAL p = exp_((REAL)(q[k][j] - top[j]));
      total[j] += p;
      r[k * n + j] = p;
    }
  LANES out[j] = top[j] + log_(total[j]);
  LANES total[j] = total[j] > 0 ? 1 / total[j] : total[j];
  for (size_t k = 0; k < components; k++) LANES r[k * n + j] *= total[j];
}

/* The sum over one block of events. */
#define BLOCK_SUM(total, term)                                                                                         \
  do {                                                                                                                 \
    REAL lane[BLOCK];                                                                                                  \
    for (size_t j = 0; j < BLOCK; j++) lane[j] = (term);                                                               \
    for (size_t half = BLOCK / 2; half > 0; half /= 2)                                                                 \
      for (size_t j = 0; j < half; j++) lane[j] += lane[j + half];                                                     \
    (total) += lane[0];                                                                                                \
  } while (0)

/* The mixture's loops go over one block of 16 events at a time, whose numbers for all components fit in a cache. */
KERNEL void flowkit_mixture_log_density(const REAL *restrict z, const REAL *restrict constant,
                                      const REAL *restrict mean, const REAL *restrict inverse_scale,
                                      double *restrict out, REAL *restrict r, size_t components, size_t rows,
                                      size_t n) {
  for (size_t block = 0; block < n; block += BLOCK) {
    double q[FLOWKIT_MAXIMUM_COMPONENTS][BLOCK];
    for (size_t k = 0; k < components; k++) {
      LANES q[k][j] = constant[k];
      ROWS {
        const REAL *zi = z + i * n + block, m = mean[k * rows + i], s = inverse_scale[k * rows + i];
        LANES {
          double t = (zi[j] - m) * s;
          q[k][j] -= 0.5 * t * t;
        }
      }
    }
    mixture_shares(q, out + block, r + block, components, n);
  }
}

KERNEL void flowkit_mixture_log_density_pullback(const REAL *restrict z, const REAL *restrict w, const REAL *restrict r,
                                               const REAL *restrict mean, const REAL *restrict inverse_scale,
                                               REAL *restrict d, REAL *restrict dconstant, REAL *restrict dmean,
                                               REAL *restrict dinverse_scale, size_t components, size_t rows,
                                               size_t n) {
  for (size_t k = 0; k < components; k++) ROW_SUM(dconstant[k], w[e] * r[k * n + e]);
  ROWS {
    const REAL *zi = z + i * n;
    REAL *di = d + i * n;
    EVENTS di[e] = 0;
    for (size_t k = 0; k < components; k++) {
      const REAL *rk = r + k * n, m = mean[k * rows + i], s = inverse_scale[k * rows + i];
      REAL slope = 0, spread = 0;
      EVENTS di[e] -= w[e] * rk[e] * (zi[e] - m) * s * s;
      ROW_SUM(slope, w[e] * rk[e] * (zi[e] - m));
      ROW_SUM(spread, w[e] * rk[e] * (zi[e] - m) * (zi[e] - m));
      dmean[k * rows + i] += slope * s * s;
      dinverse_scale[k * rows + i] -= spread * s;
    }
  }
}

/* (z - m) s, kept where its square is finite: so far out a component has no share. */
INLINE REAL mixture_argument(REAL z, REAL m, REAL s) {
  REAL t = (z - m) * s, limit = (REAL)1e9;
  return t > limit ? limit : t < -limit ? -limit : t;
}

/* r[i][k] = the share of component k in the density of the features before i, up to i = rows, and
 * inverse_density[i] = 1 / (sqrt(2 pi) times the density of feature i given those before it). */
INLINE void mixture_prefix_shares(const REAL *z, const REAL *log_weight, const REAL *mean, const REAL *inverse_scale,
                                  REAL *r, REAL *inverse_density, size_t components, size_t rows, size_t n) {
  for (size_t k = 0; k < components; k++) {
    REAL w = exp_(log_weight[k]);
    LANES r[k * BLOCK + j] = w;
  }
  ROWS {
    const REAL *now = r + i * components * BLOCK;
    REAL *next = r + (i + 1) * components * BLOCK, *inverse = inverse_density + i * BLOCK, total[BLOCK] = {0};
    for (size_t k = 0; k < components; k++) {
      REAL m = mean[k * rows + i], s = inverse_scale[k * rows + i];
      LANES {
        REAL t = mixture_argument(z[i * n + j], m, s), p = now[k * BLOCK + j] * s * exp_(-t * t / 2);
        next[k * BLOCK + j] = p;
        total[j] += p;
      }
    }
    LANES inverse[j] = total[j] >= (REAL)TINY ? 1 / total[j] : 0;
    for (size_t k = 0; k < components; k++) LANES next[k * BLOCK + j] *= inverse[j];
  }
}

/* Draws as functions of the parameters, implicitly (Figurnov, Mohamed & Mnih 2018; Graves 2016). Feature i has the
 * distribution function F_i = sum over k of r_k Phi(t_k), t_k = (z_i - mean_k,i) inverse_scale_k,i, with r_k the share of
 * component k in the density of the features before i. At fixed F the draw moves by -(dF/dz)^-1 dF/dtheta, and dF/dz is
 * lower triangular. So v = (dF/dz)^-T d is found from the last feature to the first, and the gradient is that of
 * -sum v_i F_i with v held fixed. y = v_i times the density of z_i; a_k = the derivative of sum v_i F_i, over the features
 * behind, with respect to log r_k. Phi - F is taken from the tail that is smaller for the mixture. */
KERNEL void flowkit_mixture_sample_pullback(const REAL *restrict z, const REAL *restrict d,
                                          const REAL *restrict log_weight, const REAL *restrict mean,
                                          const REAL *restrict inverse_scale, REAL *restrict scratch,
                                          REAL *restrict dlog_weight, REAL *restrict dmean,
                                          REAL *restrict dinverse_scale, size_t components, size_t rows, size_t n) {
  REAL *inverse_density = scratch + (rows + 1) * components * BLOCK;
  for (size_t block = 0; block < n; block += BLOCK) {
    REAL a[FLOWKIT_MAXIMUM_COMPONENTS][BLOCK], tails[FLOWKIT_MAXIMUM_COMPONENTS][BLOCK];
    mixture_prefix_shares(z + block, log_weight, mean, inverse_scale, scratch, inverse_density, components, rows, n);
    for (size_t k = 0; k < components; k++) LANES a[k][j] = 0;
    for (size_t i = rows; i-- > 0;) {
      const REAL *zi = z + i * n + block, *di = d + i * n + block;
      const REAL *now = scratch + i * components * BLOCK, *next = now + components * BLOCK;
      REAL y[BLOCK], below[BLOCK] = {0}, above[BLOCK] = {0}, factor[BLOCK];
      LANES y[j] = di[j];
      for (size_t k = 0; k < components; k++) {
        REAL m = mean[k * rows + i], s = inverse_scale[k * rows + i];
        LANES {
          REAL t = mixture_argument(zi[j], m, s), tail = normal_tail(t), r = now[k * BLOCK + j];
          tails[k][j] = tail;
          below[j] += r * (t < 0 ? tail : 1 - tail);
          above[j] += r * (t < 0 ? 1 - tail : tail);
          y[j] += a[k][j] * t * s;
        }
      }
      LANES factor[j] = y[j] * (REAL)SQRT_2_PI * inverse_density[i * BLOCK + j];
      for (size_t k = 0; k < components; k++) {
        REAL m = mean[k * rows + i], s = inverse_scale[k * rows + i], slope[BLOCK], spread[BLOCK];
        LANES {
          REAL t = mixture_argument(zi[j], m, s), own = y[j] * next[k * BLOCK + j], behind = a[k][j];
          REAL tail = tails[k][j], lower = t < 0 ? tail : 1 - tail, upper = t < 0 ? 1 - tail : tail;
          REAL excess = below[j] < above[j] ? lower - below[j] : above[j] - upper;
          slope[j] = own - behind * t * s;
          spread[j] = (behind * (t * t - 1) - own * t / s) / s;
          a[k][j] = behind + factor[j] * now[k * BLOCK + j] * excess;
        }
        BLOCK_SUM(dmean[k * rows + i], slope[j]);
        BLOCK_SUM(dinverse_scale[k * rows + i], spread[j]);
      }
    }
    for (size_t k = 0; k < components; k++) BLOCK_SUM(dlog_weight[k], -a[k][j]);
  }
}
