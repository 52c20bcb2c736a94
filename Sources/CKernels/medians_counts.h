// Medians of bytes over large windows by counting, for planes_body.h, which is included before.
//
// Every column of the strip counts its own values of the window's rows; going down a row changes one value in and one
// out of each, and going right a pixel adds the counts of one column and takes off those of another, many at once
// (Perreault and Hebert 2007). Counts are kept twice: by the upper four bits of a value, which say in which sixteenth
// the median is, and by all eight, of which only that sixteenth is brought up to date.

typedef uint16_t counts __attribute__((ext_vector_type(16)));
typedef uint16_t unaligned_counts __attribute__((ext_vector_type(16), aligned(4), may_alias));
typedef _Bool count_mask __attribute__((ext_vector_type(16)));

// How many of the sums of counts from the first on, `below` included, are not above `rank`: where the value of that rank
// is. What lies before it is added to `below`. By address, for a vector may be wider than the instruction set's own.
INLINE ptrdiff_t place_of(const counts *of, uint16_t rank, uint16_t *below) {
  const counts zero = 0;
  counts v = *of;
  v += __builtin_shufflevector(zero, v, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30);
  v += __builtin_shufflevector(zero, v, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29);
  v += __builtin_shufflevector(zero, v, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
  v += __builtin_shufflevector(zero, v, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23);
  const counts limit = (uint16_t)(rank - *below);
  const count_mask mask = __builtin_convertvector(v <= limit, count_mask);
  uint16_t bits;
  memcpy(&bits, &mask, sizeof bits);
  const ptrdiff_t place = __builtin_ctz(~(unsigned)bits | 0x10000u);
  if (place > 0) *below += v[place - 1];
  return place;
}

// Columns of a strip, whose counts stay in the second-level cache.
INLINE ptrdiff_t counting_strip(ptrdiff_t width, ptrdiff_t box_columns) {
  const ptrdiff_t strip = 3 * box_columns > 512 ? 3 * box_columns : 512;
  return strip < width ? strip : width;
}

TARGET static ptrdiff_t median_counts_scratch(ptrdiff_t width, ptrdiff_t box_columns) {
  return (counting_strip(width, box_columns) + box_columns - 1) * 17 * (ptrdiff_t)(sizeof(counts) / sizeof(float));
}

// One row of medians from the counts of `columns` columns.
INLINE void medians_of_counts(
    const unaligned_counts *coarse, const unaligned_counts *fine, ptrdiff_t columns, ptrdiff_t box_columns,
    uint16_t rank, uint8_t *output, ptrdiff_t step) {
  counts window = 0, parts[16];
  // The column at which the counts of each sixteenth were up to date; -1 for never.
  ptrdiff_t seen[16];
  for (int part = 0; part < 16; part++) seen[part] = -1;
  for (ptrdiff_t b = 0; b < box_columns; b++) window += coarse[b];
  for (ptrdiff_t i = 0; i + box_columns <= columns; i++) {
    if (i > 0) window += coarse[i + box_columns - 1] - coarse[i - 1];
    uint16_t below = 0;
    const ptrdiff_t part = place_of(&window, rank, &below);
    const unaligned_counts *const own = fine + part * columns;
    counts values;
    if (seen[part] < 0 || 2 * (i - seen[part]) > box_columns) {
      values = own[i];
      for (ptrdiff_t b = 1; b < box_columns; b++) values += own[i + b];
    } else {
      values = parts[part];
      for (ptrdiff_t b = seen[part]; b < i; b++) values += own[b + box_columns] - own[b];
    }
    parts[part] = values;
    seen[part] = i;
    output[i * step] = (uint8_t)(16 * part + place_of(&values, rank, &below));
  }
}

// A row of values comes into the columns' counts, another goes, where there is one.
INLINE void move_counts(
    uint16_t *coarse, uint16_t *fine, ptrdiff_t columns, const uint8_t *entering, const uint8_t *leaving,
    ptrdiff_t step) {
  for (ptrdiff_t i = 0; i < columns; i++) {
    const ptrdiff_t value = entering[i * step];
    coarse[16 * i + value / 16]++;
    fine[16 * (value / 16 * columns + i) + value % 16]++;
    if (!leaving) continue;
    const ptrdiff_t old = leaving[i * step];
    coarse[16 * i + old / 16]--;
    fine[16 * (old / 16 * columns + i) + old % 16]--;
  }
}

TARGET static void median_counts(
    const uint8_t *const *rows, ptrdiff_t first, uint8_t *output, ptrdiff_t output_stride, ptrdiff_t output_rows,
    ptrdiff_t width, ptrdiff_t box_rows, ptrdiff_t box_columns, ptrdiff_t column_step, float *scratch) {
  const uint16_t rank = (uint16_t)(box_rows * box_columns / 2);
  const ptrdiff_t strip = counting_strip(width, box_columns);
  for (ptrdiff_t start = 0; start < width; start += strip) {
    const ptrdiff_t columns = (width - start < strip ? width - start : strip) + box_columns - 1;
    const ptrdiff_t from = first + start * column_step;
    uint16_t *const coarse = (uint16_t *)scratch, *const fine = coarse + 16 * columns;
    memset(coarse, 0, (size_t)columns * 17 * sizeof(counts));
    for (ptrdiff_t a = 0; a < box_rows - 1; a++) move_counts(coarse, fine, columns, rows[a] + from, NULL, column_step);
    for (ptrdiff_t r = 0; r < output_rows; r++) {
      move_counts(
          coarse, fine, columns, rows[r + box_rows - 1] + from, r > 0 ? rows[r - 1] + from : NULL, column_step);
      medians_of_counts(
          (const unaligned_counts *)coarse, (const unaligned_counts *)fine, columns, box_columns, rank,
          output + r * output_stride + start * column_step, column_step);
    }
  }
}
