#ifndef FOVEA_CKERNELS_H
#define FOVEA_CKERNELS_H

// Micro-kernels: the innermost loops, once per instruction set, chosen at run time.
// Everything here works on floats the caller owns and has bounded; nothing allocates, nothing fails.

#include <stddef.h>
#include <stdint.h>

#include "CKernelsLayers.h"
#include "CKernelsThreads.h"

typedef enum {
  fovea_portable = 0,
  fovea_avx2 = 1,
  fovea_avx512 = 2,
  fovea_neon = 3,
} fovea_instruction_set;

/// One tile of a plane that is filtered by transforms: where its input is and where its output goes. The input holds the
/// kernel's height less one more rows than the output, likewise columns, and fits the transform.
typedef struct {
  const float *_Nonnull const *_Nonnull rows;
  /// The float of each input row that is the tile's column 0.
  ptrdiff_t first;
  ptrdiff_t input_rows, input_columns;
  float *_Nullable output;
  /// Floats from one output row to the next, and from one output pixel to the next.
  ptrdiff_t output_stride, output_step;
  ptrdiff_t output_rows, output_columns;
  /// A value about the mean of the input: it is taken off before the transforms and its response put back after, for
  /// the rounding of a transform is in proportion to what goes into it.
  float offset;
} fovea_tile;

