#include <zlib.h>

/// `inflateInit2` is a macro, which Swift does not see. `windowBits`: 15 for zlib, 31 for gzip, -15 for raw deflate.
static inline int fovea_inflate_init(z_streamp stream, int windowBits) {
  return inflateInit2(stream, windowBits);
}

/// As `fovea_inflate_init`, for zlib's own format at `level` 0...9.
static inline int fovea_deflate_init(z_streamp stream, int level) { return deflateInit(stream, level); }
