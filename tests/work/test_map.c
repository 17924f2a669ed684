/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps in a workspace: stopped ones are kept and say so, cancelled ones leave what was there. */
#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/work/work.h"
#include "folders.h"

#include <math.h>
#include <string.h>

#define ROWS 300

typedef struct
{
  char *folder, *csv, *assay;
  AyWork *work;
} Place;

static void
place_set_up (Place *place, gconstpointer unused)
{
  g_autoptr (AyLoadOptions) options = ay_load_options_new ();
  GString *text = g_string_new ("id,label,u,v,w\n");
  g_autoptr (GError) error = NULL;
  AyRng rng;

  ay_rng_init (&rng, 11, 0);
  for (int i = 0; i < ROWS; i++)
    g_string_append_printf (text, "r%d,%c,%.6f,%.6f,%.6f\n", i, 'a' + i % 3,
                            (i % 3) * 3.0 + ay_rng_normal (&rng), ay_rng_normal (&rng),
                            (i % 3 == 1) * 4.0 + ay_rng_normal (&rng));
  place->folder = make_folder ();
  place->csv = g_build_filename (place->folder, "data.csv", NULL);
  place->assay = g_build_filename (place->folder, "w.assay", NULL);
  put_file (place->folder, "data.csv", text->str, text->len);
  g_string_free (text, TRUE);
  g_strfreev (options->inputs);
  options->inputs = g_strdupv ((char *[]) { place->csv, NULL });
  options->features = g_strdup ("u,v,w");
  options->label = g_strdup ("label");
  place->work = ay_work_new (place->assay, options, NULL, &error);
  g_assert_no_error (error);
}

static void
place_tear_down (Place *place, gconstpointer unused)
{
  ay_work_unref (place->work);
  drop_folder (place->folder);
  g_free (place->folder);
  g_free (place->csv);
  g_free (place->assay);
}

static gboolean
map (Place *place, const char *method, const AyLayoutWatch *watch, AyJob *job, GError **error)
{
  AyMapRequest request = { method, NULL, 0, watch };

  return ay_work_map (place->work, &request, job, error);
}

/* (transfer none): the certificate of the map shown. */
static JsonObject *
shown (GPtrArray *maps, const char *id)
{
  for (guint i = 0; i < maps->len; i++)
    {
      AyMapInfo *info = maps->pdata[i];

      if (info->shown)
        {
          g_assert_cmpstr (info->id, ==, id);
          return info->certificate;
        }
    }
  g_assert_not_reached ();
}

static void
test_stopped (Place *place, gconstpointer unused)
{
  static const char *const methods[] = { "umap", "tsne" };
  gint stop = 1;
  AyLayoutWatch watch = { NULL, NULL, &stop };

  for (int k = 0; k < 2; k++)
    {
      g_autoptr (GPtrArray) maps = NULL;
      JsonObject *certificate;

      g_assert_true (map (place, methods[k], &watch, NULL, NULL));
      maps = ay_work_maps (place->work, NULL);
      certificate = shown (maps, methods[k]);
      g_assert_false (json_object_get_boolean_member (certificate, "finished"));
      g_assert_cmpint (json_object_get_int_member (certificate, "rounds_done"), ==, 1);
      g_assert_cmpint (json_object_get_int_member (certificate, "rounds_planned"), >=, 500);
      g_assert_true (json_object_has_member (certificate, "trustworthiness"));
    }
}

typedef struct
{
  AyJob *job;
  guint calls;
} Cancelling;

static void
cancel (gpointer data, const float *xy, gsize n, guint rounds, guint planned)
{
  Cancelling *self = data;

  g_assert_cmpuint (n, ==, ROWS);
  g_assert_true (isfinite (xy[0]));
  self->calls++;
  ay_job_cancel (self->job);
}

