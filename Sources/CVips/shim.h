#pragma once

#include <fcntl.h>
#include <vips/vips.h>

// What Swift cannot import: macros with calls or casts inside, and variadic functions.

static inline int fovea_vips_start(void)
{
	if (VIPS_INIT("fovea"))
		return -1;
	vips_cache_set_max(0);
	return 0;
}

// Something in libvips, to find its file by.
static inline const void *fovea_vips_address(void) { return (const void *)vips_init; }

static inline GType fovea_type_boolean(void) { return G_TYPE_BOOLEAN; }
static inline GType fovea_type_int(void) { return G_TYPE_INT; }
static inline GType fovea_type_double(void) { return G_TYPE_DOUBLE; }
static inline GType fovea_type_string(void) { return G_TYPE_STRING; }

static inline gboolean fovea_has_property(void *object, const char *name)
{
	return g_object_class_find_property(G_OBJECT_GET_CLASS(object), name) != NULL;
}

static inline GType fovea_type_of(void *object) { return G_OBJECT_TYPE(object); }

static inline int fovea_is_untrusted(VipsOperation *operation)
{
	return (vips_operation_get_flags(operation) & VIPS_OPERATION_UNTRUSTED) != 0;
}

static inline void fovea_unref(void *object) { g_object_unref(object); }

static inline void *fovea_ref(void *object) { return g_object_ref(object); }

// `release(data)` is called when the last reference to `object` goes.
static inline void fovea_attach(void *object, const char *name, void *data, GDestroyNotify release)
{
	g_object_set_data_full(G_OBJECT(object), name, data, release);
}

static inline void *fovea_region_address(VipsRegion *region, int x, int y)
{
	return VIPS_REGION_ADDR(region, x, y);
}

// The values of the pixel in column x of row 0, to be freed with g_free.
static inline int fovea_getpoint(VipsImage *image, double **values, int *count, int x)
{
	return vips_getpoint(image, values, count, x, 0, NULL);
}
