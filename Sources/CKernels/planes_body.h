// The plane filters, written once over vectors of LANES floats. Each planes_<set>.c sets the macros below and includes
// this file, so that an instruction set is a handful of numbers:
//
//   TARGET          the function attribute that allows the instructions
//   LANES           floats in a vector
//   BLOCK_ROWS, BLOCK_VECTORS    output rows x vectors held in registers at once (+ BLOCK_ROWS weights + 1 input)
//   ROW_VECTORS     the same for a single row
//   KERNELS, NAME   the table to define, and its name

#include <stdint.h>

#include "CKernels.h"

#define INLINE TARGET static inline __attribute__((always_inline))

typedef float vector __attribute__((ext_vector_type(LANES)));
typedef float unaligned __attribute__((ext_vector_type(LANES), aligned(4), may_alias));

// Column chunks keep the input rows of one block in the second-level cache.
enum { chunk_floats = 48 * 1024 };
// Partial sums of at most so many products are added up: rounding stays that of short sums.
enum { taps_in_a_sum = 1024 };

// Adds one input row to the accumulators of output rows first...last. `taps` is the kernel row that meets output row
// `last`; the rows above meet the kernel rows that follow it.
INLINE void add_row(
    vector *accumulators, const float *x, const float *taps, ptrdiff_t columns, ptrdiff_t step, const int first,
    const int last, const int vectors) {
  for (ptrdiff_t column = 0; column < columns; column++, x += step) {
    vector weight[BLOCK_ROWS];
#pragma clang loop unroll(full)
    for (int r = first; r <= last; r++) weight[r] = taps[(last - r) * columns + column];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const vector value = *(const unaligned *)(x + v * LANES);
#pragma clang loop unroll(full)
      for (int r = first; r <= last; r++) {
        accumulators[r * vectors + v] = accumulators[r * vectors + v] + weight[r] * value;
      }
    }
  }
}

#define ADD(FIRST, LAST)                                                           \
  case FIRST * BLOCK_ROWS + LAST:                                                  \
    add_row(accumulators, x, kernel_row, kernel_columns, step, FIRST, LAST, vectors); \
    break

// `count` rows (BLOCK_ROWS or 1) x `vectors` vectors of output from column `first` on. Each input vector is loaded once
// and meets every output row it belongs to.
INLINE void block(
    const float *const *rows, ptrdiff_t first, float *output, ptrdiff_t output_stride, const float *taps,
    ptrdiff_t kernel_rows, ptrdiff_t kernel_columns, ptrdiff_t step, int accumulate, const int count,
    const int vectors) {
  vector accumulators[BLOCK_ROWS * BLOCK_VECTORS > ROW_VECTORS ? BLOCK_ROWS * BLOCK_VECTORS : ROW_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < count * vectors; i++) accumulators[i] = 0;

  if (count == 1) {
    for (ptrdiff_t i = 0; i < kernel_rows; i++) {
      add_row(accumulators, rows[i] + first, taps + i * kernel_columns, kernel_columns, step, 0, 0, vectors);
    }
  } else {
    for (ptrdiff_t i = 0; i < kernel_rows + BLOCK_ROWS - 1; i++) {
      const float *x = rows[i] + first;
      const int top = i < kernel_rows ? 0 : (int)(i - kernel_rows + 1);
      const int bottom = i < BLOCK_ROWS ? (int)i : BLOCK_ROWS - 1;
      const float *kernel_row = taps + (i - bottom) * kernel_columns;
      switch (top * BLOCK_ROWS + bottom) {
        ADD(0, 0);
#if BLOCK_ROWS > 1
        ADD(0, 1);
        ADD(1, 1);
#endif
#if BLOCK_ROWS > 2
        ADD(0, 2);
        ADD(1, 2);
        ADD(2, 2);
#endif
#if BLOCK_ROWS > 3
        ADD(0, 3);
        ADD(1, 3);
        ADD(2, 3);
        ADD(3, 3);
#endif
        default:
          __builtin_unreachable();
      }
    }
  }

#pragma clang loop unroll(full)
  for (int r = 0; r < count; r++) {
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      unaligned *target = (unaligned *)(output + r * output_stride + v * LANES);
      *target = accumulate ? *target + accumulators[r * vectors + v] : accumulators[r * vectors + v];
    }
  }
}

// Columns start..<end of `count` output rows.
INLINE void span(
    const float *const *rows, ptrdiff_t first, float *output, ptrdiff_t output_stride, ptrdiff_t start, ptrdiff_t end,
    const float *taps, ptrdiff_t kernel_rows, ptrdiff_t kernel_columns, ptrdiff_t step, int accumulate,
    const int count, const int vectors) {
  ptrdiff_t i = start;
  for (; i + vectors * LANES <= end; i += vectors * LANES) {
    block(
        rows, first + i, output + i, output_stride, taps, kernel_rows, kernel_columns, step, accumulate, count, vectors);
  }
  for (; i + LANES <= end; i += LANES) {
    block(rows, first + i, output + i, output_stride, taps, kernel_rows, kernel_columns, step, accumulate, count, 1);
  }
  if (i == end) return;
  if (end >= LANES) {
    // The last vector once more from further left; only the lanes still missing are kept.
    float last[BLOCK_ROWS * LANES];
    block(rows, first + end - LANES, last, LANES, taps, kernel_rows, kernel_columns, step, 0, count, 1);
    for (int r = 0; r < count; r++) {
      for (ptrdiff_t j = i; j < end; j++) {
        float *target = output + r * output_stride + j;
        const float sum = last[r * LANES + j - (end - LANES)];
        *target = accumulate ? *target + sum : sum;
      }
    }
  } else {
    for (int r = 0; r < count; r++) {
      for (ptrdiff_t j = i; j < end; j++) {
        float sum = 0;
        for (ptrdiff_t a = 0; a < kernel_rows; a++) {
          for (ptrdiff_t b = 0; b < kernel_columns; b++) {
            sum += taps[a * kernel_columns + b] * rows[r + a][first + j + b * step];
          }
        }
        float *target = output + r * output_stride + j;
        *target = accumulate ? *target + sum : sum;
      }
    }
  }
}

