/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HDF5 by the HDF Group's own library. It keeps global state and Debian builds it without locks, so
 * every call is made under one mutex; its printing of errors is switched off, and loading of
 * plugins too, before the first file is opened. Groups are walked by hard links alone, each object
 * once by its address, to a depth and a number that no honest file exceeds. */
#include "core/data/reader_hdf5.h"

#include "assay-config.h"
#include "core/base/error.h"

#include <string.h>

#define SIGNATURE "\x89HDF\r\n\x1a\n"

gboolean
ay_is_hdf5 (const char *data, gsize size)
{
  return size >= 8 && memcmp (data, SIGNATURE, 8) == 0;
}

#ifdef AY_HAVE_HDF5
#define H5_USE_110_API /* the same calls in newer libraries */
#include <hdf5.h>

#define MAX_DEPTH 32
#define MAX_ARRAYS 10000
#define MAX_RATIO 1200        /* bytes of numbers a stored byte; deflate has at most 1032 */
#define FREE_BYTES (1 << 20)  /* of fill values without any stored byte */

typedef enum { NUMBERS, FIXED_TEXT, LONG_TEXT, OTHER } Kind;

typedef struct
{
  char *name;
  AyShape shape;
  Kind kind;
  hid_t memory_type;  /* numbers: what they are read as, a type that needs no closing */
  AyDtype dtype;
  gsize item_size;    /* FIXED_TEXT */
  const char *refused; /* (nullable) why it cannot be read */
} Set;

struct _AyHdf5
{
  AyMappedFile *file;
  hid_t id;
  GPtrArray *sets;      /* of Set */
  GHashTable *visited;  /* addresses of objects */
};

static GMutex lock;

static void
set_free (gpointer data)
{
  Set *set = data;

  g_free (set->name);
  g_free (set);
}

static gboolean
fail (const AyHdf5 *self, GError **error, const char *what)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", ay_mapped_file_path (self->file), what);
  return FALSE;
}

/* --- what a data set holds --- */

static void
describe_number (Set *set, hid_t type, gsize size)
{
  gboolean is_signed = H5Tget_sign (type) != H5T_SGN_NONE;

  set->kind = NUMBERS;
  switch (size)
    {
    case 1:
      set->memory_type = is_signed ? H5T_NATIVE_INT8 : H5T_NATIVE_UINT8;
      set->dtype = is_signed ? AY_DTYPE_I8 : AY_DTYPE_U8;
      break;
    case 2:
      set->memory_type = is_signed ? H5T_NATIVE_INT16 : H5T_NATIVE_UINT16;
      set->dtype = is_signed ? AY_DTYPE_I16 : AY_DTYPE_U16;
      break;
    case 4:
      set->memory_type = is_signed ? H5T_NATIVE_INT32 : H5T_NATIVE_UINT32;
      set->dtype = is_signed ? AY_DTYPE_I32 : AY_DTYPE_U32;
      break;
    case 8:
      set->memory_type = is_signed ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64;
      set->dtype = is_signed ? AY_DTYPE_I64 : AY_DTYPE_U64;
      break;
    default:
      set->kind = OTHER;
      set->refused = "integers of an odd size";
    }
}

static void
describe_float (Set *set, gsize size)
{
  gboolean wide = size > 4;

  set->kind = size <= 8 ? NUMBERS : OTHER;
  set->memory_type = wide ? H5T_NATIVE_DOUBLE : H5T_NATIVE_FLOAT;
  set->dtype = wide ? AY_DTYPE_F64 : AY_DTYPE_F32;
  if (size > 8)
    set->refused = "numbers of more than 8 bytes";
}

static void
describe_type (Set *set, hid_t type)
{
  gsize size = H5Tget_size (type);

  set->kind = OTHER;
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
          set->refused = "an enumeration";
        if (of >= 0)
          H5Tclose (of);
        break;
      }
    case H5T_STRING:
      set->kind = H5Tis_variable_str (type) > 0 ? LONG_TEXT : FIXED_TEXT;
      set->item_size = size;
      if (set->kind == FIXED_TEXT && size == 0)
        set->refused = "strings of no length";
      break;
    case H5T_COMPOUND:
      set->refused = "a table of several columns (a compound type)";
      break;
    default:
      set->refused = "neither numbers nor strings";
    }
}