static void
test_cancelled (Place *place, gconstpointer unused)
{
  g_autoptr (AyJob) job = ay_job_new ();
  Cancelling cancelling = { job, 0 };
  AyLayoutWatch watch = { cancel, &cancelling, NULL };
  g_autofree double *before = NULL, *after = NULL;
  g_autoptr (GPtrArray) maps = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (map (place, "pca", NULL, NULL, NULL));
  before = ay_work_score_values (place->work, "map_x", NULL);
  g_assert_false (map (place, "umap", &watch, job, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_CANCELLED);
  g_assert_cmpuint (cancelling.calls, ==, 1);
  after = ay_work_score_values (place->work, "map_x", NULL);
  g_assert_cmpmem (before, ROWS * sizeof (double), after, ROWS * sizeof (double));
  maps = ay_work_maps (place->work, NULL);
  g_assert_cmpuint (maps->len, ==, 1);
  shown (maps, "pca");
}

/* A map that was not compared hides no older one's shares; showing the older brings them back. */
static void
test_shown (Place *place, gconstpointer unused)
{
  g_autoptr (GHashTable) quick = g_hash_table_new (g_str_hash, g_str_equal);
  AyMapRequest request = { "pca", quick, 0, NULL };
  g_autofree double *umap = NULL, *pca = NULL, *again = NULL, *x = NULL, *y = NULL;
  g_autoptr (GPtrArray) maps = NULL;
  g_autoptr (GError) error = NULL;

  g_hash_table_insert (quick, (gpointer) "honesty", (gpointer) "no");
  g_assert_true (map (place, "umap", NULL, NULL, NULL));
  umap = ay_work_score_values (place->work, "map_trust", NULL);
  g_assert_nonnull (umap);
  g_assert_true (ay_work_map (place->work, &request, NULL, NULL));
  pca = ay_work_score_values (place->work, "map_trust", NULL);
  g_assert_null (pca);
  g_assert_true (ay_work_show_map (place->work, "umap", NULL));
  again = ay_work_score_values (place->work, "map_trust", NULL);
  g_assert_cmpmem (umap, ROWS * sizeof (double), again, ROWS * sizeof (double));
  maps = ay_work_maps (place->work, NULL);
  g_assert_cmpuint (maps->len, ==, 2);
  shown (maps, "umap");
  g_assert_true (ay_work_map_places (place->work, "pca", &x, &y, NULL));
  g_assert_false (ay_work_show_map (place->work, "tsne", &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
}

static void
test_nearest (Place *place, gconstpointer unused)
{
  const AyDataset *data = ay_work_data (place->work);
  guint count;
  g_autofree guint32 *rows = ay_work_nearest (place->work, 17, 15, &count, NULL, NULL);
  double mean[3] = { 0 }, sd[3] = { 0 }, last = 0.0;
  guint nearer = 0;

  for (gsize i = 0; i < ROWS; i++)
    for (int j = 0; j < 3; j++)
      mean[j] += ay_matrix_value (data->features, i, j) / ROWS;
  for (gsize i = 0; i < ROWS; i++)
    for (int j = 0; j < 3; j++)
      sd[j] += pow (ay_matrix_value (data->features, i, j) - mean[j], 2.0) / ROWS;
  g_assert_cmpuint (count, ==, 15);
  for (gsize i = 0; i <= ROWS; i++)
    {
      gsize row = i == 0 ? rows[14] : i - 1;
      double square = 0.0;

      for (int j = 0; j < 3; j++)
        square += pow (ay_matrix_value (data->features, row, j)
                           - ay_matrix_value (data->features, 17, j), 2.0) / sd[j];
      if (i == 0)
        last = square;
      else
        nearer += row != 17 && square < last * (1.0 - 1e-6);
    }
  g_assert_cmpuint (nearer, ==, 14);
}

/* Standardised as the head does: by the mean and deviation of the training rows. */
static void
standardise (AyDataset *data, double x[ROWS][3])
{
  for (int j = 0; j < 3; j++)
    {
      double sum = 0.0, squares = 0.0, n = 0.0;

      for (int i = 0; i < ROWS; i++)
        if (data->split[i] == AY_SPLIT_TRAIN)
          sum += ay_matrix_value (data->features, (gsize) i, (gsize) j), n++;
      for (int i = 0; i < ROWS; i++)
        {
          x[i][j] = ay_matrix_value (data->features, (gsize) i, (gsize) j) - sum / n;
          squares += data->split[i] == AY_SPLIT_TRAIN ? x[i][j] * x[i][j] : 0.0;
        }
      for (int i = 0; i < ROWS; i++)
        x[i][j] /= sqrt (squares / n);
    }
}

/* Whether fewer than AY_GROW_BY rows are nearer to i than j is. */
static gboolean
is_near (double x[ROWS][3], int i, int j)
{
  double limit = 0.0, distance;
  int nearer = 0;

  for (int c = 0; c < 3; c++)
    limit += (x[i][c] - x[j][c]) * (x[i][c] - x[j][c]);
  for (int k = 0; k < ROWS; k++)
    {
      distance = 0.0;
      for (int c = 0; c < 3; c++)
        distance += (x[i][c] - x[k][c]) * (x[i][c] - x[k][c]);
      nearer += k != i && k != j && distance < limit;
    }
  return i != j && nearer < AY_GROW_BY;
}

static void
test_grow (Place *place, gconstpointer unused)
{
  g_autoptr (AyBitset) rows = ay_bitset_new (ROWS);
  g_autoptr (AyBitset) grown = NULL;
  g_autoptr (AyBitset) shrunk = NULL;
  g_autoptr (GError) error = NULL;
  static double x[ROWS][3];

  standardise (ay_work_data (place->work), x);
  grown = ay_work_grow (place->work, rows, FALSE, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ay_bitset_count (grown), ==, 0);
  for (int i = 0; i < ROWS; i++)
    if (x[i][0] > 0.5)
      ay_bitset_add (rows, (gsize) i);
  ay_bitset_free (grown);
  grown = ay_work_grow (place->work, rows, FALSE, NULL, &error);
  g_assert_no_error (error);
  shrunk = ay_work_grow (place->work, rows, TRUE, NULL, &error);
  g_assert_no_error (error);
  for (int i = 0; i < ROWS; i++)
    {
      gboolean reached = ay_bitset_get (rows, (gsize) i), inner = reached;

      for (int j = 0; j < ROWS; j++)
        {
          reached |= ay_bitset_get (rows, (gsize) j) && is_near (x, j, i);
          inner &= ay_bitset_get (rows, (gsize) j) || !is_near (x, i, j);
        }
      g_assert_cmpint (ay_bitset_get (grown, (gsize) i), ==, reached);
      g_assert_cmpint (ay_bitset_get (shrunk, (gsize) i), ==, inner);
    }
  g_assert_cmpuint (ay_bitset_count (grown), >, ay_bitset_count (rows));
  g_assert_cmpuint (ay_bitset_count (shrunk), <, ay_bitset_count (rows));
  g_assert_cmpuint (ay_bitset_count (shrunk), >, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/map/stopped", Place, NULL, place_set_up, test_stopped, place_tear_down);
  g_test_add ("/map/cancelled", Place, NULL, place_set_up, test_cancelled, place_tear_down);
  g_test_add ("/map/shown", Place, NULL, place_set_up, test_shown, place_tear_down);
  g_test_add ("/map/nearest", Place, NULL, place_set_up, test_nearest, place_tear_down);
  g_test_add ("/map/grow", Place, NULL, place_set_up, test_grow, place_tear_down);
  return g_test_run ();
}
