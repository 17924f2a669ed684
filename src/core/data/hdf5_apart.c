/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HDF5 by the HDF Group's own library. It keeps global state and Debian builds it without locks, so
 * every call is made in a copy of the process that is made under one mutex; its printing of errors
 * is switched off, and loading of plugins too, before the first file is opened. Groups are walked
 * by hard links alone, each object once by its address, to a depth and a number that no honest file
 * exceeds. */
#include "core/data/hdf5_apart.h"

#include "assay-config.h"
#include "core/base/error.h"
#include "core/base/memory.h"
#include "core/base/words.h"

#ifdef AY_HAVE_HDF5
#define H5_USE_110_API /* the same calls in newer libraries */
#include <hdf5.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_DEPTH 32
#define MAX_ARRAYS 10000
#define MAX_RATIO 1200        /* bytes of numbers a stored byte; deflate has at most 1032 */
#define LARGE (16 << 20)      /* bytes that are compared with what is free */
#define FREE_BYTES (1 << 20)  /* of fill values without any stored byte */
/* What a copy may take, far more than an honest file does. Seconds of processor: to find what there
 * is, for each 256 MB of the file; then for each 16 MB of numbers, and for 65536 strings. Bytes of
 * memory: to begin with, and so many times the file's, then the numbers', then a chunk's. */
#define SECONDS 2
#define BYTES (160 << 20)
#define TIMES 4
#define FILE_SHIFT 28
#define BYTES_SHIFT 24
#define TEXTS_SHIFT 16

typedef struct
{
  AyHdf5Set set;
  hid_t memory_type;  /* numbers: what they are read as, a type that needs no closing */
  gsize item_size;    /* of the type it is stored in */
  gsize chunk;        /* items of a chunk; 0: none */
  gboolean is_packed; /* chunks are stored in whatever length */
  const char *refused; /* (nullable) why it cannot be read */
} Found;

/* --- what a data set holds --- */

static void
describe_number (Found *set, hid_t type, gsize size)
{
  gboolean is_signed = H5Tget_sign (type) != H5T_SGN_NONE;

  set->set.kind = AY_HDF5_NUMBERS;
  switch (size)
    {
    case 1:
      set->memory_type = is_signed ? H5T_NATIVE_INT8 : H5T_NATIVE_UINT8;
      set->set.dtype = is_signed ? AY_DTYPE_I8 : AY_DTYPE_U8;
      break;
    case 2:
      set->memory_type = is_signed ? H5T_NATIVE_INT16 : H5T_NATIVE_UINT16;
      set->set.dtype = is_signed ? AY_DTYPE_I16 : AY_DTYPE_U16;
      break;
    case 4:
      set->memory_type = is_signed ? H5T_NATIVE_INT32 : H5T_NATIVE_UINT32;
      set->set.dtype = is_signed ? AY_DTYPE_I32 : AY_DTYPE_U32;
      break;
    case 8:
      set->memory_type = is_signed ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64;
      set->set.dtype = is_signed ? AY_DTYPE_I64 : AY_DTYPE_U64;
      break;
    default:
      set->set.kind = AY_HDF5_OTHER;
      set->refused = N_ ("integers of an odd size");
    }
}

static void
describe_float (Found *set, gsize size)
{
  gboolean wide = size > 4;

  set->set.kind = size <= 8 ? AY_HDF5_NUMBERS : AY_HDF5_OTHER;
  set->memory_type = wide ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT;
  set->set.dtype = wide ? AY_DTYPE_F64 : AY_DTYPE_F32;
  if (size > 8)
    set->refused = N_ ("numbers of more than 8 bytes");
}

static void
describe_type (Found *set, hid_t type)
{
  gsize size = H5Tget_size (type);

  set->set.kind = AY_HDF5_OTHER;
  set->item_size = size;
  switch (H5Tget_class (type))
    {
    case H5T_INTEGER:
      describe_number (set, type, size);
      break;
    case H5T_FLOAT:
      describe_float (set, size);
      break;
    case H5T_ENUM: /* h5py's booleans, and codes */
      {
        hid_t of = H5Tget_super (type);

        if (of >= 0 && size == 1)
          describe_number (set, of, size);
        else
          set->refused = N_ ("an enumeration");
        if (of >= 0)
          H5Tclose (of);
        break;
      }
    case H5T_STRING:
      set->set.kind = H5Tis_variable_str (type) > 0 ? AY_HDF5_LONG_TEXT : AY_HDF5_FIXED_TEXT;
      if (set->set.kind == AY_HDF5_FIXED_TEXT && size == 0)
        set->refused = N_ ("strings of no length");
      break;
    case H5T_COMPOUND:
      set->refused = N_ ("a table of several columns (a compound type)");
      break;
    default:
      set->refused = N_ ("neither numbers nor strings");
    }
}