static gboolean
describe_space (Set *set, hid_t space)
{
  hsize_t size[H5S_MAX_RANK];
  int n = H5Sget_simple_extent_ndims (space);

  if (n < 0 || n > AY_MAX_DIMS || H5Sget_simple_extent_type (space) == H5S_NULL)
    return FALSE;
  if (H5Sget_simple_extent_dims (space, size, NULL) < 0)
    return FALSE;
  set->shape.n_dims = (guint) n;
  for (int k = 0; k < n; k++)
    set->shape.size[k] = (gsize) size[k];
  return TRUE;
}

static const char *
storage_refused (hid_t id)
{
  hid_t plan = H5Dget_create_plist (id);
  const char *why = NULL;

  if (plan < 0)
    return "damaged";
  if (H5Pget_layout (plan) == H5D_VIRTUAL)
    why = "its numbers lie in other files (virtual storage)";
  else if (H5Pget_external_count (plan) != 0)
    why = "its numbers lie in other files (external storage)";
  H5Pclose (plan);
  return why;
}

static Set *
set_new (hid_t id, const char *path)
{
  Set *set = g_new0 (Set, 1);
  hid_t type = H5Dget_type (id), space = H5Dget_space (id);

  set->name = g_utf8_make_valid (path, -1);
  if (type >= 0)
    describe_type (set, type);
  if (type < 0 || space < 0)
    set->refused = "damaged";
  else if (!describe_space (set, space))
    set->refused = "no array";
  if (set->refused == NULL)
    set->refused = storage_refused (id);
  if (type >= 0)
    H5Tclose (type);
  if (space >= 0)
    H5Sclose (space);
  return set;
}

/* --- the walk --- */

typedef struct
{
  AyHdf5 *self;
  const char *path;
  guint depth;
} Walk;

static void walk_group (AyHdf5 *self, hid_t group, const char *path, guint depth);

static herr_t
visit (hid_t group, const char *name, const H5L_info_t *link, void *data)
{
  Walk *walk = data;
  AyHdf5 *self = walk->self;
  g_autofree char *path = NULL;
  gint64 address;
  hid_t id;

  if (link->type != H5L_TYPE_HARD || self->sets->len >= MAX_ARRAYS)
    return 0;
  address = (gint64) link->u.address;
  if (!g_hash_table_add (self->visited, g_memdup2 (&address, sizeof address)))
    return 0;
  path = *walk->path != '\0' ? g_strdup_printf ("%s/%s", walk->path, name) : g_strdup (name);
  id = H5Oopen (group, name, H5P_DEFAULT);
  if (id < 0)
    return 0;
  if (H5Iget_type (id) == H5I_DATASET)
    g_ptr_array_add (self->sets, set_new (id, path));
  else if (H5Iget_type (id) == H5I_GROUP && walk->depth < MAX_DEPTH)
    walk_group (self, id, path, walk->depth + 1);
  H5Oclose (id);
  return 0;
}

static void
walk_group (AyHdf5 *self, hid_t group, const char *path, guint depth)
{
  Walk walk = { self, path, depth };

  H5Literate (group, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, visit, &walk);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Set *const *) a)->name, (*(Set *const *) b)->name);
}

static hid_t
open_bytes (AyMappedFile *file, gboolean in_memory)
{
  hid_t access = H5Pcreate (H5P_FILE_ACCESS), id;
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
  id = H5Fopen (ay_mapped_file_path (file), H5F_ACC_RDONLY, access);
  H5Pclose (access);
  return id;
}

static void
start_library (void)
{
  static gsize started = 0;

  if (!g_once_init_enter (&started))
    return;
  H5open ();
  H5Eset_auto2 (H5E_DEFAULT, NULL, NULL);
  H5PLset_loading_state (0);
  g_once_init_leave (&started, 1);
}

AyHdf5 *
ay_hdf5_open (AyMappedFile *file, gboolean in_memory, GError **error)
{
  g_autoptr (AyHdf5) self = g_new0 (AyHdf5, 1);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  hid_t root;

  self->file = ay_mapped_file_ref (file);
  self->sets = g_ptr_array_new_with_free_func (set_free);
  self->visited = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  start_library ();
  self->id = open_bytes (file, in_memory);
  root = self->id >= 0 ? H5Gopen2 (self->id, "/", H5P_DEFAULT) : -1;
  if (root >= 0)
    {
      H5O_info_t info;
      gint64 address;

      if (H5Oget_info (root, &info) >= 0)
        {
          address = (gint64) info.addr;
          g_hash_table_add (self->visited, g_memdup2 (&address, sizeof address));
        }
      walk_group (self, root, "", 0);
      H5Gclose (root);
    }
  g_ptr_array_sort (self->sets, by_name);
  if (self->sets->len > 0)
    return g_steal_pointer (&self);
  fail (self, error, root < 0 ? "no HDF5 file, or damaged" : "holds no data set");
  if (self->id >= 0)
    H5Fclose (self->id);
  self->id = -1;
  return NULL;
}

