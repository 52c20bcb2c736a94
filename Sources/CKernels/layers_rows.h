// Loops over rows that are bound by memory: a vector times a matrix as it lies, a scale and an offset a channel.

// Eight rows of the matrix a turn, so that the sums, which stay in the first cache, are read and written an eighth as
// often. Rows that an x of 0 would multiply are skipped: behind a relu they are half and more of a matrix that comes
// from main memory.
TARGET static void add_vector_matrix(
    size_t rows, size_t columns, const float *x, const float *weights, size_t stride, float *sums) {
  size_t row = 0;
  while (row < rows) {
    const float *from[8];
    float by[8];
    int found = 0;
    for (; row < rows && found < 8; row++) {
      if (x[row] != 0) {
        from[found] = weights + row * stride;
        by[found++] = x[row];
      }
    }
    if (found == 0) return;
    for (int rest = found; rest < 8; rest++) {
      from[rest] = from[0];
      by[rest] = 0;
    }
    EACH_VECTOR(columns, {
      vector sum = load(sums + c, count);
      vector other = by[0] * load(from[0] + c, count);
      UNROLL for (int r = 1; r < 8; r++) other += by[r] * load(from[r] + c, count);
      store(sums + c, sum + other, count);
    });
  }
}

TARGET static void scale(
    size_t pixels, size_t channels, const float *input, size_t input_stride, const float *factor,
    const float *offset, float *output, size_t output_stride, float low, float high) {
  for (size_t pixel = 0; pixel < pixels; pixel++, input += input_stride, output += output_stride) {
    EACH_VECTOR(channels, {
      const vector value = load(input + c, count) * load(factor + c, count) + load(offset + c, count);
      store(output + c, clamped(value, low, high), count);
    });
  }
}
