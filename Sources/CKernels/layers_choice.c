// The instruction set, picked once by what the processor says it has.

#include "layers_sets.h"

const fovea_layer_kernels *fovea_layer_kernels_at(size_t index) {
  const fovea_layer_kernels *sets[4] = {&fovea_layer_kernels_portable};
  size_t count = 1;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    sets[count++] = &fovea_layer_kernels_avx2;
    if (__builtin_cpu_supports("avx512f")) sets[count++] = &fovea_layer_kernels_avx512;
  }
#endif
  return index < count ? sets[index] : NULL;
}

const fovea_layer_kernels *fovea_layer_kernels_best(void) {
  const fovea_layer_kernels *best = fovea_layer_kernels_at(0);
  for (size_t index = 1; fovea_layer_kernels_at(index) != NULL; index++) best = fovea_layer_kernels_at(index);
  return best;
}
