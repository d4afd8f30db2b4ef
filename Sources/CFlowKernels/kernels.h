/* Bodies of the element-wise kernels, included by f32.c and f64.c with REAL, INT, IS_DOUBLE and NAME defined.
 * CFlowKernels.h says what each computes. */
#include "CFlowKernels.h"
#include "philox.h"

#pragma clang fp contract(fast)

#include "elementary.h"

#if defined(__x86_64__) && defined(__linux__)
#define KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KERNEL
#endif

#define BLOCK 16
#define ROWS for (size_t i = 0; i < rows; i++)
#define EVENTS for (size_t e = 0; e < n; e++)

/* The sum of one row: sixteen running sums, then pairwise, so that the order is fixed and the loop vectorises. */
#define ROW_SUM(total, term)                                                                                           \
  do {                                                                                                                 \
    REAL lane[BLOCK] = {0};                                                                                            \
    for (size_t block = 0; block < n; block += BLOCK)                                                                  \
      for (size_t j = 0; j < BLOCK; j++) {                                                                             \
        size_t e = block + j;                                                                                          \
        lane[j] += (term);                                                                                             \
      }                                                                                                                \
    for (size_t half = BLOCK / 2; half > 0; half /= 2)                                                                 \
      for (size_t j = 0; j < half; j++) lane[j] += lane[j + half];                                                     \
    (total) += lane[0];                                                                                                \
  } while (0)

/* MARK: Activations */

KERNEL void NAME(bias)(REAL *y, REAL a, const REAL *b, size_t rows, size_t n) {
  ROWS {
    REAL *yi = y + i * n, bi = a * b[i];
    EVENTS yi[e] += bi;
  }
}

KERNEL void NAME(row_sums)(const REAL *x, REAL a, REAL *out, size_t rows, size_t n) {
  ROWS {
    const REAL *xi = x + i * n;
    REAL sum = 0;
    ROW_SUM(sum, xi[e]);
    out[i] += a * sum;
  }
}

KERNEL void NAME(bias_relu)(REAL *a, const REAL *b, size_t rows, size_t n) {
  ROWS {
    REAL *ai = a + i * n, bi = b[i];
    EVENTS {
      REAL v = ai[e] + bi;
      /* Written so that a NaN stays one. */
      ai[e] = v < 0 ? 0 : v;
    }
  }
}

KERNEL void NAME(bias_tanh)(REAL *a, const REAL *b, size_t rows, size_t n) {
  ROWS {
    REAL *ai = a + i * n, bi = b[i];
    EVENTS ai[e] = tanh_(ai[e] + bi);
  }
}

KERNEL void NAME(bias_silu)(REAL *restrict a, REAL *restrict h, const REAL *b, size_t rows, size_t n) {
  ROWS {
    REAL *ai = a + i * n, *hi = h + i * n, bi = b[i];
    EVENTS {
      REAL v = ai[e] + bi;
      ai[e] = v;
      hi[e] = v * sigmoid_(v);
    }
  }
}

KERNEL void NAME(bias_relu_pullback)(REAL *restrict d, const REAL *restrict h, REAL *gb, size_t rows, size_t n) {
  ROWS {
    REAL *di = d + i * n;
    const REAL *hi = h + i * n;
    ROW_SUM(gb[i], (di[e] = hi[e] > 0 ? di[e] : 0));
  }
}

KERNEL void NAME(bias_tanh_pullback)(REAL *restrict d, const REAL *restrict h, REAL *gb, size_t rows, size_t n) {
  ROWS {
    REAL *di = d + i * n;
    const REAL *hi = h + i * n;
    ROW_SUM(gb[i], (di[e] *= 1 - hi[e] * hi[e]));
  }
}

KERNEL void NAME(bias_silu_pullback)(REAL *restrict d, const REAL *restrict a, REAL *gb, size_t rows, size_t n) {
  ROWS {
    REAL *di = d + i * n;
    const REAL *ai = a + i * n;
    EVENTS {
      REAL s = sigmoid_(ai[e]);
      di[e] *= s * (1 + ai[e] * (1 - s));
    }
    ROW_SUM(gb[i], di[e]);
  }
}

/* MARK: Affine scalar map */

/* s = a q with q = 1 / (1 + |a| / B); ds/da = q^2. */
INLINE REAL softening(REAL a, REAL inverse_bound) {
  REAL magnitude = a < 0 ? -a : a;
  return 1 / (1 + magnitude * inverse_bound);
}

