// Winograd's transforms, channels side by side in vectors: F(4x4, 3x3), F(2x2, 3x3) and F(2x2, 5x5), as in Lavin and Gray,
// "Fast Algorithms for Convolutional Neural Networks" (2016).
//
// A polynomial of degree 5 is known by its values at 0, a, -a, b, -b and its leading term. Lavin's points 1 and 2 double
// into sums of very different sizes; 3/4 and 3/2, whose powers stay near 1, lose a fifth as much (0, 1, -1 serve side 4).
// Each transform follows from the points as in Blahut, "Fast Algorithms for Signal Processing" (2010).

#define POINT_A 0.75f
#define POINT_B 1.5f

// One column of a tile to its positions: B^T d.
INLINE void forward(const int side, const vector *d, const int step, vector *t) {
  if (side == 4) {
    t[0] = d[2 * step] - d[0];
    t[1] = d[step] + d[2 * step];
    t[2] = d[2 * step] - d[step];
    t[3] = d[3 * step] - d[step];
    return;
  }
  const float a = POINT_A, b = POINT_B, aa = a * a, bb = b * b;
  const vector d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step], d4 = d[4 * step], d5 = d[5 * step];
  const vector even = d4 - bb * d2, odd = d3 - bb * d1;
  const vector even2 = d4 - aa * d2, odd2 = d3 - aa * d1;
  t[0] = aa * bb * d0 - (aa + bb) * d2 + d4;
  t[1] = even + a * odd;
  t[2] = even - a * odd;
  t[3] = even2 + b * odd2;
  t[4] = even2 - b * odd2;
  t[5] = aa * bb * d1 - (aa + bb) * d3 + d5;
}

// One column of positions to outputs: A^T m.
INLINE void backward(const int side, const int outputs, const vector *m, const int step, vector *y) {
  if (side == 4) {
    y[0] = m[0] + m[step] + m[2 * step];
    y[1] = m[step] - m[2 * step] + m[3 * step];
    return;
  }
  const float a = POINT_A, b = POINT_B, aa = a * a, bb = b * b;
  const vector sum = m[step] + m[2 * step], difference = a * (m[step] - m[2 * step]);
  const vector sum2 = m[3 * step] + m[4 * step], difference2 = b * (m[3 * step] - m[4 * step]);
  y[0] = m[0] + sum + sum2;
  y[1] = difference + difference2;
  if (outputs == 2) {
    y[1] += m[5 * step];
    return;
  }
  y[2] = aa * sum + bb * sum2;
  y[3] = aa * difference + bb * difference2 + m[5 * step];
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
    const int side, const int outputs, const float *positions, size_t stride, size_t c, size_t count,
    const float *bias, const output_tile *o, const fovea_layer_store *s) {
  vector columns[24], row[4];
  UNROLL for (int j = 0; j < side; j++) {
    vector m[6];
    UNROLL for (int i = 0; i < side; i++) m[i] = load(positions + (i * side + j) * stride + c, count);
    backward(side, outputs, m, 1, columns + j * outputs);
  }
  vector added = {0};
  if (bias) added = load(bias + c, count);
  UNROLL for (int i = 0; i < outputs; i++) {
    if ((size_t)i >= o->rows) return;
    backward(side, outputs, columns + i, outputs, row);
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
#define OUTPUT(SIDE, OUTPUTS) \
  EACH_VECTOR(t->channels, transform_output(SIDE, OUTPUTS, positions, t->position_stride, c, count, bias, &o, s))
  if (t->side == 4) {
    OUTPUT(4, 2);
  } else if (t->outputs == 4) {
    OUTPUT(6, 4);
  } else {
    OUTPUT(6, 2);
  }
#undef OUTPUT
  for (size_t row = 0; row < rows; row++) {
    apply_stored(s, columns, t->channels, output + row * row_stride, pixel_stride);
  }
}
