/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the process that reads HDF5 (hdf5_apart.c) hands back, made sure of. */
#include "core/data/reader_hdf5.h"

#include "assay-config.h"
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/hdf5_apart.h"

#include <string.h>

#define SIGNATURE "\x89HDF\r\n\x1a\n"

gboolean
ay_is_hdf5 (const char *data, gsize size)
{
  return size >= 8 && memcmp (data, SIGNATURE, 8) == 0;
}

#ifdef AY_HAVE_HDF5

typedef struct
{
  AyHdf5Set set;
  char *path;         /* in the file */
  char *name;         /* that, as valid UTF-8 */
} Set;

struct _AyHdf5
{
  AyMappedFile *file;
  gboolean in_memory;
  GPtrArray *sets;      /* of Set */
};

static void
set_free (gpointer data)
{
  Set *set = data;

  g_free (set->path);
  g_free (set->name);
  g_free (set);
}

static int
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Set *const *) a)->name, (*(Set *const *) b)->name);
}

/* Takes what was listed, as far as it is whole. */
static void
take_sets (AyHdf5 *self, GBytes *found)
{
  gsize left;
  const char *at = g_bytes_get_data (found, &left);

  while (left >= sizeof (AyHdf5Set))
    {
      Set *set = g_new0 (Set, 1);

      memcpy (&set->set, at, sizeof set->set);
      at += sizeof set->set;
      left -= sizeof set->set;
      set->set.refused[sizeof set->set.refused - 1] = '\0';
      if (set->set.shape.n_dims > AY_MAX_DIMS || set->set.kind >= AY_HDF5_N_KINDS
          || set->set.dtype > AY_DTYPE_U64 || set->set.name_length > left)
        {
          set_free (set);
          return;
        }
      set->path = g_strndup (at, set->set.name_length);
      set->name = g_utf8_make_valid (set->path, -1);
      at += set->set.name_length;
      left -= set->set.name_length;
      g_ptr_array_add (self->sets, set);
    }
}

AyHdf5 *
ay_hdf5_open (AyMappedFile *file, gboolean in_memory, AyJob *job, GError **error)
{
  g_autoptr (AyHdf5) self = g_new0 (AyHdf5, 1);
  const AyHdf5Work work = { file, in_memory, NULL, job };
  g_autoptr (GBytes) found = ay_hdf5_apart (&work);

  self->file = ay_mapped_file_ref (file);
  self->in_memory = in_memory;
  self->sets = g_ptr_array_new_with_free_func (set_free);
  if (found != NULL)
    take_sets (self, found);
  g_ptr_array_sort (self->sets, by_name);
  if (self->sets->len > 0)
    return g_steal_pointer (&self);
  if (ay_job_check (job, error))
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", ay_mapped_file_path (file),
                 found == NULL ? N_ ("no HDF5 file, or damaged") : N_ ("holds no data set"));
  return NULL;
}

void
ay_hdf5_free (AyHdf5 *self)
{
  if (self == NULL)
    return;
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
  return &set_at (self, i)->set.shape;
}

gboolean
ay_hdf5_is_text (const AyHdf5 *self, guint i)
{
  guint32 kind = set_at (self, i)->set.kind;

  return kind == AY_HDF5_FIXED_TEXT || kind == AY_HDF5_LONG_TEXT;
}

/* --- reading --- */

static gboolean
refuse (const AyHdf5 *self, const Set *set, AyErrorCode code, const char *why, GError **error)
{
  g_set_error (error, AY_ERROR, code, "%s:%s: %s", ay_mapped_file_path (self->file), set->name,
               why);
  return FALSE;
}

static gboolean
damaged (const AyHdf5 *self, const Set *set, GError **error)
{
  return refuse (self, set, AY_ERROR_INPUT, N_ ("damaged"), error);
}

