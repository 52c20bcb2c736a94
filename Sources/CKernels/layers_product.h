// Pixels times a packed matrix: one pass over all products of a tile of ROWS pixels x two vectors of columns, whose sums
// never leave the registers. Inputs are not copied: each of the ROWS pixels is read through its own address, so a
// convolution of any kernel, stride, dilation and padding is the same loop with other addresses (the "indirection" of
// Dukhan 2019, "The Indirect Convolution Algorithm"). Pixels that do not fill a tile are shared out evenly, 49 as 13 + 12 + 12 + 12.
//
// A panel is [bias][depth] rows of two vectors; the last is one vector wide where that is enough.

static size_t packed_count(size_t depth, size_t columns) {
  return (columns + LANES - 1) / LANES * LANES * (depth + 1);
}

static void pack(
    size_t depth, size_t columns, const float *weights, size_t stride, const float *bias, float *packed) {
  for (size_t first = 0; first < columns; first += 2 * LANES) {
    const size_t left = columns - first, width = left > LANES ? 2 * LANES : LANES;
    const size_t count = left < width ? left : width;
    memset(packed, 0, width * sizeof(float));
    if (bias) memcpy(packed, bias + first, count * sizeof(float));
    packed += width;
    for (size_t row = 0; row < depth; row++, packed += width) {
      memcpy(packed, weights + row * stride + first, count * sizeof(float));
      if (count < width) memset(packed + count, 0, (width - count) * sizeof(float));
    }
  }
}

// Weights on their way to the second cache while others are multiplied: `step` bytes for four rows of the panel in use.
typedef struct {
  const char *next;
  size_t step;
} weights_ahead;

INLINE void fetch(weights_ahead *a) {
  UNROLL for (int line = 0; line < 2; line++) __builtin_prefetch(a->next + 64 * line, 0, 2);
  if (a->step > 128) {
    UNROLL for (int line = 2; line < 8; line++) __builtin_prefetch(a->next + 64 * line, 0, 2);
  }
  a->next += a->step;
}

// One product for each of the sums: a number of every pixel by a row of the panel.
INLINE void multiply_row(
    const int height, const int vectors, const float *const *inputs, size_t d, const float *weights,
    vector sums[ROWS][2]) {
  const vector first = *(const unaligned *)weights;
  const vector second = *(const unaligned *)(weights + (vectors - 1) * LANES);
  UNROLL for (int r = 0; r < height; r++) {
    const float x = inputs[r][d];
    sums[r][0] += x * first;
    if (vectors > 1) sums[r][1] += x * second;
  }
}

#if !defined(PARTIAL_STORE)
// Of `columns` sums, less than two vectors, the last of which is not full.
TARGET static __attribute__((noinline)) void finish_pixel(
    const vector sums[2], size_t columns, const float *residual, const fovea_layer_store *s, float *output) {
  for (size_t done = 0; done < columns; done += LANES, sums++) {
    const size_t count = columns - done < LANES ? columns - done : LANES;
    vector value = *sums;
    if (residual) value += load(residual + done, count);
    store(output + done, clamped(value, s->low, s->high), count);
  }
}
#endif

