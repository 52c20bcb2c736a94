// 16 registers and no fused multiply-add: 8 sums, 2 weights, 1 input, 1 product.
#define TARGET
#define LANES 4
#define BLOCK_ROWS 2
#define BLOCK_VECTORS 4
#define ROW_VECTORS 8
#define KERNELS fovea_plane_kernels_portable
#define NAME "portable"
#include "planes_sets.h"
#include "planes_body.h"
