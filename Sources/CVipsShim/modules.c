#define _GNU_SOURCE

#include "CVipsShim.h"

#include <dlfcn.h>
#include <stddef.h>

const char *fovea_library_of(const void *address) {
  Dl_info info;
  return dladdr(address, &info) ? info.dli_fname : NULL;
}

// GLib's module loader comes with libvips; its development files do not have to be there.
int fovea_load_module(const char *path) {
  void *(*const open)(const char *, int) = (void *(*)(const char *, int))dlsym(RTLD_DEFAULT, "g_module_open");
  void (*const keep)(void *) = (void (*)(void *))dlsym(RTLD_DEFAULT, "g_module_make_resident");
  if (!open || !keep) return 0;
  const int lazily = 1;
  void *const module = open(path, lazily);
  if (module) keep(module);
  return module != NULL;
}
