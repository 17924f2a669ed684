/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/build.h"

#include "core/base/column.h"
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((gsize) 1 << 21)
#define ARENA_BLOCK ((gsize) 1 << 18)

/* One mapping for all number columns of a pass. In big pages, where the kernel has them: touching
 * fresh memory for the first time is otherwise dearer than parsing. */
typedef struct
{
  gatomicrefcount ref;
  char *memory;
  gsize size;
} Block;

typedef struct
{
  gatomicrefcount ref;
  AyMappedFile *file;
  GPtrArray *arenas;
} Hold;

static void
block_unref (gpointer data)
{
  Block *block = data;

  if (!g_atomic_ref_count_dec (&block->ref))
    return;
  munmap (block->memory, block->size);
  g_free (block);
}

static Block *
block_ref (Block *block)
{
  g_atomic_ref_count_inc (&block->ref);
  return block;
}

static Block *
block_new (gsize size)
{
  void *memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  Block *block;

  if (memory == MAP_FAILED)
    return NULL;
  if (size >= 2 * HUGE_PAGE)
    madvise (memory, size, MADV_HUGEPAGE);
  block = g_new0 (Block, 1);
  g_atomic_ref_count_init (&block->ref);
  block->memory = memory;
  block->size = size;
  return block;
}

static void
hold_unref (gpointer data)
{
  Hold *hold = data;

  if (!g_atomic_ref_count_dec (&hold->ref))
    return;
  ay_mapped_file_unref (hold->file);
  g_ptr_array_unref (hold->arenas);
  g_free (hold);
}

AyBuild *
ay_build_new (AyMappedFile *file, gsize n_chunks, const gsize *rows)
{
  AyBuild *self = g_new0 (AyBuild, 1);
  Hold *hold = g_new0 (Hold, 1);

  g_atomic_ref_count_init (&hold->ref);
  hold->file = ay_mapped_file_ref (file);
  hold->arenas = g_ptr_array_new_with_free_func ((GDestroyNotify) g_string_chunk_free);
  self->hold = hold;
  self->file = file;
  self->columns = g_ptr_array_new ();
  self->n_chunks = n_chunks;
  self->first = g_new0 (gsize, n_chunks + 1);
  self->used = g_new0 (gsize, n_chunks + 1);
  for (gsize k = 0; k < n_chunks; k++)
    self->first[k + 1] = self->first[k] + rows[k];
  self->n_workers = ay_threads ();
  self->interns = g_new0 (AyIntern *, self->n_workers);
  self->arenas = g_new0 (GStringChunk *, self->n_workers);
  return self;
}

static void
clear_words (AyBuild *self, AyBuildColumn *column)
{
  for (gsize k = 0; column->words != NULL && k < self->n_chunks; k++)
    g_free (column->words[k]);
  g_clear_pointer (&column->words, g_free);
  g_clear_pointer (&column->n_words, g_free);
}

static void
clear_interns (AyBuild *self)
{
  for (guint w = 0; w < self->n_workers; w++)
    {
      for (guint i = 0; self->interns[w] != NULL && i < self->columns->len; i++)
        ay_intern_clear (&self->interns[w][i]);
      g_clear_pointer (&self->interns[w], g_free);
    }
}

/* From now on the text columns keep what was unescaped. */
static void
hold_arenas (AyBuild *self)
{
  Hold *hold = self->hold;

  for (guint w = 0; w < self->n_workers; w++)
    if (self->arenas[w] != NULL)
      g_ptr_array_add (hold->arenas, g_steal_pointer (&self->arenas[w]));
}

void
ay_build_free (AyBuild *self)
{
  if (self == NULL)
    return;
  clear_interns (self);
  hold_arenas (self);
  for (guint i = 0; i < self->columns->len; i++)
    {
      AyBuildColumn *column = ay_build_column (self, i);

      clear_words (self, column);
      g_clear_pointer (&column->block, block_unref);
      g_free (column->codes);
      g_free (column->offset);
      g_free (column->length);
      g_strfreev (column->names);
      g_free (column->name);
      g_free (column);
    }
  g_ptr_array_unref (self->columns);
  hold_unref (self->hold);
  g_free (self->interns);
  g_free (self->arenas);
  g_free (self->first);
  g_free (self->used);
  g_free (self);
}

