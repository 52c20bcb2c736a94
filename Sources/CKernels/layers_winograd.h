// Winograd's transforms, F(4x4, 3x3) and F(2x2, 3x3), as in Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks" (2016), channels side by side in vectors.

// One column of a tile to its positions: B^T d.
INLINE void forward(const int side, const vector *d, const int step, vector *t) {
  if (side == 4) {
    t[0] = d[0] - d[2 * step];
    t[1] = d[step] + d[2 * step];
    t[2] = d[2 * step] - d[step];
    t[3] = d[step] - d[3 * step];
    return;
  }
  const vector d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const vector even = d4 - 4 * d2, odd = d3 - 4 * d1;
  const vector even2 = d4 - d2, odd2 = 2 * (d3 - d1);
  t[0] = 4 * d0 - 5 * d2 + d4;
  t[1] = even + odd;
  t[2] = even - odd;
  t[3] = even2 + odd2;
  t[4] = even2 - odd2;
  t[5] = 4 * d1 - 5 * d3 + d5;
}

// One column of positions to outputs: A^T m.
INLINE void backward(const int side, const vector *m, const int step, vector *y) {
  if (side == 4) {
    y[0] = m[0] + m[step] + m[2 * step];
    y[1] = m[step] - m[2 * step] - m[3 * step];
    return;
  }
  const vector sum = m[step] + m[2 * step], difference = m[step] - m[2 * step];
  const vector sum2 = m[3 * step] + m[4 * step], difference2 = m[3 * step] - m[4 * step];
  y[0] = m[0] + sum + sum2;
  y[1] = difference + 2 * difference2;
  y[2] = sum + 4 * sum2;
  y[3] = difference + 8 * difference2 + m[5 * step];
}

INLINE void transform_input(
    const int side, const float *const *pixels, size_t c, size_t count, float *positions, size_t stride) {
  vector columns[36], row[6];
  UNROLL for (int j = 0; j < side; j++) {
    vector d[6];
    UNROLL for (int i = 0; i < side; i++) d[i] = load(pixels[i * side + j] + c, count);
    forward(side, d, 1, columns + j * side);
  }
  UNROLL for (int i = 0; i < side; i++) {
    forward(side, columns + i, side, row);
    UNROLL for (int j = 0; j < side; j++) store(positions + (i * side + j) * stride + c, row[j], count);
  }
}

TARGET static void winograd_input(const fovea_layer_tile *t, const float *const *pixels, float *positions) {
  if (t->side == 6) {
    EACH_VECTOR(t->channels, transform_input(6, pixels, c, count, positions, t->position_stride));
  } else {
    EACH_VECTOR(t->channels, transform_input(4, pixels, c, count, positions, t->position_stride));
  }
}

typedef struct {
  float *output;
  size_t row_stride, pixel_stride, rows, columns, residual_row_stride;
} output_tile;

INLINE void transform_output(
    const int side, const float *positions, size_t stride, size_t c, size_t count, const float *bias,
    const output_tile *o, const fovea_layer_store *s) {
  const int outputs = side - 2;
  vector columns[24], row[4];
  UNROLL for (int j = 0; j < side; j++) {
    vector m[6];
    UNROLL for (int i = 0; i < side; i++) m[i] = load(positions + (i * side + j) * stride + c, count);
    backward(side, m, 1, columns + j * outputs);
  }
  vector added = {0};
  if (bias) added = load(bias + c, count);
  UNROLL for (int i = 0; i < outputs; i++) {
    if ((size_t)i >= o->rows) return;
    backward(side, columns + i, outputs, row);
    UNROLL for (int j = 0; j < outputs; j++) {
      if ((size_t)j >= o->columns) break;
      vector value = row[j] + added;
      if (s->residual) {
        value += load(s->residual + i * o->residual_row_stride + j * s->residual_stride + c, count);
      }
      store(o->output + i * o->row_stride + j * o->pixel_stride + c, clamped(value, s->low, s->high), count);
    }
  }
}

TARGET static void winograd_output(
    const fovea_layer_tile *t, const float *positions, const float *bias, float *output, size_t row_stride,
    size_t pixel_stride, size_t rows, size_t columns, size_t residual_row_stride, const fovea_layer_store *s) {
  const output_tile o = {output, row_stride, pixel_stride, rows, columns, residual_row_stride};
  if (t->side == 6) {
    EACH_VECTOR(t->channels, transform_output(6, positions, t->position_stride, c, count, bias, &o, s));
  } else {
    EACH_VECTOR(t->channels, transform_output(4, positions, t->position_stride, c, count, bias, &o, s));
  }
}
