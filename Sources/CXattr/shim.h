// Extended attributes of files with one signature on every platform.
#ifndef FOVEA_CXATTR_SHIM_H
#define FOVEA_CXATTR_SHIM_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/xattr.h>

static inline int fovea_set_attribute(const char *path, const char *name, const void *value, size_t size) {
#ifdef __APPLE__
  return setxattr(path, name, value, size, 0, 0);
#else
  return setxattr(path, name, value, size, 0);
#endif
}

static inline ssize_t fovea_get_attribute(const char *path, const char *name, void *value, size_t size) {
#ifdef __APPLE__
  return getxattr(path, name, value, size, 0, 0);
#else
  return getxattr(path, name, value, size);
#endif
}

#endif