AyBuildColumn *
ay_build_add (AyBuild *self, const char *name, AyBuildKind kind, gsize width)
{
  AyBuildColumn *column = g_new0 (AyBuildColumn, 1);

  column->name = g_strdup (name);
  column->kind = kind;
  column->width = width;
  column->active = TRUE;
  g_ptr_array_add (self->columns, column);
  return column;
}

static gboolean
no_memory (AyBuild *self, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_NOMEM,
               N_ ("%s: not enough memory for %zu rows of %u columns"),
               ay_mapped_file_path (self->file), self->first[self->n_chunks], self->columns->len);
  return FALSE;
}

static gboolean
is_numeric (const AyBuildColumn *column)
{
  return column->kind == AY_BUILD_NUMBER || column->kind == AY_BUILD_VECTOR;
}

static gboolean
allocate_numbers (AyBuild *self, GError **error)
{
  gsize rows = self->first[self->n_chunks], total = 0, bytes;
  double *next;
  Block *block;

  for (guint i = 0; i < self->columns->len; i++)
    {
      AyBuildColumn *column = ay_build_column (self, i);

      if (column->active && is_numeric (column)
          && (!g_size_checked_mul (&bytes, MAX (rows, 1), column->width * sizeof (double))
              || !g_size_checked_add (&total, total, bytes)))
        return no_memory (self, error);
    }
  if (total == 0)
    return TRUE;
  block = block_new (total);
  if (block == NULL)
    return no_memory (self, error);
  next = (double *) block->memory;
  for (guint i = 0; i < self->columns->len; i++)
    {
      AyBuildColumn *column = ay_build_column (self, i);

      if (!column->active || !is_numeric (column))
        continue;
      column->block = block_ref (block);
      column->numbers = next;
      next += MAX (rows, 1) * column->width;
    }
  block_unref (block);
  return TRUE;
}

gboolean
ay_build_allocate (AyBuild *self, GError **error)
{
  gsize rows = MAX (self->first[self->n_chunks], 1);

  if (!allocate_numbers (self, error))
    return FALSE;
  for (guint i = 0; i < self->columns->len; i++)
    {
      AyBuildColumn *column = ay_build_column (self, i);

      if (!column->active || is_numeric (column))
        continue;
      if (column->kind == AY_BUILD_CATEGORY)
        {
          column->codes = g_try_new (guint32, rows);
          column->words = g_new0 (AyInternText *, self->n_chunks);
          column->n_words = g_new0 (guint32, self->n_chunks);
        }
      else
        {
          column->offset = g_try_new (guint64, rows);
          column->length = g_try_new (guint32, rows);
        }
      if (column->codes == NULL && (column->offset == NULL || column->length == NULL))
        return no_memory (self, error);
    }
  return TRUE;
}

void
ay_build_blank (AyBuild *self, gsize chunk)
{
  gsize from = self->first[chunk], to = self->first[chunk + 1];

  for (guint i = 0; i < self->columns->len; i++)
    {
      AyBuildColumn *column = ay_build_column (self, i);

      if (!column->active)
        continue;
      for (gsize at = from * column->width; is_numeric (column) && at < to * column->width; at++)
        column->numbers[at] = (double) NAN;
      if (column->kind == AY_BUILD_CATEGORY)
        memset (column->codes + from, 0xff, (to - from) * sizeof *column->codes);
      if (column->kind == AY_BUILD_TEXT)
        memset (column->length + from, 0xff, (to - from) * sizeof *column->length);
    }
}

