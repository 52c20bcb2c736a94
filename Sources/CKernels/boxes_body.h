// Sums over boxes, written once over vectors of LANES floats like planes_body.h, which is included before.
//
// No sum is ever taken back: a running sum that adds what comes in and subtracts what goes out drifts, and one NaN or
// infinity would stay in it for ever.
//
// Down the columns: a window of `box_rows` rows is the tail of one group of rows and the head of the next, so one sum
// from the group's end upwards and one from the next group's start downwards give every window with three additions
// (van Herk 1992, Gil and Werman 1993, who did it for maxima).
// Along the rows: sums of 1, 2, 4, 8 ... neighbours, each from the one before; a box is the sum of those that its
// length has binary digits for.

// sum[i] = a[i] + b[i]; sum may be a, or start before b in the same memory. `next`, if any, is the row to come: rows lie
// so far apart that no processor guesses it.
INLINE void add_and_fetch(const float *a, const float *b, const float *next, float *sum, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    if (next) __builtin_prefetch(next + i);
    const vector total = *(const unaligned *)(a + i) + *(const unaligned *)(b + i);
    *(unaligned *)(sum + i) = total;
  }
  for (; i < count; i++) sum[i] = a[i] + b[i];
}

INLINE void add_floats(const float *a, const float *b, float *sum, ptrdiff_t count) {
  add_and_fetch(a, b, NULL, sum, count);
}

// head[i] += x[i], then sum[i] += head[i]. `next` as above.
INLINE void add_to_head(const float *x, const float *next, float *head, float *sum, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    __builtin_prefetch(next + i);
    const vector total = *(const unaligned *)(head + i) + *(const unaligned *)(x + i);
    *(unaligned *)(head + i) = total;
    *(unaligned *)(sum + i) = total + *(const unaligned *)(sum + i);
  }
  for (; i < count; i++) {
    head[i] += x[i];
    sum[i] += head[i];
  }
}

// result[i] = factor * (a[i] + b[i]), or factor * b[i] without a.
INLINE void scaled_sum(const float *a, const float *b, float factor, float *result, ptrdiff_t count) {
  const vector scale = factor;
  ptrdiff_t i = 0;
  if (a) {
    for (; i + LANES <= count; i += LANES) {
      *(unaligned *)(result + i) = (*(const unaligned *)(a + i) + *(const unaligned *)(b + i)) * scale;
    }
    for (; i < count; i++) result[i] = (a[i] + b[i]) * factor;
  } else {
    for (; i + LANES <= count; i += LANES) *(unaligned *)(result + i) = *(const unaligned *)(b + i) * scale;
    for (; i < count; i++) result[i] = b[i] * factor;
  }
}

// output[i] = factor * sum over b of sums[i + b * step], for `rows` rows, `stride` floats apart in `sums`.
//
// All rows are added up as if they were one long one, which lies far enough apart in time for what is stored to have
// arrived before it is read again one float further; what mixes two rows is never written out. `sums` and `spare`,
// which is as large, are used up.
INLINE void box_along_rows(
    float *sums, float *spare, ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t count, ptrdiff_t box, ptrdiff_t step,
    float factor, float *output, ptrdiff_t output_stride) {
  const ptrdiff_t length = (rows - 1) * stride + count;
  float *part = NULL;
  ptrdiff_t done = 0;
  for (ptrdiff_t span = 1;; span *= 2) {
    const float *const next = sums + done * step;
    if ((box & span) && done + span == box) {
      for (ptrdiff_t row = 0; row < rows; row++) {
        scaled_sum(
            part ? part + row * stride : NULL, next + row * stride, factor, output + row * output_stride, count);
      }
      return;
    }
    // Sums of 2 * span, as many as what is left of the box can still reach.
    const ptrdiff_t doubled = length + (box - 2 * span) * step;
    if ((box & span) && !part) {
      part = sums;
      add_floats(sums, sums + span * step, spare, doubled);
      sums = spare;
      done = span;
      continue;
    }
    if (box & span) {
      add_floats(part, next, part, length);
      done += span;
    }
    add_floats(sums, sums + span * step, sums, doubled);
  }
}

// Floats of column sums that are added up along the rows at once: more than the stores that a processor keeps waiting,
// little enough for the first-level cache with as many spare.
enum { box_batch = 3 * 1024 };

// Strips whose tails stay in the second-level cache; not so narrow that the columns shared by two strips weigh more.
INLINE ptrdiff_t box_strip(ptrdiff_t width, ptrdiff_t box_rows, ptrdiff_t margin) {
  ptrdiff_t strip = 3 * chunk_floats / (box_rows + 2) - margin;
  if (strip < 2 * margin) strip = 2 * margin;
  if (strip < 1024) strip = 1024;
  if (strip > 4096) strip = 4096;
  return strip < width ? strip : width;
}

TARGET static ptrdiff_t box_scratch(
    ptrdiff_t width, ptrdiff_t box_rows, ptrdiff_t box_columns, ptrdiff_t column_step) {
  const ptrdiff_t margin = (box_columns - 1) * column_step;
  const ptrdiff_t stride = box_strip(width, box_rows, margin) + margin;
  return stride * (box_rows + 2) + box_batch;
}

TARGET static void box(
    const float *const *rows, ptrdiff_t first, float *output, ptrdiff_t output_stride, ptrdiff_t output_rows,
    ptrdiff_t width, ptrdiff_t box_rows, ptrdiff_t box_columns, ptrdiff_t column_step, float factor,
    float *scratch) {
  const ptrdiff_t margin = (box_columns - 1) * column_step;
  const ptrdiff_t strip = box_strip(width, box_rows, margin);
  const ptrdiff_t stride = strip + margin;
  float *const head = scratch, *const sums = head + stride, *const spare = sums + box_rows * stride;
  const ptrdiff_t batch = box_batch / stride > 0 ? box_batch / stride : 1;
  for (ptrdiff_t start = 0; start < width; start += strip) {
    const ptrdiff_t count = width - start < strip ? width - start : strip;
    const ptrdiff_t read = count + margin;
    const ptrdiff_t from = first + start;
    for (ptrdiff_t group = 0; group < output_rows; group += box_rows) {
      const ptrdiff_t windows = output_rows - group < box_rows ? output_rows - group : box_rows;
      const float *const *const x = rows + group;
      // Tails: sum j is that of the group's rows from j on. Those below the last window are summed up only.
      for (ptrdiff_t j = box_rows - 1; j >= 0; j--) {
        float *const tail = sums + (j < windows ? j : windows - 1) * stride;
        const float *const below = j < windows - 1 ? tail + stride : tail;
        if (j == box_rows - 1) {
          for (ptrdiff_t i = 0; i < read; i++) tail[i] = x[j][from + i];
        } else {
          add_and_fetch(below, x[j] + from, x[j > 0 ? j - 1 : 0] + from, tail, read);
        }
      }
      for (ptrdiff_t i = 0; i < read; i++) head[i] = 0;
      for (ptrdiff_t j = 0; j < windows; j += batch) {
        const ptrdiff_t several = windows - j < batch ? windows - j : batch;
        for (ptrdiff_t k = j; k < j + several; k++) {
          if (k == 0) continue;
          const float *const next = x[box_rows + k - (k + 1 == windows)] + from;
          add_to_head(x[box_rows + k - 1] + from, next, head, sums + k * stride, read);
        }
        box_along_rows(
            sums + j * stride, spare, stride, several, count, box_columns, column_step, factor,
            output + (group + j) * output_stride + start, output_stride);
      }
    }
  }
}
