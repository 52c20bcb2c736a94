#if defined(__aarch64__)
// 32 registers: 16 sums, 4 weights, 1 input.
#define TARGET
#define LANES 4
#define BLOCK_ROWS 4
#define BLOCK_VECTORS 4
#define ROW_VECTORS 8
#define KERNELS fovea_plane_kernels_neon
#define NAME "NEON"
#include "planes_sets.h"
#include "planes_body.h"
#else
typedef int fovea_no_neon_here;
#endif
