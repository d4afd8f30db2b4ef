#define REAL double
#define INT int64_t
#define IS_DOUBLE 1
#define NAME(f) flowkit_##f##_f64
#include "kernels.h"