void
ay_hdf5_free (AyHdf5 *self)
{
  if (self == NULL)
    return;
  if (self->id >= 0)
    {
      g_mutex_lock (&lock);
      H5Fclose (self->id);
      g_mutex_unlock (&lock);
    }
  g_hash_table_unref (self->visited);
  g_ptr_array_unref (self->sets);
  ay_mapped_file_unref (self->file);
  g_free (self);
}

guint
ay_hdf5_count (const AyHdf5 *self)
{
  return self->sets->len;
}

static const Set *
set_at (const AyHdf5 *self, guint i)
{
  return g_ptr_array_index (self->sets, i);
}

const char *
ay_hdf5_name (const AyHdf5 *self, guint i)
{
  return set_at (self, i)->name;
}

const AyShape *
ay_hdf5_shape (const AyHdf5 *self, guint i)
{
  return &set_at (self, i)->shape;
}

gboolean
ay_hdf5_is_text (const AyHdf5 *self, guint i)
{
  return set_at (self, i)->kind == FIXED_TEXT || set_at (self, i)->kind == LONG_TEXT;
}

/* --- reading --- */

static gboolean
refuse (const AyHdf5 *self, const Set *set, AyErrorCode code, const char *why, GError **error)
{
  g_set_error (error, AY_ERROR, code, "%s:%s: %s", ay_mapped_file_path (self->file), set->name,
               why);
  return FALSE;
}

/* Bytes of all items; FALSE when they do not fit, are none, or are more than the file can hold. */
static gboolean
check_size (const AyHdf5 *self, const Set *set, hid_t id, gsize item, gsize *count, GError **error)
{
  gsize bytes, stored = (gsize) H5Dget_storage_size (id);

  *count = 1;
  for (guint k = 0; k < set->shape.n_dims; k++)
    if (set->shape.size[k] == 0)
      return refuse (self, set, AY_ERROR_INPUT, "is empty", error);
  if (!ay_shape_count (&set->shape, count) || !g_size_checked_mul (&bytes, *count, item))
    return refuse (self, set, AY_ERROR_INPUT, "its shape is too large", error);
  if (bytes > FREE_BYTES && bytes / MAX_RATIO > stored)
    return refuse (self, set, AY_ERROR_INPUT, "claims more numbers than its bytes can hold", error);
  return TRUE;
}