/* Numbers where they lie. */
static AyMatrix *
take_numbers (const Set *set, const AyHdf5Read *head, GBytes *found)
{
  const char *data = g_bytes_get_data (found, NULL);
  gsize rows = set->set.shape.n_dims > 0 ? set->set.shape.size[0] : 1;

  return ay_matrix_wrap (rows, head->count / rows, set->set.dtype, FALSE, FALSE,
                         data + AY_HDF5_HEAD, g_bytes_ref (found),
                         (GDestroyNotify) g_bytes_unref);
}

static AyColumn *
take_texts (const AyHdf5Read *head, GBytes *found)
{
  gsize size, n = head->count;
  const char *data = g_bytes_get_data (found, &size);
  const guint32 *given = (const guint32 *) (gconstpointer) (data + AY_HDF5_HEAD);
  const char *base = (const char *) (given + n);
  g_autofree guint64 *offset = g_new (guint64, MAX (n, 1));
  g_autofree guint32 *length = g_memdup2 (given, MAX (n, 1) * sizeof *length);
  gsize at = 0, left = size - AY_HDF5_HEAD - n * sizeof *length;

  for (gsize i = 0; i < n; i++)
    {
      offset[i] = at;
      if (length[i] == AY_CODE_MISSING)
        continue;
      if (length[i] > left - at || !g_utf8_validate_len (base + at, length[i], NULL))
        return NULL;
      at += length[i];
    }
  return ay_column_take_text ("", n, g_steal_pointer (&offset), g_steal_pointer (&length), base,
                              g_bytes_ref (found), (GDestroyNotify) g_bytes_unref);
}

/* As many items as the shape says, and as many bytes as they take. */
static gboolean
is_whole (const AyHdf5 *self, guint i, const AyHdf5Read *head, gsize size)
{
  const Set *set = set_at (self, i);
  gsize item = ay_hdf5_is_text (self, i) ? sizeof (guint32) : ay_dtype_size (set->set.dtype);
  gsize count, bytes;

  for (guint k = 0; k < set->set.shape.n_dims; k++)
    if (set->set.shape.size[k] == 0)
      return FALSE;
  return ay_shape_count (&set->set.shape, &count) && head->count == count
         && head->item_size == item && g_size_checked_mul (&bytes, count, item)
         && bytes <= size - AY_HDF5_HEAD;
}

AyArray *
ay_hdf5_read (const AyHdf5 *self, guint i, AyJob *job, GError **error)
{
  const Set *set = set_at (self, i);
  const AyHdf5Work work = { self->file, self->in_memory, set->path, job };
  g_autoptr (GBytes) found = NULL;
  AyMatrix *matrix = NULL;
  AyColumn *text = NULL;
  AyHdf5Read head;

  if (*set->set.refused != '\0')
    {
      refuse (self, set, AY_ERROR_UNSUPPORTED, set->set.refused, error);
      return NULL;
    }
  found = ay_hdf5_apart (&work);
  if (!ay_job_check (job, error))
    return NULL;
  if (found == NULL || g_bytes_get_size (found) < AY_HDF5_HEAD)
    {
      damaged (self, set, error);
      return NULL;
    }
  memcpy (&head, g_bytes_get_data (found, NULL), sizeof head);
  head.why[sizeof head.why - 1] = '\0';
  if (head.code >= 0)
    {
      refuse (self, set, head.code, head.why, error);
      return NULL;
    }
  if (!is_whole (self, i, &head, g_bytes_get_size (found)))
    damaged (self, set, error);
  else if (ay_hdf5_is_text (self, i))
    {
      text = take_texts (&head, found);
      if (text == NULL)
        refuse (self, set, AY_ERROR_INPUT, N_ ("damaged, or strings that are no UTF-8"), error);
    }
  else
    matrix = take_numbers (set, &head, found);
  return matrix != NULL || text != NULL ? ay_array_take (&set->set.shape, matrix, text) : NULL;
}

#else

AyHdf5 *
ay_hdf5_open (AyMappedFile *file, gboolean in_memory, AyJob *job, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
               N_ ("%s: HDF5 files cannot be read: this Assay was built without libhdf5"),
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
ay_hdf5_read (const AyHdf5 *self, guint i, AyJob *job, GError **error)
{
  return NULL;
}

#endif