static gboolean
describe_space (Found *set, hid_t space)
{
  hsize_t size[H5S_MAX_RANK];
  int n = H5Sget_simple_extent_ndims (space);

  if (n < 0 || n > AY_MAX_DIMS || H5Sget_simple_extent_type (space) == H5S_NULL)
    return FALSE;
  if (H5Sget_simple_extent_dims (space, size, NULL) < 0)
    return FALSE;
  set->set.shape.n_dims = (guint) n;
  for (int k = 0; k < n; k++)
    set->set.shape.size[k] = (gsize) size[k];
  return TRUE;
}

static void
describe_chunks (Found *set, hid_t plan)
{
  hsize_t size[H5S_MAX_RANK];
  int n;

  if (H5Pget_layout (plan) != H5D_CHUNKED)
    return;
  set->is_packed = H5Pget_nfilters (plan) != 0;
  n = H5Pget_chunk (plan, H5S_MAX_RANK, size);
  set->chunk = n > 0;
  for (int k = 0; k < n; k++)
    if (!g_size_checked_mul (&set->chunk, set->chunk, (gsize) size[k]))
      set->chunk = G_MAXSIZE;
}

static const char *
storage_refused (Found *set, hid_t id)
{
  hid_t plan = H5Dget_create_plist (id);
  const char *why = NULL;

  if (plan < 0)
    return N_ ("damaged");
  if (H5Pget_layout (plan) == H5D_VIRTUAL)
    why = N_ ("its numbers lie in other files (virtual storage)");
  else if (H5Pget_external_count (plan) != 0)
    why = N_ ("its numbers lie in other files (external storage)");
  describe_chunks (set, plan);
  H5Pclose (plan);
  return why;
}

static void
found_init (Found *set, hid_t id)
{
  hid_t type = H5Dget_type (id), space = H5Dget_space (id);

  memset (set, 0, sizeof *set);
  if (type >= 0)
    describe_type (set, type);
  if (type < 0 || space < 0)
    set->refused = N_ ("damaged");
  else if (!describe_space (set, space))
    set->refused = N_ ("no array");
  if (set->refused == NULL)
    set->refused = storage_refused (set, id);
  if (type >= 0)
    H5Tclose (type);
  if (space >= 0)
    H5Sclose (space);
}

/* --- the walk --- */

typedef struct
{
  FILE *out;
  void *visited;        /* a tree of addresses of objects */
  guint count;
} Listing;

typedef struct
{
  Listing *listing;
  const char *path;
  guint depth;
} Walk;

static int
by_address (const void *a, const void *b)
{
  return (*(const guint64 *) a > *(const guint64 *) b)
         - (*(const guint64 *) a < *(const guint64 *) b);
}

/* FALSE: it was seen before. */
static gboolean
see (Listing *self, guint64 address)
{
  guint64 *key = g_memdup2 (&address, sizeof address);
  void *node = tsearch (key, &self->visited, by_address);

  if (node == NULL || *(guint64 **) node == key)
    return node != NULL;
  g_free (key);
  return FALSE;
}

static void
list_set (Listing *self, hid_t id, const char *path)
{
  Found found;

  found_init (&found, id);
  found.set.name_length = (guint32) strlen (path);
  if (found.refused != NULL)
    g_strlcpy (found.set.refused, found.refused, sizeof found.set.refused);
  fwrite (&found.set, sizeof found.set, 1, self->out);
  fwrite (path, 1, found.set.name_length, self->out);
  self->count++;
}

static void walk_group (Listing *self, hid_t group, const char *path, guint depth);

static herr_t
visit (hid_t group, const char *name, const H5L_info_t *link, void *data)
{
  Walk *walk = data;
  Listing *self = walk->listing;
  g_autofree char *path = NULL;
  hid_t id;

  if (link->type != H5L_TYPE_HARD || self->count >= MAX_ARRAYS || !see (self, link->u.address))
    return 0;
  path = *walk->path != '\0' ? g_strdup_printf ("%s/%s", walk->path, name) : g_strdup (name);
  id = H5Oopen (group, name, H5P_DEFAULT);
  if (id < 0)
    return 0;
  if (H5Iget_type (id) == H5I_DATASET)
    list_set (self, id, path);
  else if (H5Iget_type (id) == H5I_GROUP && walk->depth < MAX_DEPTH)
    walk_group (self, id, path, walk->depth + 1);
  H5Oclose (id);
  return 0;
}

static void
walk_group (Listing *self, hid_t group, const char *path, guint depth)
{
  Walk walk = { self, path, depth };

  H5Literate (group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, visit, &walk);
}

