// Correlation by fast Fourier transforms in tiles (overlap-save), written once over vectors of LANES floats like
// planes_body.h, which is included before.
//
// Two tiles are filtered at once, one as the real and one as the imaginary part of complex numbers: a real kernel keeps
// them apart, so complex transforms do the work of real ones without any unpacking.
//
// A strip is LANES columns of a tile, row after row, each a vector of real and one of imaginary parts: a transform down
// its columns is LANES transforms at once. To transform along the rows, strips of the transposed tile are made. Forward
// transforms leave their frequencies in the order that they come in, backward ones expect that order, and the kernel's
// spectrum has it too, so that nothing is ever put in order.

#if LANES == 4
#define LOW_HALVES(a, b) __builtin_shufflevector(a, b, 0, 4, 1, 5)
#define HIGH_HALVES(a, b) __builtin_shufflevector(a, b, 2, 6, 3, 7)
#elif LANES == 8
#define LOW_HALVES(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define HIGH_HALVES(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#else
#define LOW_HALVES(a, b) __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define HIGH_HALVES(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#endif

// Vectors between strips beyond their length, so that the rows of neighbouring strips do not compete for a cache line.
enum { strip_gap = 2 };

// Transposes LANES vectors, every `step`-th one from `source` on, to every `step`-th one from `target` on. Interleaving
// the first half with the second, as often as LANES has binary digits, is a transposition.
INLINE void transpose(const vector *source, vector *target, const int step) {
  vector a[LANES], b[LANES];
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES; i++) a[i] = source[step * i];
#pragma clang loop unroll(full)
  for (int digit = 1; digit < LANES; digit *= 2) {
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES / 2; i++) {
      b[2 * i] = LOW_HALVES(a[i], a[i + LANES / 2]);
      b[2 * i + 1] = HIGH_HALVES(a[i], a[i + LANES / 2]);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < LANES; i++) a[i] = b[i];
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < LANES; i++) target[step * i] = a[i];
}

// (real, imaginary) * (w[0] + i w[1]).
#define TURNED(REAL, IMAGINARY, W, TARGET_PLACE)                                    \
  do {                                                                              \
    const vector real_ = (REAL), imaginary_ = (IMAGINARY);                          \
    const vector cosine_ = (W)[0], sine_ = (W)[1];                                  \
    (TARGET_PLACE)[0] = real_ * cosine_ - imaginary_ * sine_;                       \
    (TARGET_PLACE)[1] = real_ * sine_ + imaginary_ * cosine_;                       \
  } while (0)

// (real, imaginary) * (w[0] - i w[1]).
#define TURNED_BACK(PLACE, W, REAL, IMAGINARY)                                      \
  do {                                                                              \
    const vector real_ = (PLACE)[0], imaginary_ = (PLACE)[1];                       \
    const vector cosine_ = (W)[0], sine_ = (W)[1];                                  \
    REAL = real_ * cosine_ + imaginary_ * sine_;                                    \
    IMAGINARY = imaginary_ * cosine_ - real_ * sine_;                               \
  } while (0)

// One step of four, decimation in frequency, with `w` the three twiddles or null for none.
INLINE void split4(vector *z, ptrdiff_t quarter, const float *w) {
  vector *const z0 = z, *const z1 = z + 2 * quarter, *const z2 = z + 4 * quarter, *const z3 = z + 6 * quarter;
  const vector s0 = z0[0] + z2[0], s1 = z0[1] + z2[1], d0 = z0[0] - z2[0], d1 = z0[1] - z2[1];
  const vector t0 = z1[0] + z3[0], t1 = z1[1] + z3[1], e0 = z1[0] - z3[0], e1 = z1[1] - z3[1];
  z0[0] = s0 + t0;
  z0[1] = s1 + t1;
  if (w) {
    TURNED(d0 + e1, d1 - e0, w, z1);
    TURNED(s0 - t0, s1 - t1, w + 2, z2);
    TURNED(d0 - e1, d1 + e0, w + 4, z3);
  } else {
    z1[0] = d0 + e1;
    z1[1] = d1 - e0;
    z2[0] = s0 - t0;
    z2[1] = s1 - t1;
    z3[0] = d0 - e1;
    z3[1] = d1 + e0;
  }
}

