#pragma once
#include <hdf5.h>

// HDF5's predefined ids and flags are macros over mutable globals, which Swift cannot import: one function each.

static inline hid_t chdf5_default(void) { return H5P_DEFAULT; }
static inline hid_t chdf5_all(void) { return H5S_ALL; }
static inline hid_t chdf5_error_stack(void) { return H5E_DEFAULT; }

static inline hid_t chdf5_all_files(void) { return (hid_t)H5F_OBJ_ALL; }
static inline unsigned chdf5_all_objects(void) { return H5F_OBJ_ALL; }

static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned chdf5_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }

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