static AyMatrix *
read_numbers (const AyHdf5 *self, const Set *set, hid_t id, GError **error)
{
  gsize item = ay_dtype_size (set->dtype), count, rows;
  g_autofree char *data = NULL;
  AyMatrix *matrix;

  if (!check_size (self, set, id, item, &count, error))
    return NULL;
  data = ay_try_alloc (count, item, "the data set", error);
  if (data == NULL)
    return NULL;
  if (H5Dread (id, set->memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
    {
      refuse (self, set, AY_ERROR_INPUT,
              "cannot be read: damaged, or packed by a filter that is not built in", error);
      return NULL;
    }
  rows = set->shape.n_dims > 0 ? set->shape.size[0] : 1;
  matrix = ay_matrix_wrap (rows, count / rows, set->dtype, FALSE, FALSE, data, data, g_free);
  data = NULL;
  return matrix;
}

typedef struct
{
  GString *arena;
  guint64 *offset;
  guint32 *length;
} Texts;

static gboolean
add_text (Texts *texts, gsize row, const char *text, gsize length)
{
  if (text == NULL)
    {
      texts->length[row] = AY_CODE_MISSING;
      return TRUE;
    }
  if (length >= AY_CODE_MISSING || !g_utf8_validate_len (text, length, NULL))
    return FALSE;
  texts->offset[row] = texts->arena->len;
  texts->length[row] = (guint32) length;
  g_string_append_len (texts->arena, text, (gssize) length);
  return TRUE;
}

/* Reads the strings; FALSE when the library cannot or one is no UTF-8. */
static gboolean
collect_texts (const Set *set, hid_t id, gsize count, void *raw, Texts *texts)
{
  hid_t type = H5Dget_type (id), memory, space = H5Dget_space (id);
  gboolean is_long = set->kind == LONG_TEXT, was_read, good;

  memory = type >= 0 ? H5Tcopy (H5T_C_S1) : -1;
  was_read = memory >= 0 && space >= 0
             && H5Tset_size (memory, is_long ? H5T_VARIABLE : set->item_size) >= 0
             && H5Tset_strpad (memory, H5T_STR_NULLPAD) >= 0
             && H5Tset_cset (memory, H5Tget_cset (type)) >= 0
             && H5Dread (id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) >= 0;
  good = was_read;
  for (gsize i = 0; good && i < count; i++)
    {
      const char *text = is_long ? ((char **) raw)[i] : (char *) raw + i * set->item_size;

      good = add_text (texts, i, text, text == NULL ? 0 : is_long ? strlen (text)
                                                     : strnlen (text, set->item_size));
    }
  if (was_read && is_long)
    H5Dvlen_reclaim (memory, space, H5P_DEFAULT, raw);
  if (memory >= 0)
    H5Tclose (memory);
  if (type >= 0)
    H5Tclose (type);
  if (space >= 0)
    H5Sclose (space);
  return good;
}

static AyColumn *
read_texts (const AyHdf5 *self, const Set *set, hid_t id, GError **error)
{
  gsize item = set->kind == LONG_TEXT ? sizeof (char *) : set->item_size, count;
  g_autofree void *raw = NULL;
  Texts texts = { NULL };
  const char *base;

  if (set->shape.n_dims > 2 || (set->shape.n_dims == 2 && set->shape.size[1] != 1))
    {
      refuse (self, set, AY_ERROR_UNSUPPORTED, "strings in more than one column", error);
      return NULL;
    }
  if (!check_size (self, set, id, item, &count, error))
    return NULL;
  raw = ay_try_alloc (count, item, "the strings", error);
  if (raw == NULL)
    return NULL;
  memset (raw, 0, count * item);
  texts = (Texts) { g_string_new (NULL), g_new0 (guint64, count), g_new0 (guint32, count) };
  if (!collect_texts (set, id, count, raw, &texts))
    {
      refuse (self, set, AY_ERROR_INPUT, "damaged, or strings that are no UTF-8", error);
      g_string_free (texts.arena, TRUE);
      g_free (texts.offset);
      g_free (texts.length);
      return NULL;
    }
  base = g_string_free (texts.arena, FALSE);
  return ay_column_take_text ("", count, texts.offset, texts.length, base, (gpointer) base,
                              g_free);
}

AyArray *
ay_hdf5_read (const AyHdf5 *self, guint i, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&lock);
  const Set *set = set_at (self, i);
  AyMatrix *matrix = NULL;
  AyColumn *text = NULL;
  hid_t id;

  if (set->refused != NULL)
    {
      refuse (self, set, AY_ERROR_UNSUPPORTED, set->refused, error);
      return NULL;
    }
  id = H5Dopen2 (self->id, set->name, H5P_DEFAULT);
  if (id < 0)
    {
      refuse (self, set, AY_ERROR_INPUT, "damaged", error);
      return NULL;
    }
  if (set->kind == NUMBERS)
    matrix = read_numbers (self, set, id, error);
  else
    text = read_texts (self, set, id, error);
  H5Dclose (id);
  return matrix != NULL || text != NULL ? ay_array_take (&set->shape, matrix, text) : NULL;
}

#else

AyHdf5 *
ay_hdf5_open (AyMappedFile *file, gboolean in_memory, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
               "%s: HDF5 files cannot be read: this Assay was built without libhdf5",
               ay_mapped_file_path (file));
  return NULL;
}

void
ay_hdf5_free (AyHdf5 *self)
{
}

guint
ay_hdf5_count (const AyHdf5 *self)
{
  return 0;
}

const char *
ay_hdf5_name (const AyHdf5 *self, guint i)
{
  return "";
}

const AyShape *
ay_hdf5_shape (const AyHdf5 *self, guint i)
{
  return NULL;
}

gboolean
ay_hdf5_is_text (const AyHdf5 *self, guint i)
{
  return FALSE;
}

AyArray *
ay_hdf5_read (const AyHdf5 *self, guint i, GError **error)
{
  return NULL;
}

#endif