// What split4 did, undone (four times as large).
INLINE void join4(vector *z, ptrdiff_t quarter, const float *w) {
  vector *const z0 = z, *const z1 = z + 2 * quarter, *const z2 = z + 4 * quarter, *const z3 = z + 6 * quarter;
  vector a0 = z0[0], a1 = z0[1], b0, b1, c0, c1, d0, d1;
  if (w) {
    TURNED_BACK(z1, w, b0, b1);
    TURNED_BACK(z2, w + 2, c0, c1);
    TURNED_BACK(z3, w + 4, d0, d1);
  } else {
    b0 = z1[0], b1 = z1[1], c0 = z2[0], c1 = z2[1], d0 = z3[0], d1 = z3[1];
  }
  const vector s0 = a0 + c0, s1 = a1 + c1, m0 = a0 - c0, m1 = a1 - c1;
  const vector t0 = b0 + d0, t1 = b1 + d1, n0 = b0 - d0, n1 = b1 - d1;
  z0[0] = s0 + t0;
  z0[1] = s1 + t1;
  z1[0] = m0 - n1;
  z1[1] = m1 + n0;
  z2[0] = s0 - t0;
  z2[1] = s1 - t1;
  z3[0] = m0 + n1;
  z3[1] = m1 - n0;
}

// Two rows: their sum and their difference, its own inverse (twice as large).
INLINE void split2(vector *z) {
  const vector a0 = z[0], a1 = z[1], b0 = z[2], b1 = z[3];
  z[0] = a0 + b0;
  z[1] = a1 + b1;
  z[2] = a0 - b0;
  z[3] = a1 - b1;
}

// The transform down the columns of a strip; `twiddles` as CKernels.h says.
TARGET static void forward(vector *z, ptrdiff_t length, const float *twiddles) {
  ptrdiff_t part = length;
  for (; part > 4; part /= 4) {
    const ptrdiff_t quarter = part / 4;
    for (ptrdiff_t start = 0; start < length; start += part) {
      for (ptrdiff_t j = 0; j < quarter; j++) split4(z + 2 * (start + j), quarter, twiddles + 6 * j);
    }
    twiddles += 6 * quarter;
  }
  if (part == 4) {
    for (ptrdiff_t start = 0; start < length; start += 4) split4(z + 2 * start, 1, NULL);
  } else {
    for (ptrdiff_t start = 0; start < length; start += 2) split2(z + 2 * start);
  }
}

// What `forward` did, undone (`length` times as large).
TARGET static void backward(vector *z, ptrdiff_t length, const float *twiddles) {
  ptrdiff_t part = length;
  for (; part > 4; part /= 4) twiddles += 6 * (part / 4);
  if (part == 4) {
    for (ptrdiff_t start = 0; start < length; start += 4) join4(z + 2 * start, 1, NULL);
  } else {
    for (ptrdiff_t start = 0; start < length; start += 2) split2(z + 2 * start);
  }
  for (part *= 4; part <= length; part *= 4) {
    const ptrdiff_t quarter = part / 4;
    twiddles -= 6 * quarter;
    for (ptrdiff_t start = 0; start < length; start += part) {
      for (ptrdiff_t j = 0; j < quarter; j++) join4(z + 2 * (start + j), quarter, twiddles + 6 * j);
    }
  }
}

// `count` floats of a row from column `start` on, at most LANES, less `offset`; zero beyond.
INLINE vector load_part(const float *row, ptrdiff_t start, ptrdiff_t count, float offset) {
  if (count >= LANES) return *(const unaligned *)(row + start) - offset;
  vector value = 0;
  for (ptrdiff_t i = 0; i < count; i++) value[i] = row[start + i] - offset;
  return value;
}

// The part of a tile that is there in the columns of a strip, as the real (0) or imaginary (1) parts.
INLINE void load_strip(vector *strip, const fovea_tile *tile, ptrdiff_t start, ptrdiff_t height, int part) {
  const ptrdiff_t rows = tile ? tile->input_rows : 0;
  const ptrdiff_t columns = tile ? tile->input_columns - start : 0;
  for (ptrdiff_t row = 0; row < rows; row++) {
    strip[2 * row + part] = load_part(tile->rows[row] + tile->first, start, columns, tile->offset);
  }
  for (ptrdiff_t row = rows; row < height; row++) strip[2 * row + part] = 0;
}

