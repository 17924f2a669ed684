/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/source.h"

#include "core/base/error.h"
#include "core/base/gunzip.h"
#include "core/base/words.h"
#include "core/data/image_file.h"
#include "core/data/npy_header.h"
#include "core/data/pickle.h"
#include "core/data/reader_csv.h"
#include "core/data/reader_hdf5.h"
#include "core/data/reader_idx.h"
#include "core/data/reader_images.h"
#include "core/data/reader_jsonl.h"
#include "core/data/reader_npy.h"
#include "core/data/reader_npz.h"
#include "core/data/reader_safetensors.h"

#include <string.h>

#define READABLE \
  "CSV, TSV, JSON lines, NPY, NPZ, IDX, safetensors, HDF5, pickles of plain values (also .gz), " \
  "and folders of PNG or JPEG images"

/* Behind AySource.reader: the arrays read so far, and the archive that more come from. */
typedef struct
{
  AyNpz *npz;        /* (nullable) */
  AySafetensors *tensors; /* (nullable) */
  AyHdf5 *sets;      /* (nullable) */
  GPtrArray *arrays; /* of AyArray*, one a key; NULL: not yet read */
  AyJob *job;        /* (nullable) that it was opened for */
} Reader;

typedef enum
{
  FORMAT_UNKNOWN,
  FORMAT_CSV,
  FORMAT_TSV,
  FORMAT_JSONL,
  FORMAT_NPY,
  FORMAT_NPZ,
  FORMAT_IDX,
  FORMAT_SAFETENSORS,
  FORMAT_HDF5,
  FORMAT_PICKLE,
  FORMAT_IMAGES,
} Format;

static const char *const format_names[]
    = { "", "csv", "tsv", "jsonl", "npy", "npz", "idx", "safetensors", "hdf5", "pickle",
        "images" };

static void
array_free (gpointer array)
{
  ay_array_unref (array);
}

static void
matrix_free (gpointer matrix)
{
  ay_matrix_unref (matrix);
}

static AySource *
source_new (const char *path, AyJob *job)
{
  AySource *self = g_new0 (AySource, 1);
  Reader *reader = g_new0 (Reader, 1);

  reader->arrays = g_ptr_array_new_with_free_func (array_free);
  reader->job = job != NULL ? ay_job_ref (job) : NULL;
  self->path = g_strdup (path);
  self->keys = g_ptr_array_new_with_free_func (g_free);
  self->arrays = g_ptr_array_new_with_free_func (matrix_free);
  self->reader = reader;
  return self;
}

void
ay_source_free (AySource *self)
{
  Reader *reader;

  if (self == NULL)
    return;
  reader = self->reader;
  ay_npz_free (reader->npz);
  ay_safetensors_free (reader->tensors);
  ay_hdf5_free (reader->sets);
  g_ptr_array_unref (reader->arrays);
  ay_job_unref (reader->job);
  g_free (reader);
  ay_table_unref (self->table);
  g_ptr_array_unref (self->keys);
  g_ptr_array_unref (self->arrays);
  g_free (self->path);
  g_free (self->format);
  g_free (self);
}

/* What the bytes say, before the name is asked: these cannot be mistaken for text. */
static Format
format_of_bytes (const char *data, gsize size)
{
  if (ay_is_npy (data, size))
    return FORMAT_NPY;
  if (size >= 4 && (memcmp (data, "PK\3\4", 4) == 0 || memcmp (data, "PK\5\6", 4) == 0))
    return FORMAT_NPZ;
  if (ay_is_safetensors (data, size))
    return FORMAT_SAFETENSORS;
  if (ay_is_hdf5 (data, size))
    return FORMAT_HDF5;
  return ay_is_idx (data, size) ? FORMAT_IDX : FORMAT_UNKNOWN;
}

static gboolean
has_suffix (const char *name, gsize length, const char *suffix)
{
  gsize k = strlen (suffix);

  return length > k && g_ascii_strncasecmp (name + length - k, suffix, k) == 0;
}

