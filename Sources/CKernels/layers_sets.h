#ifndef FOVEA_LAYERS_SETS_H
#define FOVEA_LAYERS_SETS_H

#include "CKernelsLayers.h"

extern const fovea_layer_kernels fovea_layer_kernels_portable;
#if defined(__x86_64__)
extern const fovea_layer_kernels fovea_layer_kernels_avx2;
extern const fovea_layer_kernels fovea_layer_kernels_avx512;
#endif

#endif