INLINE void store_strip(const vector *strip, const fovea_tile *tile, ptrdiff_t start, float offset, int part) {
  const ptrdiff_t columns = tile->output_columns - start < LANES ? tile->output_columns - start : LANES;
  if (columns <= 0) return;
  for (ptrdiff_t row = 0; row < tile->output_rows; row++) {
    float *const target = tile->output + row * tile->output_stride + start * tile->output_step;
    const vector value = strip[2 * row + part] + offset;
    if (columns == LANES && tile->output_step == 1) {
      *(unaligned *)target = value;
    } else {
      for (ptrdiff_t i = 0; i < columns; i++) target[i * tile->output_step] = value[i];
    }
  }
}

// The transform down the columns; then the tile stands transposed in `strips`.
INLINE void columns_forward(
    const fovea_transform *plan, const fovea_tile *a, const fovea_tile *b, vector *strip, vector *strips) {
  const ptrdiff_t stride = 2 * plan->width + strip_gap;
  for (ptrdiff_t start = 0; start < plan->width; start += LANES) {
    load_strip(strip, a, start, plan->height, 0);
    load_strip(strip, b, start, plan->height, 1);
    forward(strip, plan->height, plan->height_twiddles);
    for (ptrdiff_t row = 0; row < plan->height; row += LANES) {
      vector *const target = strips + row / LANES * stride + 2 * start;
      transpose(strip + 2 * row, target, 2);
      transpose(strip + 2 * row + 1, target + 1, 2);
    }
  }
}

// The first vector of `scratch`, which holds one more than it needs.
INLINE vector *aligned_vectors(float *scratch) {
  return (vector *)(((uintptr_t)scratch + sizeof(vector) - 1) / sizeof(vector) * sizeof(vector));
}

TARGET static ptrdiff_t transform_scratch(ptrdiff_t height, ptrdiff_t width) {
  return height / LANES * (2 * width + strip_gap) * LANES + 2 * height * LANES + LANES;
}

TARGET static void transform_kernel(
    const fovea_transform *plan, const fovea_tile *taps, float *spectrum, float *scratch) {
  vector *const strip = aligned_vectors(scratch), *const strips = strip + 2 * plan->height;
  vector *target = (vector *)spectrum;
  const vector scale = 1.0f / ((float)plan->height * (float)plan->width);
  columns_forward(plan, taps, NULL, strip, strips);
  for (ptrdiff_t row = 0; row < plan->height; row += LANES) {
    vector *const z = strips + row / LANES * (2 * plan->width + strip_gap);
    forward(z, plan->width, plan->width_twiddles);
    for (ptrdiff_t i = 0; i < plan->width; i++, target += 2) {
      target[0] = z[2 * i] * scale;
      target[1] = -z[2 * i + 1] * scale;
    }
  }
}

TARGET static void transform_correlate(
    const fovea_transform *plan, const float *spectrum, const fovea_tile *a, const fovea_tile *b, float sum_of_taps,
    float *scratch) {
  vector *const strip = aligned_vectors(scratch), *const strips = strip + 2 * plan->height;
  const vector *factor = (const vector *)spectrum;
  const ptrdiff_t stride = 2 * plan->width + strip_gap;
  columns_forward(plan, a, b, strip, strips);
  for (ptrdiff_t row = 0; row < plan->height; row += LANES) {
    vector *const z = strips + row / LANES * stride;
    forward(z, plan->width, plan->width_twiddles);
    for (ptrdiff_t i = 0; i < plan->width; i++, factor += 2) {
      const vector real = z[2 * i], imaginary = z[2 * i + 1];
      z[2 * i] = real * factor[0] - imaginary * factor[1];
      z[2 * i + 1] = real * factor[1] + imaginary * factor[0];
    }
    backward(z, plan->width, plan->width_twiddles);
  }
  const ptrdiff_t needed = b && b->output_columns > a->output_columns ? b->output_columns : a->output_columns;
  for (ptrdiff_t start = 0; start < needed; start += LANES) {
    for (ptrdiff_t row = 0; row < plan->height; row += LANES) {
      const vector *const source = strips + row / LANES * stride + 2 * start;
      transpose(source, strip + 2 * row, 2);
      transpose(source + 1, strip + 2 * row + 1, 2);
    }
    backward(strip, plan->height, plan->height_twiddles);
    store_strip(strip, a, start, a->offset * sum_of_taps, 0);
    if (b) store_strip(strip, b, start, b->offset * sum_of_taps, 1);
  }
}
