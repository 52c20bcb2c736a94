// The micro-kernels of layers, written once over vectors of LANES floats. Each layers_<set>.c sets the macros below and
// includes this file, so that an instruction set is a handful of numbers:
//
//   TARGET              the function attribute that allows the instructions
//   LANES               floats in a vector
//   ROWS                output pixels held in registers at once, times two vectors of columns
//   EACH_HEIGHT(DO, V)  DO(1, V) ... DO(ROWS, V)
//   KERNELS, NAME       the table to define, and its name
//
// and where there are instructions for it:
//
//   PARTIAL_LOAD(from, count), PARTIAL_STORE(to, value, count)  of less than a vector
//   RECIPROCAL(value)   1 / value, good to a unit or two in the last place, of values from 1 to 2^125

#include <string.h>

#include "layers_sets.h"

#define INLINE TARGET static inline __attribute__((always_inline))
#if defined(__clang__)
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

typedef float vector __attribute__((vector_size(LANES * 4)));
typedef float unaligned __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
typedef int mask __attribute__((vector_size(LANES * 4)));

// `count` is LANES where the compiler can know it, so that all but the last channels of a pixel move whole vectors.
INLINE vector load(const float *from, size_t count) {
  if (count == LANES) return *(const unaligned *)from;
#if defined(PARTIAL_LOAD)
  return PARTIAL_LOAD(from, count);
#else
  vector value = {0};
  memcpy(&value, from, count * sizeof(float));
  return value;
#endif
}

INLINE void store(float *to, vector value, size_t count) {
  if (count == LANES) {
    *(unaligned *)to = value;
  } else {
#if defined(PARTIAL_STORE)
    PARTIAL_STORE(to, value, count);
#else
    memcpy(to, &value, count * sizeof(float));
#endif
  }
}

INLINE vector clamped(vector value, float low, float high) {
  const vector least = low - (vector){0}, most = high - (vector){0};
  value = (vector)(((mask)least & (least > value)) | ((mask)value & ~(least > value)));
  return (vector)(((mask)most & (most < value)) | ((mask)value & ~(most < value)));
}

// Runs the code for whole vectors of channels, then once for what is left; `c` and `count` are its to use.
#define EACH_VECTOR(CHANNELS, ...) EACH_VECTOR_FROM(0, CHANNELS, __VA_ARGS__)
#define EACH_VECTOR_FROM(FIRST, CHANNELS, ...)                                               \
  do {                                                                                       \
    size_t c = (FIRST);                                                                      \
    for (; c + LANES <= (CHANNELS); c += LANES) {                                            \
      const size_t count = LANES;                                                            \
      __VA_ARGS__;                                                                           \
    }                                                                                        \
    if (c < (CHANNELS)) {                                                                    \
      const size_t count = (CHANNELS) - c;                                                   \
      __VA_ARGS__;                                                                           \
    }                                                                                        \
  } while (0)

#include "layers_functions.h"
#include "layers_product.h"
#include "layers_winograd.h"
#include "layers_depthwise.h"
#include "layers_rows.h"
#include "layers_pooling.h"
#include "layers_training.h"
#include "layers_standard.h"

const fovea_layer_kernels KERNELS = {
    .name = NAME,
    .panel = 2 * LANES,
    .tile_rows = ROWS,
    .packed_count = packed_count,
    .pack = pack,
    .product = product,
    .winograd_input = winograd_input,
    .winograd_output = winograd_output,
    .depthwise = depthwise,
    .add_vector_matrix = add_vector_matrix,
    .add_matrix_product = add_matrix_product,
    .scale = scale,
    .combine = combine,
    .interleave = interleave,
    .standardise = standardise,
    .apply = apply_function,
    .pool_maximum = pool_maximum,
    .pool_sum = pool_sum,
    .training = &training,
};
