#if defined(__x86_64__)
// 32 registers: 16 sums, 4 weights, 1 input; more rows would make pictures of few rows dearer.
#define TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx512bw")))
#define LANES 16
#define BLOCK_ROWS 4
#define BLOCK_VECTORS 4
#define ROW_VECTORS 8
#define KERNELS fovea_plane_kernels_avx512
#define NAME "AVX-512"
#include "planes_sets.h"
#include "planes_body.h"
#else
typedef int fovea_no_avx512_here;
#endif
