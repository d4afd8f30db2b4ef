/* What flowctl infer asks of a shared object: a density p(theta) known up to a constant, on all of R^D.
 *
 *     cc -O2 -shared -fPIC -o target.so target.c -lm && flowctl infer ./target.so -o model.h5
 *
 * Any language that exports C functions will do. The functions are called in processes of their own, by one thread each. */
#ifndef FLOWKIT_TARGET_H
#define FLOWKIT_TARGET_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Optional, called first: `data` is what --data names, or NULL. Returns NULL, or a message of what is wrong. */
const char *flowkit_target_open(const char *data);

/* D, at least 1. */
ptrdiff_t flowkit_target_dimension(void);

/* Optional: the parameters' names, with commas between them. */
const char *flowkit_target_names(void);

/* log p of `count` points, up to a constant, into `values`, and the derivatives into `gradients`. Points and gradients are
 * row-major, count x D. A point that cannot be computed gets NaN. Returns NULL, or a message that ends the inference. */
const char *flowkit_target_log_density(const double *points, ptrdiff_t count, double *values, double *gradients);

#ifdef __cplusplus
}
#endif
#endif
