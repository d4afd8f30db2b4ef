#include "CFlowKernels.h"

#define REAL double
#define INT int64_t
#define IS_DOUBLE 1
#include "kernels.h"
