// Depthwise convolution of an output row or two: up to four neighbouring outputs of each share the input pixels they overlap
// in, each of which is loaded once; channels side by side in vectors. Padding is pixels of zeros among the addresses.

// `side` x `side` kernels at a stride known to the compiler, `block` outputs of `lines` rows at once. With taps `apart` (the
// dilation) the outputs are as far from each other, for those are the ones that share input pixels.
//
// Whether they add a residual is known too: a branch between the sums and their stores, and compilers take up one sum after
// another, each of which waits for itself.
INLINE void slide_square(
    const int side, const int stride, const int lines, const int block, const int adds, const size_t apart,
    const fovea_layer_depthwise *p, const fovea_layer_store *s, size_t x, size_t c, size_t count) {
  // Copies, which a store cannot change.
  const size_t stride_out = p->output_stride * apart;
  const float low = s->low, high = s->high;
  vector sums[2][4];
  vector bias = {0};
  if (p->bias) bias = load(p->bias + c, count);
  UNROLL for (int line = 0; line < lines; line++) {
    UNROLL for (int i = 0; i < block; i++) sums[line][i] = bias;
  }
  UNROLL for (int row = 0; row < side + (lines - 1) * stride; row++) {
    const float *const *pixels = p->inputs + row * p->inputs_stride + x * stride;
    vector weights[2][7];
    UNROLL for (int line = 0; line < lines; line++) {
      const int above = row - line * stride;
      if (above < 0 || above >= side) continue;
      UNROLL for (int tap = 0; tap < side; tap++) {
        weights[line][tap] = load(p->weights + (above * side + tap) * p->channels + c, count);
      }
    }
    UNROLL for (int j = 0; j < (block - 1) * stride + side; j++) {
      const vector value = load(pixels[j * apart] + c, count);
      UNROLL for (int line = 0; line < lines; line++) {
        const int above = row - line * stride;
        if (above < 0 || above >= side) continue;
        UNROLL for (int i = 0; i < block; i++) {
          const int tap = j - i * stride;
          if (tap >= 0 && tap < side) sums[line][i] += value * weights[line][tap];
        }
      }
    }
  }
  UNROLL for (int line = 0; line < lines; line++) {
    const size_t first = line * p->width + x;
    float *output = p->output + first * p->output_stride + c;
    const float *residual = adds ? s->residual + first * s->residual_stride + c : NULL;
    UNROLL for (int i = 0; i < block; i++, output += stride_out) {
      if (adds) sums[line][i] += load(residual + i * apart * s->residual_stride, count);
      store(output, clamped(sums[line][i], low, high), count);
    }
  }
}

// Channels in blocks, so that the weights of one and what neighbouring windows share stay in the first cache.
INLINE void slide_rows(
    const int side, const int stride, const int lines, const int adds, const fovea_layer_depthwise *p,
    const fovea_layer_store *s) {
  const size_t block = 128;
  for (size_t first = 0; first < p->channels; first += block) {
    const size_t end = p->channels - first < block ? p->channels : first + block;
#define SLIDE(WIDTH) \
  EACH_VECTOR_FROM(first, end, slide_square(side, stride, lines, WIDTH, adds, 1, p, s, x, c, count))
    size_t x = 0;
    for (; x + 4 <= p->width; x += 4) SLIDE(4);
    if (adds) {
      for (; x < p->width; x++) SLIDE(1);
      continue;
    }
    switch (p->width - x) {
      case 3: SLIDE(3); break;
      case 2: SLIDE(2); break;
      case 1: SLIDE(1); break;
    }
#undef SLIDE
  }
}

// One row of outputs of stride 1 whose taps lie apart.
INLINE void slide_apart(const int side, const fovea_layer_depthwise *p, const fovea_layer_store *s) {
  const size_t apart = p->dilation;
  for (size_t first = 0; first < apart; first++) {
    size_t x = first;
    for (; x + 3 * apart < p->width; x += 4 * apart) {
      EACH_VECTOR(p->channels, slide_square(side, 1, 1, 4, 0, apart, p, s, x, c, count));
    }
    for (; x < p->width; x += apart) {
      EACH_VECTOR(p->channels, slide_square(side, 1, 1, 1, 0, apart, p, s, x, c, count));
    }
  }
}

TARGET static __attribute__((noinline)) void slide_3_apart(const fovea_layer_depthwise *p, const fovea_layer_store *s) {
  slide_apart(3, p, s);
}

TARGET static __attribute__((noinline)) void slide_5_apart(const fovea_layer_depthwise *p, const fovea_layer_store *s) {
  slide_apart(5, p, s);
}

INLINE void slide_any(
    const fovea_layer_depthwise *p, const fovea_layer_store *s, size_t line, size_t x, size_t c, size_t count) {
  vector sum = {0};
  if (p->bias) sum = load(p->bias + c, count);
  const float *weights = p->weights + c;
  for (size_t row = 0; row < p->kernel_rows; row++) {
    const float *const *pixels = p->inputs + (line * p->stride + row) * p->inputs_stride + x * p->stride;
    for (size_t tap = 0; tap < p->kernel_columns; tap++, weights += p->channels) {
      sum += load(pixels[tap * p->dilation] + c, count) * load(weights, count);
    }
  }
  const size_t pixel = line * p->width + x;
  if (s->residual) sum += load(s->residual + pixel * s->residual_stride + c, count);
  store(p->output + pixel * p->output_stride + c, clamped(sum, s->low, s->high), count);
}

// A function for each, which compilers take in hand by itself.
#define DEFINE_SQUARE(SIDE, STRIDE, LINES)                                                      \
  TARGET static __attribute__((noinline)) void slide_##SIDE##_##STRIDE##_##LINES(               \
      const fovea_layer_depthwise *p, const fovea_layer_store *s) {                             \
    if (s->residual) {                                                                          \
      slide_rows(SIDE, STRIDE, LINES, 1, p, s);                                                 \
    } else {                                                                                    \
      slide_rows(SIDE, STRIDE, LINES, 0, p, s);                                                 \
    }                                                                                           \
  }
#define EACH_SQUARE(DO) \
  DO(3, 1, 2) DO(3, 1, 1) DO(3, 2, 1) DO(5, 1, 2) DO(5, 1, 1) DO(5, 2, 1) DO(7, 1, 2) DO(7, 1, 1) DO(7, 2, 1)
EACH_SQUARE(DEFINE_SQUARE)

TARGET static void depthwise(const fovea_layer_depthwise *p, const fovea_layer_store *s) {
  const int has_sides = p->kernel_rows == p->kernel_columns, is_square = has_sides && p->dilation == 1;
  const int is_apart = has_sides && p->dilation > 1 && p->stride == 1 && p->lines == 1 && !s->residual;
#define SLIDE_SQUARE(SIDE, STRIDE, LINES)                                                       \
  if (is_square && p->kernel_rows == SIDE && p->stride == STRIDE && p->lines == LINES) {        \
    slide_##SIDE##_##STRIDE##_##LINES(p, s);                                                    \
  } else
  EACH_SQUARE(SLIDE_SQUARE)
  if (is_apart && p->kernel_rows == 3) {
    slide_3_apart(p, s);
  } else if (is_apart && p->kernel_rows == 5) {
    slide_5_apart(p, s);
  } else {
    for (size_t line = 0; line < p->lines; line++) {
      for (size_t x = 0; x < p->width; x++) EACH_VECTOR(p->channels, slide_any(p, s, line, x, c, count));
    }
  }
  apply_stored(s, p->width * p->lines, p->channels, p->output, p->output_stride);
}
