#ifndef FOVEA_CKERNELS_LAYERS_H
#define FOVEA_CKERNELS_LAYERS_H

// Micro-kernels of the layers of networks, over NHWC floats: one copy for each instruction set, picked at run time.
//
// Inputs and outputs are pixels, rows of channels: every pixel has an address of its own or lies at a stride, so slices
// of joined tensors are read and written in place. No pointer need be aligned. Outputs must not overlap inputs, but may
// be the residual itself. Nothing allocates, nothing fails. Distances are counted in floats.

#include <stddef.h>

#include "CKernelsTraining.h"

#if !defined(__clang__)
#define _Nonnull
#define _Nullable
#endif

/// Functions of one value.
typedef enum {
  fovea_identity,
  fovea_leaky,             // x < 0 ? a x : x
  fovea_threshold,         // x <= a ? 0 : x
  fovea_exponential_unit,  // x < 0 ? a (exp(b x) - 1) : scale x; elu: 1 for b and the scale
  fovea_sigmoid,
  fovea_hard_sigmoid,  // clamp(a x + b, 0, 1)
  fovea_tanh,
  fovea_swish,       // x sigmoid(x)
  fovea_hard_swish,  // x clamp(x + 3, 0, 6) / 6
  fovea_mish,
  fovea_gelu,
  fovea_gelu_tanh,  // Hendrycks and Gimpel's formula
  fovea_softplus,
  fovea_softsign,
  fovea_exponential,
  fovea_error_function,
} fovea_layer_function_kind;

/// A function with the numbers that it takes.
typedef struct {
  fovea_layer_function_kind kind;
  float a, b, scale;
} fovea_layer_function;

/// What happens to a finished sum before it is stored: the residual is added, it is clamped to low...high (NaN stays NaN),
/// then the function is taken. No activation: -infinity and infinity; relu: 0 and infinity; relu6: 0 and 6.
typedef struct {
  const float *_Nullable residual;
  size_t residual_stride;  // between two pixels of the residual
  float low, high;
  fovea_layer_function function;
} fovea_layer_store;

/// What is made of two values.
typedef enum { fovea_add, fovea_subtract, fovea_multiply, fovea_divide, fovea_minimum, fovea_maximum } fovea_combination;

/// Pixels times a packed matrix; `taps` input pixels of `depth` channels each meet in an output pixel.
typedef struct {
  size_t pixels, taps, depth, columns;
  const float *_Nullable const *_Nonnull inputs;  // [tap][output pixel]: where the input pixel starts
  size_t inputs_stride;                           // addresses between two taps
  size_t offset;                                  // added to every address: the first channel of a group
  const float *_Nonnull panels;                   // as packed by `pack`
  float *_Nonnull output;
  size_t output_stride;                           // between two output pixels
} fovea_layer_product;

/// Rows of depthwise outputs, one after another: `width` pixels of `channels` each. Two rows of stride 1 are the fastest.
typedef struct {
  size_t width, lines, channels, kernel_rows, kernel_columns;
  size_t stride;    // between the inputs of two outputs, of a row and of two rows
  size_t dilation;  // of the kernel's columns; its rows are those of the addresses
  const float *_Nullable const *_Nonnull inputs;  // [input row][input column, padding included]: where that pixel starts
  size_t inputs_stride;                           // addresses between two input rows
  const float *_Nonnull weights;                  // [kernel row][kernel column][channel]
  const float *_Nullable bias;                    // [channel]
  float *_Nonnull output;
  size_t output_stride;                           // between two output pixels
} fovea_layer_depthwise;

/// The transformed tile of Winograd's method: side x side positions, `position_stride` apart, of `channels` each.
typedef struct {
  size_t side;     // inputs each way: 6 for F(4x4, 3x3) and F(2x2, 5x5), 4 for F(2x2, 3x3)
  size_t outputs;  // outputs each way: 4 or 2
  size_t channels;
  size_t position_stride;
} fovea_layer_tile;

#define FOVEA_STATELESS
#if defined(__clang__)
#undef FOVEA_STATELESS
#define FOVEA_STATELESS __attribute__((swift_attr("@Sendable")))
#endif

