#if defined(__x86_64__)
// 16 registers: 6 x 16 sums in 12, 2 weights, 1 input.
#define TARGET __attribute__((target("avx2,fma,prfchw")))
#define LANES 8
#define ROWS 6
#define EACH_HEIGHT(DO, V) DO(1, V) DO(2, V) DO(3, V) DO(4, V) DO(5, V) DO(6, V)
#define KERNELS fovea_layer_kernels_avx2
#define NAME "AVX2+FMA"
#include "layers_body.h"
#else
typedef int fovea_no_avx2_layers_here;
#endif
