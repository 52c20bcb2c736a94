// Holds one set of micro-kernels to plain loops: check-neon.sh builds and runs it for another processor.
//
//   check-neon <set>    the number of a fovea_instruction_set

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"
#include "check-neon.h"

static uint32_t state = 1;
static float noise(void) {
  state = state * 1664525u + 1013904223u;
  return (float)(state >> 8) / 8388608.0f - 1.0f;
}

float *noises(size_t count) {
  float *values = malloc(count * sizeof(float));
  for (size_t i = 0; i < count; i++) values[i] = noise();
  return values;
}

static int failures = 0;

void compare(const char *what, ptrdiff_t a, ptrdiff_t b, const float *x, const float *y, ptrdiff_t count) {
  double difference = 0, largest = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    // A difference that is no number counts as one too large.
    if (!(fabs((double)x[i] - y[i]) <= difference)) difference = fabs((double)x[i] - y[i]);
    if (fabs(y[i]) > largest) largest = fabs(y[i]);
  }
  const int good = difference <= 1e-5 * largest;
  if (!good) failures++;
  printf("%-12s %3td x %-3td %s (%.1e of the largest)\n", what, a, b, good ? "agrees" : "DIFFERS", difference / largest);
}

enum { output_rows = 23, width = 157, step = 2, largest_kernel = 33 };

// Adds the correlation with `taps`, or with taps that are all `tap` where there are none.
static void add_plainly(
    const float *const *rows, ptrdiff_t first, float *output, ptrdiff_t height, ptrdiff_t length, const float *taps,
    float tap, ptrdiff_t a, ptrdiff_t b, ptrdiff_t apart) {
  for (ptrdiff_t r = 0; r < height; r++) {
    for (ptrdiff_t c = 0; c < length; c++) {
      double sum = 0;
      for (ptrdiff_t i = 0; i < a; i++) {
        for (ptrdiff_t j = 0; j < b; j++) {
          sum += (double)(taps ? taps[i * b + j] : tap) * rows[r + i][first + c + j * apart];
        }
      }
      output[r * length + c] += (float)sum;
    }
  }
}

static void filters(const fovea_plane_kernels *mine, ptrdiff_t a, ptrdiff_t b) {
  const ptrdiff_t stride = width + (b - 1) * step + 1, count = output_rows * width;
  float *input = noises((size_t)((output_rows + a) * stride)), *taps = noises((size_t)(a * b));
  float *x = noises((size_t)count), *y = malloc((size_t)count * sizeof(float));
  memcpy(y, x, (size_t)count * sizeof(float));
  const float *rows[output_rows + largest_kernel];
  for (ptrdiff_t r = 0; r < output_rows + a - 1; r++) rows[r] = input + r * stride;

  mine->correlate(rows, 1, x, width, output_rows, width, taps, a, b, step, 1);
  add_plainly(rows, 1, y, output_rows, width, taps, 0, a, b, step);
  compare("correlate", a, b, x, y, count);

  float *scratch = malloc((size_t)mine->box_scratch(width, a, b, step) * sizeof(float));
  mine->box(rows, 1, x, width, output_rows, width, a, b, step, 0.1f, scratch);
  memset(y, 0, (size_t)count * sizeof(float));
  add_plainly(rows, 1, y, output_rows, width, NULL, 0.1f, a, b, step);
  compare("box", a, b, x, y, count);

  if (a == 3 && b == 3) {
    const float across[] = {3, 0, -3, 10, 0, -10, 3, 0, -3}, down[] = {3, 10, 3, 0, 0, 0, -3, -10, -3};
    float *dx = calloc((size_t)count, sizeof(float)), *dy = calloc((size_t)count, sizeof(float));
    add_plainly(rows, 1, dx, output_rows, width, across, 0, 3, 3, step);
    add_plainly(rows, 1, dy, output_rows, width, down, 0, 3, 3, step);
    for (ptrdiff_t i = 0; i < count; i++) y[i] = (float)sqrt((double)dx[i] * dx[i] + (double)dy[i] * dy[i]);
    mine->gradient(rows, 1, x, width, output_rows, width, step, 3, 10);
    compare("gradient", a, b, x, y, count);
    mine->magnitude(dx, dy, x, count);
    free(dx), free(dy);
    compare("magnitude", a, b, x, y, count);
  }
  free(input), free(taps), free(x), free(y), free(scratch);
}