static gboolean
list (hid_t file, FILE *out)
{
  Listing self = { .out = out };
  hid_t root = H5Gopen2 (file, "/", H5P_DEFAULT);
  H5O_info_t info;

  if (root < 0)
    return FALSE;
  if (H5Oget_info (root, &info) >= 0)
    see (&self, info.addr);
  walk_group (&self, root, "", 0);
  tdestroy (self.visited, g_free);
  return TRUE; /* what is still open ends with the process */
}

/* --- reading --- */

static gboolean
refuse (AyHdf5Read *head, AyErrorCode code, const char *why)
{
  head->code = (gint32) code;
  g_strlcpy (head->why, why, sizeof head->why);
  return FALSE;
}

/* Whether the chunks that are stored lie there whole: the library would read on behind the end of
 * one that is cut short. */
static gboolean
is_whole (const Found *set, gsize stored)
{
  return set->chunk == 0 || set->is_packed || stored / MAX (set->item_size, 1) % set->chunk == 0;
}

/* Whether so many stored bytes may hold them. */
static gboolean
is_held (gsize bytes, gsize stored)
{
  return bytes <= FREE_BYTES || bytes / MAX_RATIO <= stored;
}

/* Of a chunk, which the library has as a whole; 0 where it claims what cannot be. */
static gsize
chunk_bytes (const Found *set, gsize stored)
{
  gsize bytes;

  if (!g_size_checked_mul (&bytes, set->chunk, set->item_size) || !is_held (bytes, stored))
    return 0;
  return bytes;
}

/* Bytes of all items; FALSE when they do not fit, are none, or are more than the file can hold. */
static gboolean
check_size (const Found *set, hid_t id, gsize item, AyHdf5Read *head)
{
  gsize bytes, stored = (gsize) H5Dget_storage_size (id), count = 1;

  for (guint k = 0; k < set->set.shape.n_dims; k++)
    if (set->set.shape.size[k] == 0)
      return refuse (head, AY_ERROR_INPUT, N_ ("is empty"));
  if (!ay_shape_count (&set->set.shape, &count) || !g_size_checked_mul (&bytes, count, item))
    return refuse (head, AY_ERROR_INPUT, N_ ("its shape is too large"));
  if (!is_held (bytes, stored) || !is_whole (set, stored))
    return refuse (head, AY_ERROR_INPUT, N_ ("claims more numbers than its bytes can hold"));
  head->count = count;
  head->item_size = item;
  ay_apart_more ((AyApartLimit) { SECONDS + (bytes >> BYTES_SHIFT),
                                  TIMES * (bytes + chunk_bytes (set, stored)) });
  return TRUE;
}

/* Into the result itself, which the process that asked maps. */
static gboolean
read_numbers (const Found *set, hid_t id, int to, AyHdf5Read *head)
{
  gsize size;
  char *data;
  gboolean done;

  if (!check_size (set, id, ay_dtype_size (set->set.dtype), head))
    return FALSE;
  size = AY_HDF5_HEAD + head->count * head->item_size;
  if (size > LARGE && size > ay_memory_free ())
    return refuse (head, AY_ERROR_NOMEM, N_ ("takes more memory than is free"));
  data = ftruncate (to, (off_t) size) == 0
             ? mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, to, 0)
             : MAP_FAILED;
  if (data == MAP_FAILED)
    return refuse (head, AY_ERROR_NOMEM, N_ ("takes more memory than is free"));
  done = H5Dread (id, set->memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data + AY_HDF5_HEAD) >= 0;
  munmap (data, size);
  return done
      || refuse (head, AY_ERROR_INPUT,
                 N_ ("cannot be read: damaged, or packed by a filter "
                     "that is not built in"));
}

static gboolean
read_raw (const Found *set, hid_t id, void *raw)
{
  hid_t type = H5Dget_type (id), memory = H5Tcopy (H5T_C_S1);
  gboolean is_long = set->set.kind == AY_HDF5_LONG_TEXT;

  return type >= 0 && memory >= 0
         && H5Tset_size (memory, is_long ? H5T_VARIABLE : set->item_size) >= 0
         && H5Tset_strpad (memory, H5T_STR_NULLPAD) >= 0
         && H5Tset_cset (memory, H5Tget_cset (type)) >= 0
         && H5Dread (id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) >= 0;
}

