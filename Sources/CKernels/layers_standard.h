// Normalisation of each pixel over its channels, three passes over what is in the first cache. The mean, rounded once, is
// corrected by the mean of the distances from it: beside values that are large or all the same, its rounding would count.

INLINE float total(vector value) {
  float sum = 0;
  UNROLL for (int lane = 0; lane < LANES; lane++) sum += value[lane];
  return sum;
}

// The value in the first lanes, zeros behind them.
INLINE vector first_lanes(vector value, size_t count) {
  if (count == LANES) return value;
  float lanes[2 * LANES] = {0};
  store(lanes, value, LANES);
  memset(lanes + count, 0, LANES * sizeof(float));
  return load(lanes, LANES);
}

TARGET static void standardise(
    size_t pixels, size_t channels, float epsilon, const float *input, const float *factor, const float *offset,
    float *output) {
  for (size_t pixel = 0; pixel < pixels; pixel++, input += channels, output += channels) {
    vector sums = {0}, distances = {0}, squares = {0};
    EACH_VECTOR(channels, sums += load(input + c, count));
    const float mean = total(sums) / (float)channels;
    EACH_VECTOR(channels, {
      const vector distance = first_lanes(load(input + c, count) - mean, count);
      distances += distance;
      squares += distance * distance;
    });
    const float rest = total(distances) / (float)channels;
    const float variance = total(squares) / (float)channels - rest * rest;
    const float scale = 1 / __builtin_sqrtf((variance > 0 ? variance : variance * 0) + epsilon);
    EACH_VECTOR(channels, {
      vector value = (load(input + c, count) - mean - rest) * scale;
      if (factor) value *= load(factor + c, count);
      if (offset) value += load(offset + c, count);
      store(output + c, value, count);
    });
  }
}