static Format
format_of_name (const char *path)
{
  static const struct { const char *suffix; Format format; } known[] = {
    { ".csv", FORMAT_CSV }, { ".txt", FORMAT_CSV }, { ".data", FORMAT_CSV },
    { ".tsv", FORMAT_TSV }, { ".tab", FORMAT_TSV },
    { ".jsonl", FORMAT_JSONL }, { ".ndjson", FORMAT_JSONL }, { ".json", FORMAT_JSONL },
    { ".npy", FORMAT_NPY }, { ".npz", FORMAT_NPZ },
    { ".idx", FORMAT_IDX }, { "-ubyte", FORMAT_IDX },
    { ".safetensors", FORMAT_SAFETENSORS },
    { ".h5", FORMAT_HDF5 }, { ".hdf5", FORMAT_HDF5 }, { ".he5", FORMAT_HDF5 },
    { ".pkl", FORMAT_PICKLE }, { ".pickle", FORMAT_PICKLE },
  };
  gsize length = strlen (path);

  if (has_suffix (path, length, ".gz"))
    length -= 3;
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (has_suffix (path, length, known[i].suffix))
      return known[i].format;
  return FORMAT_UNKNOWN;
}

/* Kinds of files that people try, by name. */
static const char *
known_unreadable (const char *path, const char *data, gsize size)
{
  static const struct { const char *suffix, *what; } names[] = {
    { ".parquet", "Parquet files" }, { ".arrow", "Arrow files" }, { ".feather", "Feather files" },
    { ".pt", "PyTorch files" }, { ".pth", "PyTorch files" }, { ".xlsx", "Excel sheets" },
    { ".xls", "Excel sheets" }, { ".mat", "MATLAB files" }, { ".zip", "zip files" },
    { ".tar", "tar files" }, { ".bz2", "bzip2 files" }, { ".xz", "xz files" },
    { ".zst", "zstd files" }, { ".7z", "7z files" }, { ".sqlite", "SQLite databases" },
    { ".db", "SQLite databases" }, { ".pdf", "PDF files" }, { ".arff", "ARFF files" },
    { ".svm", "LIBSVM files" }, { ".libsvm", "LIBSVM files" }, { ".svmlight", "LIBSVM files" },
  };

  if (ay_is_image (data, size))
    return "single images (give their folder)";
  if (size >= 4 && memcmp (data, "PAR1", 4) == 0)
    return "Parquet files";
  if (size >= 16 && memcmp (data, "SQLite format 3", 16) == 0)
    return "SQLite databases";
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (has_suffix (path, strlen (path), names[i].suffix))
      return names[i].what;
  return NULL;
}

static gboolean
unsupported (const char *path, const char *what, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED, N_ ("%s: %s cannot be read; what can: %s"),
               path, what, READABLE);
  return FALSE;
}

