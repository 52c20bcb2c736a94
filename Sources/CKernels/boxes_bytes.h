// Means over boxes of bytes, for planes_body.h, which is included before.
//
// Sums of bytes are integers and exact, so here running sums may take back what leaves the box: they cannot drift, and no
// byte is infinite. `boxes_body.h` says why floats must not.

// As many half words as fill a register.
typedef uint16_t shorts __attribute__((ext_vector_type(2 * LANES)));
typedef uint16_t unaligned_shorts __attribute__((ext_vector_type(2 * LANES), aligned(2), may_alias));
typedef uint32_t long_shorts __attribute__((ext_vector_type(2 * LANES)));
typedef uint8_t short_bytes __attribute__((ext_vector_type(2 * LANES)));
typedef uint8_t unaligned_short_bytes __attribute__((ext_vector_type(2 * LANES), aligned(1), may_alias));
typedef uint16_t half_shorts __attribute__((ext_vector_type(LANES)));
typedef uint16_t unaligned_half_shorts __attribute__((ext_vector_type(LANES), aligned(2), may_alias));
typedef uint32_t words __attribute__((ext_vector_type(LANES)));
typedef uint32_t unaligned_words __attribute__((ext_vector_type(LANES), aligned(4), may_alias));

// How the sum of a box becomes its mean: `(sum + half) * multiplier >> 16 + shift`, which is the quotient, rounded, for all
// sums there can be; or, without a multiplier, by a factor.
typedef struct {
  uint16_t half, multiplier, shift;
  float factor;
} mean_rule;

// Multiplying by 2^n / d, rounded up, divides all numbers up to x by d when x times what the rounding added is below 2^n
// (Granlund and Montgomery 1994). Sums of a larger box do not fit half words, and other factors are no divisors.
INLINE mean_rule rule_of_mean(ptrdiff_t pixels, float factor) {
  mean_rule rule = {0, 0, 0, factor};
  const float whole = factor * (float)pixels;
  if (pixels < 2 || pixels > 256 || whole < 0.999999f || whole > 1.000001f) return rule;
  int shift = 0;
  while (2 << shift < pixels) shift++;
  const uint32_t divisor = (uint32_t)pixels, scale = 65536u << shift;
  const uint32_t multiplier = (scale + divisor - 1) / divisor;
  const uint64_t greatest = 255 * divisor + divisor / 2;
  if (multiplier > 65535 || greatest * (multiplier * divisor - scale) >= scale) return rule;
  rule.half = (uint16_t)(divisor / 2);
  rule.multiplier = (uint16_t)multiplier;
  rule.shift = (uint16_t)shift;
  return rule;
}

// Column sums of the next row: `entering` comes, `leaving` goes, where there is one.
INLINE void move_sums(uint16_t *sums, const uint8_t *entering, const uint8_t *leaving, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + 2 * LANES <= count; i += 2 * LANES) {
    shorts sum = *(const unaligned_shorts *)(sums + i);
    sum += __builtin_convertvector(*(const unaligned_short_bytes *)(entering + i), shorts);
    if (leaving) sum -= __builtin_convertvector(*(const unaligned_short_bytes *)(leaving + i), shorts);
    *(unaligned_shorts *)(sums + i) = sum;
  }
  for (; i < count; i++) sums[i] = (uint16_t)(sums[i] + entering[i] - (leaving ? leaving[i] : 0));
}

// Means from column sums side by side.
INLINE short_bytes mean_across(const uint16_t *sums, ptrdiff_t box_columns, ptrdiff_t step, mean_rule rule) {
  shorts sum = *(const unaligned_shorts *)sums;
  for (ptrdiff_t b = 1; b < box_columns; b++) sum += *(const unaligned_shorts *)(sums + b * step);
  const long_shorts multiplier = rule.multiplier;
  const long_shorts products = __builtin_convertvector(sum + rule.half, long_shorts) * multiplier;
  return __builtin_convertvector(__builtin_convertvector(products >> 16, shorts) >> rule.shift, short_bytes);
}

// Means from running sums along the row. Never more than 255 but for the factor's rounding, which the cutting off
// forgives.
INLINE byte_lanes mean_between(const uint32_t *before, ptrdiff_t margin, float factor) {
  const words sums = *(const unaligned_words *)(before + margin) - *(const unaligned_words *)before;
  const vector means = __builtin_convertvector(__builtin_convertvector(sums, keys), vector) * factor;
  return __builtin_convertvector(__builtin_convertvector(means + 0.5f, keys), byte_lanes);
}