INLINE void multiply_tile(
    const int height, const int vectors, const fovea_layer_product *p, const fovea_layer_store *s, size_t pixel,
    size_t column, size_t columns, weights_ahead ahead) {
  vector sums[ROWS][2];
  const float *weights = p->panels + column * (p->taps * p->depth + 1);
  UNROLL for (int v = 0; v < vectors; v++) {
    const vector bias = *(const unaligned *)(weights + v * LANES);
    UNROLL for (int r = 0; r < height; r++) sums[r][v] = bias;
  }
  weights += vectors * LANES;

  float *output = p->output + pixel * p->output_stride + column;
  UNROLL for (int r = 0; r < height; r++) {
    // The lines are owned by the time the sums are done.
    __builtin_prefetch(output + r * p->output_stride, 1);
    if (vectors * LANES > 16) __builtin_prefetch(output + r * p->output_stride + 16, 1);
  }

  const float *const *addresses = p->inputs + pixel;
  for (size_t tap = 0; tap < p->taps; tap++, addresses += p->inputs_stride) {
    const float *inputs[ROWS];
    UNROLL for (int r = 0; r < height; r++) inputs[r] = addresses[r] + p->offset;
    const size_t depth = p->depth;
    size_t d = 0;
    for (; d + 4 <= depth; d += 4, weights += 4 * vectors * LANES) {
      fetch(&ahead);
      UNROLL for (int i = 0; i < 4; i++) multiply_row(height, vectors, inputs, d + i, weights + i * vectors * LANES, sums);
    }
    for (; d < depth; d++, weights += vectors * LANES) multiply_row(height, vectors, inputs, d, weights, sums);
  }

  // Copies, which a store cannot change.
  const size_t stride = p->output_stride, residual_stride = s->residual_stride;
  const float low = s->low, high = s->high;
  const float *residual = s->residual ? s->residual + pixel * residual_stride + column : NULL;
  if (columns < (size_t)(vectors * LANES)) {
#if defined(PARTIAL_STORE)
    const size_t count = columns - (vectors - 1) * LANES;
    UNROLL for (int r = 0; r < height; r++, output += stride) {
      UNROLL for (int v = 0; v < vectors; v++) {
        const size_t wide = v < vectors - 1 ? LANES : count;
        if (residual) sums[r][v] += load(residual + r * residual_stride + v * LANES, wide);
        store(output + v * LANES, clamped(sums[r][v], low, high), wide);
      }
    }
#else
    // Their own function, for calls to move a part of a vector would send every sum through memory.
    UNROLL for (int r = 0; r < height; r++) {
      const vector pair[2] = {sums[r][0], sums[r][vectors - 1]};
      finish_pixel(pair, columns, residual ? residual + r * residual_stride : NULL, s, output + r * stride);
    }
#endif
    return;
  }
  if (residual) {
    UNROLL for (int r = 0; r < height; r++, residual += residual_stride) {
      UNROLL for (int v = 0; v < vectors; v++) sums[r][v] += *(const unaligned *)(residual + v * LANES);
    }
  }
  UNROLL for (int r = 0; r < height; r++, output += stride) {
    UNROLL for (int v = 0; v < vectors; v++) *(unaligned *)(output + v * LANES) = clamped(sums[r][v], low, high);
  }
}

typedef void (*tile_function)(
    const fovea_layer_product *, const fovea_layer_store *, size_t pixel, size_t column, size_t columns, weights_ahead);

#define DEFINE_TILE(HEIGHT, VECTORS)                                                                \
  TARGET static void tile_##HEIGHT##x##VECTORS(                                                     \
      const fovea_layer_product *p, const fovea_layer_store *s, size_t pixel, size_t column,        \
      size_t columns, weights_ahead ahead) {                                                        \
    multiply_tile(HEIGHT, VECTORS, p, s, pixel, column, columns, ahead);                            \
  }
EACH_HEIGHT(DEFINE_TILE, 1)
EACH_HEIGHT(DEFINE_TILE, 2)

#define NAME_TILE(HEIGHT, VECTORS) tile_##HEIGHT##x##VECTORS,
static const tile_function tiles[2][ROWS] = {{EACH_HEIGHT(NAME_TILE, 1)}, {EACH_HEIGHT(NAME_TILE, 2)}};

// Weights that fit the second-level cache are streamed past every tile, so that its inputs stay in the first-level
// cache and its outputs are written side by side; larger ones stay, a panel at a time, while all tiles pass, each of
// which sends for its share of the next panel: that comes from main memory, where waiting takes as long as multiplying.
enum { streamed_floats = 96 * 1024 };

TARGET static void product(const fovea_layer_product *p, const fovea_layer_store *s) {
  if (p->pixels == 0 || p->columns == 0) return;
  const size_t blocks = (p->pixels + ROWS - 1) / ROWS, panels = (p->columns + 2 * LANES - 1) / (2 * LANES);
  // The first `longer` blocks have a pixel more than the others.
  const size_t height = p->pixels / blocks, longer = p->pixels % blocks;
  const size_t rows = p->taps * p->depth;
  const int streams = rows * p->columns <= streamed_floats;
  // The panel behind the one in use, of a whole share for every tile; once streamed, weights are in the cache.
  const size_t step = 4 * 2 * LANES * sizeof(float) / (streams ? 1 : blocks), share = streams ? 0 : step * (rows / 4);
  const size_t outer = streams ? blocks : panels, inner = streams ? panels : blocks;
  for (size_t i = 0; i < outer; i++) {
    for (size_t j = 0; j < inner; j++) {
      const size_t block = streams ? i : j, panel = streams ? j : i;
      const size_t column = panel * 2 * LANES, left = p->columns - column, columns = left < 2 * LANES ? left : 2 * LANES;
      const size_t pixel = block * height + (block < longer ? block : longer), pixels = height + (block < longer);
      const char *next = (const char *)(p->panels + (column + 2 * LANES) * (rows + 1));
      tiles[columns > LANES][pixels - 1](p, s, pixel, column, columns, (weights_ahead){next + share * block, step});
      apply_stored(s, pixels, columns, p->output + pixel * p->output_stride + column, p->output_stride);
    }
  }
}
