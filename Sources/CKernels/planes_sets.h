#ifndef FOVEA_PLANES_SETS_H
#define FOVEA_PLANES_SETS_H

#include "CKernels.h"

extern const fovea_plane_kernels fovea_plane_kernels_portable;
#if defined(__x86_64__)
extern const fovea_plane_kernels fovea_plane_kernels_avx2;
extern const fovea_plane_kernels fovea_plane_kernels_avx512;
#endif
#if defined(__aarch64__)
extern const fovea_plane_kernels fovea_plane_kernels_neon;
#endif

#endif