/* What lies in the place of a file that was saved or cloned without its content. (nullable) */
static const char *
stand_in (const char *data, gsize size)
{
  static const struct { const char *start, *what; } known[] = {
    { "version https://git-lfs.", N_ ("is a Git LFS pointer, the file itself was not fetched: "
                                      "git lfs pull does") },
    { "<!doctype html", N_ ("is a web page, not the data: was a link to it saved?") },
    { "<html", N_ ("is a web page, not the data: was a link to it saved?") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      gsize length = strlen (known[i].start);

      if (size >= length && g_ascii_strncasecmp (data, known[i].start, length) == 0)
        return known[i].what;
    }
  return NULL;
}

/* Text of an unknown name: JSON lines when it starts with a brace, else CSV; no text is refused. */
static gboolean
guess_text (const char *path, const char *data, gsize size, Format *format, GError **error)
{
  gsize at = size >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

  if (memchr (data, '\0', MIN (size, 4096)) != NULL)
    return unsupported (path, N_ ("this kind of file"), error);
  while (at < size && g_ascii_isspace (data[at]))
    at++;
  *format = at < size && (data[at] == '{' || data[at] == '[') ? FORMAT_JSONL : FORMAT_CSV;
  return TRUE;
}

static gboolean
find_format (const char *path, const char *data, gsize size, Format *format, GError **error)
{
  const char *unreadable, *instead = stand_in (data, size);

  *format = format_of_name (path);
  if (size == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: byte 0: the file is empty"), path);
      return FALSE;
    }
  if (instead != NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", path, instead);
      return FALSE;
    }
  if (*format == FORMAT_NPY || *format == FORMAT_NPZ || *format == FORMAT_IDX
      || *format == FORMAT_SAFETENSORS || *format == FORMAT_HDF5 || *format == FORMAT_PICKLE)
    return TRUE;
  unreadable = *format == FORMAT_UNKNOWN ? known_unreadable (path, data, size) : NULL;
  if (unreadable != NULL)
    return unsupported (path, unreadable, error);
  if (format_of_bytes (data, size) != FORMAT_UNKNOWN)
    {
      *format = format_of_bytes (data, size);
      return TRUE;
    }
  return *format != FORMAT_UNKNOWN || guess_text (path, data, size, format, error);
}

static gboolean
read_delimited (AySource *self, AyMappedFile *file, Format format, const AySourceOptions *options,
                AyDiagnostics *diagnostics, AyJob *job, GError **error)
{
  AyCsvOptions csv = AY_CSV_OPTIONS_INIT;

  if (options != NULL)
    csv.source = *options;
  if (format == FORMAT_TSV)
    csv.delimiter = '\t';
  self->table = ay_csv_read (file, &csv, diagnostics, job, error);
  return self->table != NULL;
}

static void
add_array (AySource *self, const char *key, AyArray *array)
{
  Reader *reader = self->reader;

  g_ptr_array_add (self->keys, g_strdup (key));
  g_ptr_array_add (reader->arrays, array);
  g_ptr_array_add (self->arrays, array != NULL && array->matrix != NULL
                                     ? ay_matrix_ref (array->matrix) : NULL);
}

static gboolean
read_single (AySource *self, AyMappedFile *file, Format format, GError **error)
{
  AyArray *array = format == FORMAT_NPY ? ay_npy_read (file, error) : ay_idx_read (file, error);

  if (array != NULL)
    add_array (self, "", array);
  return array != NULL;
}

/* The header of each array is looked at, so that a damaged one is not passed over as if it were not
 * there; one of a kind that cannot be read is told when it is asked for. */
static gboolean
open_npz (AySource *self, AyMappedFile *file, GError **error)
{
  Reader *reader = self->reader;

  reader->npz = ay_npz_open (file, error);
  for (guint i = 0; reader->npz != NULL && i < ay_npz_count (reader->npz); i++)
    {
      g_autoptr (GError) cause = NULL;
      AyShape shape;

      if (!ay_npz_read_shape (reader->npz, i, &shape, NULL, &cause)
          && !g_error_matches (cause, AY_ERROR, AY_ERROR_UNSUPPORTED))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
      add_array (self, ay_npz_name (reader->npz, i), NULL);
    }
  return reader->npz != NULL;
}

static gboolean
open_safetensors (AySource *self, AyMappedFile *file, GError **error)
{
  Reader *reader = self->reader;

  reader->tensors = ay_safetensors_open (file, error);
  for (guint i = 0; reader->tensors != NULL && i < ay_safetensors_count (reader->tensors); i++)
    add_array (self, ay_safetensors_name (reader->tensors, i), NULL);
  return reader->tensors != NULL;
}

static gboolean
open_hdf5 (AySource *self, AyMappedFile *file, gboolean unpacked, GError **error)
{
  Reader *reader = self->reader;

  reader->sets = ay_hdf5_open (file, unpacked, reader->job, error);
  for (guint i = 0; reader->sets != NULL && i < ay_hdf5_count (reader->sets); i++)
    add_array (self, ay_hdf5_name (reader->sets, i), NULL);
  return reader->sets != NULL;
}

/* An array, or a dict of arrays by their names; what else a dict holds is passed over. */
static gboolean
read_pickle (AySource *self, AyMappedFile *file, GError **error)
{
  g_autoptr (AyPickle) pickle = ay_pickle_read (file, error);
  const AyPickleValue *root = pickle != NULL ? ay_pickle_root (pickle) : NULL;
  AyArray *array;

  if (pickle == NULL)
    return FALSE;
  if (root->kind == AY_PICKLE_DICT)
    for (gsize i = 0; i < ay_pickle_size (root); i++)
      {
        const AyPickleValue *name = root->is.items->pdata[2 * i];
        g_autofree char *key = name->kind == AY_PICKLE_TEXT ? ay_pickle_dup_text (name) : NULL;

        array = key != NULL ? ay_pickle_array (root->is.items->pdata[2 * i + 1]) : NULL;
        if (array != NULL)
          add_array (self, key, array);
      }
  else if ((array = ay_pickle_array (root)) != NULL)
    add_array (self, "", array);
  if (self->keys->len > 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s: holds no array or list of equal rows of numbers, and no dict of such"),
               self->path);
  return FALSE;
}

AySource *
ay_source_open (const char *path, const AySourceOptions *options, AyDiagnostics *diagnostics,
                AyJob *job, GError **error)
{
  g_autoptr (AySource) self = source_new (path, job);
  g_autoptr (AyMappedFile) file = NULL, plain = NULL;
  Format format = FORMAT_IMAGES;
  const char *data;
  gsize size;
  gboolean good;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      self->format = g_strdup (format_names[format]);
      self->table = ay_images_read (path, options, diagnostics, job, error);
      return self->table != NULL ? g_steal_pointer (&self) : NULL;
    }
  if ((file = ay_mapped_file_new (path, error)) == NULL
      || (plain = ay_gunzip (file, job, error)) == NULL)
    return NULL;
  data = ay_mapped_file_data (plain, &size);
  if (!find_format (path, data, size, &format, error))
    return NULL;
  self->format = g_strdup (format_names[format]);
  if (format == FORMAT_CSV || format == FORMAT_TSV)
    good = read_delimited (self, plain, format, options, diagnostics, job, error);
  else if (format == FORMAT_JSONL)
    good = ay_jsonl_read (plain, self, diagnostics, job, error);
  else if (format == FORMAT_SAFETENSORS)
    good = open_safetensors (self, plain, error);
  else if (format == FORMAT_HDF5)
    good = open_hdf5 (self, plain, plain != file, error);
  else if (format == FORMAT_PICKLE)
    good = read_pickle (self, plain, error);
  else
    good = format == FORMAT_NPZ ? open_npz (self, plain, error)
                                : read_single (self, plain, format, error);
  return good ? g_steal_pointer (&self) : NULL;
}

