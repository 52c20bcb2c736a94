#include "planes_sets.h"

const fovea_plane_kernels *fovea_plane_kernels_for(fovea_instruction_set set) {
  switch (set) {
    case fovea_portable:
      return &fovea_plane_kernels_portable;
#if defined(__x86_64__)
    case fovea_avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &fovea_plane_kernels_avx2 : NULL;
    case fovea_avx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                     __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")
                 ? &fovea_plane_kernels_avx512
                 : NULL;
#endif
#if defined(__aarch64__)
    case fovea_neon:
      return &fovea_plane_kernels_neon;
#endif
    default:
      return NULL;
  }
}

const fovea_plane_kernels *fovea_plane_kernels_best(void) {
  static const fovea_instruction_set fastest_first[] = {fovea_avx512, fovea_avx2, fovea_neon};
  for (size_t i = 0; i < sizeof fastest_first / sizeof *fastest_first; i++) {
    const fovea_plane_kernels *kernels = fovea_plane_kernels_for(fastest_first[i]);
    if (kernels) return kernels;
  }
  return &fovea_plane_kernels_portable;
}
