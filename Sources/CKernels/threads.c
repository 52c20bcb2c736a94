// Which processors a thread may run on; only Linux is asked.

#if defined(__linux__)
#define _GNU_SOURCE
#include <sched.h>
#endif

#include "CKernelsThreads.h"

#if defined(__linux__)

static cpu_set_t given;
static pthread_once_t is_asked = PTHREAD_ONCE_INIT;

static void ask(void) {
  if (sched_getaffinity(0, sizeof given, &given) != 0) CPU_ZERO(&given);
}

int fovea_current_processor(void) { return sched_getcpu(); }

void fovea_keep_away(pthread_t thread, int processor) {
  pthread_once(&is_asked, ask);
  if (processor < 0 || processor >= CPU_SETSIZE) return;
  cpu_set_t others = given;
  CPU_CLR(processor, &others);
  if (CPU_COUNT(&others) > 0) pthread_setaffinity_np(thread, sizeof others, &others);
}

void fovea_allow_everywhere(pthread_t thread) {
  pthread_once(&is_asked, ask);
  if (CPU_COUNT(&given) > 0) pthread_setaffinity_np(thread, sizeof given, &given);
}

#else

int fovea_current_processor(void) { return -1; }
void fovea_keep_away(pthread_t thread, int processor) { (void)thread, (void)processor; }
void fovea_allow_everywhere(pthread_t thread) { (void)thread; }

#endif
