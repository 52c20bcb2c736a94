// The row filters of PNG undone (PNG, third edition, section 9), for planes_body.h, which is included before.
//
// A pixel is made from the one before it, so there is one to be made at a time, all its channels at once.

typedef uint8_t pixel_bytes __attribute__((ext_vector_type(8)));
typedef int16_t pixel_values __attribute__((ext_vector_type(8)));
typedef uint8_t unaligned_row_bytes __attribute__((ext_vector_type(4 * LANES), aligned(1), may_alias));

enum { png_none, png_left, png_up, png_mean, png_paeth };

// Three bytes are moved as four: what is beyond a pixel is read in vain, or written and then written again.
INLINE pixel_bytes pixel_at(const uint8_t *bytes, const int step) {
  pixel_bytes pixel = 0;
  memcpy(&pixel, bytes, step == 3 ? 4 : (size_t)step);
  return pixel;
}

INLINE void put_pixel(uint8_t *bytes, pixel_bytes pixel, const int step) {
  memcpy(bytes, &pixel, step == 3 ? 4 : (size_t)step);
}

INLINE pixel_values channels_of(pixel_bytes pixel) { return __builtin_convertvector(pixel, pixel_values); }

INLINE pixel_bytes low_bytes(pixel_values values) { return __builtin_convertvector(values, pixel_bytes); }

INLINE void png_pixels(
    const int filter, const uint8_t *row, const uint8_t *above, uint8_t *target, ptrdiff_t count, const int step) {
  pixel_bytes before = 0;
  pixel_values left = 0, up_left = 0;
  for (ptrdiff_t i = 0; i < count; i += step) {
    const pixel_bytes change = pixel_at(row + i, step);
    if (filter == png_left) {
      before += change;
      put_pixel(target + i, before, step);
      continue;
    }
    const pixel_values up = channels_of(pixel_at(above + i, step));
    pixel_values guess;
    if (filter == png_mean) {
      guess = (left + up) >> 1;
    } else {
      // The nearest to left + up - up_left; of equals left, then up.
      const pixel_values across = up - up_left, down = left - up_left;
      const pixel_values from_left = __builtin_elementwise_abs(across), from_up = __builtin_elementwise_abs(down);
      const pixel_values from_corner = __builtin_elementwise_abs(across + down);
      const pixel_values least = __builtin_elementwise_min(from_left, __builtin_elementwise_min(from_up, from_corner));
      guess = least == from_left ? left : least == from_up ? up : up_left;
      up_left = up;
    }
    const pixel_bytes pixel = low_bytes(guess) + change;
    left = channels_of(pixel);
    put_pixel(target + i, pixel, step);
  }
}

INLINE void png_row_of(
    const int filter, const uint8_t *row, const uint8_t *above, uint8_t *target, ptrdiff_t count, ptrdiff_t step) {
  switch (step) {
    case 1: return png_pixels(filter, row, above, target, count, 1);
    case 2: return png_pixels(filter, row, above, target, count, 2);
    case 3: return png_pixels(filter, row, above, target, count, 3);
    case 4: return png_pixels(filter, row, above, target, count, 4);
    case 6: return png_pixels(filter, row, above, target, count, 6);
    default: return png_pixels(filter, row, above, target, count, 8);
  }
}

TARGET static void png_row(
    int filter, const uint8_t *row, const uint8_t *above, uint8_t *target, ptrdiff_t count, ptrdiff_t step) {
  switch (filter) {
    case png_left: return png_row_of(png_left, row, above, target, count, step);
    case png_mean: return png_row_of(png_mean, row, above, target, count, step);
    case png_paeth: return png_row_of(png_paeth, row, above, target, count, step);
    case png_up: {
      ptrdiff_t i = 0;
      for (; i + 4 * LANES <= count; i += 4 * LANES) {
        *(unaligned_row_bytes *)(target + i) =
            *(const unaligned_row_bytes *)(row + i) + *(const unaligned_row_bytes *)(above + i);
      }
      for (; i < count; i++) target[i] = (uint8_t)(row[i] + above[i]);
      return;
    }
    default: memmove(target, row, (size_t)count);
  }
}
