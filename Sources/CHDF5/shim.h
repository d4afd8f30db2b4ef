#pragma once
#include <fcntl.h>
#include <hdf5.h>

// HDF5's predefined ids and flags are macros over mutable globals, which Swift cannot import: one function each.

static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_all(void) { return H5S_ALL; }
static inline hid_t chdf5_error_stack(void) { return H5E_DEFAULT; }

static inline hid_t chdf5_all_files(void) { return (hid_t)H5F_OBJ_ALL; }
static inline unsigned chdf5_all_objects(void) { return H5F_OBJ_ALL; }

static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_read_write(void) { return H5F_ACC_RDWR; }

/// Keeps an open file from the programs that this one starts: they would hold the file's lock for as long as they run, though it
/// is closed here. The library opens files without O_CLOEXEC. Files in memory have no descriptor.
static inline void chdf5_close_on_exec(hid_t file) {
  hid_t access = H5Fget_access_plist(file);
  int *descriptor = NULL;
  if (access < 0) return;
  if (H5Pget_driver(access) == H5FD_SEC2 && H5Fget_vfd_handle(file, access, (void **)&descriptor) >= 0)
    fcntl(*descriptor, F_SETFD, FD_CLOEXEC);
  H5Pclose(access);
}

static inline hid_t chdf5_open(const char *path, unsigned flags, hid_t access) {
  hid_t file = H5Fopen(path, flags, access);
  if (file >= 0) chdf5_close_on_exec(file);
  return file;
}

static inline hid_t chdf5_create(const char *path, hid_t creation, hid_t access) {
  hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
  if (file >= 0) chdf5_close_on_exec(file);
  return file;
}

static inline hid_t chdf5_file_creation(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_group_creation(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_dataset_access(void) { return H5P_DATASET_ACCESS; }

static inline hid_t chdf5_native_float(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t chdf5_native_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t chdf5_native_int32(void) { return H5T_NATIVE_INT32; }
static inline hid_t chdf5_native_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_native_uint8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t chdf5_native_uint64(void) { return H5T_NATIVE_UINT64; }

static inline hid_t chdf5_stored_float(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_stored_double(void) { return H5T_IEEE_F64LE; }
static inline hid_t chdf5_stored_int32(void) { return H5T_STD_I32LE; }
static inline hid_t chdf5_stored_int64(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_stored_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t chdf5_stored_uint64(void) { return H5T_STD_U64LE; }

static inline hid_t chdf5_c_string(void) { return H5T_C_S1; }
static inline size_t chdf5_variable_length(void) { return H5T_VARIABLE; }

/// What a link is: 1 a soft one, 2 one to another file, 0 anything else; and the bytes that its value takes.
static inline herr_t chdf5_link(hid_t id, const char *name, int *kind, size_t *size) {
#if H5_VERSION_GE(1, 12, 0)
  H5L_info1_t info;
  herr_t status = H5Lget_info1(id, name, &info, H5P_DEFAULT);
#else
  H5L_info_t info;
  herr_t status = H5Lget_info(id, name, &info, H5P_DEFAULT);
#endif
  if (status < 0) return status;
  *kind = info.type == H5L_TYPE_SOFT ? 1 : info.type == H5L_TYPE_EXTERNAL ? 2 : 0;
  *size = *kind ? info.u.val_size : 0;
  return status;
}

/// Which object of which open file an id names.
static inline herr_t chdf5_object_place(hid_t id, unsigned long *file, uint64_t *address) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info1_t info;
#else
  H5O_info_t info;
#endif
  herr_t status = H5Oget_info2(id, &info, H5O_INFO_BASIC);
  if (status >= 0) *file = info.fileno, *address = info.addr;
  return status;
}

/// Which object of which open file the member `name` of a group is.
static inline herr_t chdf5_member_place(hid_t group, const char *name, unsigned long *file, uint64_t *address) {
  hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  if (object < 0) return -1;
  herr_t status = chdf5_object_place(object, file, address);
  H5Oclose(object);
  return status;
}

/// The path of the dimension scale that netCDF-4 and h5py attach to an axis of a dataset; empty where there is none.
static inline herr_t chdf5_scale_path(hid_t dataset, unsigned axis, unsigned rank, char *path, size_t size) {
  path[0] = 0;
  htri_t present = H5Aexists(dataset, "DIMENSION_LIST");
  if (present <= 0) return present;
  hid_t attribute = H5Aopen(dataset, "DIMENSION_LIST", H5P_DEFAULT);
  hid_t space = attribute < 0 ? -1 : H5Aget_space(attribute);
  hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
  herr_t status = -1;
  hvl_t lists[32];
  if (space >= 0 && type >= 0 && rank <= 32 && H5Sget_simple_extent_npoints(space) == (hssize_t)rank
      && H5Aread(attribute, type, lists) >= 0) {
    status = 0;
    if (axis < rank && lists[axis].len > 0) {
      hid_t scale = H5Rdereference2(dataset, H5P_DEFAULT, H5R_OBJECT, lists[axis].p);
      status = scale < 0 || H5Iget_name(scale, path, size) < 0 ? -1 : 0;
      if (scale >= 0) H5Oclose(scale);
    }
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, lists);
  }
  if (type >= 0) H5Tclose(type);
  if (space >= 0) H5Sclose(space);
  if (attribute >= 0) H5Aclose(attribute);
  return status;
}
