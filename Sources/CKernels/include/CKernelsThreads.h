#ifndef FOVEA_CKERNELS_THREADS_H
#define FOVEA_CKERNELS_THREADS_H

// What threads that wait for each other tell the processor and the kernel.

#include <pthread.h>

/// Tells the processor that this thread waits for another.
static inline void fovea_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// The processor that the calling thread runs on; negative where the system does not say.
int fovea_current_processor(void);

/// Lets `thread` run on every processor that the process was given but this one, where there is another.
///
/// A kernel may wake a thread on the very processor of the thread that wakes it, and leave the two to share it for
/// milliseconds while another is idle: in virtual machines that do not tell which processors share a cache it does so
/// nearly always. Threads and processes that `thread` starts inherit the restriction: lift it soon.
void fovea_keep_away(pthread_t thread, int processor);

/// Lets `thread` run on every processor that the process was given; it stays where it runs.
void fovea_allow_everywhere(pthread_t thread);

#endif
