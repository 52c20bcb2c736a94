#if defined(__x86_64__)
#include <immintrin.h>

// 32 registers: 14 x 32 sums in 28, 2 weights, 1 input.
#define TARGET __attribute__((target("avx512f,prfchw")))
#define LANES 16
#define ROWS 14
#define EACH_HEIGHT(DO, V) DO(1, V) DO(2, V) DO(3, V) DO(4, V) DO(5, V) DO(6, V) DO(7, V) DO(8, V) \
  DO(9, V) DO(10, V) DO(11, V) DO(12, V) DO(13, V) DO(14, V)
#define PARTIAL(COUNT) ((__mmask16)((1u << (COUNT)) - 1))
#define PARTIAL_LOAD(FROM, COUNT) ((vector)_mm512_maskz_loadu_ps(PARTIAL(COUNT), FROM))
#define PARTIAL_STORE(TO, VALUE, COUNT) _mm512_mask_storeu_ps(TO, PARTIAL(COUNT), (__m512)(VALUE))
// An estimate of 14 bits and one step of Newton's: a third of a division's time.
#define RECIPROCAL(VALUE) newton_reciprocal(VALUE, (vector)_mm512_rcp14_ps((__m512)(VALUE)))
#define KERNELS fovea_layer_kernels_avx512
#define NAME "AVX-512"
#include "layers_body.h"
#else
typedef int fovea_no_avx512_layers_here;
#endif
