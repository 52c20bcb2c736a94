// Pooling of one output pixel: the addresses of the input pixels of its window come in a list, padding is not in it.

INLINE vector larger(vector value, vector best) {
  return (vector)(((mask)value & (value > best)) | ((mask)best & ~(value > best)));
}

INLINE void pool_vectors(
    const int vectors, const int maximum, size_t taps, const float *const *pixels, size_t c, size_t count, float factor,
    float *output) {
  vector sums[4];
  UNROLL for (int v = 0; v < vectors; v++) sums[v] = (maximum ? -__builtin_inff() : 0) - (vector){0};
  for (size_t tap = 0; tap < taps; tap++) {
    UNROLL for (int v = 0; v < vectors; v++) {
      const vector value = load(pixels[tap] + c + v * LANES, count);
      sums[v] = maximum ? larger(value, sums[v]) : sums[v] + value;
    }
  }
  UNROLL for (int v = 0; v < vectors; v++) {
    store(output + c + v * LANES, maximum ? sums[v] : sums[v] * factor, count);
  }
}

INLINE void pool(
    const int maximum, size_t taps, const float *const *pixels, size_t channels, float factor, float *output) {
  size_t c = 0;
  for (; c + 4 * LANES <= channels; c += 4 * LANES) {
    pool_vectors(4, maximum, taps, pixels, c, LANES, factor, output);
  }
  for (; c + LANES <= channels; c += LANES) pool_vectors(1, maximum, taps, pixels, c, LANES, factor, output);
  if (c < channels) pool_vectors(1, maximum, taps, pixels, c, channels - c, factor, output);
}

TARGET static void pool_maximum(size_t taps, const float *const *pixels, size_t channels, float *output) {
  pool(1, taps, pixels, channels, 1, output);
}

TARGET static void pool_sum(
    size_t taps, const float *const *pixels, size_t channels, float factor, float *output) {
  pool(0, taps, pixels, channels, factor, output);
}
