/* SPDX-License-Identifier: GPL-3.0-or-later */

/* JSON lines to typed columns. A line feed cannot be within a JSON string, so that a line is an
 * object, and the file is cut into chunks of about 1 MiB at line feeds; an array of objects is cut
 * between objects by a scan for its commas. Chunks are read on all cores by simdjson's on-demand
 * parser (Keiser and Lemire, "On-demand JSON: a better way to parse documents?", Software: Practice
 * and Experience 2024). In principle there are two passes:
 *
 * 1. which fields there are, of which kinds, and how many rows, without converting values; the
 *    chunks' findings are joined in their order, so that columns come by first appearance;
 * 2. the values, straight to their place in columns that were allocated once.
 *
 * Most files say all about their fields in the first chunk. So the first pass looks at that one
 * alone, lines are counted for the number of rows, and only when the second pass meets a value that
 * its column cannot hold is everything begun anew with a full first pass: the result is the same.
 * Memory: the columns; texts without escapes refer to the mapped file. Chunks do not depend on the
 * number of threads; neither does the result. */

#include "core/data/reader_jsonl.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"
#include "core/data/build.h"
#include "core/data/cells.h"
#include "core/data/json_cut.h"
#include "core/data/json_fields.h"
#include "core/shim/jsonlines.h"

#include "assay-config.h"

#include <math.h>
#include <string.h>

#ifdef AY_HAVE_SIMDJSON

typedef struct
{
  gsize rows;
  AyJsonFields *fields;
  char *problem;        /* (nullable) what is wrong first, at byte `place` */
  gsize place;
} Chunk;

typedef struct
{
  AyTextFile file;
  AyJob *job;
  AyJsonCut cut;
  gsize n_chunks;
  Chunk *chunks;
  AyJsonFields *fields; /* of all chunks */
  AyBuild *build;       /* second pass */
  gint done;
  gint worst;           /* lowest chunk with a problem */
  gint odd;             /* a value that no column can hold was met */
} Reader;

/* A worker on one chunk. */
typedef struct
{
  Reader *reader;
  Chunk *chunk;
  guint worker;
  gsize row;
  AyJsonLines *lines;
  AyJsonField *field[AY_JSON_DEPTH]; /* the object that is open at each depth */
  guint hint[AY_JSON_DEPTH];
  guint depth;
  char *copy;           /* of the text being read, near the file's end; else NULL */
  gsize copy_room;
  const char *original; /* what it is a copy of */
} Walker;

static const char *
read_object (Walker *walker, const AyJsonEvents *events, const AyJsonSpan *object)
{
  const AyTextFile *file = &walker->reader->file;
  const char *text = file->data + object->from;
  gsize length = object->to - object->from;

  walker->original = NULL;
  if (file->size - object->to < AY_JSON_PADDING)
    {
      if (length + AY_JSON_PADDING > walker->copy_room)
        {
          walker->copy_room = length + AY_JSON_PADDING;
          walker->copy = g_realloc (walker->copy, walker->copy_room);
        }
      memcpy (walker->copy, text, length);
      memset (walker->copy + length, 0, AY_JSON_PADDING);
      walker->original = text;
      text = walker->copy;
    }
  walker->depth = 0;
  walker->hint[0] = 0;
  return ay_json_lines_read (walker->lines, text, length, events, walker);
}

static void
set_worst (Reader *self, gsize chunk)
{
  gint before = g_atomic_int_get (&self->worst);

  while ((gint) chunk < before
         && !g_atomic_int_compare_and_exchange (&self->worst, before, (gint) chunk))
    before = g_atomic_int_get (&self->worst);
}

static void
set_problem (Walker *walker, gsize place, const char *what)
{
  gsize length;
  const char *key = ay_json_lines_key (walker->lines, &length);

  walker->chunk->place = place;
  if (length == 0)
    walker->chunk->problem = g_strdup (what);
  else
    {
      g_autofree char *name = g_utf8_make_valid (key, (gssize) MIN (length, 80));
      g_autofree char *line = g_strdelimit (g_strdup (name), "\r\n\t", ' ');

      walker->chunk->problem = g_strdup_printf ("field \"%s\": %s", line, what);
    }
}

