// What training adds to the layers: the gradient of a product with respect to its matrix, pooling that keeps its places
// and sends gradients back to them, statistics of batches, and the steps of optimisers.

// A tile of the matrix, HEIGHT of its rows x two vectors of columns, stays in the registers while all pixels pass.
INLINE void outer_tile(
    const int height, const int vectors, const fovea_outer_product *p, size_t row, size_t column, size_t columns) {
  vector sums[ROWS][2];
  const size_t whole = (size_t)vectors * LANES;
  float *result = p->sums + row * p->sums_stride + column;
  UNROLL for (int r = 0; r < height; r++) {
    UNROLL for (int v = 0; v < vectors; v++) {
      const size_t left = columns - (size_t)v * LANES;
      sums[r][v] = load(result + r * p->sums_stride + v * LANES, left < LANES ? left : LANES);
    }
  }
  if (columns == whole) {
    for (size_t line = 0; line < p->lines; line++) {
      const float *x = p->input + line * p->input_line + row;
      const float *gradient = p->gradient + line * p->gradient_line + column;
      for (size_t pixel = 0; pixel < p->width; pixel++, x += p->input_pixel, gradient += p->gradient_pixel) {
        const vector first = *(const unaligned *)gradient;
        const vector second = *(const unaligned *)(gradient + (vectors - 1) * LANES);
        UNROLL for (int r = 0; r < height; r++) {
          const float value = x[r];
          sums[r][0] += value * first;
          if (vectors > 1) sums[r][1] += value * second;
        }
      }
    }
  } else {
    const size_t done = (size_t)(vectors - 1) * LANES, last = columns - done;
    for (size_t line = 0; line < p->lines; line++) {
      const float *x = p->input + line * p->input_line + row;
      const float *gradient = p->gradient + line * p->gradient_line + column;
      for (size_t pixel = 0; pixel < p->width; pixel++, x += p->input_pixel, gradient += p->gradient_pixel) {
        const vector first = load(gradient, vectors > 1 ? LANES : last), second = load(gradient + done, last);
        UNROLL for (int r = 0; r < height; r++) {
          const float value = x[r];
          sums[r][0] += value * first;
          if (vectors > 1) sums[r][1] += value * second;
        }
      }
    }
  }
  UNROLL for (int r = 0; r < height; r++) {
    UNROLL for (int v = 0; v < vectors; v++) {
      const size_t left = columns - (size_t)v * LANES;
      store(result + r * p->sums_stride + v * LANES, sums[r][v], left < LANES ? left : LANES);
    }
  }
}

typedef void (*outer_function)(const fovea_outer_product *, size_t row, size_t column, size_t columns);

#define DEFINE_OUTER(HEIGHT, VECTORS)                                                      \
  TARGET static void outer_##HEIGHT##x##VECTORS(                                           \
      const fovea_outer_product *p, size_t row, size_t column, size_t columns) {           \
    outer_tile(HEIGHT, VECTORS, p, row, column, columns);                                  \
  }
EACH_HEIGHT(DEFINE_OUTER, 1)
EACH_HEIGHT(DEFINE_OUTER, 2)

#define NAME_OUTER(HEIGHT, VECTORS) outer_##HEIGHT##x##VECTORS,
static const outer_function outers[2][ROWS] = {{EACH_HEIGHT(NAME_OUTER, 1)}, {EACH_HEIGHT(NAME_OUTER, 2)}};

TARGET static void add_outer_products(const fovea_outer_product *p) {
  const size_t blocks = (p->run + ROWS - 1) / ROWS;
  for (size_t column = 0; column < p->columns; column += 2 * LANES) {
    const size_t left = p->columns - column, columns = left < 2 * LANES ? left : 2 * LANES;
    for (size_t block = 0; block < blocks; block++) {
      const size_t row = p->run * block / blocks, end = p->run * (block + 1) / blocks;
      outers[columns > LANES][end - row - 1](p, row, column, columns);
    }
  }
}

// As `pack`, of a matrix whose columns lie as rows: matrix[d][c] = weights[c * stride + d]; without a bias.
TARGET static void pack_turned(
    size_t depth, size_t columns, const float *weights, size_t stride, float *packed) {
  for (size_t first = 0; first < columns; first += 2 * LANES) {
    const size_t left = columns - first, width = left > LANES ? 2 * LANES : LANES;
    const size_t count = left < width ? left : width;
    memset(packed, 0, (depth + 1) * width * sizeof(float));
    packed += width;
    const float *from = weights + first * stride;
    for (size_t d = 0; d < depth; d++, packed += width) {
      for (size_t c = 0; c < count; c++) packed[c] = from[c * stride + d];
    }
  }
}