/// The size of the transforms, powers of two from 16 on, and their twiddles: for each part of n = length, length / 4,
/// ... while n > 4 and each j in 0..<n/4, the cosines and sines of -2 pi j / n, of twice and of three times that angle,
/// six floats.
typedef struct {
  ptrdiff_t height, width;
  const float *_Nonnull height_twiddles;
  const float *_Nonnull width_twiddles;
} fovea_transform;

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

  /// The magnitude of the gradient by 3x3 derivative kernels, [e c e] down or along times [1 0 -1] across, without
  /// keeping the derivatives; else as `correlate`.
  void (*_Nonnull gradient)(
      const float *_Nonnull const *_Nonnull rows, ptrdiff_t first, float *_Nonnull output, ptrdiff_t output_stride,
      ptrdiff_t output_rows, ptrdiff_t width, ptrdiff_t column_step, float edge, float centre);

  /// Correlation with box_rows x box_columns taps that are all `factor`, in a time that hardly grows with them; else as
  /// `correlate`. `scratch` holds `box_scratch` floats.
  void (*_Nonnull box)(
      const float *_Nonnull const *_Nonnull rows, ptrdiff_t first, float *_Nonnull output, ptrdiff_t output_stride,
      ptrdiff_t output_rows, ptrdiff_t width, ptrdiff_t box_rows, ptrdiff_t box_columns, ptrdiff_t column_step,
      float factor, float *_Nonnull scratch);
  ptrdiff_t (*_Nonnull box_scratch)(
      ptrdiff_t width, ptrdiff_t box_rows, ptrdiff_t box_columns, ptrdiff_t column_step);

  /// The spectrum of a kernel, 2 * height * width floats, as `transform_correlate` wants it: the taps are the input of a
  /// tile. `spectrum` starts at a multiple of 64 bytes; `scratch` holds `transform_scratch` floats.
  void (*_Nonnull transform_kernel)(
      const fovea_transform *_Nonnull plan, const fovea_tile *_Nonnull taps, float *_Nonnull spectrum,
      float *_Nonnull scratch);

  /// Correlates one or two tiles with the kernel of a spectrum.
  void (*_Nonnull transform_correlate)(
      const fovea_transform *_Nonnull plan, const float *_Nonnull spectrum, const fovea_tile *_Nonnull a,
      const fovea_tile *_Nullable b, float sum_of_taps, float *_Nonnull scratch);
  ptrdiff_t (*_Nonnull transform_scratch)(ptrdiff_t height, ptrdiff_t width);

  /// The middle one of the side x side values that `correlate` would weigh, NaN counting as the greatest of all; `side`
  /// is 3 or 5. `scratch` holds `median_scratch` floats.
  void (*_Nonnull median)(
      const float *_Nonnull const *_Nonnull rows, ptrdiff_t first, float *_Nonnull output, ptrdiff_t output_stride,
      ptrdiff_t output_rows, ptrdiff_t width, int side, ptrdiff_t column_step, float *_Nonnull scratch);
  /// The same for bytes; distances are counted in bytes.
  void (*_Nonnull median_bytes)(
      const uint8_t *_Nonnull const *_Nonnull rows, ptrdiff_t first, uint8_t *_Nonnull output, ptrdiff_t output_stride,
      ptrdiff_t output_rows, ptrdiff_t width, int side, ptrdiff_t column_step, float *_Nonnull scratch);
  ptrdiff_t (*_Nonnull median_scratch)(ptrdiff_t column_step);
  /// The same for bytes and box_rows x box_columns values, at most 65,535, in a time that hardly grows with them: those
  /// of one channel, `width` pixels that lie `column_step` apart in input and output. Of an even number of values it is
  /// the upper one of the middle two. `scratch` holds `median_counts_scratch` floats.
  void (*_Nonnull median_counts)(
      const uint8_t *_Nonnull const *_Nonnull rows, ptrdiff_t first, uint8_t *_Nonnull output, ptrdiff_t output_stride,
      ptrdiff_t output_rows, ptrdiff_t width, ptrdiff_t box_rows, ptrdiff_t box_columns, ptrdiff_t column_step,
      float *_Nonnull scratch);
  ptrdiff_t (*_Nonnull median_counts_scratch)(ptrdiff_t width, ptrdiff_t box_columns);

  /// `box` for bytes, rounded; distances are counted in bytes, `scratch` holds `box_bytes_scratch` floats. At most 257
  /// rows and 8 million pixels, whose sums fit 16 and 31 bits.
  void (*_Nonnull box_bytes)(
      const uint8_t *_Nonnull const *_Nonnull rows, ptrdiff_t first, uint8_t *_Nonnull output, ptrdiff_t output_stride,
      ptrdiff_t output_rows, ptrdiff_t width, ptrdiff_t box_rows, ptrdiff_t box_columns, ptrdiff_t column_step,
      float factor, float *_Nonnull scratch);
  ptrdiff_t (*_Nonnull box_bytes_scratch)(ptrdiff_t width, ptrdiff_t box_columns, ptrdiff_t column_step);

  /// Bytes as floats, and floats as bytes: rounded half away from zero, clipped to 0...255, NaN to 0.
  void (*_Nonnull floats_of_bytes)(const uint8_t *_Nonnull bytes, float *_Nonnull result, ptrdiff_t count);
  void (*_Nonnull bytes_of_floats)(const float *_Nonnull values, uint8_t *_Nonnull result, ptrdiff_t count);

  /// Pixels that are weighted sums of their row's, in the order of the taps and with nothing fused, so that every set of
  /// kernels makes the same:
  ///
  ///   output[r * output_stride + x * channels + c] =
  ///     sum over t of weights[x * taps + t] * rows[r][(starts[x] - starts[0] + t) * channels + c]
  ///
  /// for r in 0..<row_count, x in 0..<pixels. `starts` never falls. With `rounds`, sums become the nearest of 0...255.
  /// `scratch` holds `resample_scratch` floats.
  void (*_Nonnull resample)(
      const float *_Nonnull const *_Nonnull rows, ptrdiff_t row_count, ptrdiff_t channels,
      const int32_t *_Nonnull starts, ptrdiff_t pixels, ptrdiff_t taps, const float *_Nonnull weights, int rounds,
      float *_Nonnull output, ptrdiff_t output_stride, float *_Nonnull scratch);
  ptrdiff_t (*_Nonnull resample_scratch)(ptrdiff_t channels, ptrdiff_t taps);

  /// sums[i] += weights[r] * rows[r][i], for one r after the other, nothing fused.
  void (*_Nonnull add_rows)(
      const float *_Nonnull const *_Nonnull rows, const float *_Nonnull weights, ptrdiff_t row_count,
      float *_Nonnull sums, ptrdiff_t count);

  /// Undoes a row filter of PNG, 0...4: `count` bytes of pixels of `step` bytes, which is 1, 2, 3, 4, 6 or 8. `above` is the
  /// row above, undone, or zeros. `target` may lie in the same memory as `row`, before it. One byte beyond the end of each
  /// of the three may be read, and one beyond `target` written.
  void (*_Nonnull png_row)(
      int filter, const uint8_t *_Nonnull row, const uint8_t *_Nonnull above, uint8_t *_Nonnull target, ptrdiff_t count,
      ptrdiff_t step);
} fovea_plane_kernels;

/// The kernels for one instruction set, or null where this build or this processor has not got it.
const fovea_plane_kernels *_Nullable fovea_plane_kernels_for(fovea_instruction_set set);

/// The fastest kernels this processor runs.
const fovea_plane_kernels *_Nonnull fovea_plane_kernels_best(void);

#endif
