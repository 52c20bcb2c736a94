// Functions of one value: activations, on vectors of values. What is approximated keeps to some 3e-7 of its value, near zeros
// of the function too; coefficients are minimax fits (Remez) to the functions in double precision. NaN stays NaN.

INLINE vector chosen(mask which, vector yes, vector no) { return (vector)(((mask)yes & which) | ((mask)no & ~which)); }

INLINE vector magnitude(vector x) { return (vector)((mask)x & 0x7fffffff); }

INLINE vector with_sign_of(vector sign, vector x) { return (vector)((mask)x | ((mask)sign & (int)0x80000000)); }

#if defined(RECIPROCAL)
INLINE vector newton_reciprocal(vector x, vector estimate) { return estimate * (2 - x * estimate); }
#define RECIPROCAL_OF(X) RECIPROCAL(X)
#else
#define RECIPROCAL_OF(X) (1 / (X))
#endif

// x = n ln 2 + r with |r| <= ln 2 / 2, |x| below 2^20: exp(r) - 1, and n.
INLINE vector exponential_rest(vector x, mask *n) {
  const float rounder = 12582912;  // 1.5 * 2^23, whose last bit is a one
  const vector shifted = x * 1.44269504f + rounder, whole = shifted - rounder;
  *n = (mask)shifted - (mask)(rounder + (vector){0});
  // ln 2 in two parts, the first of so few bits that its product is exact.
  const vector r = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
  const vector p = (((1.394645078e-3f * r + 8.366583847e-3f) * r + 4.166628048e-2f) * r + 1.666654348e-1f) * r + 0.5f;
  return r * r * p + r;
}

// 2^n, n from -126 to 127.
INLINE vector power_of_two(mask n) { return (vector)((n + 127) << 23); }

// exp(x) for x clamped to where it and its reciprocal are ordinary numbers.
INLINE vector exponential_within(vector x) {
  mask n;
  const vector rest = exponential_rest(clamped(x, -87, 87), &n), power = power_of_two(n);
  return power * rest + power;
}

// In two steps, to infinity and to 0.
INLINE vector exponential(vector x) {
  mask n;
  const vector rest = exponential_rest(clamped(x, -104, 89), &n);
  const mask half = n >> 1;
  return (rest + 1) * power_of_two(half) * power_of_two(n - half);
}

INLINE vector exponential_less_one(vector x) {
  mask n;
  const vector rest = exponential_rest(clamped(x, -87, 87), &n), power = power_of_two(n);
  return power * rest + (power - 1);
}

// A factor of what is nothing far below 0, however far.
INLINE vector bounded(vector x) { return clamped(x, -104, __builtin_inff()); }

INLINE vector sigmoid(vector x) { return RECIPROCAL_OF(1 + exponential_within(-x)); }

INLINE vector hyperbolic_tangent(vector x) {
  const vector size = clamped(magnitude(x), 0, 10), square = size * size;
  const vector far = 1 - 2 * RECIPROCAL_OF(1 + exponential_within(2 * size));
  const vector near =
      (((-5.717045162e-3f * square + 2.065058798e-2f) * square - 5.374349654e-2f) * square + 1.333149076e-1f) * square -
      3.333328366e-1f;
  return with_sign_of(x, chosen(size < 0.625f, near * square * size + size, far));
}

// The share of a normal distribution beyond x, x from 0 to 13: exp(-x^2 / 2) times a polynomial of 1 / (1 + 0.34 x), the
// form of Hastings, "Approximations for Digital Computers" (1955).
INLINE vector normal_tail(vector x) {
  const vector t = RECIPROCAL_OF(1 + 0.34f * x);
  const vector high = (((-2.587636188e-2f * t + 1.383567303e-1f) * t - 2.708704174e-1f) * t + 1.997169554e-1f) * t;
  const vector p =
      ((((high - 4.310588911e-2f) * t + 1.147134528e-1f) * t + 1.153517365e-1f) * t + 1.360922307e-1f) * t +
      1.356215775e-1f;
  return exponential_within(-0.5f * x * x) * t * p;
}

