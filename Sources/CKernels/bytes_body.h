// Pictures of bytes in and out, for planes_body.h, which is included before.

typedef uint8_t byte_lanes __attribute__((ext_vector_type(LANES)));
typedef uint8_t unaligned_byte_lanes __attribute__((ext_vector_type(LANES), aligned(1), may_alias));

TARGET static void floats_of_bytes(const uint8_t *bytes, float *result, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    const byte_lanes some = *(const unaligned_byte_lanes *)(bytes + i);
    *(unaligned *)(result + i) = __builtin_convertvector(some, vector);
  }
  for (; i < count; i++) result[i] = bytes[i];
}

// After the clip nothing is negative: adding a half and cutting off rounds half away from zero. A comparison with NaN
// fails, which makes it 0.
TARGET static void bytes_of_floats(const float *values, uint8_t *result, ptrdiff_t count) {
  const vector zero = 0, top = 255;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    vector value = *(const unaligned *)(values + i);
    value = value > zero ? value : zero;
    value = value < top ? value : top;
    *(unaligned_byte_lanes *)(result + i) =
        __builtin_convertvector(__builtin_convertvector(value + 0.5f, keys), byte_lanes);
  }
  for (; i < count; i++) {
    float value = values[i] > 0 ? values[i] : 0;
    value = value < 255 ? value : 255;
    result[i] = (uint8_t)(int)(value + 0.5f);
  }
}