/* All objects of a chunk; rows are counted. */
static void
read_objects (Reader *self, gsize k, guint worker, const AyJsonEvents *events)
{
  Chunk *chunk = &self->chunks[k];
  Walker walker = { .reader = self, .chunk = chunk, .worker = worker };
  const AyJsonSpan *span = &g_array_index (self->cut.chunks, AyJsonSpan, k);
  AyJsonSpan object;
  gsize at = span->from;

  walker.lines = ay_json_lines_new ();
  walker.field[0] = self->build != NULL ? self->fields->root : chunk->fields->root;
  walker.row = self->build != NULL ? self->build->first[k] : 0;
  while (chunk->problem == NULL && !g_atomic_int_get (&self->odd)
         && ay_json_cut_next (&self->cut, span, &at, &object))
    {
      const char *problem = walker.lines == NULL ? "not enough memory"
                                                 : read_object (&walker, events, &object);

      if (problem != NULL)
        {
          set_problem (&walker, object.from, problem);
          set_worst (self, k);
        }
      walker.row++;
    }
  chunk->rows = walker.row - (self->build != NULL ? self->build->first[k] : 0);
  ay_json_lines_free (walker.lines);
  g_free (walker.copy);
  ay_job_set_fraction (self->job, (g_atomic_int_add (&self->done, 1) + 1.0) / self->n_chunks);
}

/* Into an object: `add` on the first pass, which makes the fields. */
static void
enter (Walker *walker, const char *key, gsize length, gboolean add)
{
  AyJsonField *field = walker->field[walker->depth];

  if (field != NULL)
    field = ay_json_field_child (field, key, length, &walker->hint[walker->depth], add);
  walker->depth++;
  walker->field[walker->depth] = field;
  walker->hint[walker->depth] = 0;
}

static void
enter_new (const char *key, gsize length, gpointer data)
{
  enter (data, key, length, TRUE);
}

static void
enter_known (const char *key, gsize length, gpointer data)
{
  enter (data, key, length, FALSE);
}

static void
leave (gpointer data)
{
  ((Walker *) data)->depth--;
}

static void
note_value (const char *key, gsize length, const AyJsonValue *value, gpointer data)
{
  Walker *walker = data;
  guint depth = walker->depth;
  AyJsonField *field = ay_json_field_child (walker->field[depth], key, length,
                                            &walker->hint[depth], TRUE);

  ay_json_fields_note (walker->chunk->fields, field, value);
}

/* FALSE when the column cannot hold the value. */
static gboolean
store_numbers (AyBuildColumn *column, gsize row, const AyJsonValue *value)
{
  AyJsonKind wanted = column->kind == AY_BUILD_NUMBER ? AY_JSON_NUMBER : AY_JSON_VECTOR;
  const double *numbers = wanted == AY_JSON_NUMBER ? &value->number : value->numbers;
  double *out = column->numbers + row * column->width;

  if (value->kind != wanted)
    {
      for (gsize j = 0; j < column->width; j++)
        out[j] = (double) NAN;
      return value->kind == AY_JSON_NULL;
    }
  if (wanted == AY_JSON_VECTOR && value->n_numbers != column->width)
    return FALSE;
  if (wanted == AY_JSON_NUMBER && ay_cell_is_too_long (value->text, value->length))
    return FALSE;
  memcpy (out, numbers, column->width * sizeof *out);
  if (wanted == AY_JSON_NUMBER && !isnan (*out) && *out != floor (*out)
      && !g_atomic_int_get (&column->fractions))
    g_atomic_int_set (&column->fractions, TRUE);
  return TRUE;
}