// The elements of v, `N` places further up, zeros below; and its last one everywhere.
#if LANES == 16
#define MOVED_UP(V, N)                                                                                                 \
  __builtin_shufflevector(                                                                                             \
      (words)0, V, 16 - N, 17 - N, 18 - N, 19 - N, 20 - N, 21 - N, 22 - N, 23 - N, 24 - N, 25 - N, 26 - N, 27 - N,     \
      28 - N, 29 - N, 30 - N, 31 - N)
#elif LANES == 8
#define MOVED_UP(V, N)       \
  __builtin_shufflevector(   \
      (words)0, V, 8 - N, 9 - N, 10 - N, 11 - N, 12 - N, 13 - N, 14 - N, 15 - N)
#else
#define MOVED_UP(V, N) __builtin_shufflevector((words)0, V, 4 - N, 5 - N, 6 - N, 7 - N)
#endif

// Sums of all column sums to the left: running[i] of those before i, from running[0] = 0 on.
INLINE void run_sums(const uint16_t *sums, uint32_t *running, ptrdiff_t count) {
  words before = 0;
  running[0] = 0;
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    words sum = __builtin_convertvector(*(const unaligned_half_shorts *)(sums + i), words);
    sum += MOVED_UP(sum, 1);
    sum += MOVED_UP(sum, 2);
#if LANES > 4
    sum += MOVED_UP(sum, 4);
#endif
#if LANES > 8
    sum += MOVED_UP(sum, 8);
#endif
    sum += before;
    *(unaligned_words *)(running + 1 + i) = sum;
    before = (words)sum[LANES - 1];
  }
}

TARGET static ptrdiff_t box_bytes_scratch(ptrdiff_t width, ptrdiff_t box_columns, ptrdiff_t column_step) {
  const ptrdiff_t read = width + (box_columns - 1) * column_step;
  // A row of words, one of half words, and vectors beyond each, for the last load.
  return read + column_step + LANES + (read + 4 * LANES) / 2 + 1;
}

TARGET static void box_bytes(
    const uint8_t *const *rows, ptrdiff_t first, uint8_t *output, ptrdiff_t output_stride, ptrdiff_t output_rows,
    ptrdiff_t width, ptrdiff_t box_rows, ptrdiff_t box_columns, ptrdiff_t column_step, float factor, float *scratch) {
  const ptrdiff_t read = width + (box_columns - 1) * column_step, margin = box_columns * column_step;
  const mean_rule rule = rule_of_mean(box_rows * box_columns, factor);
  // Running sums begin with zeros, a step of them.
  uint32_t *const running = (uint32_t *)scratch;
  uint16_t *const sums = (uint16_t *)(running + column_step + read + LANES);
  for (ptrdiff_t i = 0; i < column_step; i++) running[i] = 0;
  for (ptrdiff_t i = 0; i < read + 4 * LANES; i++) sums[i] = 0;
  for (ptrdiff_t a = 0; a < box_rows - 1; a++) move_sums(sums, rows[a] + first, NULL, read);
  for (ptrdiff_t r = 0; r < output_rows; r++) {
    move_sums(sums, rows[r + box_rows - 1] + first, r > 0 ? rows[r - 1] + first : NULL, read);
    uint8_t *const target = output + r * output_stride;
    if (rule.multiplier) {
      for (ptrdiff_t i = 0; i < width; i += 2 * LANES) {
        const short_bytes means = mean_across(sums + i, box_columns, column_step, rule);
        if (i + 2 * LANES <= width) {
          *(unaligned_short_bytes *)(target + i) = means;
        } else {
          memcpy(target + i, &means, (size_t)(width - i));
        }
      }
      continue;
    }
    if (column_step == 1) {
      run_sums(sums, running, read);
    } else {
      for (ptrdiff_t i = 0; i < read; i++) running[i + column_step] = running[i] + sums[i];
    }
    for (ptrdiff_t i = 0; i < width; i += LANES) {
      const byte_lanes means = mean_between(running + i, margin, factor);
      if (i + LANES <= width) {
        *(unaligned_byte_lanes *)(target + i) = means;
      } else {
        memcpy(target + i, &means, (size_t)(width - i));
      }
    }
  }
}
#undef MOVED_UP
