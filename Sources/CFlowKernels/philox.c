#include "philox.h"
#include "CFlowKernels.h"

void flowkit_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  for (int i = 0; i < 4; i++) out[i] = counter[i];
  philox4x32(out, key[0], key[1]);
}
