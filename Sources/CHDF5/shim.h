#include <hdf5.h>

// HDF5's constants are macros with calls inside, and some functions are macros that choose a version:
// Swift sees neither, so each gets a small function here.

static inline hid_t fovea_h5_default(void) { return H5P_DEFAULT; }
static inline unsigned fovea_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline hid_t fovea_h5_new_file_access(void) { return H5Pcreate(H5P_FILE_ACCESS); }
static inline hid_t fovea_h5_c_string(void) { return H5T_C_S1; }
static inline size_t fovea_h5_variable_size(void) { return H5T_VARIABLE; }
static inline hid_t fovea_h5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t fovea_h5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t fovea_h5_all(void) { return H5S_ALL; }
static inline haddr_t fovea_h5_no_address(void) { return HADDR_UNDEF; }

static inline unsigned fovea_h5_truncate(void) { return H5F_ACC_TRUNC; }
static inline hid_t fovea_h5_new_link_creation(void) { return H5Pcreate(H5P_LINK_CREATE); }
static inline hid_t fovea_h5_new_dataset_creation(void) { return H5Pcreate(H5P_DATASET_CREATE); }
static inline hid_t fovea_h5_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t fovea_h5_native_float(void) { return H5T_NATIVE_FLOAT; }

/// The library prints its errors on standard error unless told not to.
static inline void fovea_h5_be_quiet(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

static inline herr_t fovea_h5_iterate(hid_t group, H5L_iterate_t visit, void *context) {
  return H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, NULL, visit, context);
}
static inline herr_t fovea_h5_iterate_attributes(hid_t object, H5A_operator2_t visit, void *context) {
  return H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, visit, context);
}
/// 0 for a hard link, 1 soft, 2 external or of a user's kind, -1 unreadable.
static inline int fovea_h5_link_kind(hid_t group, const char *name) {
  H5L_info_t info;
  if (H5Lget_info(group, name, &info, H5P_DEFAULT) < 0) return -1;
  return info.type == H5L_TYPE_HARD ? 0 : info.type == H5L_TYPE_SOFT ? 1 : 2;
}
static inline H5Z_filter_t fovea_h5_filter(hid_t plist, unsigned index, unsigned *flags, size_t *count, unsigned values[]) {
  return H5Pget_filter2(plist, index, flags, count, values, 0, NULL, NULL);
}
