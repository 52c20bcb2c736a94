// Holds the layers' micro-kernels of the plainest set, NEON on 64-bit ARM, to plain loops.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernelsLayers.h"
#include "check-neon.h"

static const fovea_layer_kernels *mine;

static float finished(double sum, float residual, float low, float high) {
  const float value = (float)sum + residual;
  return value < low ? low : value > high ? high : value;
}

// Two taps of `depth` channels, read from pixels in another order, a residual and a clamp.
static void product(size_t pixels, size_t depth, size_t columns) {
  enum { taps = 2, wider = 3 };
  float *input = noises(pixels * depth), *weights = noises(taps * depth * columns), *bias = noises(columns);
  float *output = noises(pixels * (columns + wider)), *expected = malloc(pixels * (columns + wider) * sizeof(float));
  float *packed = malloc(mine->packed_count(taps * depth, columns) * sizeof(float));
  const float **addresses = malloc(taps * pixels * sizeof *addresses);
  for (size_t p = 0; p < pixels; p++) {
    addresses[p] = input + p * depth;
    addresses[pixels + p] = input + (pixels - 1 - p) * depth;
  }
  memcpy(expected, output, pixels * (columns + wider) * sizeof(float));
  for (size_t p = 0; p < pixels; p++) {
    for (size_t c = 0; c < columns; c++) {
      double sum = bias[c];
      for (size_t d = 0; d < taps * depth; d++) {
        sum += (double)addresses[d / depth * pixels + p][d % depth] * weights[d * columns + c];
      }
      float *place = expected + p * (columns + wider) + c;
      *place = finished(sum, *place, -0.5f, 6);
    }
  }
  mine->pack(taps * depth, columns, weights, columns, bias, packed);
  const fovea_layer_product shape = {pixels, taps, depth, columns, addresses, pixels, 0, packed, output, columns + wider};
  const fovea_layer_store store = {output, columns + wider, -0.5f, 6};
  mine->product(&shape, &store);
  compare("product", (ptrdiff_t)depth, (ptrdiff_t)columns, output, expected, (ptrdiff_t)(pixels * (columns + wider)));
  free(input), free(weights), free(bias), free(output), free(expected), free(packed), free(addresses);
}

static void depthwise(size_t side, size_t stride, size_t dilation, size_t lines, size_t width, size_t channels) {
  const size_t across = (width - 1) * stride + (side - 1) * dilation + 1, down = (lines - 1) * stride + side;
  float *input = noises(down * across * channels), *weights = noises(side * side * channels);
  float *bias = noises(channels), *output = malloc(lines * width * channels * sizeof(float));
  float *expected = malloc(lines * width * channels * sizeof(float));
  const float **addresses = malloc(down * across * sizeof *addresses);
  for (size_t i = 0; i < down * across; i++) addresses[i] = input + i * channels;
  for (size_t x = 0; x < lines * width; x++) {
    const float **first = addresses + x / width * stride * across + x % width * stride;
    for (size_t c = 0; c < channels; c++) {
      double sum = bias[c];
      for (size_t i = 0; i < side * side; i++) {
        sum += (double)first[i / side * across + i % side * dilation][c] * weights[i * channels + c];
      }
      expected[x * channels + c] = finished(sum, 0, 0, INFINITY);
    }
  }
  const fovea_layer_depthwise rows = {
      width, lines, channels, side, side, stride, dilation, addresses, across, weights, bias, output, channels};
  const fovea_layer_store store = {NULL, 0, 0, INFINITY};
  mine->depthwise(&rows, &store);
  compare("depthwise", (ptrdiff_t)side, (ptrdiff_t)channels, output, expected, (ptrdiff_t)(lines * width * channels));
  free(input), free(weights), free(bias), free(output), free(expected), free(addresses);
}