TARGET static void correlate(
    const float *const *rows, ptrdiff_t first, float *output, ptrdiff_t output_stride, ptrdiff_t output_rows,
    ptrdiff_t width, const float *taps, ptrdiff_t kernel_rows, ptrdiff_t kernel_columns, ptrdiff_t column_step,
    int accumulate) {
  const ptrdiff_t group = kernel_columns < taps_in_a_sum ? taps_in_a_sum / kernel_columns : 1;
  ptrdiff_t chunk = chunk_floats / ((group < kernel_rows ? group : kernel_rows) + BLOCK_ROWS);
  chunk = (chunk / (BLOCK_VECTORS * LANES) + 1) * (BLOCK_VECTORS * LANES);
  for (ptrdiff_t start = 0; start < width; start += chunk) {
    const ptrdiff_t end = width - start < chunk ? width : start + chunk;
    for (ptrdiff_t tap_row = 0; tap_row < kernel_rows; tap_row += group) {
      const ptrdiff_t tap_rows = kernel_rows - tap_row < group ? kernel_rows - tap_row : group;
      const float *group_taps = taps + tap_row * kernel_columns;
      const int adding = accumulate || tap_row > 0;
      ptrdiff_t r = 0;
      if (tap_rows > 1) {
        for (; r + BLOCK_ROWS <= output_rows; r += BLOCK_ROWS) {
          span(
              rows + r + tap_row, first, output + r * output_stride, output_stride, start, end, group_taps, tap_rows,
              kernel_columns, column_step, adding, BLOCK_ROWS, BLOCK_VECTORS);
        }
      }
      for (; r < output_rows; r++) {
        span(
            rows + r + tap_row, first, output + r * output_stride, output_stride, start, end, group_taps, tap_rows,
            kernel_columns, column_step, adding, 1, ROW_VECTORS);
      }
    }
  }
}

TARGET static void magnitude(const float *x, const float *y, float *result, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    const vector a = *(const unaligned *)(x + i);
    const vector b = *(const unaligned *)(y + i);
    *(unaligned *)(result + i) = __builtin_elementwise_sqrt(a * a + b * b);
  }
  for (; i < count; i++) result[i] = __builtin_sqrtf(x[i] * x[i] + y[i] * y[i]);
}

// One vector of the gradient's magnitude around the middle of three rows.
INLINE vector gradient_at(
    const float *above, const float *middle, const float *below, ptrdiff_t step, vector edge, vector centre) {
#define AT(ROW, COLUMN) (*(const unaligned *)((ROW) + (COLUMN) * step))
  const vector top_left = AT(above, 0), top_right = AT(above, 2);
  const vector bottom_left = AT(below, 0), bottom_right = AT(below, 2);
  const vector falling = top_left - bottom_right, rising = top_right - bottom_left;
  const vector x = edge * (falling - rising) + centre * (AT(middle, 0) - AT(middle, 2));
  const vector y = edge * (falling + rising) + centre * (AT(above, 1) - AT(below, 1));
#undef AT
  return __builtin_elementwise_sqrt(x * x + y * y);
}

TARGET static void gradient(
    const float *const *rows, ptrdiff_t first, float *output, ptrdiff_t output_stride, ptrdiff_t output_rows,
    ptrdiff_t width, ptrdiff_t column_step, float edge, float centre) {
  const vector edges = edge, centres = centre;
  for (ptrdiff_t r = 0; r < output_rows; r++) {
    const float *const above = rows[r] + first, *const middle = rows[r + 1] + first, *const below = rows[r + 2] + first;
    float *const target = output + r * output_stride;
    ptrdiff_t i = 0;
    for (; i + LANES <= width; i += LANES) {
      *(unaligned *)(target + i) = gradient_at(above + i, middle + i, below + i, column_step, edges, centres);
    }
    for (; i < width; i++) {
      const ptrdiff_t j = i + column_step, k = j + column_step;
      const float falling = above[i] - below[k], rising = above[k] - below[i];
      const float x = edge * (falling - rising) + centre * (middle[i] - middle[k]);
      const float y = edge * (falling + rising) + centre * (above[j] - below[j]);
      target[i] = __builtin_sqrtf(x * x + y * y);
    }
  }
}

#include "boxes_body.h"
#include "transforms_body.h"
#include "medians_body.h"
#include "bytes_body.h"
#include "boxes_bytes.h"
#include "png_rows.h"
#include "medians_counts.h"
#include "resample_body.h"

const fovea_plane_kernels KERNELS = {
    .name = NAME,
    .correlate = correlate,
    .magnitude = magnitude,
    .gradient = gradient,
    .box = box,
    .box_scratch = box_scratch,
    .transform_kernel = transform_kernel,
    .transform_correlate = transform_correlate,
    .transform_scratch = transform_scratch,
    .median = median,
    .median_bytes = median_bytes,
    .median_scratch = median_scratch,
    .median_counts = median_counts,
    .median_counts_scratch = median_counts_scratch,
    .box_bytes = box_bytes,
    .box_bytes_scratch = box_bytes_scratch,
    .floats_of_bytes = floats_of_bytes,
    .bytes_of_floats = bytes_of_floats,
    .resample = resample,
    .resample_scratch = resample_scratch,
    .add_rows = add_rows,
    .png_row = png_row,
};
