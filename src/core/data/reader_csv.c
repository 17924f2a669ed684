/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Delimited text to typed columns, in two passes over the mapped file, both on all cores.
 *
 * 1. The first rows tell delimiter, header, width and the likely kind of each column (csv_head).
 * 2. The body is cut into chunks of 1 MiB, moved to the next line feed. Each is surveyed for both
 *    states it may begin in, and for bytes that are no text (csv_scan); then the states and the
 *    greatest number of rows of each chunk are known, and the columns are allocated, once.
 * 3. Each chunk is indexed and converted, some 32 KiB at a time and column by column within them,
 *    straight to its rows of the columns (cells, build). A cell that contradicts its column's kind
 *    marks the column; marked columns are read again as text.
 *
 * Cost: one look at each byte for the survey, one for the index, some tens of cycles a number.
 * Memory: the columns, in big pages; the file is never copied, text cells refer to it. Chunks do
 * not depend on the number of threads; neither does the result. */

#include "core/data/reader_csv.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"
#include "core/data/build.h"
#include "core/data/cell_style.h"
#include "core/data/text_file.h"
#include "core/data/csv_head.h"
#include "core/data/csv_scan.h"

#include <string.h>

#define CHUNK ((gsize) 1 << 20)
#define BATCH ((gsize) 1 << 15)

/* What one chunk found. */
typedef struct
{
  gsize from, to;     /* its bytes */
  gsize start;        /* its first row's first byte; `to` or beyond: it has none */
  gsize blank;        /* empty lines */
  gsize ragged;       /* rows of a wrong field count */
  gsize first_ragged; /* where the first of them begins */
  guint fields;       /* and how many it has */
  gboolean too_long;  /* a row of 4 GiB or more begins at first_ragged */
} Chunk;

typedef struct
{
  const AyCsvOptions *options;
  AyDiagnostics *diagnostics;
  AyJob *job;
  AyTextFile file;
  AyCsvText text;     /* of the file, with the way to read it */
  AyCsvHead head;
  gsize n_chunks;
  Chunk *chunks;
  AyCsvSurvey *surveys;
  AyBuild *build;
  gint done;          /* chunks of this pass */
  gint worst;         /* lowest chunk with a fatal row */
} Reader;

/* A worker's view of the chunk it converts. */
typedef struct
{
  Reader *reader;
  Chunk *chunk;
  guint worker;
  gsize row;      /* of the table, next to be written */
  AyCsvIndex index;
  guint32 *rows;  /* in index.ends, of the rows of this batch */
  gsize rows_room;
  char *plain;    /* an unescaped cell */
  gsize plain_room;
} Worker;

static void
set_progress (Reader *self)
{
  int done = g_atomic_int_add (&self->done, 1) + 1;

  ay_job_set_fraction (self->job, (double) done / self->n_chunks);
}

/* Chunks begin after the first line feed at or after a multiple of their size. */
static void
cut_chunks (Reader *self)
{
  gsize from = self->head.body, size = self->text.size;

  self->n_chunks = MAX (ay_n_blocks (size - from, CHUNK), 1);
  self->chunks = g_new0 (Chunk, self->n_chunks);
  self->surveys = g_new0 (AyCsvSurvey, self->n_chunks);
  for (gsize k = 0; k < self->n_chunks; k++)
    {
      gsize to = MIN (self->head.body + (k + 1) * CHUNK, size);
      const char *end = NULL;

      if (to <= from)
        to = from;
      else if (to < size)
        {
          end = memchr (self->text.data + to - 1, '\n', size - to + 1);
          to = end != NULL ? (gsize) (end - self->text.data) + 1 : size;
        }
      self->chunks[k].from = from;
      self->chunks[k].to = from = to;
    }
}

static void
survey_chunk (gsize k, guint worker, gpointer data)
{
  Reader *self = data;

  ay_csv_survey (&self->text, self->chunks[k].from, self->chunks[k].to, &self->surveys[k]);
  set_progress (self);
}

/* Rows of a chunk that can be right: each has all its delimiters and an end. */
static gsize
limit_rows (const Reader *self, gsize rows, gsize bytes)
{
  if (self->options->source.ragged == AY_RAGGED_PAD)
    return rows;
  return MIN (rows, bytes / self->head.width + 1);
}

/* Follows the quotes through the chunks: where each one's first row begins, and how many it may
 * have. FALSE when a quote is open at the end; *stray counts oddities. */
