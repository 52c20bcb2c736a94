#ifndef FOVEA_CHECK_NEON_H
#define FOVEA_CHECK_NEON_H

#include <stddef.h>

/// Numbers from -1 to 1, the same every time; the caller frees them.
float *noises(size_t count);

/// Holds x to y, to 1e-5 of the largest of y, and says so in a line; `a` and `b` tell which case it was.
void compare(const char *what, ptrdiff_t a, ptrdiff_t b, const float *x, const float *y, ptrdiff_t count);

/// The checks of layers' micro-kernels, in check-neon-layers.c.
void check_layers(void);

#endif