static gboolean
no_such_key (const AySource *self, const char *key, GError **error)
{
  GString *list = g_string_new (NULL);
  g_autofree char *text = NULL;

  for (guint i = 0; i < MIN (self->keys->len, 20); i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", (char *) self->keys->pdata[i]);
  if (self->keys->len > 20)
    g_string_append (list, ", ...");
  text = g_string_free (list, FALSE);
  if (self->keys->len == 0)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: holds a table, no arrays"), self->path);
  else if (self->keys->len == 1 && *text == '\0')
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: holds one array without a name, no \"%s\""), self->path, key);
  else if (key == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: holds several arrays, name one of: %s"),
                 self->path, text);
  else
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: holds no array \"%s\", but: %s"),
                 self->path, key, text);
  return FALSE;
}

/* Position of the key; NULL and "" mean the only one. */
static gboolean
find_key (const AySource *self, const char *key, guint *position, GError **error)
{
  if (self->keys->len == 1 && (key == NULL || *key == '\0'))
    {
      *position = 0;
      return TRUE;
    }
  for (guint i = 0; key != NULL && i < self->keys->len; i++)
    if (strcmp (self->keys->pdata[i], key) == 0)
      {
        *position = i;
        return TRUE;
      }
  return no_such_key (self, key, error);
}

