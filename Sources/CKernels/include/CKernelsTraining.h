#ifndef FOVEA_CKERNELS_TRAINING_H
#define FOVEA_CKERNELS_TRAINING_H

// Micro-kernels of training, part of the tables of CKernelsLayers.h. Pixels are rows of channels; distances are counted in
// floats; no pointer need be aligned. Where `positive` is given, a gradient counts only where it is above 0: that is the
// gradient of the relu that `positive` is the output of.

#include <stddef.h>
#include <stdint.h>

#if !defined(__clang__)
#define _Nonnull
#define _Nullable
#endif

/// sums[row][column] += x[row] * gradient[column] over lines x width pixels: a run of neighbouring inputs meets each output.
typedef struct {
  size_t lines, width, run, columns;
  const float *_Nonnull input;
  size_t input_line, input_pixel;  // between two lines, between two pixels
  const float *_Nonnull gradient;
  size_t gradient_line, gradient_pixel;
  float *_Nonnull sums;
  size_t sums_stride;
} fovea_outer_product;

/// The kernels of one instruction set, without state.
typedef struct {
  void (*_Nonnull add_outer_products)(const fovea_outer_product *_Nonnull);

  /// Packs a matrix whose columns lie as rows, matrix[d][c] = weights[c * stride + d], for products, without a bias.
  void (*_Nonnull pack_turned)(
      size_t depth, size_t columns, const float *_Nonnull weights, size_t stride, float *_Nonnull packed);

  /// The largest of the input pixels at `taps` addresses and the place of the first that is: channel by channel.
  void (*_Nonnull pool_maximum_places)(
      size_t taps, const float *_Nullable const *_Nonnull pixels, const uint32_t *_Nonnull places, size_t channels,
      float *_Nonnull output, uint32_t *_Nonnull positions);
  /// Sends the gradient of one output pixel to the pixel at its place and zeros to the others of the window, or adds them.
  void (*_Nonnull pool_maximum_gradient)(
      size_t taps, float *_Nullable const *_Nonnull pixels, const uint32_t *_Nonnull places,
      const uint32_t *_Nonnull positions, size_t channels, const float *_Nonnull gradient,
      const float *_Nullable positive, int adds);

  /// output = values > 0 ? gradient : 0; the output may be the gradient.
  void (*_Nonnull keep_positive)(
      size_t count, const float *_Nonnull values, const float *_Nonnull gradient, float *_Nonnull output);
  /// sums[channel] += the values of all pixels, `stride` apart as those of `positive` are.
  void (*_Nonnull channel_sums)(
      size_t pixels, size_t channels, size_t stride, const float *_Nonnull values, const float *_Nullable positive,
      float *_Nonnull sums);
  /// sums[channel] += (value - mean)^2.
  void (*_Nonnull channel_squares)(
      size_t pixels, size_t channels, const float *_Nonnull values, const float *_Nonnull mean, float *_Nonnull sums);
  /// output = max((input - mean) * factor + offset + residual, low), channel by channel.
  void (*_Nonnull normalise)(
      size_t pixels, size_t channels, const float *_Nonnull input, const float *_Nonnull mean,
      const float *_Nonnull factor, const float *_Nonnull offset, const float *_Nullable residual,
      float *_Nonnull output, float low);
  /// sums[channel] += gradient; products[channel] += gradient * (input - mean).
  ///
  /// Where `rectified` is given, the offset of a normalisation that a relu follows, gradients count only where
  /// (input - mean) * factor + rectified is above 0; likewise below.
  void (*_Nonnull normalise_sums)(
      size_t pixels, size_t channels, const float *_Nonnull gradient, const float *_Nonnull input,
      const float *_Nonnull mean, const float *_Nonnull factor, const float *_Nullable rectified,
      float *_Nonnull sums, float *_Nonnull products);
  /// output = factor * (gradient - offset - (input - mean) * slope), channel by channel.
  void (*_Nonnull normalise_gradient)(
      size_t pixels, size_t channels, const float *_Nonnull gradient, const float *_Nonnull input,
      const float *_Nonnull mean, const float *_Nonnull factor, const float *_Nullable rectified,
      const float *_Nonnull offset, const float *_Nonnull slope, float *_Nonnull output);

  /// squares = rho squares + (1 - rho) g^2; weights -= rate g / sqrt(squares + epsilon).
  void (*_Nonnull rmsprop)(
      size_t count, float *_Nonnull weights, const float *_Nonnull gradients, float *_Nonnull squares, float rate,
      float rho, float epsilon);
  /// Kingma and Ba's moments; weights -= weights shrink + rate mean / (sqrt(squares) + epsilon).
  void (*_Nonnull adam)(
      size_t count, float *_Nonnull weights, const float *_Nonnull gradients, float *_Nonnull means,
      float *_Nonnull squares, float rate, float beta1, float beta2, float epsilon, float shrink);
  /// Whether no value is a NaN or an infinity.
  int (*_Nonnull all_finite)(size_t count, const float *_Nonnull values);
} fovea_training_kernels;

#endif