// With the transform of a kernel that is a single 1 in its middle, the same for each channel, both transforms together
// give back the middle of the tile.
static void winograd(size_t side, size_t outputs, size_t channels) {
  static const float middle4[6] = {0, -32.0f / 81, 32.0f / 81, 16.0f / 81, -16.0f / 81, 0};
  static const float middle5[6] = {0, -8.0f / 27, -8.0f / 27, 8.0f / 27, 8.0f / 27, 0};
  static const float middle2[4] = {0, 0.5f, -0.5f, 0};
  const float *middle = side == 4 ? middle2 : outputs == 4 ? middle4 : middle5;
  const size_t reach = (side - outputs) / 2;
  float *input = noises(side * side * channels), *positions = malloc(side * side * channels * sizeof(float));
  float *output = malloc(outputs * outputs * channels * sizeof(float));
  float *expected = malloc(outputs * outputs * channels * sizeof(float));
  const float *pixels[36];
  for (size_t i = 0; i < side * side; i++) pixels[i] = input + i * channels;
  const fovea_layer_tile tile = {side, outputs, channels, channels};
  const fovea_layer_store store = {NULL, 0, -INFINITY, INFINITY};
  mine->winograd_input(&tile, pixels, positions);
  for (size_t i = 0; i < side * side; i++) {
    for (size_t c = 0; c < channels; c++) positions[i * channels + c] *= middle[i / side] * middle[i % side];
  }
  mine->winograd_output(
      &tile, positions, NULL, output, outputs * channels, channels, outputs, outputs, 0, &store);
  for (size_t i = 0; i < outputs * outputs; i++) {
    memcpy(
        expected + i * channels, pixels[(i / outputs + reach) * side + i % outputs + reach], channels * sizeof(float));
  }
  compare("winograd", (ptrdiff_t)side, (ptrdiff_t)channels, output, expected, (ptrdiff_t)(outputs * outputs * channels));
  free(input), free(positions), free(output), free(expected);
}

static void rows(size_t vectors, size_t depth, size_t columns) {
  float *x = noises(vectors * depth), *weights = noises(depth * columns), *sums = noises(vectors * columns);
  float *expected = malloc(vectors * columns * sizeof(float)), *single = malloc(columns * sizeof(float));
  for (size_t i = 0; i < vectors * depth; i += 3) x[i] = 0;
  memcpy(single, sums, columns * sizeof(float));
  for (size_t v = 0; v < vectors; v++) {
    for (size_t c = 0; c < columns; c++) {
      double sum = sums[v * columns + c];
      for (size_t d = 0; d < depth; d++) sum += (double)x[v * depth + d] * weights[d * columns + c];
      expected[v * columns + c] = (float)sum;
    }
  }
  mine->add_matrix_product(vectors, depth, columns, x, depth, weights, columns, sums, columns);
  compare("matrices", (ptrdiff_t)depth, (ptrdiff_t)columns, sums, expected, (ptrdiff_t)(vectors * columns));
  mine->add_vector_matrix(depth, columns, x, weights, columns, single);
  compare("vector", (ptrdiff_t)depth, (ptrdiff_t)columns, single, expected, (ptrdiff_t)columns);
  free(x), free(weights), free(sums), free(expected), free(single);
}

static void pooling(size_t taps, size_t channels) {
  float *input = noises(taps * channels), *largest = malloc(channels * sizeof(float));
  float *sums = malloc(channels * sizeof(float)), *expected = malloc(2 * channels * sizeof(float));
  const float *pixels[16];
  for (size_t t = 0; t < taps; t++) pixels[t] = input + t * channels;
  for (size_t c = 0; c < channels; c++) {
    double sum = 0;
    expected[c] = -INFINITY;
    for (size_t t = 0; t < taps; t++) {
      sum += pixels[t][c];
      if (pixels[t][c] > expected[c]) expected[c] = pixels[t][c];
    }
    expected[channels + c] = (float)(sum * 0.25);
  }
  mine->pool_maximum(taps, pixels, channels, largest);
  mine->pool_sum(taps, pixels, channels, 0.25f, sums);
  compare("maximum", (ptrdiff_t)taps, (ptrdiff_t)channels, largest, expected, (ptrdiff_t)channels);
  compare("sum", (ptrdiff_t)taps, (ptrdiff_t)channels, sums, expected + channels, (ptrdiff_t)channels);
  free(input), free(largest), free(sums), free(expected);
}

