// Loops over rows that are bound by memory: a vector times a matrix as it lies, a scale and an offset a channel.

// Eight rows of the matrix a turn, so that the sums, which stay in the first cache, are read and written an eighth as
// often; the next eight are sent for meanwhile. Rows that an x of 0 would multiply are skipped: behind a relu they are
// half and more of a matrix that comes from main memory.
INLINE void add_columns(
    size_t rows, size_t columns, const float *x, const float *weights, size_t stride, float *sums) {
  const float *from[8], *next[8];
  float by[8], next_by[8];
  int found = 0, last = 0;
  size_t row = 0;
  do {
    for (last = found, found = 0; row < rows && found < 8; row++) {
      if (x[row] != 0) {
        next[found] = weights + row * stride;
        next_by[found++] = x[row];
      }
    }
    for (int rest = found; rest < 8; rest++) {
      next[rest] = found > 0 ? next[0] : weights;
      next_by[rest] = 0;
    }
    if (last > 0) {
      EACH_VECTOR(columns, {
        vector sum = load(sums + c, count);
        UNROLL for (int r = 0; r < 8; r++) __builtin_prefetch(next[r] + c, 0, 3);
        vector other = by[0] * load(from[0] + c, count);
        UNROLL for (int r = 1; r < 8; r++) other += by[r] * load(from[r] + c, count);
        store(sums + c, sum + other, count);
      });
    }
    memcpy(from, next, sizeof from);
    memcpy(by, next_by, sizeof by);
  } while (found > 0);
}

// Eight rows of 4 KiB fit the first cache beside the sums, the next eight being under way.
TARGET static void add_vector_matrix(
    size_t rows, size_t columns, const float *x, const float *weights, size_t stride, float *sums) {
  for (size_t c = 0; c < columns; c += 1024) {
    add_columns(rows, columns - c < 1024 ? columns - c : 1024, x, weights + c, stride, sums + c);
  }
}

// Eight rows of `weights` to the sums of `height` vectors, whose weights are read once for all of them.
INLINE void add_matrices(
    const int height, size_t depth, size_t columns, const float *x, size_t x_stride, const float *weights,
    size_t stride, float *sums, size_t sums_stride) {
  size_t d = 0;
  for (; d + 8 <= depth; d += 8, weights += 8 * stride) {
    EACH_VECTOR(columns, {
      vector rows[8];
      UNROLL for (int r = 0; r < 8; r++) {
        __builtin_prefetch(weights + (8 + r) * stride + c, 0, 2);
        rows[r] = load(weights + r * stride + c, count);
      }
      UNROLL for (int h = 0; h < height; h++) {
        const float *by = x + h * x_stride + d;
        const vector sum = load(sums + h * sums_stride + c, count);
        vector other = by[0] * rows[0];
        UNROLL for (int r = 1; r < 8; r++) other += by[r] * rows[r];
        store(sums + h * sums_stride + c, sum + other, count);
      }
    });
  }
  for (; d < depth; d++, weights += stride) {
    EACH_VECTOR(columns, {
      const vector row = load(weights + c, count);
      UNROLL for (int h = 0; h < height; h++) {
        float *sum = sums + h * sums_stride + c;
        store(sum, load(sum, count) + x[h * x_stride + d] * row, count);
      }
    });
  }
}

// Blocks of the weights that stay in the second cache while eight vectors after eight pass; their sums are in the first.
TARGET static void add_matrix_product(
    size_t vectors, size_t rows, size_t columns, const float *x, size_t x_stride, const float *weights,
    size_t stride, float *sums, size_t sums_stride) {
  const size_t wide = 512, deep = vectors > 8 ? 128 : rows;
  for (size_t c = 0; c < columns; c += wide) {
    const size_t width = columns - c < wide ? columns - c : wide;
    for (size_t d = 0; d < rows; d += deep) {
      const size_t depth = rows - d < deep ? rows - d : deep;
      const float *block = weights + d * stride + c;
      for (size_t first = 0; first < vectors; first += 8) {
        const float *from = x + first * x_stride + d;
        float *to = sums + first * sums_stride + c;
#define HEIGHT(H) \
  case H: add_matrices(H, depth, width, from, x_stride, block, stride, to, sums_stride); break;
        switch (vectors - first < 8 ? vectors - first : 8) {
          HEIGHT(1) HEIGHT(2) HEIGHT(3) HEIGHT(4) HEIGHT(5) HEIGHT(6) HEIGHT(7) HEIGHT(8)
        }
#undef HEIGHT
      }
    }
  }
}

TARGET static void scale(
    size_t pixels, size_t channels, const float *input, size_t input_stride, const float *factor,
    const float *offset, float *output, size_t output_stride, float low, float high) {
  for (size_t pixel = 0; pixel < pixels; pixel++, input += input_stride, output += output_stride) {
    EACH_VECTOR(channels, {
      vector value = load(input + c, count) * load(factor + c, count);
      if (offset) value += load(offset + c, count);
      store(output + c, clamped(value, low, high), count);
    });
  }
}

#define COMBINE(EXPRESSION)                                                                   \
  if (b_step) {                                                                               \
    EACH_VECTOR(total, {                                                                      \
      const vector x = load(a + c, count), y = load(b + c, count);                            \
      store(output + c, EXPRESSION, count);                                                   \
    });                                                                                       \
  } else {                                                                                    \
    const vector y = *b - (vector){0};                                                        \
    EACH_VECTOR(total, {                                                                      \
      const vector x = load(a + c, count);                                                    \
      store(output + c, EXPRESSION, count);                                                   \
    });                                                                                       \
  }                                                                                           \
  break

TARGET static void combine(
    fovea_combination kind, size_t total, const float *a, const float *b, size_t b_step, float *output) {
  switch (kind) {
    case fovea_add: COMBINE(x + y);
    case fovea_subtract: COMBINE(x - y);
    case fovea_multiply: COMBINE(x * y);
    case fovea_divide: COMBINE(x / y);
    case fovea_minimum: COMBINE(chosen(y < x, y, x));
    case fovea_maximum: COMBINE(chosen(y > x, y, x));
  }
}
#undef COMBINE

TARGET static void interleave(
    size_t pixels, size_t channels, size_t parts, const float *const *inputs, const size_t *strides, float *output,
    size_t output_stride) {
  for (size_t pixel = 0; pixel < pixels; pixel++, output += output_stride) {
    float *restrict to = output;
    if (parts == 2) {
      // Two parts are told apart, for this loop becomes one of whole vectors.
      const float *restrict first = inputs[0] + pixel * strides[0], *restrict second = inputs[1] + pixel * strides[1];
      for (size_t c = 0; c < channels; c++) {
        to[2 * c] = first[c];
        to[2 * c + 1] = second[c];
      }
      continue;
    }
    for (size_t part = 0; part < parts; part++) {
      const float *restrict from = inputs[part] + pixel * strides[part];
      for (size_t c = 0; c < channels; c++) to[c * parts + part] = from[c];
    }
  }
}
