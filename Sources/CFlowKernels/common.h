/* What the bodies of the kernels share; included by f32.c and f64.c with REAL, INT and IS_DOUBLE defined.
 * kernels.inc says what each kernel computes. */
#include "CFlowKernels.h"
#include "philox.h"

#pragma clang fp contract(fast)

#include "elementary.h"

/* Not under ThreadSanitizer: the function that chooses a clone runs before the sanitizer is ready, and would crash. */
#if defined(__x86_64__) && defined(__linux__) && !(defined(__has_feature) && __has_feature(thread_sanitizer))
#define KERNEL __attribute__((overloadable, target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define KERNEL __attribute__((overloadable))
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

/* One block of events. The loop has a constant length, and unrolling it first would hide it from the vectoriser; where
 * it cannot vectorise the compiler warns, which is an error here. */
#define LANES _Pragma("clang loop vectorize(enable) unroll(disable)") for (size_t j = 0; j < BLOCK; j++)