/// The kernels of one instruction set. A table of functions without state, so any thread may use it.
typedef struct FOVEA_STATELESS {
  const char *_Nonnull name;
  size_t panel;      // columns of a full panel: two vectors
  size_t tile_rows;  // output pixels computed at once

  /// Floats of the packed form of a [depth, columns] matrix with its bias.
  size_t (*_Nonnull packed_count)(size_t depth, size_t columns);
  /// Packs a [depth, columns] matrix, whose rows are `stride` apart, and its bias into panels. The columns from p on,
  /// p a multiple of `panel`, start at p * (depth + 1).
  void (*_Nonnull pack)(
      size_t depth, size_t columns, const float *_Nonnull weights, size_t stride, const float *_Nullable bias,
      float *_Nonnull packed);
  /// output = store(bias + sum over taps and depth of input x weight).
  void (*_Nonnull product)(const fovea_layer_product *_Nonnull, const fovea_layer_store *_Nonnull);

  /// One tile of input, side x side pixel addresses, to its positions.
  void (*_Nonnull winograd_input)(
      const fovea_layer_tile *_Nonnull, const float *_Nullable const *_Nonnull pixels, float *_Nonnull positions);
  /// The positions to rows x columns output pixels, at most `outputs` each way.
  void (*_Nonnull winograd_output)(
      const fovea_layer_tile *_Nonnull, const float *_Nonnull positions, const float *_Nullable bias,
      float *_Nonnull output, size_t row_stride, size_t pixel_stride, size_t rows, size_t columns,
      size_t residual_row_stride, const fovea_layer_store *_Nonnull);

  void (*_Nonnull depthwise)(const fovea_layer_depthwise *_Nonnull, const fovea_layer_store *_Nonnull);

  /// sums[column] += x[row] * weights[row][column]; weights whose x is 0 are not read.
  void (*_Nonnull add_vector_matrix)(
      size_t rows, size_t columns, const float *_Nonnull x, const float *_Nonnull weights, size_t stride,
      float *_Nonnull sums);
  /// The same for `vectors` rows of x and of sums; all weights are read, once where the vectors are few.
  void (*_Nonnull add_matrix_product)(
      size_t vectors, size_t rows, size_t columns, const float *_Nonnull x, size_t x_stride,
      const float *_Nonnull weights, size_t stride, float *_Nonnull sums, size_t sums_stride);
  /// The largest of the input pixels at `taps` addresses, channel by channel; NaN never is, and of none it is -infinity.
  void (*_Nonnull pool_maximum)(
      size_t taps, const float *_Nullable const *_Nonnull pixels, size_t channels, float *_Nonnull output);
  /// Their sum times a factor.
  void (*_Nonnull pool_sum)(
      size_t taps, const float *_Nullable const *_Nonnull pixels, size_t channels, float factor, float *_Nonnull output);
  /// output = clamp(input * scale + offset), scale and offset one a channel; no offset is 0.
  void (*_Nonnull scale)(
      size_t pixels, size_t channels, const float *_Nonnull input, size_t input_stride, const float *_Nonnull scale,
      const float *_Nullable offset, float *_Nonnull output, size_t output_stride, float low, float high);
  /// output = a ? b, one by one, or every a with the same b where b's step is 0; the output may be a or b.
  void (*_Nonnull combine)(
      fovea_combination, size_t count, const float *_Nonnull a, const float *_Nonnull b, size_t b_step,
      float *_Nonnull output);
  /// The first channels of all parts, then the second ones, ...: output[c * parts + part] = input[part][c].
  void (*_Nonnull interleave)(
      size_t pixels, size_t channels, size_t parts, const float *_Nonnull const *_Nonnull inputs,
      const size_t *_Nonnull strides, float *_Nonnull output, size_t output_stride);
  /// output = (input - mean) / sqrt(variance + epsilon) * scale + offset, mean and variance those of the pixel's channels;
  /// no scale is 1, no offset 0. The output may be the input.
  void (*_Nonnull standardise)(
      size_t pixels, size_t channels, float epsilon, const float *_Nonnull input, const float *_Nullable scale,
      const float *_Nullable offset, float *_Nonnull output);
  /// Takes the function of every channel, in place.
  void (*_Nonnull apply)(
      const fovea_layer_function *_Nonnull, size_t pixels, size_t channels, float *_Nonnull values, size_t stride);

  /// What training adds.
  const fovea_training_kernels *_Nonnull training;
} fovea_layer_kernels;

/// The kernels of the best instruction set of this machine.
const fovea_layer_kernels *_Nonnull fovea_layer_kernels_best(void);
/// All sets this machine can run, the plainest first; null past the last.
const fovea_layer_kernels *_Nullable fovea_layer_kernels_at(size_t index);

#endif
