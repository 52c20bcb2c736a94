// Medians of 3x3 and 5x5 values, for planes_body.h, which is included before.
//
// Each column of a window is sorted first, which the windows beside it share; what is left to compare between the sorted
// columns is a fixed network of minima and maxima without a branch. Where there is a NaN, floats are compared as integers
// in the order of the floats they stand for, NaN last: an exchange of floats would leave it anywhere.

#include <string.h>

typedef int32_t keys __attribute__((ext_vector_type(LANES)));
typedef int32_t unaligned_keys __attribute__((ext_vector_type(LANES), aligned(4), may_alias));

// Bytes of one row of a chunk of columns: all that is kept of a chunk stays in the first-level cache.
enum { median_chunk = 2048 };

INLINE keys keys_of(vector values) {
  const keys quiet = 0x7FC00000;
  const keys bits = values == values ? (keys)values : quiet;
  return bits ^ ((bits >> 31) & 0x7FFFFFFF);
}

INLINE vector values_of(keys keys) { return (vector)(keys ^ ((keys >> 31) & 0x7FFFFFFF)); }

// Keys of values, or the values of keys, which may lie in the same memory.
TARGET static void keys_of_row(const float *values, int32_t *result, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) *(unaligned_keys *)(result + i) = keys_of(*(const unaligned *)(values + i));
  if (i == count) return;
  vector last = 0;
  memcpy(&last, values + i, (size_t)(count - i) * sizeof(float));
  const keys rest = keys_of(last);
  memcpy(result + i, &rest, (size_t)(count - i) * sizeof(int32_t));
}

TARGET static void values_of_row(const int32_t *row, float *result, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) *(unaligned *)(result + i) = values_of(*(const unaligned_keys *)(row + i));
  if (i == count) return;
  keys last = 0;
  memcpy(&last, row + i, (size_t)(count - i) * sizeof(int32_t));
  const vector rest = values_of(last);
  memcpy(result + i, &rest, (size_t)(count - i) * sizeof(float));
}

#define ELEMENT int32_t
#define ELEMENT_LANES LANES
#define FOR_ELEMENT(NAME) NAME##_keys
#include "medians_columns.h"

#define ELEMENT float
#define ELEMENT_LANES LANES
#define FOR_ELEMENT(NAME) NAME##_floats
#include "medians_columns.h"

#define ELEMENT uint8_t
#define ELEMENT_LANES (4 * LANES)
#define FOR_ELEMENT(NAME) NAME##_bytes
#include "medians_columns.h"

TARGET static ptrdiff_t median_scratch(ptrdiff_t column_step) {
  // Five rows of keys, five of sorted columns, each as long as a chunk, its margin and a vector beyond.
  return 10 * (median_chunk / 4 + 4 * column_step + LANES);
}

INLINE int has_nan(const float *values, ptrdiff_t count) {
  keys found = 0;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    const vector some = *(const unaligned *)(values + i);
    found |= some != some;
  }
  if (i < count && count >= LANES) {
    const vector last = *(const unaligned *)(values + count - LANES);
    found |= last != last;
  } else {
    for (; i < count; i++) found |= -(values[i] != values[i]);
  }
  return __builtin_reduce_or(found) != 0;
}

TARGET static void median(
    const float *const *rows, ptrdiff_t first, float *output, ptrdiff_t output_stride, ptrdiff_t output_rows,
    ptrdiff_t width, int side, ptrdiff_t column_step, float *scratch) {
  const ptrdiff_t chunk = median_chunk / (ptrdiff_t)sizeof(float), margin = (side - 1) * column_step;
  const ptrdiff_t stride = chunk + 4 * column_step + LANES;
  int32_t *const ring = (int32_t *)scratch, *const sorted_keys = ring + 5 * stride;
  float *const sorted = scratch + 5 * stride;
  for (ptrdiff_t start = 0; start < width; start += chunk) {
    const ptrdiff_t count = width - start < chunk ? width - start : chunk;
    const int32_t *window[5];
    // The rows from here on are known to hold numbers only; as many must be before floats may be compared as floats.
    ptrdiff_t numbers = 0;
    for (ptrdiff_t r = 0; r < output_rows + side - 1; r++) {
      const float *const own = rows[r] + first + start;
      int32_t *const own_keys = ring + r % side * stride;
      window[r % side] = own_keys;
      numbers = has_nan(own, count + margin) ? 0 : numbers + 1;
      if (r < side - 1) continue;
      float *const target = output + (r - side + 1) * output_stride + start;
      if (numbers >= side) {
        sort_columns_floats(rows + r - side + 1, first + start, sorted, stride, count + margin, side);
        medians_floats(sorted, stride, column_step, target, count, side);
        continue;
      }
      for (ptrdiff_t a = r - side + 1; a <= r; a++) {
        keys_of_row(rows[a] + first + start, ring + a % side * stride, count + margin);
      }
      sort_columns_keys(window, 0, sorted_keys, stride, count + margin, side);
      // The ring's oldest row is not read again: the medians' keys take its place.
      int32_t *const medians = ring + (r - side + 1) % side * stride;
      medians_keys(sorted_keys, stride, column_step, medians, count, side);
      values_of_row(medians, target, count);
    }
  }
}

TARGET static void median_bytes(
    const uint8_t *const *rows, ptrdiff_t first, uint8_t *output, ptrdiff_t output_stride, ptrdiff_t output_rows,
    ptrdiff_t width, int side, ptrdiff_t column_step, float *scratch) {
  const ptrdiff_t chunk = median_chunk, margin = (side - 1) * column_step;
  const ptrdiff_t stride = chunk + 4 * column_step + 4 * LANES;
  uint8_t *const sorted = (uint8_t *)scratch;
  for (ptrdiff_t start = 0; start < width; start += chunk) {
    const ptrdiff_t count = width - start < chunk ? width - start : chunk;
    for (ptrdiff_t r = 0; r < output_rows; r++) {
      sort_columns_bytes(rows + r, first + start, sorted, stride, count + margin, side);
      uint8_t *const target = output + r * output_stride + start;
      medians_bytes(sorted, stride, column_step, target, count, side);
    }
  }
}