static double of_sigmoid(double x) { return 1 / (1 + exp(-x)); }
static double of_swish(double x) { return x * of_sigmoid(x); }
static double of_gelu(double x) { return 0.5 * x * erfc(-x * sqrt(0.5)); }
static double of_elu(double x) { return x < 0 ? expm1(x) : x; }
static double of_softplus(double x) { return (x > 0 ? x : 0) + log1p(exp(-fabs(x))); }
static double of_mish(double x) { return x * tanh(of_softplus(x)); }

// `values` numbers a pixel, which lie with a gap between pixels.
static void function(fovea_layer_function_kind kind, double (*definition)(double), size_t values) {
  enum { pixels = 3, gap = 2 };
  const size_t stride = values + gap, all = pixels * stride;
  float *x = noises(all), *expected = malloc(all * sizeof(float));
  for (size_t i = 0; i < all; i++) {
    x[i] *= 8;
    expected[i] = i % stride < values ? (float)definition(x[i]) : x[i];
  }
  const fovea_layer_function described = {kind, 1, 1, 1};
  mine->apply(&described, pixels, values, x, stride);
  compare("function", (ptrdiff_t)kind, (ptrdiff_t)values, x, expected, (ptrdiff_t)all);
  free(x), free(expected);
}

static void combinations(size_t values) {
  float *a = noises(values), *b = noises(values), *found = malloc(2 * values * sizeof(float));
  float *expected = malloc(2 * values * sizeof(float));
  const float *parts[2] = {a, b};
  const size_t strides[2] = {values, values};
  for (size_t i = 0; i < values; i++) {
    expected[i] = a[i] * b[i];
    expected[values + i] = a[i] - b[0];
  }
  mine->combine(fovea_multiply, values, a, b, 1, found);
  mine->combine(fovea_subtract, values, a, b, 0, found + values);
  compare("combination", 2, (ptrdiff_t)values, found, expected, (ptrdiff_t)(2 * values));
  for (size_t i = 0; i < values; i++) {
    expected[2 * i] = a[i];
    expected[2 * i + 1] = b[i];
  }
  mine->interleave(1, values, 2, parts, strides, found, 2 * values);
  compare("interleaved", 2, (ptrdiff_t)values, found, expected, (ptrdiff_t)(2 * values));
  free(a), free(b), free(found), free(expected);
}

void check_layers(void) {
  mine = fovea_layer_kernels_at(0);
  printf("%s layers beside plain loops\n", mine->name);
  const size_t channels[] = {1, 3, 4, 7, 8, 33, 130};
  for (size_t i = 0; i < sizeof channels / sizeof *channels; i++) {
    const size_t c = channels[i];
    for (size_t pixels = 1; pixels <= 27; pixels += 5) product(pixels, c, channels[(i + 3) % 7]);
    for (size_t side = 1; side <= 7; side += 2) {
      depthwise(side, 1, 1, 1, 9, c);
      depthwise(side, 1, 1, 2, 7, c);
      depthwise(side, 2, 1, 1, 6, c);
      depthwise(side, 2, 1, 2, 6, c);
      depthwise(side, 1, 3, 1, 5, c);
      depthwise(side, 1, 2, 1, 19, c);
    }
    winograd(6, 4, c);
    winograd(6, 2, c);
    winograd(4, 2, c);
    for (size_t vectors = 1; vectors <= 19; vectors += 6) rows(vectors, 150, c * 5);
    pooling(9, c);
    function(fovea_sigmoid, of_sigmoid, c);
    function(fovea_swish, of_swish, c);
    function(fovea_tanh, tanh, c);
    function(fovea_gelu, of_gelu, c);
    function(fovea_error_function, erf, c);
    function(fovea_exponential_unit, of_elu, c);
    function(fovea_softplus, of_softplus, c);
    function(fovea_mish, of_mish, c);
    function(fovea_exponential, exp, c);
    combinations(c);
  }
  // Weights too many to be streamed past every tile.
  product(50, 200, 530);
}