INLINE vector gelu(vector x) {
  const vector size = clamped(magnitude(x), 0, 13);
  return chosen(x > 0, x, (vector){0}) - size * normal_tail(size);
}

INLINE vector error_function(vector x) {
  const vector size = clamped(magnitude(x), 0, 9), square = size * size;
  const vector far = 1 - 2 * normal_tail(1.41421356f * size);
  const vector high = ((7.853541319e-5f * square - 8.010116289e-4f) * square + 5.188320298e-3f) * square;
  const vector near =
      (((high - 2.685380913e-2f) * square + 1.128358543e-1f) * square - 3.761262596e-1f) * square + 1.128379107f;
  return with_sign_of(x, chosen(size < 1, near * size, far));
}

INLINE vector softplus(vector x) {
  const vector e = exponential_within(-magnitude(x));
  const vector high =
      ((((2.030242002e-3f * e - 1.340753399e-2f) * e + 4.147823527e-2f) * e - 8.244176209e-2f) * e + 1.241843700e-1f) * e;
  const vector p =
      ((((high - 1.610569209e-1f) * e + 1.989074796e-1f) * e - 2.498727143e-1f) * e + 3.333255947e-1f) * e - 4.999998212e-1f;
  return chosen(x > 0, x, (vector){0}) + (p * e * e + e);
}

// With e = exp(x): tanh(log(1 + e)) = e (e + 2) / (e (e + 2) + 2).
INLINE vector mish(vector x) {
  const vector e = exponential_within(clamped(x, -87, 20)), n = e * (e + 2);
  return bounded(x) * (n * RECIPROCAL_OF(n + 2));
}

#define APPLY(...)                                                       \
  for (; pixels > 0; pixels--, values += stride) {                       \
    EACH_VECTOR(channels, {                                              \
      const vector x = load(values + c, count);                          \
      store(values + c, __VA_ARGS__, count);                             \
    });                                                                  \
  }                                                                      \
  break

TARGET static void apply_function(
    const fovea_layer_function *f, size_t pixels, size_t channels, float *values, size_t stride) {
  const float a = f->a, b = f->b, scale = f->scale;
  if (stride == channels) {
    channels *= pixels;
    pixels = channels > 0;
  }
  switch (f->kind) {
    case fovea_identity: break;
    case fovea_leaky: APPLY(chosen(x < 0, x * a, x));
    case fovea_threshold: APPLY(chosen(x <= a, (vector){0}, x));
    case fovea_exponential_unit: APPLY(chosen(x < 0, a * exponential_less_one(x * b), x * scale));
    case fovea_sigmoid: APPLY(sigmoid(x));
    case fovea_hard_sigmoid: APPLY(clamped(x * a + b, 0, 1));
    case fovea_tanh: APPLY(hyperbolic_tangent(x));
    case fovea_swish: APPLY(bounded(x) * sigmoid(x));
    case fovea_hard_swish: APPLY(x * (clamped(x + 3, 0, 6) * (1.0f / 6)));
    case fovea_mish: APPLY(mish(x));
    case fovea_gelu: APPLY(gelu(x));
    case fovea_gelu_tanh: APPLY(bounded(x) * sigmoid(1.59576912f * (x + 0.044715f * x * x * x)));
    case fovea_softplus: APPLY(softplus(x));
    case fovea_softsign: APPLY(x / (1 + magnitude(x)));
    case fovea_exponential: APPLY(exponential(x));
    case fovea_error_function: APPLY(error_function(x));
  }
}
#undef APPLY

// After the store, on values that are still in the first cache: within it, functions would take registers from the sums.
INLINE void apply_stored(
    const fovea_layer_store *s, size_t pixels, size_t channels, float *values, size_t stride) {
  if (s->function.kind != fovea_identity) apply_function(&s->function, pixels, channels, values, stride);
}