static gboolean
follow_quotes (Reader *self, gsize *rows, gsize *opened, gsize *stray)
{
  gboolean inside = FALSE;

  *stray = 0;
  for (gsize k = 0; k < self->n_chunks; k++)
    {
      const AyCsvStretch *stretch = &self->surveys[k].outside_inside[inside];
      Chunk *chunk = &self->chunks[k];

      chunk->start = inside ? stretch->first : chunk->from;
      /* A row begins at the chunk's start and after each line feed; what begins at its end is the
       * next chunk's. */
      rows[k] = stretch->newlines + !inside;
      if (chunk->to > chunk->from && !stretch->end.inside && self->text.data[chunk->to - 1] == '\n')
        rows[k]--;
      rows[k] = chunk->to == chunk->from ? 0 : limit_rows (self, rows[k], chunk->to - chunk->from);
      /* A quote that was open before is not one that opens at the chunk's start. */
      if (stretch->end.inside && !(inside && stretch->end.opened == chunk->from))
        *opened = stretch->end.opened;
      *stray += stretch->end.stray;
      inside = stretch->end.inside;
    }
  return !inside;
}

static gboolean
find_fault (const Reader *self, GError **error)
{
  AyCsvSurvey head;

  /* The header is no part of the chunks. */
  ay_csv_survey (&self->text, 0, self->head.body, &head);
  if (head.fault != G_MAXSIZE)
    return ay_text_file_fail_byte (&self->file, head.fault, error);
  for (gsize k = 0; k < self->n_chunks; k++)
    if (self->surveys[k].fault != G_MAXSIZE)
      return ay_text_file_fail_byte (&self->file, self->surveys[k].fault, error);
  return TRUE;
}

/* The rows that belong to the batch: those of the right width, or mended. FALSE when the chunk is
 * done. */
static gboolean
collect_rows (Worker *worker, gsize *n_rows)
{
  Reader *self = worker->reader;
  AyCsvIndex *index = &worker->index;
  Chunk *chunk = worker->chunk;
  guint width = self->head.width;
  gsize made_up = index->n_ends;

  *n_rows = 0;
  if (worker->rows_room < index->n_rows)
    {
      worker->rows_room = index->n_rows * 2;
      worker->rows = g_renew (guint32, worker->rows, worker->rows_room);
    }
  for (gsize r = 0; r < index->n_rows; r++)
    {
      guint32 first = r == 0 ? 1 : index->row_ends[r - 1] + 1;
      guint32 fields = index->row_ends[r] - first + 1;
      guint32 start = index->ends[first - 1] + 1, end = index->ends[index->row_ends[r]];
      gsize place = index->base + start;
      const char *line = self->text.data + place;

      if (place >= chunk->to)
        return FALSE;
      if (fields == 1 && (end == start || (end == start + 1 && *line == '\r')))
        chunk->blank++;
      else if (fields == width)
        worker->rows[(*n_rows)++] = first;
      else
        {
          if (chunk->ragged++ == 0)
            {
              chunk->first_ragged = place;
              chunk->fields = fields;
            }
          if (self->options->source.ragged == AY_RAGGED_ERROR)
            return FALSE;
          if (self->options->source.ragged == AY_RAGGED_SKIP)
            continue;
          ay_csv_index_reserve (index, made_up - index->n_ends + width + 1);
          index->ends[made_up++] = index->ends[first - 1];
          worker->rows[(*n_rows)++] = (guint32) made_up;
          for (guint c = 0; c < width; c++)
            index->ends[made_up++] = index->ends[first + MIN (c, fields - 1)];
          if (fields < width && end > start && self->text.data[index->base + end - 1] == '\r')
            for (guint c = fields - 1; c < width; c++)
              index->ends[made_up - width + c]--;
        }
    }
  return TRUE;
}

static void
read_texts (Worker *worker, const AyCells *cells, guint column)
{
  AyBuild *build = worker->reader->build;
  AyBuildColumn *into = ay_build_column (build, column);

  for (gsize r = 0; r < cells->n_rows; r++)
    {
      gsize length, row = worker->row + r;
      const char *text = ay_cells_get (cells, r, column, &length);

      for (; worker->reader->head.blanks && length > 0 && *text == ' '; text++)
        length--;
      if (length > 0 && *text == '"' && worker->reader->text.quotes
          && !ay_cell_strip_quotes (&text, &length))
        {
          if (length > worker->plain_room)
            {
              worker->plain_room = length * 2;
              worker->plain = g_realloc (worker->plain, worker->plain_room);
            }
          length = ay_cell_unquote (text, length, worker->plain);
          text = ay_build_keep (build, worker->worker, worker->plain, length);
        }
      if (!ay_cell_is_missing (text, length))
        ay_build_text (build, column, worker->worker, row, text, length);
      else if (into->kind == AY_BUILD_TEXT)
        into->length[row] = AY_CODE_MISSING;
      else
        into->codes[row] = AY_CODE_MISSING;
    }
}

