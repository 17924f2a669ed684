/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ends of each row of a matrix that may be larger than memory.
 *
 * Rows are read in blocks of a few, converted, and passed once; an entry joins a list of k by
 * insertion if it beats the last one, so that most cost one comparison. Cost: a pass over the file,
 * 4 n bytes a row of a block and thread (8 n of a sparse one), 16 k bytes a row of results. A row's
 * lists depend on that row alone: the same bytes for any number of threads. */
#include "core/work/influence_matrix.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/words.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

#define BLOCK 4 /* rows */

/* ---- opening ---- */

static gboolean
has_key (const AySource *source, const char *key)
{
  for (guint i = 0; i < source->keys->len; i++)
    if (strcmp (source->keys->pdata[i], key) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
fail (const AyInfluenceMatrix *self, const char *what, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", self->path, what);
  return FALSE;
}

static gboolean
check_form (const AyInfluenceMatrix *self, GError **error)
{
  AyColumn *form = ay_source_is_text (self->source, "format")
                       ? ay_source_text (self->source, "format", error)
                       : NULL;
  g_autofree char *name = form != NULL && ay_column_rows (form) == 1
                              ? ay_column_dup_text (form, 0) : NULL;

  if (g_strcmp0 (name, "csr") == 0)
    return TRUE;
  g_clear_error (error);
  g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
               N_ ("%s: a sparse matrix of the form \"%s\": expected csr (matrix.tocsr () in "
                   "scipy)"),
               self->path, name != NULL ? name : "?");
  return FALSE;
}

static gboolean
open_sparse (AyInfluenceMatrix *self, GError **error)
{
  AyMatrix *start, *shape;
  gsize count;

  if (!check_form (self, error))
    return FALSE;
  start = ay_source_array (self->source, "indptr", error);
  shape = start != NULL ? ay_source_array (self->source, "shape", error) : NULL;
  self->indices = shape != NULL ? ay_source_array (self->source, "indices", error) : NULL;
  self->values = self->indices != NULL ? ay_source_array (self->source, "data", error) : NULL;
  if (self->values == NULL)
    return FALSE;
  if (ay_matrix_rows (shape) != 2 || ay_matrix_rows (start) < 1
      || !(ay_matrix_value (shape, 0, 0) >= 0.0) || !(ay_matrix_value (shape, 1, 0) >= 0.0)
      || ay_matrix_value (shape, 1, 0) > G_MAXUINT32)
    return fail (self, N_ ("damaged: no two sizes"), error);
  self->m = ay_matrix_rows (start) - 1;
  self->n = (gsize) ay_matrix_value (shape, 1, 0);
  count = ay_matrix_rows (self->values);
  if ((double) self->m != ay_matrix_value (shape, 0, 0) || ay_matrix_rows (self->indices) != count)
    return fail (self, N_ ("damaged: sizes that do not fit each other"), error);
  self->start = g_new (gsize, self->m + 1);
  for (gsize i = 0; i <= self->m; i++)
    {
      double at = ay_matrix_value (start, i, 0);

      if (!(at >= (i > 0 ? (double) self->start[i - 1] : 0.0)) || at > (double) count
          || (i == 0 && at != 0.0) || (i == self->m && at != (double) count))
        return fail (self, N_ ("damaged: row starts (indptr) out of order"), error);
      self->start[i] = (gsize) at;
    }
  return TRUE;
}

gboolean
ay_influence_matrix_open (AyInfluenceMatrix *self, const char *path, AyJob *job, GError **error)
{
  AySourceOptions options = AY_SOURCE_OPTIONS_INIT;

  *self = (AyInfluenceMatrix) { .path = path };
  self->source = ay_source_open (path, &options, NULL, job, error);
  if (self->source == NULL)
    return FALSE;
  if (self->source->keys->len == 0)
    return fail (self, N_ ("a table: expected a matrix (NPY, or NPZ of scipy.sparse)"), error);
  if (has_key (self->source, "indptr"))
    return open_sparse (self, error);
  self->dense = ay_source_array (self->source, NULL, error);
  if (self->dense == NULL)
    return FALSE;
  self->m = ay_matrix_rows (self->dense);
  self->n = ay_matrix_cols (self->dense);
  return TRUE;
}

void
ay_influence_matrix_clear (AyInfluenceMatrix *self)
{
  g_clear_pointer (&self->source, ay_source_free);
  g_clear_pointer (&self->start, g_free);
}

/* ---- the ends ---- */

typedef struct
{
  const AyInfluenceMatrix *matrix;
  AyInfluenceEnds *ends;
  gsize *counts;       /* of each row: entries other than 0 */
  float *values;       /* of each worker: room */
  double *indices;     /* of each worker, of sparse ones: room */
  guint32 *seen;       /* the same: n, the row (from 1) that a column was last seen in */
  gsize room;
  pthread_mutex_t lock;
  gsize bad_row;       /* the first; G_MAXSIZE: none */
  double bad_column, bad_value;
  const char *bad;
} Pass;

static void
report (Pass *self, gsize row, double column, double value, const char *what)
{
  pthread_mutex_lock (&self->lock);
  if (row < self->bad_row)
    {
      self->bad_row = row;
      self->bad_column = column;
      self->bad_value = value;
      self->bad = what;
    }
  pthread_mutex_unlock (&self->lock);
}

/* Into a list, largest first, that is filled with NaN. */
static void
join (guint32 *columns, float *values, guint k, guint32 column, float value)
{
  guint at = k - 1;

  if (values[at] >= value)
    return;
  for (; at > 0 && !(values[at - 1] >= value); at--)
    {
      values[at] = values[at - 1];
      columns[at] = columns[at - 1];
    }
  values[at] = value;
  columns[at] = column;
}

/* indices (nullable): the columns, else 0 .. count - 1. */
static void
take_row (Pass *self, gsize row, const float *values, const double *indices, gsize count)
{
  AyInfluenceEnds *ends = self->ends;
  gsize at = row * ends->k;

  for (guint k = 0; k < ends->k; k++)
    {
      ends->helping[at + k] = ends->hurting[at + k] = G_MAXUINT32;
      ends->help[at + k] = ends->hurt[at + k] = NAN;
    }
  for (gsize j = 0; j < count; j++)
    {
      guint32 column = indices != NULL ? (guint32) indices[j] : (guint32) j;
      float value = ends->sign * values[j];

      if (!isfinite (value))
        {
          report (self, row, column, values[j], "not a finite number");
          return;
        }
      self->counts[row] += value != 0.0f;
      if (value > 0.0f)
        join (ends->helping + at, ends->help + at, ends->k, column, value);
      else if (value < 0.0f)
        join (ends->hurting + at, ends->hurt + at, ends->k, column, -value);
    }
  for (guint k = 0; k < ends->k; k++)
    ends->hurt[at + k] = -ends->hurt[at + k];
}

static void
take_sparse (Pass *self, gsize row, guint worker)
{
  const AyInfluenceMatrix *matrix = self->matrix;
  gsize first = matrix->start[row], count = matrix->start[row + 1] - first;
  float *values = self->values + worker * self->room;
  double *indices = self->indices + worker * self->room;
  guint32 *seen = self->seen + worker * matrix->n;

  ay_matrix_get_f32 (matrix->values, first, count, values);
  ay_matrix_get_f64 (matrix->indices, first, count, indices);
  for (gsize j = 0; j < count; j++)
    {
      if (!(indices[j] >= 0.0 && indices[j] < (double) matrix->n))
        {
          report (self, row, indices[j], values[j], "no such column");
          return;
        }
      if (seen[(gsize) indices[j]] == row + 1)
        {
          report (self, row, indices[j], values[j], "stands twice (sum_duplicates () in scipy)");
          return;
        }
      seen[(gsize) indices[j]] = (guint32) row + 1;
    }
  take_row (self, row, values, indices, count);
}

static void
take_block (gsize block, guint worker, gpointer data)
{
  Pass *self = data;
  const AyInfluenceMatrix *matrix = self->matrix;
  gsize first = block * BLOCK, last = MIN (first + BLOCK, matrix->m);
  float *values = self->values + worker * self->room;

  if (matrix->dense != NULL)
    ay_matrix_get_f32 (matrix->dense, first, last - first, values);
  for (gsize row = first; row < last; row++)
    if (matrix->dense != NULL)
      take_row (self, row, values + (row - first) * matrix->n, NULL, matrix->n);
    else
      take_sparse (self, row, worker);
}

static gboolean
make_room (Pass *self, GError **error)
{
  const AyInfluenceMatrix *matrix = self->matrix;
  AyInfluenceEnds *ends = self->ends;
  const char *what = "the matrix's strongest entries";
  gsize threads = ay_threads (), count = MAX (matrix->m * ends->k, 1);

  self->room = matrix->dense != NULL ? BLOCK * matrix->n : 1;
  for (gsize i = 0; matrix->dense == NULL && i < matrix->m; i++)
    self->room = MAX (self->room, matrix->start[i + 1] - matrix->start[i]);
  self->values = ay_try_alloc (MAX (self->room, 1) * threads, sizeof (float), what, error);
  if (self->values == NULL)
    return FALSE;
  if (matrix->dense == NULL
      && ((self->indices = ay_try_alloc (MAX (self->room, 1) * threads, sizeof (double), what,
                                         error)) == NULL
          || (self->seen = ay_try_alloc (MAX (matrix->n, 1) * threads, sizeof (guint32), what,
                                         error)) == NULL))
    return FALSE;
  return (self->counts = ay_try_alloc (matrix->m + 1, sizeof (gsize), what, error)) != NULL
         && (ends->helping = ay_try_alloc (count, sizeof (guint32), what, error)) != NULL
         && (ends->hurting = ay_try_alloc (count, sizeof (guint32), what, error)) != NULL
         && (ends->help = ay_try_alloc (count, sizeof (float), what, error)) != NULL
         && (ends->hurt = ay_try_alloc (count, sizeof (float), what, error)) != NULL;
}

gboolean
ay_influence_matrix_ends (const AyInfluenceMatrix *self, AyInfluenceEnds *out, AyJob *job,
                          GError **error)
{
  Pass pass = { .matrix = self, .ends = out, .bad_row = G_MAXSIZE };
  gboolean ok;

  pthread_mutex_init (&pass.lock, NULL);
  ok = make_room (&pass, error)
       && ay_parallel_for (ay_n_blocks (self->m, BLOCK), take_block, &pass, job, error);
  if (ok && pass.bad_row != G_MAXSIZE)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: row %zu, column %.0f: %g: %s"), self->path, pass.bad_row,
                   pass.bad_column, pass.bad_value, pass.bad);
      ok = FALSE;
    }
  out->n_values = 0;
  for (gsize i = 0; ok && i < self->m; i++)
    out->n_values += pass.counts[i];
  g_free (pass.counts);
  g_free (pass.values);
  g_free (pass.indices);
  g_free (pass.seen);
  pthread_mutex_destroy (&pass.lock);
  return ok;
}

void
ay_influence_ends_clear (AyInfluenceEnds *self)
{
  g_clear_pointer (&self->helping, g_free);
  g_clear_pointer (&self->hurting, g_free);
  g_clear_pointer (&self->help, g_free);
  g_clear_pointer (&self->hurt, g_free);
}