/* Reads it if that was not done; FALSE on error. Arrays of JSON lines have no AyArray. */
static gboolean
load_array (AySource *self, guint i, GError **error)
{
  Reader *reader = self->reader;
  AyArray *array;

  if ((reader->npz == NULL && reader->tensors == NULL && reader->sets == NULL)
      || reader->arrays->pdata[i] != NULL)
    return TRUE;
  array = reader->npz != NULL       ? ay_npz_read (reader->npz, i, reader->job, error)
          : reader->tensors != NULL ? ay_safetensors_read (reader->tensors, i, error)
                                    : ay_hdf5_read (reader->sets, i, reader->job, error);
  if (array == NULL)
    return FALSE;
  reader->arrays->pdata[i] = array;
  if (array->matrix != NULL)
    self->arrays->pdata[i] = ay_matrix_ref (array->matrix);
  return TRUE;
}

static AyColumn *
text_of (const AySource *self, guint i)
{
  const Reader *reader = self->reader;
  const AyArray *array = i < reader->arrays->len ? reader->arrays->pdata[i] : NULL;

  return array != NULL ? array->text : NULL;
}

static const char *
separator (const AySource *self, guint i)
{
  return *(const char *) self->keys->pdata[i] != '\0' ? ":" : "";
}

AyMatrix *
ay_source_array (AySource *self, const char *key, GError **error)
{
  guint i;

  if (!find_key (self, key, &i, error) || !load_array (self, i, error))
    return NULL;
  if (self->arrays->pdata[i] == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s%s%s: is an array of strings, not of numbers"), self->path,
                 separator (self, i), (char *) self->keys->pdata[i]);
  return self->arrays->pdata[i];
}

AyColumn *
ay_source_text (AySource *self, const char *key, GError **error)
{
  guint i;

  if (!find_key (self, key, &i, error) || !load_array (self, i, error))
    return NULL;
  if (text_of (self, i) == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s%s%s: is an array of numbers, not of strings"), self->path,
                 separator (self, i), (char *) self->keys->pdata[i]);
  return text_of (self, i);
}

gboolean
ay_source_is_text (AySource *self, const char *key)
{
  const Reader *reader = self->reader;
  gboolean is_text = FALSE;
  AyShape shape;
  guint i;

  if (!find_key (self, key, &i, NULL))
    return FALSE;
  if (reader->npz != NULL && reader->arrays->pdata[i] == NULL)
    return ay_npz_read_shape (reader->npz, i, &shape, &is_text, NULL) && is_text;
  if (reader->sets != NULL)
    return ay_hdf5_is_text (reader->sets, i);
  return text_of (self, i) != NULL;
}

gboolean
ay_source_shape (AySource *self, const char *key, AyShape *shape, GError **error)
{
  const Reader *reader = self->reader;
  const AyMatrix *matrix;
  guint i;

  if (!find_key (self, key, &i, error))
    return FALSE;
  if (i < reader->arrays->len && reader->arrays->pdata[i] != NULL)
    *shape = ((const AyArray *) reader->arrays->pdata[i])->shape;
  else if (reader->npz != NULL)
    return ay_npz_read_shape (reader->npz, i, shape, NULL, error);
  else if (reader->tensors != NULL)
    *shape = *ay_safetensors_shape (reader->tensors, i);
  else if (reader->sets != NULL)
    *shape = *ay_hdf5_shape (reader->sets, i);
  else
    {
      matrix = self->arrays->pdata[i];
      *shape = (AyShape) { 2, { ay_matrix_rows (matrix), ay_matrix_cols (matrix) } };
    }
  return TRUE;
}
