#ifndef FOVEA_CVIPSSHIM_H
#define FOVEA_CVIPSSHIM_H

// The dynamic linker's part in libvips' modules.

/// The file of the shared library, or of the program, that has something at `address`; null when there is none.
const char *_Nullable fovea_library_of(const void *_Nonnull address);

/// Loads a module of libvips for good, as libvips does; false when it does not load.
int fovea_load_module(const char *_Nonnull path);

#endif
