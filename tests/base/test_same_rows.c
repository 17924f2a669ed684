/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/base/same_rows.h"

#include <string.h>

/* Rows are numbers, of which there are `kinds`; and their hashes take `hashes` values, so that rows
 * that differ share one. */
typedef struct
{
  gsize n;
  guint32 *value, *first; /* first: by comparing with every row before */
  gsize n_copies, hashes;
} Rows;

static void
hash_rows (gsize first, gsize count, guint64 *hash, gpointer data)
{
  const Rows *rows = data;

  for (gsize i = 0; i < count; i++)
    hash[i] = (rows->value[first + i] % rows->hashes) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
}

static gboolean
same_rows (gsize a, gsize b, gpointer data)
{
  const Rows *rows = data;

  return rows->value[a] == rows->value[b];
}

static void
make_rows (Rows *self, gsize n, gsize kinds, gsize hashes)
{
  AyRng rng;

  ay_rng_init (&rng, n, kinds);
  *self = (Rows) { n, g_new0 (guint32, n + 1), g_new0 (guint32, n + 1), 0, hashes };
  for (gsize i = 0; i < n; i++)
    {
      gsize j = 0;

      self->value[i] = (guint32) (ay_rng_uniform (&rng) * (double) kinds);
      while (self->value[j] != self->value[i])
        j++;
      self->first[i] = (guint32) j;
      self->n_copies += j < i;
    }
}

static gboolean
compare (AyRanks *ranks, gpointer data, GError **error)
{
  Rows *rows = data;
  AySameRows search = { rows->n, ranks, 64, hash_rows, same_rows, rows };
  gsize n_copies = G_MAXSIZE;
  g_autofree guint32 *first = ay_same_rows_first (&search, &n_copies, NULL, error);

  if (first == NULL)
    return FALSE;
  g_assert_cmpmem (first, rows->n * sizeof *first, rows->first, rows->n * sizeof *first);
  g_assert_cmpuint (n_copies, ==, rows->n_copies);
  return TRUE;
}

/* Few and many copies, hashes that are shared and not, whatever the ranks. */
static void
test_brute_force (void)
{
  static const struct
  {
    gsize n, kinds, hashes;
  } cases[] = { { 0, 1, 1 }, { 1, 1, 1 }, { 70, 1, 1 }, { 3000, 50, 7 }, { 3000, 1000, 100000 },
                { 3000, 1000000, 300 } };

  for (gsize k = 0; k < G_N_ELEMENTS (cases); k++)
    for (guint size = 0; size <= 5; size++)
      {
        g_autoptr (GError) error = NULL;
        Rows rows;
        gboolean same;

        make_rows (&rows, cases[k].n, cases[k].kinds, cases[k].hashes);
        same = size == 0 ? compare (NULL, &rows, &error)
                         : ay_ranks_in_process (size, compare, &rows, &error);
        g_assert_no_error (error);
        g_assert_true (same);
        g_free (rows.value);
        g_free (rows.first);
      }
}

static void
test_cancelled (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AyJob) job = ay_job_new ();
  Rows rows;
  AySameRows search = { 500, NULL, 64, hash_rows, same_rows, &rows };

  make_rows (&rows, 500, 100, 100);
  ay_job_cancel (job);
  g_assert_null (ay_same_rows_first (&search, NULL, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  g_free (rows.value);
  g_free (rows.first);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/same-rows/brute-force", test_brute_force);
  g_test_add_func ("/same-rows/cancelled", test_cancelled);
  return g_test_run ();
}
