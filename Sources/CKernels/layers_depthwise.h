// Depthwise convolution of one output row: four neighbouring outputs share the input pixels they overlap in, each of
// which is loaded once; channels side by side in vectors. Padding is pixels of zeros among the addresses.

INLINE void finish(
    vector value, const fovea_layer_depthwise *p, const fovea_layer_store *s, size_t x, size_t c, size_t count) {
  if (s->residual) value += load(s->residual + x * s->residual_stride + c, count);
  store(p->output + x * p->output_stride + c, clamped(value, s->low, s->high), count);
}

// `side` x `side` kernels at a stride known to the compiler, `block` outputs at once.
INLINE void slide_square(
    const int side, const int stride, const int block, const fovea_layer_depthwise *p, const fovea_layer_store *s,
    size_t x, size_t c, size_t count) {
  vector sums[4];
  vector bias = {0};
  if (p->bias) bias = load(p->bias + c, count);
  UNROLL for (int i = 0; i < block; i++) sums[i] = bias;
  UNROLL for (int row = 0; row < side; row++) {
    const float *const *pixels = p->inputs + row * p->inputs_stride + x * stride;
    vector weights[5];
    UNROLL for (int tap = 0; tap < side; tap++) {
      weights[tap] = load(p->weights + (row * side + tap) * p->channels + c, count);
    }
    UNROLL for (int j = 0; j < (block - 1) * stride + side; j++) {
      const vector value = load(pixels[j] + c, count);
      UNROLL for (int i = 0; i < block; i++) {
        const int tap = j - i * stride;
        if (tap >= 0 && tap < side) sums[i] += value * weights[tap];
      }
    }
  }
  UNROLL for (int i = 0; i < block; i++) finish(sums[i], p, s, x + i, c, count);
}

INLINE void slide_row(const int side, const int stride, const fovea_layer_depthwise *p, const fovea_layer_store *s) {
  size_t x = 0;
  for (; x + 4 <= p->width; x += 4) EACH_VECTOR(p->channels, slide_square(side, stride, 4, p, s, x, c, count));
  for (; x < p->width; x++) EACH_VECTOR(p->channels, slide_square(side, stride, 1, p, s, x, c, count));
}

INLINE void slide_any(
    const fovea_layer_depthwise *p, const fovea_layer_store *s, size_t x, size_t c, size_t count) {
  vector sum = {0};
  if (p->bias) sum = load(p->bias + c, count);
  const float *weights = p->weights + c;
  for (size_t row = 0; row < p->kernel_rows; row++) {
    const float *const *pixels = p->inputs + row * p->inputs_stride + x * p->stride;
    for (size_t tap = 0; tap < p->kernel_columns; tap++, weights += p->channels) {
      sum += load(pixels[tap * p->dilation] + c, count) * load(weights, count);
    }
  }
  finish(sum, p, s, x, c, count);
}

TARGET static void depthwise(const fovea_layer_depthwise *p, const fovea_layer_store *s) {
  if (p->kernel_rows == p->kernel_columns && p->dilation == 1) {
    if (p->kernel_rows == 3 && p->stride == 1) return slide_row(3, 1, p, s);
    if (p->kernel_rows == 3 && p->stride == 2) return slide_row(3, 2, p, s);
    if (p->kernel_rows == 5 && p->stride == 1) return slide_row(5, 1, p, s);
    if (p->kernel_rows == 5 && p->stride == 2) return slide_row(5, 2, p, s);
  }
  for (size_t x = 0; x < p->width; x++) EACH_VECTOR(p->channels, slide_any(p, s, x, c, count));
}