/* The lengths, then the texts one after another. */
static gboolean
write_texts (const Found *set, const void *raw, gsize count, FILE *out)
{
  gboolean is_long = set->set.kind == AY_HDF5_LONG_TEXT;
  g_autofree guint32 *length = g_new (guint32, count);
  gboolean good = TRUE;

  for (gsize i = 0; good && i < count; i++)
    {
      const char *text = is_long ? ((char *const *) raw)[i]
                                 : (const char *) raw + i * set->item_size;
      gsize size = text == NULL ? AY_CODE_MISSING : is_long ? strlen (text)
                                                            : strnlen (text, set->item_size);

      length[i] = (guint32) size;
      good = text == NULL || size < AY_CODE_MISSING;
    }
  good = good && fwrite (length, sizeof *length, count, out) == count;
  for (gsize i = 0; good && i < count; i++)
    if (length[i] != AY_CODE_MISSING)
      good = fwrite (is_long ? ((char *const *) raw)[i] : (const char *) raw + i * set->item_size,
                     1, length[i], out) == length[i];
  return good;
}

static gboolean
read_texts (const Found *set, hid_t id, FILE *out, AyHdf5Read *head)
{
  const AyShape *shape = &set->set.shape;
  gsize item = set->set.kind == AY_HDF5_LONG_TEXT ? sizeof (char *) : set->item_size;
  g_autofree void *raw = NULL;

  if (shape->n_dims > 2 || (shape->n_dims == 2 && shape->size[1] != 1))
    return refuse (head, AY_ERROR_UNSUPPORTED, N_ ("strings in more than one column"));
  if (!check_size (set, id, item, head))
    return FALSE;
  ay_apart_more ((AyApartLimit) { head->count >> TEXTS_SHIFT,
                                  TIMES * head->count * sizeof (char *) });
  raw = head->count * item <= LARGE || head->count * item <= ay_memory_free ()
            ? calloc (head->count, item) : NULL;
  head->item_size = sizeof (guint32);
  if (raw == NULL)
    return refuse (head, AY_ERROR_NOMEM, N_ ("takes more memory than is free"));
  if (fseek (out, AY_HDF5_HEAD, SEEK_SET) == 0 && read_raw (set, id, raw)
      && write_texts (set, raw, head->count, out))
    return TRUE;
  return refuse (head, AY_ERROR_INPUT, N_ ("damaged, or strings that are no UTF-8"));
}

static gboolean
read_set (hid_t file, const char *name, int to, FILE *out)
{
  hid_t id = H5Dopen2 (file, name, H5P_DEFAULT);
  char bytes[AY_HDF5_HEAD] = { 0 };
  AyHdf5Read head = { .code = -1 };
  Found set;

  if (id < 0)
    refuse (&head, AY_ERROR_INPUT, N_ ("damaged"));
  else
    {
      found_init (&set, id);
      if (set.refused != NULL)
        refuse (&head, AY_ERROR_UNSUPPORTED, set.refused);
      else if (set.set.kind == AY_HDF5_NUMBERS)
        read_numbers (&set, id, to, &head);
      else
        read_texts (&set, id, out, &head);
    }
  memcpy (bytes, &head, sizeof head);
  return fseek (out, 0, SEEK_SET) == 0 && fwrite (bytes, 1, sizeof bytes, out) == sizeof bytes;
}

/* --- the process --- */

static hid_t
open_bytes (AyMappedFile *file, gboolean in_memory)
{
  hid_t access = H5Pcreate (H5P_FILE_ACCESS);
  gsize size;
  const char *data = ay_mapped_file_data (file, &size);

  if (access < 0)
    return -1;
  if (in_memory)
    {
      H5Pset_fapl_core (access, 1 << 16, FALSE);
      H5Pset_file_image (access, (void *) data, size);
    }
  else
    H5Pset_fapl_sec2 (access); /* whatever HDF5_DRIVER says */
  return H5Fopen (ay_mapped_file_path (file), H5F_ACC_RDONLY, access);
}

static gboolean
work_apart (int to, gpointer data)
{
  const AyHdf5Work *work = data;
  hid_t file = open_bytes (work->file, work->in_memory);
  FILE *out = file >= 0 ? fdopen (to, "wb") : NULL;
  gboolean done;

  if (out == NULL)
    return FALSE;
  done = work->name != NULL ? read_set (file, work->name, to, out) : list (file, out);
  return fclose (out) == 0 && done;
}

static void
start_library (void)
{
  static gboolean started;

  if (started)
    return;
  H5open ();
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state (0);
  started = TRUE;
}

GBytes *
ay_hdf5_apart (const AyHdf5Work *work)
{
  static GMutex lock; /* no thread is within the library while the copy is made */
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  AyApartLimit limit;
  gsize size;

  ay_mapped_file_data (work->file, &size);
  start_library ();
  limit = (AyApartLimit) { SECONDS + (size >> FILE_SHIFT), BYTES + TIMES * (guint64) size };
  return ay_apart_run (work_apart, limit, (gpointer) work, work->job);
}

#endif
