// 128-bit vectors: SSE2 on x86-64, NEON on arm64, whose 32 registers hold a taller tile.
#define TARGET
#define LANES 4
#if defined(__aarch64__)
#define ROWS 12
#define EACH_HEIGHT(DO, V) DO(1, V) DO(2, V) DO(3, V) DO(4, V) DO(5, V) DO(6, V) DO(7, V) DO(8, V) \
  DO(9, V) DO(10, V) DO(11, V) DO(12, V)
#define NAME "NEON"
#else
#define ROWS 6
#define EACH_HEIGHT(DO, V) DO(1, V) DO(2, V) DO(3, V) DO(4, V) DO(5, V) DO(6, V)
#define NAME "portable"
#endif
#define KERNELS fovea_layer_kernels_portable
#include "layers_body.h"