static void
store_value (const char *key, gsize length, const AyJsonValue *value, gpointer data)
{
  Walker *walker = data;
  guint depth = walker->depth;
  AyBuild *build = walker->reader->build;
  AyJsonField *field = walker->field[depth];
  AyBuildColumn *column;
  const char *text = value->text;

  if (field != NULL)
    field = ay_json_field_child (field, key, length, &walker->hint[depth], FALSE);

  if (field == NULL || field->column < 0)
    {
      if (field == NULL || value->kind != AY_JSON_NULL)
        g_atomic_int_set (&walker->reader->odd, TRUE);
      return;
    }
  column = ay_build_column (build, (guint) field->column);
  if (column->kind == AY_BUILD_NUMBER || column->kind == AY_BUILD_VECTOR)
    {
      if (!store_numbers (column, walker->row, value))
        g_atomic_int_set (&walker->reader->odd, TRUE);
    }
  else if (value->kind == AY_JSON_NULL)
    column->length[walker->row] = AY_CODE_MISSING;
  else
    {
      if (value->escaped)
        text = ay_build_keep (build, walker->worker, text, value->length);
      else if (walker->original != NULL)
        text = walker->original + (text - walker->copy);
      ay_build_text (build, (guint) field->column, walker->worker, walker->row, text,
                     value->length);
    }
}

static void
find_fields (gsize k, guint worker, gpointer data)
{
  static const AyJsonEvents events = { enter_new, leave, note_value, TRUE };
  Reader *self = data;

  if ((gsize) g_atomic_int_get (&self->worst) < k)
    return;
  self->chunks[k].fields = ay_json_fields_new ();
  read_objects (self, k, worker, &events);
}

static void
read_values (gsize k, guint worker, gpointer data)
{
  static const AyJsonEvents events = { enter_known, leave, store_value, FALSE };
  Reader *self = data;

  ay_build_blank (self->build, k);
  ay_build_chunk_begin (self->build, worker);
  read_objects (self, k, worker, &events);
  ay_build_chunk_end (self->build, k, worker, self->chunks[k].rows);
}

/* What a field's values make: columns of numbers or texts, or a matrix. */
static AyBuildKind
kind_of (const AyJsonField *field)
{
  guint kinds = field->kinds & ~(1u << AY_JSON_NULL);

  if (kinds == 0 || (kinds == 1u << AY_JSON_NUMBER && field->exact))
    return AY_BUILD_NUMBER;
  return kinds == 1u << AY_JSON_VECTOR && field->width > 0 ? AY_BUILD_VECTOR : AY_BUILD_TEXT;
}

static char *
distinct_name (GHashTable *seen, const AyJsonField *field)
{
  g_autofree char *wish = ay_json_field_name (field);
  char *name = g_strdup (wish);

  for (guint k = 1; g_hash_table_contains (seen, name); k++)
    {
      g_free (name);
      name = g_strdup_printf ("%s.%u", wish, k);
    }
  g_hash_table_add (seen, name);
  return name;
}

static void
add_columns (Reader *self)
{
  g_autoptr (GHashTable) seen
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < self->fields->leaves->len; i++)
    {
      AyJsonField *field = self->fields->leaves->pdata[i];
      AyBuildKind kind = kind_of (field);
      const char *name;

      /* null in place of an object says that its fields are missing */
      if (field->children != NULL && field->kinds == 1u << AY_JSON_NULL)
        continue;
      name = distinct_name (seen, field);
      field->column = (gint) self->build->columns->len;
      ay_build_add (self->build, name, kind, kind == AY_BUILD_VECTOR ? field->width : 1);
    }
}

/* Rows that have no array where others do are rows of NaN: that is said. */
static void
say_missing_arrays (const Reader *self, const AySource *into, guint first,
                    AyDiagnostics *diagnostics)
{
  for (guint k = first; k < into->keys->len; k++)
    {
      AyMatrix *matrix = into->arrays->pdata[k];
      gsize rows = ay_matrix_rows (matrix), missing = 0;

      for (gsize row = 0; row < rows; row++)
        missing += isnan (ay_matrix_value (matrix, row, 0));
      if (missing > 0)
        ay_diagnostics_add (diagnostics, "missing-array",
                            N_ ("%s: field \"%s\" is absent, null or NaN in %zu of %zu rows"),
                            self->file.path, (char *) into->keys->pdata[k], missing, rows);
    }
}