static void
read_batch (Worker *worker, gsize n_rows)
{
  Reader *self = worker->reader;
  AyCells cells = { self->text.data + worker->index.base, self->text.data + self->text.size,
                    worker->index.ends, worker->rows, n_rows, self->head.width - 1 };

  for (guint c = 0; c < self->head.width; c++)
    {
      AyBuildColumn *column = ay_build_column (self->build, c);
      gboolean integral = TRUE;

      if (!column->active || g_atomic_int_get (&column->failed))
        continue;
      if (column->kind != AY_BUILD_NUMBER)
        read_texts (worker, &cells, c);
      else if (ay_cells_styled (&cells, c, self->head.styles[c], column->numbers + worker->row,
                                &integral) < n_rows)
        ay_build_fail (column);
      if (!integral && !g_atomic_int_get (&column->fractions))
        g_atomic_int_set (&column->fractions, TRUE);
    }
  worker->row += n_rows;
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
read_rows (Worker *worker)
{
  Reader *self = worker->reader;
  AyCsvIndex *index = &worker->index;
  Chunk *chunk = worker->chunk;
  gboolean more = TRUE, mine = TRUE;

  ay_csv_index_begin (index, &self->text, chunk->start);
  while (more && mine)
    {
      gsize from = index->at, n_rows;

      while (more && (index->n_rows == 0 || (index->at < chunk->to && index->at - from < BATCH)))
        more = ay_csv_index_more (index);
      chunk->too_long = index->n_rows == 0 && index->at < self->text.size;
      if (chunk->too_long)
        chunk->first_ragged = index->base;
      if (index->n_rows == 0)
        break;
      mine = collect_rows (worker, &n_rows);
      read_batch (worker, n_rows);
      ay_csv_index_drop (index);
    }
}

static void
read_chunk (gsize k, guint worker, gpointer data)
{
  Reader *self = data;
  Chunk *chunk = &self->chunks[k];
  Worker work = { .reader = self, .chunk = chunk, .worker = worker };

  if ((gsize) g_atomic_int_get (&self->worst) < k)
    return;
  work.row = self->build->first[k];
  chunk->blank = chunk->ragged = 0;
  ay_build_chunk_begin (self->build, worker);
  if (chunk->start < chunk->to)
    read_rows (&work);
  ay_build_chunk_end (self->build, k, worker, work.row - self->build->first[k]);
  if (chunk->too_long || (chunk->ragged > 0 && self->options->source.ragged == AY_RAGGED_ERROR))
    set_worst (self, k);
  ay_csv_index_clear (&work.index);
  g_free (work.rows);
  g_free (work.plain);
  set_progress (self);
}

/* Fields and rows by a first pass. Tab-separated files mostly know no quotes: where theirs do not
 * come in pairs around fields, they are letters, and the file is begun anew. */
static gboolean
survey (Reader *self, gsize **rows, GError **error)
{
  gsize opened = 0, stray;
  gboolean closed;

  ay_csv_head_clear (&self->head);
  if (!ay_csv_head_read (&self->head, &self->text, self->file.path, &self->options->source, error))
    return FALSE;
  cut_chunks (self);
  ay_job_set_phase (self->job, "surveying the text");
  self->done = 0;
  if (!ay_parallel_for (self->n_chunks, survey_chunk, self, self->job, error)
      || !find_fault (self, error))
    return FALSE;
  *rows = g_new (gsize, self->n_chunks);
  closed = follow_quotes (self, *rows, &opened, &stray);
  if (closed && stray == 0)
    return TRUE;
  if (self->text.delimiter == '\t')
    {
      self->text.quotes = FALSE;
      ay_diagnostics_add (self->diagnostics, "literal-quotes",
                          N_ ("%s: quotes do not enclose fields: they are read as letters"),
                          self->file.path);
      g_clear_pointer (rows, g_free);
      g_clear_pointer (&self->chunks, g_free);
      g_clear_pointer (&self->surveys, g_free);
      return survey (self, rows, error);
    }
  if (!closed)
    return ay_text_file_fail_line (&self->file, opened, error,
                                  N_ ("a quote opens here and never closes"));
  ay_diagnostics_add (self->diagnostics, "stray-quotes",
                      N_ ("%s: in %zu cells text follows the closing quote: it is kept"),
                      self->file.path, stray);
  return TRUE;
}

static gboolean
check_rows (Reader *self, GError **error)
{
  const Chunk *chunk = &self->chunks[self->worst == G_MAXINT ? 0 : self->worst];
  gboolean one = chunk->fields == 1, header = self->head.header;

  if (self->worst == G_MAXINT)
    return TRUE;
  if (chunk->too_long)
    return ay_text_file_fail_line (&self->file, chunk->first_ragged, error,
                                  N_ ("a row of more than 4 GiB"));
  return ay_text_file_fail_line (&self->file, chunk->first_ragged, error,
                                 one && header ? N_ ("%u field, the header has %u")
                                 : header      ? N_ ("%u fields, the header has %u")
                                 : one         ? N_ ("%u field, the first row has %u")
                                               : N_ ("%u fields, the first row has %u"),
                                 chunk->fields, self->head.width);
}

/* Line feeds after the last row's own: nobody means rows by them. */
static gsize
closing_lines (const Reader *self)
{
  gsize count = 0;

  for (gsize at = self->text.size; at > self->head.body; at--)
    if (self->text.data[at - 1] == '\n')
      count++;
    else if (self->text.data[at - 1] != '\r')
      break;
  return count > 0 ? count - 1 : 0;
}

static void
say_findings (Reader *self)
{
  gsize blank = 0, ragged = 0, first = 0, closing = closing_lines (self);

  for (gsize k = 0; k < self->n_chunks; k++)
    {
      if (ragged == 0)
        first = self->chunks[k].first_ragged;
      ragged += self->chunks[k].ragged;
      blank += self->chunks[k].blank;
    }
  if (blank > closing)
    ay_diagnostics_add (self->diagnostics, "blank-lines",
                        N_ ("%s: %zu empty lines between the rows were left out"),
                        self->file.path, blank - closing);
  if (ragged > 0)
    ay_diagnostics_add (self->diagnostics, "ragged-rows",
                        N_ ("%s: %zu rows have another number of fields than %u and were %s "
                            "(the first at line %zu)"), self->file.path, ragged, self->head.width,
                        self->options->source.ragged == AY_RAGGED_SKIP
                            ? N_ ("left out") : N_ ("filled up or cut"),
                        ay_text_file_line (&self->file, first));
}

static AyTable *
convert (Reader *self, const gsize *rows, GError **error)
{
  self->build = ay_build_new (self->file.file, self->n_chunks, rows);
  for (guint c = 0; c < self->head.width; c++)
    ay_build_add (self->build, self->head.names[c], self->head.kinds[c], 1);
  do
    {
      self->worst = G_MAXINT;
      self->done = 0;
      ay_job_set_phase (self->job, "reading rows");
      if (!ay_build_allocate (self->build, error)
          || !ay_parallel_for (self->n_chunks, read_chunk, self, self->job, error)
          || !check_rows (self, error))
        return NULL;
    }
  while (ay_build_settle (self->build));
  ay_csv_head_say (&self->head, self->file.path, &self->options->source, self->diagnostics);
  say_findings (self);
  return ay_build_finish (self->build, NULL, NULL);
}

AyTable *
ay_csv_read (AyMappedFile *file, const AyCsvOptions *options, AyDiagnostics *diagnostics,
             AyJob *job, GError **error)
{
  static const AyCsvOptions defaults = AY_CSV_OPTIONS_INIT;
  Reader self = { .options = options != NULL ? options : &defaults,
                  .diagnostics = diagnostics,
                  .job = job };
  AyTextForm form = { self.options->source.latin1, TRUE, job };
  g_autofree gsize *rows = NULL;
  AyTable *table = NULL;

  if (!ay_text_file_open (&self.file, file, &form, error))
    return NULL;
  self.text = (AyCsvText){ self.file.data, self.file.size, self.options->delimiter, TRUE };
  if (self.text.delimiter == '\0')
    self.text.delimiter
        = ay_csv_guess_delimiter (self.file.path, self.file.data, self.file.size);
  if (self.file.converted)
    ay_diagnostics_add (diagnostics, "latin1",
                        N_ ("%s: the text is no UTF-8: it is read as Latin-1 (Western European)"),
                        self.file.path);
  if (survey (&self, &rows, error))
    table = convert (&self, rows, error);
  ay_build_free (self.build);
  ay_csv_head_clear (&self.head);
  g_free (self.chunks);
  g_free (self.surveys);
  ay_text_file_close (&self.file);
  return table;
}
