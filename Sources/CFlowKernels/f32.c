#include "CFlowKernels.h"

#define REAL float
#define INT int32_t
#define IS_DOUBLE 0
#include "kernels.h"
