/* sched_getaffinity is an extension of GNU and Linux that Swift does not see. */
#define _GNU_SOURCE
#include "CFlowKernels.h"

#if defined(__linux__)

#include <pthread.h>
#include <sched.h>

int flowkit_allowed_processors(void) {
  enum { processors = 1 << 14 };
  cpu_set_t *set = CPU_ALLOC(processors);
  if (!set) return 0;
  size_t bytes = CPU_ALLOC_SIZE(processors);
  int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
  CPU_FREE(set);
  return count;
}

void flowkit_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

#else

void flowkit_name_thread(const char *name) {}

int flowkit_allowed_processors(void) { return 0; }

#endif