INLINE vector kept(mask keep, vector value) { return (vector)((mask)value & keep); }

// Places are kept as the bits of floats, so that they move with the maxima.
TARGET static void pool_maximum_places(
    size_t taps, const float *const *pixels, const uint32_t *places, size_t channels, float *output,
    uint32_t *positions) {
  EACH_VECTOR(channels, {
    vector best = -__builtin_inff() - (vector){0};
    mask place = (mask){0};
    for (size_t tap = 0; tap < taps; tap++) {
      const vector value = load(pixels[tap] + c, count);
      const mask here = (int)places[tap] - (mask){0};
      const mask above = value > best;
      best = (vector)(((mask)value & above) | ((mask)best & ~above));
      place = (here & above) | (place & ~above);
    }
    store(output + c, best, count);
    store((float *)(void *)(positions + c), (vector)place, count);
  });
}

TARGET static void pool_maximum_gradient(
    size_t taps, float *const *pixels, const uint32_t *places, const uint32_t *positions, size_t channels,
    const float *gradient, const float *positive, int adds) {
  EACH_VECTOR(channels, {
    vector value = load(gradient + c, count);
    if (positive) value = kept(load(positive + c, count) > 0, value);
    const mask place = (mask)load((const float *)(const void *)(positions + c), count);
    for (size_t tap = 0; tap < taps; tap++) {
      const mask here = (int)places[tap] - (mask){0};
      vector share = kept(place == here, value);
      if (adds) share += load(pixels[tap] + c, count);
      store(pixels[tap] + c, share, count);
    }
  });
}

TARGET static void keep_positive(size_t values_count, const float *values, const float *gradient, float *output) {
  EACH_VECTOR(values_count, {
    const vector keep = load(values + c, count), value = load(gradient + c, count);
    store(output + c, kept(keep > 0, value), count);
  });
}

// Four sums a channel, so that neither the adder's latency nor a long sum's rounding counts.
#define SUM_PIXELS(EACH)                                       \
  EACH_VECTOR(channels, {                                      \
    vector parts[4] = {{0}, {0}, {0}, {0}};                    \
    size_t pixel = 0;                                          \
    for (; pixel + 4 <= pixels; pixel += 4) {                  \
      UNROLL for (int part = 0; part < 4; part++) { EACH(pixel + part, part); } \
    }                                                          \
    for (; pixel < pixels; pixel++) { EACH(pixel, 0); }        \
    FINISH((parts[0] + parts[1]) + (parts[2] + parts[3]));     \
  })

TARGET static void channel_sums(
    size_t pixels, size_t channels, size_t stride, const float *values, const float *positive, float *sums) {
#define FINISH(TOTAL) store(sums + c, load(sums + c, count) + (TOTAL), count)
#define EACH(PIXEL, PART)                                                                        \
  vector value = load(values + (PIXEL)*stride + c, count);                                       \
  if (positive) value = kept(load(positive + (PIXEL)*stride + c, count) > 0, value);             \
  parts[PART] += value
  SUM_PIXELS(EACH);
#undef EACH
}

TARGET static void channel_squares(
    size_t pixels, size_t channels, const float *values, const float *mean, float *sums) {
#define EACH(PIXEL, PART)                                                                  \
  const vector difference = load(values + (PIXEL)*channels + c, count) - load(mean + c, count); \
  parts[PART] += difference * difference
  SUM_PIXELS(EACH);
#undef EACH
}
#undef FINISH

// What a batch normalisation says of an input; its gradients ask again where a relu after it let it through.
INLINE vector normalised(
    vector input, const float *mean, const float *factor, const float *offset, size_t c, size_t count) {
  return (input - load(mean + c, count)) * load(factor + c, count) + load(offset + c, count);
}

TARGET static void normalise(
    size_t pixels, size_t channels, const float *input, const float *mean, const float *factor, const float *offset,
    const float *residual, float *output, float low) {
  for (size_t pixel = 0; pixel < pixels; pixel++, input += channels, output += channels) {
    EACH_VECTOR(channels, {
      vector value = normalised(load(input + c, count), mean, factor, offset, c, count);
      if (residual) value += load(residual + pixel * channels + c, count);
      store(output + c, clamped(value, low, __builtin_inff()), count);
    });
  }
}

