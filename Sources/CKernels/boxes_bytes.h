// Means over boxes of bytes, for planes_body.h, which is included before.
//
// Sums of bytes are integers and exact, so here running sums may take back what leaves the box: they cannot drift, and no
// byte is infinite. `boxes_body.h` says why floats must not.

typedef uint16_t shorts __attribute__((ext_vector_type(LANES)));
typedef uint16_t unaligned_shorts __attribute__((ext_vector_type(LANES), aligned(2), may_alias));
typedef uint32_t words __attribute__((ext_vector_type(LANES)));
typedef uint32_t unaligned_words __attribute__((ext_vector_type(LANES), aligned(4), may_alias));

// Whether the sum of so many bytes fits 16 bits.
INLINE int fits_short(ptrdiff_t bytes) { return bytes <= 257; }

// Column sums of the next row: `entering` comes, `leaving` goes, where there is one.
INLINE void move_sums(uint16_t *sums, const uint8_t *entering, const uint8_t *leaving, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    shorts sum = *(const unaligned_shorts *)(sums + i);
    sum += __builtin_convertvector(*(const unaligned_byte_lanes *)(entering + i), shorts);
    if (leaving) sum -= __builtin_convertvector(*(const unaligned_byte_lanes *)(leaving + i), shorts);
    *(unaligned_shorts *)(sums + i) = sum;
  }
  for (; i < count; i++) sums[i] = (uint16_t)(sums[i] + entering[i] - (leaving ? leaving[i] : 0));
}

// Never more than 255 but for the factor's rounding, which the cutting off forgives.
INLINE byte_lanes mean_of(words sums, float factor) {
  const vector means = __builtin_convertvector(__builtin_convertvector(sums, keys), vector) * factor;
  return __builtin_convertvector(__builtin_convertvector(means + 0.5f, keys), byte_lanes);
}

// One vector of means from column sums side by side.
INLINE byte_lanes mean_across(const uint16_t *sums, ptrdiff_t box_columns, ptrdiff_t step, float factor) {
  shorts sum = *(const unaligned_shorts *)sums;
  for (ptrdiff_t b = 1; b < box_columns; b++) sum += *(const unaligned_shorts *)(sums + b * step);
  return mean_of(__builtin_convertvector(sum, words), factor);
}

// One vector of means from running sums along the row.
INLINE byte_lanes mean_between(const uint32_t *before, ptrdiff_t margin, float factor) {
  return mean_of(*(const unaligned_words *)(before + margin) - *(const unaligned_words *)before, factor);
}

TARGET static ptrdiff_t box_bytes_scratch(ptrdiff_t width, ptrdiff_t box_columns, ptrdiff_t column_step) {
  const ptrdiff_t read = width + (box_columns - 1) * column_step;
  // A row of words, one of half words, and a vector beyond each, for the last load.
  return read + column_step + LANES + (read + 2 * LANES) / 2 + 1;
}

TARGET static void box_bytes(
    const uint8_t *const *rows, ptrdiff_t first, uint8_t *output, ptrdiff_t output_stride, ptrdiff_t output_rows,
    ptrdiff_t width, ptrdiff_t box_rows, ptrdiff_t box_columns, ptrdiff_t column_step, float factor, float *scratch) {
  const ptrdiff_t read = width + (box_columns - 1) * column_step, margin = box_columns * column_step;
  const int across = fits_short(box_rows * box_columns);
  // Running sums begin with zeros, a step of them.
  uint32_t *const running = (uint32_t *)scratch;
  uint16_t *const sums = (uint16_t *)(running + column_step + read + LANES);
  for (ptrdiff_t i = 0; i < column_step; i++) running[i] = 0;
  for (ptrdiff_t i = 0; i < read + LANES; i++) sums[i] = 0;
  for (ptrdiff_t a = 0; a < box_rows - 1; a++) move_sums(sums, rows[a] + first, NULL, read);
  for (ptrdiff_t r = 0; r < output_rows; r++) {
    move_sums(sums, rows[r + box_rows - 1] + first, r > 0 ? rows[r - 1] + first : NULL, read);
    if (!across) {
      if (column_step == 1) {
        uint32_t sum = 0;
        for (ptrdiff_t i = 0; i < read; i++) running[i + 1] = sum += sums[i];
      } else {
        for (ptrdiff_t i = 0; i < read; i++) running[i + column_step] = running[i] + sums[i];
      }
    }
    uint8_t *const target = output + r * output_stride;
    for (ptrdiff_t i = 0; i < width; i += LANES) {
      const byte_lanes means = across ? mean_across(sums + i, box_columns, column_step, factor)
                                      : mean_between(running + i, margin, factor);
      if (i + LANES <= width) {
        *(unaligned_byte_lanes *)(target + i) = means;
      } else {
        memcpy(target + i, &means, (size_t)(width - i));
      }
    }
  }
}
