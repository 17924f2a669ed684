/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file: a mark, then of each release the number of rows, the loss, and the rows, in the
 * machine's byte order; it appears whole or not at all. 16 bytes a row. */
#include "core/model/release_record.h"

#include "core/base/error.h"
#include "core/base/file.h"

#include <string.h>

#define MARK "AYREL-1"

/* FNV-1a */
static guint64
hash (guint64 h, const void *data, gsize size)
{
  const guint8 *at = data;

  for (gsize i = 0; i < size; i++)
    h = (h ^ at[i]) * 0x100000001b3u;
  return h;
}

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  const AyReleasedRow *x = a, *y = b;

  if (x->label != y->label)
    return x->label < y->label ? -1 : 1;
  return x->hash < y->hash ? -1 : x->hash > y->hash;
}

GArray *
ay_released_rows (const AyProblem *problem)
{
  gsize d = ay_matrix_cols (problem->features);
  g_autofree double *x = g_new (double, d + 1);
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (AyReleasedRow));

  for (gsize i = 0; i < problem->n; i++)
    {
      AyReleasedRow row = { 0xcbf29ce484222325u, 0 };

      if (!(ay_problem_weight (problem, i) > 0.0))
        continue;
      ay_matrix_get_f64 (problem->features, problem->rows[i], 1, x);
      row.hash = hash (row.hash, x, d * sizeof (double));
      if (problem->label != NULL)
        row.label = problem->label[i];
      else if (problem->target != NULL)
        row.hash = hash (row.hash, problem->target + i, sizeof (double));
      g_array_append_val (rows, row);
    }
  g_array_sort (rows, compare_rows);
  return rows;
}

gsize
ay_released_difference (GArray *a, GArray *b)
{
  guint i = 0, j = 0;
  gsize least = G_MAXSIZE;

  while (i < a->len || j < b->len)
    {
      gint64 label = i == a->len ? g_array_index (b, AyReleasedRow, j).label
                     : j == b->len
                         ? g_array_index (a, AyReleasedRow, i).label
                         : MIN (g_array_index (a, AyReleasedRow, i).label,
                                g_array_index (b, AyReleasedRow, j).label);
      gsize other = 0;

      while (TRUE) /* the rows of this class */
        {
          gboolean in_a = i < a->len && g_array_index (a, AyReleasedRow, i).label == label;
          gboolean in_b = j < b->len && g_array_index (b, AyReleasedRow, j).label == label;
          int order;

          if (!in_a && !in_b)
            break;
          order = !in_a ? 1 : !in_b ? -1 : compare_rows (&g_array_index (a, AyReleasedRow, i),
                                                         &g_array_index (b, AyReleasedRow, j));
          other += order != 0;
          i += order <= 0;
          j += order >= 0;
        }
      if (other > 0)
        least = MIN (least, other);
    }
  return least < G_MAXSIZE ? least : 0;
}

static void
released_free (gpointer data)
{
  AyReleased *self = data;

  g_array_unref (self->rows);
  g_free (self);
}

/* One release at *at; FALSE where the file ends before it does. */
static gboolean
take (GPtrArray *record, const char **at, const char *end)
{
  AyReleased *one;
  guint64 n;
  double rho;

  if ((gsize) (end - *at) < sizeof n + sizeof rho)
    return FALSE;
  memcpy (&n, *at, sizeof n);
  memcpy (&rho, *at + sizeof n, sizeof rho);
  *at += sizeof n + sizeof rho;
  if (n > (gsize) (end - *at) / sizeof (AyReleasedRow))
    return FALSE;
  one = g_new0 (AyReleased, 1);
  one->rho = rho;
  one->rows = g_array_new (FALSE, FALSE, sizeof (AyReleasedRow));
  g_array_append_vals (one->rows, *at, (guint) n);
  *at += n * sizeof (AyReleasedRow);
  g_ptr_array_add (record, one);
  return TRUE;
}

GPtrArray *
ay_release_record_read (const char *path, GError **error)
{
  g_autoptr (GPtrArray) record = g_ptr_array_new_with_free_func (released_free);
  g_autofree char *text = NULL;
  const char *at, *end;
  gsize size;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&record);
  if (!g_file_get_contents (path, &text, &size, error))
    return NULL;
  at = text;
  end = text + size;
  if (size < sizeof MARK || memcmp (text, MARK, sizeof MARK) != 0)
    at = NULL;
  else
    for (at += sizeof MARK; at < end;)
      if (!take (record, &at, end))
        {
          at = NULL;
          break;
        }
  if (at != NULL)
    return g_steal_pointer (&record);
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: is no record of releases", path);
  return NULL;
}

gboolean
ay_release_record_write (const char *path, GPtrArray *record, GError **error)
{
  g_autoptr (AyOutput) output = ay_output_new (path, error);
  FILE *stream = output != NULL ? ay_output_stream (output) : NULL;

  if (output == NULL)
    return FALSE;
  fwrite (MARK, 1, sizeof MARK, stream);
  for (guint k = 0; k < record->len; k++)
    {
      const AyReleased *one = record->pdata[k];
      guint64 n = one->rows->len;

      fwrite (&n, sizeof n, 1, stream);
      fwrite (&one->rho, sizeof one->rho, 1, stream);
      fwrite (one->rows->data, sizeof (AyReleasedRow), n, stream);
    }
  return ay_output_commit (output, error);
}

void
ay_release_record_add (GPtrArray *record, GArray *rows, double rho)
{
  AyReleased *one;

  for (guint k = 0; k < record->len; k++)
    {
      one = record->pdata[k];
      if (one->rows->len == rows->len && ay_released_difference (one->rows, rows) == 0)
        {
          one->rho += rho;
          return;
        }
    }
  one = g_new0 (AyReleased, 1);
  one->rho = rho;
  one->rows = g_array_new (FALSE, FALSE, sizeof (AyReleasedRow));
  g_array_append_vals (one->rows, rows->data, rows->len);
  g_ptr_array_add (record, one);
}
