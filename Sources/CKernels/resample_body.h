// Resampling of rows, for planes_body.h, which is included before like transforms_body.h.
//
// LANES rows are resampled at once, a row a lane: so a weight meets all of them whatever the number of channels. For that
// they are transposed, and what comes of them is transposed back.
//
// Products and sums are rounded one after the other, as plain loops do, and not fused: a value half-way between two
// steps of 8 bits falls to the same side with every instruction set.

// So many floats of a row are transposed at once, and so many made of them, unless one pixel takes more.
enum { resampled_at_once = 1024 };

TARGET static ptrdiff_t resampled_room(ptrdiff_t floats) {
  const ptrdiff_t room = floats > resampled_at_once ? floats : resampled_at_once;
  return (room + LANES - 1) / LANES * LANES;
}

TARGET static ptrdiff_t resample_scratch(ptrdiff_t channels, ptrdiff_t taps) {
  return LANES * (resampled_room(channels * taps) + resampled_room(channels)) + LANES;
}

// `count` floats from `first` on of LANES rows, a vector for each float.
INLINE void gather_lanes(const float *const *rows, ptrdiff_t first, ptrdiff_t count, vector *target) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    vector some[LANES];
    if (i + LANES <= count) {
      for (int r = 0; r < LANES; r++) some[r] = *(const unaligned *)(rows[r] + first + i);
    } else {
      for (int r = 0; r < LANES; r++) {
        some[r] = 0;
        __builtin_memcpy(&some[r], rows[r] + first + i, (size_t)(count - i) * sizeof(float));
      }
    }
    transpose(some, target + i, 1);
  }
}

// The way back, for the rows that are there.
INLINE void scatter_lanes(
    const vector *source, ptrdiff_t count, float *output, ptrdiff_t output_stride, ptrdiff_t row_count) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    vector some[LANES];
    transpose(source + i, some, 1);
    const ptrdiff_t width = count - i < LANES ? count - i : LANES;
    for (ptrdiff_t r = 0; r < row_count; r++) {
      float *const target = output + r * output_stride + i;
      if (width == LANES) {
        *(unaligned *)target = some[r];
      } else {
        __builtin_memcpy(target, &some[r], (size_t)width * sizeof(float));
      }
    }
  }
}

INLINE vector nearest_of_256(vector value) {
  const vector zero = 0, top = 255;
  value = value > zero ? value : zero;
  value = value < top ? value : top;
  return __builtin_convertvector(__builtin_convertvector(value + 0.5f, keys), vector);
}

// The channels from `c` on of one pixel, `count` of them.
INLINE void resample_channels(
    const vector *pixels, const float *weights, ptrdiff_t taps, ptrdiff_t channels, int rounds, vector *target,
    const int count) {
#pragma STDC FP_CONTRACT OFF
  vector sums[4];
#pragma clang loop unroll(full)
  for (int c = 0; c < count; c++) sums[c] = 0;
  for (ptrdiff_t t = 0; t < taps; t++, pixels += channels) {
    const vector weight = weights[t];
#pragma clang loop unroll(full)
    for (int c = 0; c < count; c++) {
      const vector product = weight * pixels[c];
      sums[c] = sums[c] + product;
    }
  }
#pragma clang loop unroll(full)
  for (int c = 0; c < count; c++) target[c] = rounds ? nearest_of_256(sums[c]) : sums[c];
}

TARGET static void resample(
    const float *const *rows, ptrdiff_t row_count, ptrdiff_t channels, const int32_t *starts, ptrdiff_t pixels,
    ptrdiff_t taps, const float *weights, int rounds, float *output, ptrdiff_t output_stride, float *scratch) {
  const ptrdiff_t span = resampled_room(channels * taps), made = resampled_room(channels);
  vector *const source = (vector *)(((uintptr_t)scratch + sizeof(vector) - 1) / sizeof(vector) * sizeof(vector));
  vector *const result = source + span;
  for (ptrdiff_t top = 0; top < row_count; top += LANES) {
    const ptrdiff_t count = row_count - top < LANES ? row_count - top : LANES;
    const float *lanes[LANES];
    for (ptrdiff_t r = 0; r < LANES; r++) lanes[r] = rows[top + (r < count ? r : count - 1)];
    for (ptrdiff_t x = 0, end; x < pixels; x = end) {
      const ptrdiff_t first = starts[x] - starts[0];
      ptrdiff_t reach = taps;
      for (end = x + 1; end < pixels && (end - x + 1) * channels <= made; end++) {
        const ptrdiff_t more = starts[end] - starts[x] + taps;
        if (more * channels > span) break;
        reach = more;
      }
      gather_lanes(lanes, first * channels, reach * channels, source);
      vector *target = result;
      for (ptrdiff_t i = x; i < end; i++, target += channels) {
        const vector *const window = source + (starts[i] - starts[x]) * channels;
        const float *const own = weights + i * taps;
        ptrdiff_t c = 0;
        if (channels == 3) {
          resample_channels(window, own, taps, 3, rounds, target, 3);
          continue;
        }
        for (; c + 4 <= channels; c += 4) resample_channels(window + c, own, taps, channels, rounds, target + c, 4);
        for (; c < channels; c++) resample_channels(window + c, own, taps, channels, rounds, target + c, 1);
      }
      scatter_lanes(result, (end - x) * channels, output + top * output_stride + x * channels, output_stride, count);
    }
  }
}

TARGET static void add_rows(
    const float *const *rows, const float *weights, ptrdiff_t row_count, float *sums, ptrdiff_t count) {
#pragma STDC FP_CONTRACT OFF
  ptrdiff_t i = 0;
  for (; i + 4 * LANES <= count; i += 4 * LANES) {
    vector sum[4];
#pragma clang loop unroll(full)
    for (int v = 0; v < 4; v++) sum[v] = *(const unaligned *)(sums + i + v * LANES);
    for (ptrdiff_t r = 0; r < row_count; r++) {
      const vector weight = weights[r];
#pragma clang loop unroll(full)
      for (int v = 0; v < 4; v++) {
        const vector product = weight * *(const unaligned *)(rows[r] + i + v * LANES);
        sum[v] = sum[v] + product;
      }
    }
#pragma clang loop unroll(full)
    for (int v = 0; v < 4; v++) *(unaligned *)(sums + i + v * LANES) = sum[v];
  }
  for (; i < count; i++) {
    for (ptrdiff_t r = 0; r < row_count; r++) {
      const float product = weights[r] * rows[r][i];
      sums[i] = sums[i] + product;
    }
  }
}