void
ay_build_chunk_begin (AyBuild *self, guint worker)
{
  if (self->interns[worker] == NULL)
    self->interns[worker] = g_new0 (AyIntern, self->columns->len);
  for (guint i = 0; i < self->columns->len; i++)
    ay_intern_reset (&self->interns[worker][i]);
}

void
ay_build_chunk_end (AyBuild *self, gsize chunk, guint worker, gsize used)
{
  self->used[chunk] = used;
  for (guint i = 0; i < self->columns->len; i++)
    {
      AyBuildColumn *column = ay_build_column (self, i);
      AyIntern *intern = &self->interns[worker][i];

      if (!column->active || column->kind != AY_BUILD_CATEGORY)
        continue;
      column->words[chunk] = g_memdup2 (intern->texts, intern->n * sizeof *intern->texts);
      column->n_words[chunk] = intern->n;
    }
}

const char *
ay_build_keep (AyBuild *self, guint worker, const char *text, gsize length)
{
  /* A worker's own, and only ever added to: its texts do not move. */
  if (self->arenas[worker] == NULL)
    self->arenas[worker] = g_string_chunk_new (ARENA_BLOCK);
  return g_string_chunk_insert_len (self->arenas[worker], text, (gssize) length);
}

void
ay_build_text (AyBuild *self, guint column, guint worker, gsize row, const char *text,
               gsize length)
{
  AyBuildColumn *into = ay_build_column (self, column);
  gsize size;

  if (into->kind == AY_BUILD_TEXT)
    {
      into->offset[row] = ay_text_offset (ay_mapped_file_data (self->file, &size), text);
      into->length[row] = (guint32) length;
      return;
    }
  if (length > AY_BUILD_SHORT || self->interns[worker][column].n > 65536)
    ay_build_fail (into);
  else
    into->codes[row] = ay_intern_code (&self->interns[worker][column], text, length);
}

static guint
most_words (const AyBuild *self)
{
  gsize rows = 0;

  for (gsize k = 0; k < self->n_chunks; k++)
    rows += self->used[k];
  return (guint) CLAMP (rows / 10, 64, 65536);
}

static char **
dup_words (const AyIntern *intern)
{
  char **names = g_new (char *, (gsize) intern->n + 1);

  for (guint code = 0; code < intern->n; code++)
    names[code] = g_strndup (intern->texts[code].text, intern->texts[code].length);
  names[intern->n] = NULL;
  return names;
}

/* Joins the chunks' dictionaries, in their order, and rewrites the codes. */
static void
settle_category (gsize i, guint worker, gpointer data)
{
  AyBuild *self = data;
  AyBuildColumn *column = ay_build_column (self, (guint) i);
  AyIntern all = AY_INTERN_INIT;

  if (!column->active || column->kind != AY_BUILD_CATEGORY || column->failed)
    return;
  for (gsize k = 0; k < self->n_chunks && !column->failed; k++)
    {
      guint32 *codes = column->codes + self->first[k];
      g_autofree guint32 *map = g_new (guint32, column->n_words[k] + 1);

      for (guint c = 0; c < column->n_words[k]; c++)
        map[c] = ay_intern_code (&all, column->words[k][c].text, column->words[k][c].length);
      for (gsize row = 0; row < self->used[k]; row++)
        codes[row] = codes[row] == AY_CODE_MISSING ? AY_CODE_MISSING : map[codes[row]];
      column->failed = all.n > most_words (self);
    }
  if (!column->failed)
    column->names = dup_words (&all);
  ay_intern_clear (&all);
}

gboolean
ay_build_settle (AyBuild *self)
{
  gboolean again = FALSE;

  clear_interns (self);
  ay_parallel_for (self->columns->len, settle_category, self, NULL, NULL);
  for (guint i = 0; i < self->columns->len; i++)
    {
      AyBuildColumn *column = ay_build_column (self, i);

      clear_words (self, column);
      column->active = column->active && column->failed;
      if (!column->active)
        continue;
      g_clear_pointer (&column->block, block_unref);
      g_clear_pointer (&column->codes, g_free);
      column->numbers = NULL;
      column->kind = AY_BUILD_TEXT;
      column->width = 1;
      column->failed = FALSE;
      again = TRUE;
    }
  return again;
}