static gboolean
check_chunks (const Reader *self, GError **error)
{
  const Chunk *chunk;

  if (self->worst == G_MAXINT)
    return TRUE;
  chunk = &self->chunks[self->worst];
  return ay_text_file_fail_line (&self->file, chunk->place, error, "%s", chunk->problem);
}

static void
count_lines (gsize k, guint worker, gpointer data)
{
  Reader *self = data;

  self->chunks[k].rows
      = ay_json_cut_most (&self->cut, &g_array_index (self->cut.chunks, AyJsonSpan, k));
}

/* Fields and numbers of rows; quick: the fields of the first chunk, and rows at most. */
static gboolean
first_pass (Reader *self, gboolean quick, GError **error)
{
  gsize n = quick ? 1 : self->n_chunks;

  self->done = 0;
  ay_job_set_phase (self->job, "finding the fields");
  if (!ay_parallel_for (n, find_fields, self, self->job, error) || !check_chunks (self, error)
      || (quick && !ay_parallel_for (self->n_chunks, count_lines, self, self->job, error)))
    return FALSE;
  self->fields = ay_json_fields_new ();
  for (gsize k = 0; k < n; k++)
    ay_json_fields_merge (self->fields, self->chunks[k].fields);
  return self->fields->root->children != NULL
         || ay_text_file_fail_line (&self->file, 0, error, N_ ("there are no fields"));
}

static gboolean
second_pass (Reader *self, GError **error)
{
  g_autofree gsize *rows = g_new (gsize, self->n_chunks);

  for (gsize k = 0; k < self->n_chunks; k++)
    rows[k] = self->chunks[k].rows;
  self->build = ay_build_new (self->file.file, self->n_chunks, rows);
  add_columns (self);
  self->done = 0;
  ay_job_set_phase (self->job, "reading rows");
  return ay_build_allocate (self->build, error)
         && ay_parallel_for (self->n_chunks, read_values, self, self->job, error);
}

/* Gives back what was found. */
static void
clear_findings (Reader *self)
{
  for (gsize k = 0; k < self->n_chunks; k++)
    {
      Chunk *chunk = &self->chunks[k];

      g_clear_pointer (&chunk->fields, ay_json_fields_free);
      g_clear_pointer (&chunk->problem, g_free);
      chunk->rows = 0;
    }
  g_clear_pointer (&self->build, ay_build_free);
  g_clear_pointer (&self->fields, ay_json_fields_free);
  self->odd = FALSE;
  self->worst = G_MAXINT;
}

static gboolean
read_all (Reader *self, GError **error)
{
  gboolean quick;

  if (!ay_json_cut (&self->cut, &self->file, self->job, error))
    return FALSE;
  self->n_chunks = self->cut.chunks->len;
  self->chunks = g_new0 (Chunk, self->n_chunks);
  quick = !self->cut.array && self->n_chunks > 1;
  if (!first_pass (self, quick, error) || !second_pass (self, error))
    return FALSE;
  if (quick && (self->odd || self->worst != G_MAXINT))
    {
      clear_findings (self);
      if (!first_pass (self, FALSE, error) || !second_pass (self, error))
        return FALSE;
    }
  return check_chunks (self, error);
}

gboolean
ay_jsonl_read (AyMappedFile *file, AySource *into, AyDiagnostics *diagnostics, AyJob *job,
               GError **error)
{
  Reader self = { .job = job, .worst = G_MAXINT };
  guint before = into->keys->len;
  gboolean good;

  if (!ay_text_file_open (&self.file, file, &(AyTextForm) { FALSE, FALSE, job }, error))
    return FALSE;
  good = read_all (&self, error);
  if (good)
    {
      into->table = ay_build_finish (self.build, into->keys, into->arrays);
      say_missing_arrays (&self, into, before, diagnostics);
    }
  clear_findings (&self);
  g_free (self.chunks);
  ay_json_cut_clear (&self.cut);
  ay_text_file_close (&self.file);
  return good;
}

#else

gboolean
ay_jsonl_read (AyMappedFile *file, AySource *into, AyDiagnostics *diagnostics, AyJob *job,
               GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
               N_ ("%s: JSON lines are not supported: built without simdjson"),
               ay_mapped_file_path (file));
  return FALSE;
}

#endif