KERNEL void NAME(affine_forward)(const REAL *x, const REAL *phi, REAL *y, REAL *restrict l, size_t rows, size_t n,
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

KERNEL void NAME(affine_inverse)(const REAL *y, const REAL *phi, REAL *x, REAL *restrict l, size_t rows, size_t n,
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

KERNEL void NAME(affine_forward_pullback)(REAL *restrict d, const REAL *restrict dl, const REAL *restrict x,
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

KERNEL void NAME(affine_inverse_pullback)(REAL *restrict d, const REAL *restrict dl, const REAL *restrict x,
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

/* MARK: Linear and piecewise linear rows */

KERNEL void NAME(scale_rows)(const REAL *x, const REAL *scale, REAL *y, size_t rows, size_t n) {
  ROWS {
    REAL a = scale[i];
    EVENTS y[i * n + e] = a * x[i * n + e];
  }
}

KERNEL void NAME(row_dots)(const REAL *x, const REAL *y, REAL *out, size_t rows, size_t n) {
  ROWS {
    const REAL *xi = x + i * n, *yi = y + i * n;
    ROW_SUM(out[i], xi[e] * yi[e]);
  }
}

KERNEL void NAME(leaky_relu)(const REAL *x, REAL *y, REAL *restrict l, size_t rows, size_t n, REAL slope,
                             REAL log_slope) {
  ROWS {
    EVENTS {
      REAL v = x[i * n + e];
      l[e] += v < 0 ? log_slope : 0;
      y[i * n + e] = v < 0 ? slope * v : v;
    }
  }
}

KERNEL void NAME(leaky_relu_pullback)(REAL *restrict d, const REAL *restrict x, size_t rows, size_t n, REAL slope) {
  ROWS EVENTS d[i * n + e] *= x[i * n + e] < 0 ? slope : 1;
}

/* MARK: Standard normal */

KERNEL void NAME(normal_log_density)(const REAL *restrict z, double *restrict out, size_t rows, size_t n) {
  EVENTS out[e] = -0.91893853320467274178 * (double)rows;
  ROWS EVENTS {
    double v = z[i * n + e];
    out[e] -= 0.5 * v * v;
  }
}

KERNEL void NAME(normal_log_density_pullback)(const REAL *restrict z, const REAL *restrict w, REAL *restrict d,
                                              size_t rows, size_t n) {
  ROWS EVENTS d[i * n + e] = -w[e] * z[i * n + e];
}

#if IS_DOUBLE
#define NORMALS_PER_BLOCK 2
#else
#define NORMALS_PER_BLOCK 4
#endif

/* Box & Muller (1958): a pair of uniforms to a pair of normals. The first uniform lies in (0, 1]. */
INLINE void box_muller(REAL u, REAL v, REAL *a, REAL *b) {
  REAL radius = -2 * log_(u), c, s;
  cos_sin_turn(v, &c, &s);
  radius = square_root(radius);
  *a = radius * c;
  *b = radius * s;
}

KERNEL void NAME(normal_fill)(REAL *z, size_t rows, size_t n, uint64_t seed, uint32_t purpose, uint64_t first) {
  for (size_t i = 0; i < rows; i += NORMALS_PER_BLOCK)
    for (size_t block = 0; block < n; block += BLOCK) {
      REAL value[NORMALS_PER_BLOCK][BLOCK];
      for (size_t j = 0; j < BLOCK; j++) {
        uint64_t event = first + block + j;
        uint32_t c[4] = {(uint32_t)event, (uint32_t)(event >> 32), (uint32_t)(i / NORMALS_PER_BLOCK), purpose};
        philox4x32(c, (uint32_t)seed, (uint32_t)(seed >> 32));
#if IS_DOUBLE
        uint64_t p = ((uint64_t)c[1] << 32 | c[0]) >> 12, q = ((uint64_t)c[3] << 32 | c[2]) >> 12;
        box_muller(((REAL)(int64_t)p + 1) * 0x1p-52, (REAL)(int64_t)q * 0x1p-52, &value[0][j], &value[1][j]);
#else
        /* The radius takes all 32 bits, rounded up to stay above 0; the angle takes 24, which float holds exactly. */
        box_muller(((REAL)(c[0] >> 1) + 0.5f) * 0x1p-31f, (REAL)(int32_t)(c[1] >> 8) * 0x1p-24f, &value[0][j],
                   &value[1][j]);
        box_muller(((REAL)(c[2] >> 1) + 0.5f) * 0x1p-31f, (REAL)(int32_t)(c[3] >> 8) * 0x1p-24f, &value[2][j],
                   &value[3][j]);
#endif
      }
      for (size_t k = 0; k < NORMALS_PER_BLOCK && i + k < rows; k++)
        for (size_t j = 0; j < BLOCK; j++) z[(i + k) * n + block + j] = value[k][j];
    }
}

/* MARK: Flat buffers */

KERNEL void NAME(axpy)(REAL a, const REAL *restrict x, REAL *restrict y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] += a * x[i];
}

KERNEL double NAME(sum_squares)(const REAL *x, size_t count) {
  double lane[BLOCK] = {0}, total = 0;
  size_t whole = count / BLOCK * BLOCK;
  for (size_t block = 0; block < whole; block += BLOCK)
    for (size_t j = 0; j < BLOCK; j++) lane[j] += (double)x[block + j] * x[block + j];
  for (size_t j = 0; j < BLOCK; j++) total += lane[j];
  for (size_t i = whole; i < count; i++) total += (double)x[i] * x[i];
  return total;
}

KERNEL void NAME(adam)(REAL *restrict theta, REAL *restrict m, REAL *restrict v, const REAL *restrict g, size_t count,
                       REAL clip, REAL rate, REAL beta1, REAL beta2, REAL epsilon, REAL c2) {
  for (size_t i = 0; i < count; i++) {
    REAL gi = clip * g[i];
    REAL mi = m[i] + (1 - beta1) * (gi - m[i]);
    REAL vi = v[i] + (1 - beta2) * (gi * gi - v[i]);
    m[i] = mi;
    v[i] = vi;
    theta[i] -= rate * mi / (square_root(vi * c2) + epsilon);
  }
}

/* MARK: Element-wise functions */

#define ELEMENTWISE(name)                                                                                              \
  KERNEL void NAME(name)(const REAL *restrict x, REAL *restrict y, size_t count) {                                     \
    for (size_t i = 0; i < count; i++) y[i] = name##_(x[i]);                                                           \
  }

ELEMENTWISE(exp)
ELEMENTWISE(log)
ELEMENTWISE(tanh)
ELEMENTWISE(sigmoid)