#define EACH(PIXEL, PART)                                                                                 \
  const vector value = load(input + (PIXEL)*channels + c, count);                                         \
  vector own = load(gradient + (PIXEL)*channels + c, count);                                              \
  if (rectified) own = kept(normalised(value, mean, factor, rectified, c, count) > 0, own);               \
  parts[PART] += own;                                                                                     \
  shares[PART] += own * (value - load(mean + c, count))
#define FINISH(TOTAL)                                                                                     \
  store(sums + c, load(sums + c, count) + (TOTAL), count);                                                \
  store(products + c, load(products + c, count) + ((shares[0] + shares[1]) + (shares[2] + shares[3])), count)
TARGET static void normalise_sums(
    size_t pixels, size_t channels, const float *gradient, const float *input, const float *mean, const float *factor,
    const float *rectified, float *sums, float *products) {
  EACH_VECTOR(channels, {
    vector parts[4] = {{0}, {0}, {0}, {0}}, shares[4] = {{0}, {0}, {0}, {0}};
    size_t pixel = 0;
    for (; pixel + 4 <= pixels; pixel += 4) {
      UNROLL for (int part = 0; part < 4; part++) { EACH(pixel + part, part); }
    }
    for (; pixel < pixels; pixel++) { EACH(pixel, 0); }
    FINISH((parts[0] + parts[1]) + (parts[2] + parts[3]));
  });
}
#undef EACH
#undef FINISH

TARGET static void normalise_gradient(
    size_t pixels, size_t channels, const float *gradient, const float *input, const float *mean, const float *factor,
    const float *rectified, const float *offset, const float *slope, float *output) {
  for (size_t pixel = 0; pixel < pixels; pixel++, gradient += channels, input += channels, output += channels) {
    EACH_VECTOR(channels, {
      const vector own = load(input + c, count);
      vector value = load(gradient + c, count);
      if (rectified) value = kept(normalised(own, mean, factor, rectified, c, count) > 0, value);
      value -= load(offset + c, count);
      value -= (own - load(mean + c, count)) * load(slope + c, count);
      store(output + c, value * load(factor + c, count), count);
    });
  }
}

// A loop over the lanes would call for errno's sake.
INLINE vector square_root(vector value) {
#if defined(__clang__)
  return __builtin_elementwise_sqrt(value);
#else
  vector root;
  UNROLL for (int lane = 0; lane < LANES; lane++) root[lane] = __builtin_sqrtf(value[lane]);
  return root;
#endif
}

TARGET static void rmsprop(
    size_t weights_count, float *weights, const float *gradients, float *squares, float rate, float rho,
    float epsilon) {
  EACH_VECTOR(weights_count, {
    const vector gradient = load(gradients + c, count);
    const vector square = rho * load(squares + c, count) + (1 - rho) * gradient * gradient;
    store(squares + c, square, count);
    store(weights + c, load(weights + c, count) - rate * gradient / square_root(square + epsilon), count);
  });
}

TARGET static void adam(
    size_t weights_count, float *weights, const float *gradients, float *means, float *squares, float rate,
    float beta1, float beta2, float epsilon, float shrink) {
  EACH_VECTOR(weights_count, {
    const vector gradient = load(gradients + c, count);
    vector mean = load(means + c, count), square = load(squares + c, count);
    mean += (gradient - mean) * (1 - beta1);
    square += (gradient * gradient - square) * (1 - beta2);
    store(means + c, mean, count);
    store(squares + c, square, count);
    const vector old = load(weights + c, count);
    store(weights + c, old - old * shrink - mean * rate / (square_root(square) + epsilon), count);
  });
}

// An infinity or a NaN times 0 is NaN, and a NaN stays in the sum.
TARGET static int all_finite(size_t values_count, const float *values) {
  vector sum = {0};
  EACH_VECTOR(values_count, sum += load(values + c, count) * 0);
  float total = 0;
  for (int lane = 0; lane < LANES; lane++) total += sum[lane];
  return total == 0;
}

static const fovea_training_kernels training = {
    .add_outer_products = add_outer_products,
    .pack_turned = pack_turned,
    .pool_maximum_places = pool_maximum_places,
    .pool_maximum_gradient = pool_maximum_gradient,
    .keep_positive = keep_positive,
    .channel_sums = channel_sums,
    .channel_squares = channel_squares,
    .normalise = normalise,
    .normalise_sums = normalise_sums,
    .normalise_gradient = normalise_gradient,
    .rmsprop = rmsprop,
    .adam = adam,
    .all_finite = all_finite,
};
