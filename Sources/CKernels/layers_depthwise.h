// Depthwise convolution of an output row or two: up to four neighbouring outputs of each share the input pixels they overlap
// in, each of which is loaded once; channels side by side in vectors. Padding is pixels of zeros among the addresses.

INLINE void finish(
    vector value, const fovea_layer_depthwise *p, const fovea_layer_store *s, size_t x, size_t c, size_t count) {
  if (s->residual) value += load(s->residual + x * s->residual_stride + c, count);
  store(p->output + x * p->output_stride + c, clamped(value, s->low, s->high), count);
}

// `side` x `side` kernels at a stride known to the compiler, `block` outputs of `lines` rows at once.
INLINE void slide_square(
    const int side, const int stride, const int lines, const int block, const fovea_layer_depthwise *p,
    const fovea_layer_store *s, size_t x, size_t c, size_t count) {
  vector sums[2][4];
  vector bias = {0};
  if (p->bias) bias = load(p->bias + c, count);
  UNROLL for (int line = 0; line < lines; line++) {
    UNROLL for (int i = 0; i < block; i++) sums[line][i] = bias;
  }
  UNROLL for (int row = 0; row < side + (lines - 1) * stride; row++) {
    const float *const *pixels = p->inputs + row * p->inputs_stride + x * stride;
    vector weights[2][5];
    UNROLL for (int line = 0; line < lines; line++) {
      const int above = row - line * stride;
      if (above < 0 || above >= side) continue;
      UNROLL for (int tap = 0; tap < side; tap++) {
        weights[line][tap] = load(p->weights + (above * side + tap) * p->channels + c, count);
      }
    }
    UNROLL for (int j = 0; j < (block - 1) * stride + side; j++) {
      const vector value = load(pixels[j] + c, count);
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
    UNROLL for (int i = 0; i < block; i++) finish(sums[line][i], p, s, line * p->width + x + i, c, count);
  }
}

INLINE void slide_rows(
    const int side, const int stride, const int lines, const fovea_layer_depthwise *p, const fovea_layer_store *s) {
  size_t x = 0;
  for (; x + 4 <= p->width; x += 4) EACH_VECTOR(p->channels, slide_square(side, stride, lines, 4, p, s, x, c, count));
  switch (p->width - x) {
    case 3: EACH_VECTOR(p->channels, slide_square(side, stride, lines, 3, p, s, x, c, count)); break;
    case 2: EACH_VECTOR(p->channels, slide_square(side, stride, lines, 2, p, s, x, c, count)); break;
    case 1: EACH_VECTOR(p->channels, slide_square(side, stride, lines, 1, p, s, x, c, count)); break;
  }
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
  finish(sum, p, s, line * p->width + x, c, count);
}

TARGET static void depthwise(const fovea_layer_depthwise *p, const fovea_layer_store *s) {
  if (p->kernel_rows == p->kernel_columns && p->dilation == 1) {
    if (p->kernel_rows == 3 && p->stride == 1 && p->lines == 2) return slide_rows(3, 1, 2, p, s);
    if (p->kernel_rows == 5 && p->stride == 1 && p->lines == 2) return slide_rows(5, 1, 2, p, s);
    if (p->kernel_rows == 3 && p->stride == 1 && p->lines == 1) return slide_rows(3, 1, 1, p, s);
    if (p->kernel_rows == 5 && p->stride == 1 && p->lines == 1) return slide_rows(5, 1, 1, p, s);
    if (p->kernel_rows == 3 && p->stride == 2 && p->lines == 1) return slide_rows(3, 2, 1, p, s);
    if (p->kernel_rows == 5 && p->stride == 2 && p->lines == 1) return slide_rows(5, 2, 1, p, s);
  }
  for (size_t line = 0; line < p->lines; line++) {
    for (size_t x = 0; x < p->width; x++) EACH_VECTOR(p->channels, slide_any(p, s, line, x, c, count));
  }
}
