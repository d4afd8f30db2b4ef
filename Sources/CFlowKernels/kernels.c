#include "CFlowKernels.h"
void flowkit_nothing(void) {}
