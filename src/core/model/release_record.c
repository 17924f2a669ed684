/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file: a mark, then of each release the number of rows, the loss, and the rows, in the
 * machine's byte order; it appears whole or not at all. 24 bytes a row. */
#include "core/model/release_record.h"

#include "core/base/error.h"
#include "core/base/fnv.h"
#include "core/base/file.h"

#include <string.h>

#define MARK "AYREL-2"

AyRowIdentity *
ay_row_identities (const AyMatrix *features, const guint32 *rows, gsize n, const double *target)
{
  gsize d = ay_matrix_cols (features);
  g_autofree double *x = g_new (double, d + 1);
  AyRowIdentity *identity = g_new (AyRowIdentity, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    {
      ay_matrix_get_f64 (features, rows != NULL ? rows[i] : i, 1, x);
      identity[i].features = ay_fnv (AY_FNV, x, d * sizeof (double));
      identity[i].all = target != NULL ? ay_fnv (identity[i].features, target + i, sizeof *target)
                                       : identity[i].features;
    }
  return identity;
}

GArray *
ay_released_rows (const AyProblem *problem, const AyRowIdentity *identity)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (AyReleasedRow));

  for (gsize i = 0; i < problem->n; i++)
    {
      AyReleasedRow row = { identity[i], problem->label != NULL ? problem->label[i]
                                                                : AY_RELEASED_NUMBER };

      if (ay_problem_weight (problem, i) > 0.0)
        g_array_append_val (rows, row);
    }
  return rows;
}

/* --- differences --- */

typedef struct
{
  gint64 label;
  guint64 hash;
} Key;

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  const Key *x = a, *y = b;

  if (x->label != y->label)
    return x->label < y->label ? -1 : 1;
  return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* Sorted. */
static GArray *
keys_of (GArray *rows, gboolean whole)
{
  GArray *keys = g_array_sized_new (FALSE, FALSE, sizeof (Key), rows->len);

  for (guint i = 0; i < rows->len; i++)
    {
      const AyReleasedRow *row = &g_array_index (rows, AyReleasedRow, i);
      Key key = { whole ? row->label : 0, whole ? row->row.all : row->row.features };

      g_array_append_val (keys, key);
    }
  g_array_sort (keys, compare_keys);
  return keys;
}

/* Of the class that key i of a or key j of b begins: how many are in one alone. Both move past
 * it. */
static gsize
class_difference (GArray *a, GArray *b, guint *i, guint *j, gint64 label)
{
  gsize other = 0;

  while (TRUE)
    {
      gboolean in_a = *i < a->len && g_array_index (a, Key, *i).label == label;
      gboolean in_b = *j < b->len && g_array_index (b, Key, *j).label == label;
      int order;

      if (!in_a && !in_b)
        return other;
      order = !in_a ? 1 : !in_b ? -1 : compare_keys (&g_array_index (a, Key, *i),
                                                     &g_array_index (b, Key, *j));
      other += order != 0;
      *i += order <= 0;
      *j += order >= 0;
    }
}

/* The least above 0 over classes; G_MAXSIZE: none differ. */
static gsize
least_difference (GArray *rows_a, GArray *rows_b, gboolean whole)
{
  g_autoptr (GArray) a = keys_of (rows_a, whole), b = keys_of (rows_b, whole);
  gsize least = G_MAXSIZE;

  for (guint i = 0, j = 0; i < a->len || j < b->len;)
    {
      gint64 first = i < a->len ? g_array_index (a, Key, i).label : G_MAXINT64;
      gint64 second = j < b->len ? g_array_index (b, Key, j).label : G_MAXINT64;
      gsize other = class_difference (a, b, &i, &j, MIN (first, second));

      if (other > 0)
        least = MIN (least, other);
    }
  return least;
}

static gboolean
is_of_numbers (GArray *rows)
{
  return rows->len > 0 && g_array_index (rows, AyReleasedRow, 0).label == AY_RELEASED_NUMBER;
}

gsize
ay_released_difference (GArray *a, GArray *b)
{
  gsize least = least_difference (a, b, FALSE);

  if (is_of_numbers (a) == is_of_numbers (b))
    least = MIN (least, least_difference (a, b, TRUE));
  return least < G_MAXSIZE ? least : 0;
}

/* --- the file --- */

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
      if (one->rows->len == rows->len && is_of_numbers (one->rows) == is_of_numbers (rows)
          && ay_released_difference (one->rows, rows) == 0)
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
