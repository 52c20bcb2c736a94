#if defined(__x86_64__)
// 16 registers: 12 sums, 3 weights, 1 input.
#define TARGET __attribute__((target("avx2,fma")))
#define LANES 8
#define BLOCK_ROWS 3
#define BLOCK_VECTORS 4
#define ROW_VECTORS 8
#define KERNELS fovea_plane_kernels_avx2
#define NAME "AVX2+FMA"
#include "planes_sets.h"
#include "planes_body.h"
#else
typedef int fovea_no_avx2_here;
#endif
