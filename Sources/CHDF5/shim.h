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

/// A new file, or -1.
static inline hid_t fovea_h5_new_file(const char *path) {
  return H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
}
/// A text as an attribute of the root: UTF-8 of any length.
static inline herr_t fovea_h5_write_text(hid_t file, const char *name, const char *text) {
  hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR), attribute = -1;
  herr_t status = -1;
  if (H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0)
    attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
  if (attribute >= 0) {
    status = H5Awrite(attribute, type, &text);
    if (H5Aclose(attribute) < 0) status = -1;
  }
  H5Sclose(space);
  H5Tclose(type);
  return status;
}
/// A contiguous dataset of 32-bit floats without times; slashes in its name make groups.
static inline herr_t fovea_h5_write_floats(hid_t file, const char *name, int rank, const hsize_t *extents, const float *values) {
  hid_t space = rank > 0 ? H5Screate_simple(rank, extents, NULL) : H5Screate(H5S_SCALAR);
  hid_t links = H5Pcreate(H5P_LINK_CREATE), creation = H5Pcreate(H5P_DATASET_CREATE), set = -1;
  herr_t status = -1;
  if (space >= 0 && H5Pset_create_intermediate_group(links, 1) >= 0 && H5Pset_char_encoding(links, H5T_CSET_UTF8) >= 0
      && H5Pset_obj_track_times(creation, 0) >= 0)
    set = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, links, creation, H5P_DEFAULT);
  if (set >= 0) {
    status = H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    if (H5Dclose(set) < 0) status = -1;
  }
  H5Pclose(creation);
  H5Pclose(links);
  H5Sclose(space);
  return status;
}
