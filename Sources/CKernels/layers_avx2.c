#if defined(__x86_64__)
#include <immintrin.h>

// 16 registers: 6 x 16 sums in 12, 2 weights, 1 input.
#define TARGET __attribute__((target("avx2,fma,prfchw")))
#define LANES 8
#define ROWS 6
#define EACH_HEIGHT(DO, V) DO(1, V) DO(2, V) DO(3, V) DO(4, V) DO(5, V) DO(6, V)
#define PARTIAL(COUNT) \
  _mm256_cmpgt_epi32(_mm256_set1_epi32((int)(COUNT)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))
#define PARTIAL_LOAD(FROM, COUNT) ((vector)_mm256_maskload_ps(FROM, PARTIAL(COUNT)))
#define PARTIAL_STORE(TO, VALUE, COUNT) _mm256_maskstore_ps(TO, PARTIAL(COUNT), (__m256)(VALUE))
#define KERNELS fovea_layer_kernels_avx2
#define NAME "AVX2+FMA"
#include "layers_body.h"
#else
typedef int fovea_no_avx2_layers_here;
#endif