/* Closes the gaps that rows of no account left behind each chunk. */
static void
compact (const AyBuild *self, void *array, gsize width)
{
  char *bytes = array;
  gsize at = 0;

  for (gsize k = 0; array != NULL && k < self->n_chunks; at += self->used[k++])
    if (at != self->first[k])
      memmove (bytes + at * width, bytes + self->first[k] * width, self->used[k] * width);
}

static void
finish_column (gsize i, guint worker, gpointer data)
{
  AyBuild *self = data;
  AyBuildColumn *column = ay_build_column (self, (guint) i);
  AyIntern intern = AY_INTERN_INIT;
  guint most = most_words (self);
  gsize size, row, rows = 0;
  const char *base = ay_mapped_file_data (self->file, &size);

  compact (self, column->numbers, column->width * sizeof (double));
  compact (self, column->codes, sizeof (guint32));
  compact (self, column->offset, sizeof (guint64));
  compact (self, column->length, sizeof (guint32));
  if (column->kind != AY_BUILD_TEXT)
    return;
  for (gsize k = 0; k < self->n_chunks; k++)
    rows += self->used[k];
  g_autofree guint32 *codes = g_try_new (guint32, MAX (rows, 1));

  for (row = 0; codes != NULL && row < rows && intern.n <= most; row++)
    if (column->length[row] == AY_CODE_MISSING)
      codes[row] = AY_CODE_MISSING;
    else if (column->length[row] > AY_BUILD_SHORT)
      break;
    else
      codes[row] = ay_intern_code (
          &intern, (const char *) ((guintptr) base + (guintptr) column->offset[row]),
          column->length[row]);
  if (codes != NULL && row == rows && intern.n <= most)
    {
      column->kind = AY_BUILD_CATEGORY;
      column->codes = g_steal_pointer (&codes);
      column->names = dup_words (&intern);
    }
  ay_intern_clear (&intern);
}

static AyColumn *
take_column (AyBuild *self, AyBuildColumn *column, gsize rows)
{
  Hold *hold = self->hold;
  gsize size;

  switch (column->kind)
    {
    case AY_BUILD_NUMBER:
      return ay_column_wrap_number (column->name, rows, column->numbers, !column->fractions,
                                    g_steal_pointer (&column->block), block_unref);
    case AY_BUILD_CATEGORY:
      return ay_column_take_category (column->name, rows, g_steal_pointer (&column->codes),
                                      g_steal_pointer (&column->names));
    default:
      g_atomic_ref_count_inc (&hold->ref);
      return ay_column_take_text (column->name, rows, g_steal_pointer (&column->offset),
                                  g_steal_pointer (&column->length),
                                  ay_mapped_file_data (self->file, &size), hold, hold_unref);
    }
}

AyTable *
ay_build_finish (AyBuild *self, GPtrArray *keys, GPtrArray *arrays)
{
  gsize rows = 0;
  AyTable *table;

  hold_arenas (self);
  ay_parallel_for (self->columns->len, finish_column, self, NULL, NULL);
  for (gsize k = 0; k < self->n_chunks; k++)
    rows += self->used[k];
  table = ay_table_new (rows);
  for (guint i = 0; i < self->columns->len; i++)
    {
      AyBuildColumn *column = ay_build_column (self, i);

      if (column->kind != AY_BUILD_VECTOR)
        {
          ay_table_take (table, take_column (self, column, rows));
          continue;
        }
      g_ptr_array_add (keys, g_strdup (column->name));
      g_ptr_array_add (arrays, ay_matrix_wrap (rows, column->width, AY_DTYPE_F64, FALSE, FALSE,
                                               column->numbers, g_steal_pointer (&column->block),
                                               block_unref));
    }
  return table;
}