static int by_value(const void *a, const void *b) {
  const float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

// Medians and means of bytes, and medians of the same values as floats.
static void bytes(const fovea_plane_kernels *mine, int side) {
  const ptrdiff_t stride = width + (side - 1) * step + 1, count = output_rows * width, all = (output_rows + side) * stride;
  uint8_t *input = malloc((size_t)all), *x = malloc((size_t)count);
  float *values = malloc((size_t)all * sizeof(float)), *medians = malloc((size_t)count * sizeof(float));
  float *means = malloc((size_t)count * sizeof(float)), *floats = malloc((size_t)count * sizeof(float));
  for (ptrdiff_t i = 0; i < all; i++) input[i] = (uint8_t)((noise() + 1) * 127);
  mine->floats_of_bytes(input, values, all);
  const uint8_t *rows[output_rows + largest_kernel];
  const float *float_rows[output_rows + largest_kernel];
  for (ptrdiff_t r = 0; r < output_rows + side - 1; r++) rows[r] = input + r * stride, float_rows[r] = values + r * stride;
  for (ptrdiff_t r = 0; r < output_rows; r++) {
    for (ptrdiff_t c = 0; c < width; c++) {
      float window[33 * 33], sum = 0;
      for (int i = 0; i < side * side; i++) {
        window[i] = input[(r + i / side) * stride + 1 + c + i % side * step];
        sum += window[i];
      }
      qsort(window, (size_t)(side * side), sizeof(float), by_value);
      medians[r * width + c] = window[side * side / 2];
      means[r * width + c] = floorf(sum / (float)(side * side) + 0.5f);
    }
  }
  float *scratch = malloc(
      (size_t)(mine->median_scratch(step) + mine->box_bytes_scratch(width, side, step) + mine->median_counts_scratch(width, side)) *
      sizeof(float));
  if (side <= 5) {
    mine->median_bytes(rows, 1, x, width, output_rows, width, side, step, scratch);
    mine->floats_of_bytes(x, floats, count);
    compare("median bytes", side, side, floats, medians, count);
    mine->median(float_rows, 1, floats, width, output_rows, width, side, step, scratch);
    compare("median", side, side, floats, medians, count);
  }
  for (ptrdiff_t channel = 0; channel < step; channel++) {
    const ptrdiff_t pixels = (width - channel + step - 1) / step;
    mine->median_counts(rows, 1 + channel, x + channel, width, output_rows, pixels, side, side, step, scratch);
  }
  mine->floats_of_bytes(x, floats, count);
  compare("median counts", side, side, floats, medians, count);
  mine->box_bytes(rows, 1, x, width, output_rows, width, side, side, step, 1.0f / (float)(side * side), scratch);
  mine->floats_of_bytes(x, floats, count);
  compare("box bytes", side, side, floats, means, count);
  mine->bytes_of_floats(means, x, count);
  mine->floats_of_bytes(x, floats, count);
  compare("to bytes", side, side, floats, means, count);
  free(input), free(x), free(values), free(medians), free(means), free(floats), free(scratch);
}

// Rows resampled along their columns to two thirds, then added up.
static void resampling(const fovea_plane_kernels *mine, ptrdiff_t channels, ptrdiff_t taps) {
  enum { rows = 19, pixels = 45 };
  const ptrdiff_t across = (pixels * 3 / 2 + taps) * channels, count = pixels * channels;
  float *input = noises((size_t)(rows * across)), *weights = noises((size_t)(pixels * taps)), *shares = noises(rows);
  float *x = malloc((size_t)(rows * count) * sizeof(float)), *y = malloc((size_t)(rows * count) * sizeof(float));
  float *sums = noises((size_t)count), *expected = malloc((size_t)count * sizeof(float));
  float *scratch = malloc((size_t)mine->resample_scratch(channels, taps) * sizeof(float));
  const float *lines[rows];
  int32_t starts[pixels];
  for (int p = 0; p < pixels; p++) starts[p] = p * 3 / 2;
  memcpy(expected, sums, (size_t)count * sizeof(float));
  for (int r = 0; r < rows; r++) {
    lines[r] = input + r * across;
    for (int p = 0; p < pixels; p++) {
      for (ptrdiff_t c = 0; c < channels; c++) {
        double sum = 0;
        for (ptrdiff_t t = 0; t < taps; t++) {
          sum += (double)weights[p * taps + t] * lines[r][(starts[p] + t) * channels + c];
        }
        y[r * count + p * channels + c] = (float)sum;
      }
    }
    for (ptrdiff_t i = 0; i < count; i++) expected[i] += shares[r] * lines[r][i];
  }
  mine->resample(lines, rows, channels, starts, pixels, taps, weights, 0, x, count, scratch);
  compare("resample", channels, taps, x, y, rows * count);
  mine->add_rows(lines, shares, rows, sums, count);
  compare("add rows", channels, taps, sums, expected, count);
  free(input), free(weights), free(shares), free(x), free(y), free(sums), free(expected), free(scratch);
}

// The row filters of PNG undone in place, one channel after another.
static void png_rows(const fovea_plane_kernels *mine, int pixel) {
  enum { pixels = 37 };
  const ptrdiff_t count = pixels * pixel;
  uint8_t memory[8 * pixels + 2], above[8 * pixels + 1];
  float expected[8 * pixels], actual[8 * pixels];
  for (int filter = 0; filter <= 4; filter++) {
    for (ptrdiff_t i = 0; i <= count; i++) above[i] = (uint8_t)((noise() + 1) * 127);
    for (ptrdiff_t i = 0; i < count + 2; i++) memory[i] = (uint8_t)((noise() + 1) * 127);
    for (ptrdiff_t i = 0; i < count; i++) {
      const int left = i < pixel ? 0 : (int)expected[i - pixel], up = above[i], corner = i < pixel ? 0 : above[i - pixel];
      const int a = abs(up - corner), b = abs(left - corner), c = abs(left + up - 2 * corner);
      const int guesses[] = {0, left, up, (left + up) / 2, a <= b && a <= c ? left : b <= c ? up : corner};
      expected[i] = (uint8_t)(memory[i + 1] + guesses[filter]);
    }
    mine->png_row(filter, memory + 1, above, memory, count, pixel);
    mine->floats_of_bytes(memory, actual, count);
    compare("png row", filter, pixel, actual, expected, count);
  }
}

static float *twiddles(int length) {
  float *table = malloc(2 * (size_t)length * sizeof(float)), *next = table;
  for (int part = length; part > 4; part /= 4) {
    for (int j = 0; j < part / 4; j++) {
      for (int turn = 1; turn <= 3; turn++) {
        const double angle = -8 * atan(1) * turn * j / part;
        *next++ = (float)cos(angle);
        *next++ = (float)sin(angle);
      }
    }
  }
  return table;
}

static void transforms(const fovea_plane_kernels *mine, int height, int length) {
  enum { kernel = 13 };
  const fovea_transform plan = {height, length, twiddles(height), twiddles(length)};
  float *taps = noises(kernel * kernel), *input = noises((size_t)(height * length));
  const float *tap_rows[kernel], *rows[512];
  float sum = 0;
  for (int i = 0; i < kernel * kernel; i++) sum += taps[i];
  for (int i = 0; i < kernel; i++) tap_rows[i] = taps + i * kernel;
  for (int i = 0; i < height; i++) rows[i] = input + i * length;
  const int down = height - kernel + 1, across = length - kernel + 1;
  float *a = malloc((size_t)(down * across) * sizeof(float)), *b = calloc((size_t)(down * across), sizeof(float));
  float *expected = calloc((size_t)(down * across), sizeof(float));
  float *spectrum = aligned_alloc(64, 2 * (size_t)(height * length) * sizeof(float));
  float *scratch = malloc((size_t)mine->transform_scratch(height, length) * sizeof(float));
  const fovea_tile kernel_tile = {.rows = tap_rows, .input_rows = kernel, .input_columns = kernel};
  const fovea_tile first = {rows, 0, height, length, a, across, 1, down, across, 0.25f};
  fovea_tile second = first;
  second.output = b, second.output_rows = down - 2, second.input_rows = height - 2;
  mine->transform_kernel(&plan, &kernel_tile, spectrum, scratch);
  mine->transform_correlate(&plan, spectrum, &first, &second, sum, scratch);
  add_plainly(rows, 0, expected, down, across, taps, 0, kernel, kernel, 1);
  compare("transform", height, length, a, expected, down * across);
  compare("transform", height, length, b, expected, (down - 2) * across);
  free(taps), free(input), free(a), free(b), free(expected), free(spectrum), free(scratch);
  free((void *)plan.height_twiddles), free((void *)plan.width_twiddles);
}

int main(int count, char **arguments) {
  const fovea_plane_kernels *mine =
      count == 2 ? fovea_plane_kernels_for((fovea_instruction_set)atoi(arguments[1])) : NULL;
  if (!mine) {
    fprintf(stderr, "this processor has not got that set\n");
    return 2;
  }
  printf("%s beside plain loops\n", mine->name);
  const ptrdiff_t sizes[][2] = {{1, 1}, {3, 3}, {1, 9}, {9, 1}, {4, 6}, {7, 7}, {33, 33}};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) filters(mine, sizes[i][0], sizes[i][1]);
  bytes(mine, 3), bytes(mine, 5), bytes(mine, 17);
  for (ptrdiff_t channels = 1; channels <= 6; channels++) resampling(mine, channels, 2 * channels + 1);
  const int pixel_bytes[] = {1, 2, 3, 4, 6, 8};
  for (int i = 0; i < 6; i++) png_rows(mine, pixel_bytes[i]);
  const int lengths[] = {32, 64, 128, 256};
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < 4; j++) transforms(mine, lengths[i], lengths[j]);
  }
  check_layers();
  return failures > 0;
}
