#ifndef FOVEA_CKERNELS_H
#define FOVEA_CKERNELS_H

// Micro-kernels: the innermost loops, once per instruction set, chosen at run time.
// Everything here works on floats the caller owns and has bounded; nothing allocates, nothing fails.

#include <stddef.h>

#include "CKernelsLayers.h"

typedef enum {
  fovea_portable = 0,
  fovea_avx2 = 1,
  fovea_avx512 = 2,
  fovea_neon = 3,
} fovea_instruction_set;

/// Filters of planes for one instruction set. Distances are counted in floats. A table of functions without state, so
/// any thread may use it.
typedef struct __attribute__((swift_attr("@Sendable"))) {
  /// What to call it in a benchmark or an explanation: "AVX2+FMA".
  const char *_Nonnull name;

  /// Correlation by the definition:
  ///
  ///   output[r * output_stride + i] (+)= sum over a, b of
  ///     taps[a * kernel_columns + b] * rows[r + a][first + i + b * column_step]
  ///
  /// for r in 0..<output_rows, i in 0..<width. `rows` holds output_rows + kernel_rows - 1 pointers, which is how a
  /// border above or below costs nothing: the same row may stand there twice. `column_step` is the number of
  /// interleaved channels. `accumulate` adds to what the output holds instead of replacing it.
  void (*_Nonnull correlate)(
      const float *_Nonnull const *_Nonnull rows, ptrdiff_t first, float *_Nonnull output, ptrdiff_t output_stride,
      ptrdiff_t output_rows, ptrdiff_t width, const float *_Nonnull taps, ptrdiff_t kernel_rows,
      ptrdiff_t kernel_columns, ptrdiff_t column_step, int accumulate);

  /// result[i] = sqrt(x[i]^2 + y[i]^2).
  void (*_Nonnull magnitude)(
      const float *_Nonnull x, const float *_Nonnull y, float *_Nonnull result, ptrdiff_t count);
} fovea_plane_kernels;

/// The kernels for one instruction set, or null where this build or this processor has not got it.
const fovea_plane_kernels *_Nullable fovea_plane_kernels_for(fovea_instruction_set set);

/// The fastest kernels this processor runs.
const fovea_plane_kernels *_Nonnull fovea_plane_kernels_best(void);

#endif
