/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Near copies and clusters of odd rows, as the window's models meet them: rows of zeros under
 * cosine, all rows equal, thresholds of 1 and 0, a threshold that cannot be, more clusters than
 * rows. Each is found, or said in one line with what was there before kept. */
#include "app/model/group_list.h"
#include "app/pages/redundancy_words.h"
#include "core/work/clusters.h"
#include "app_place.h"

#define ROWS 30
#define ZEROS 3
#define DIRECTIONS 5

typedef struct
{
  Place *place;
  AssaySession *session;
  AssayGroupList *groups;
  GString *failed; /* what was said, a line each */
} Odd;

static void
on_failed (AssaySession *session, const char *text, Odd *odd)
{
  g_assert_null (strchr (text, '\n'));
  g_string_append_printf (odd->failed, "%s\n", text);
}

/* Rows of zeros first, then rows of five directions in turn; or all rows equal. */
static void
odd_init (Odd *odd, gboolean equal)
{
  g_autoptr (GString) text = g_string_new ("id,label,split,x,y\n");

  *odd = (Odd) { .place = g_new0 (Place, 1), .failed = g_string_new (NULL) };
  odd->place->folder = g_dir_make_tmp ("assay-app-XXXXXX", NULL);
  odd->place->csv = g_build_filename (odd->place->folder, "data.csv", NULL);
  odd->place->assay = g_build_filename (odd->place->folder, "data.assay", NULL);
  for (int i = 0; i < ROWS; i++)
    g_string_append_printf (text, "r%d,c%d,%s,%d,%d\n", i, i % 2, i % 6 == 5 ? "valid" : "train",
                            equal ? 2 : i < ZEROS ? 0 : i % DIRECTIONS + 1,
                            equal ? 2 : i < ZEROS ? 0 : 1);
  g_assert_true (g_file_set_contents (odd->place->csv, text->str, -1, NULL));
  odd->session = place_session (odd->place);
  odd->groups = assay_group_list_new (odd->session);
  g_signal_connect (odd->session, "failed", G_CALLBACK (on_failed), odd);
}

static void
odd_clear (Odd *odd)
{
  g_object_unref (odd->groups);
  g_object_unref (odd->session);
  g_string_free (odd->failed, TRUE);
  place_free (odd->place);
}

static const AyRedundancyCut *
find (Odd *odd, AyDistance distance, double threshold, double floor, int standardise)
{
  AyRedundancyOptions options = AY_REDUNDANCY_OPTIONS_INIT;

  options.distance = distance;
  options.threshold = threshold;
  options.floor = floor;
  options.standardise = standardise;
  assay_group_list_find (odd->groups, &options);
  place_settle (odd->session);
  return assay_group_list_get_cut (odd->groups);
}

static const AyRedundancyCut *
cut_at (Odd *odd, double threshold)
{
  assay_group_list_set_threshold (odd->groups, threshold);
  while (assay_group_list_get_cut (odd->groups)->threshold != threshold)
    g_main_context_iteration (NULL, TRUE);
  return assay_group_list_get_cut (odd->groups);
}

static void
check_cut (Odd *odd, const AyRedundancyCut *cut, guint groups, guint members)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (odd->groups)), ==, groups);
  g_assert_cmpuint (cut->groups->n_groups, ==, groups);
  g_assert_cmpuint (cut->groups->n_members, ==, members);
}

static void
check_note (Odd *odd, guint zeros)
{
  g_autofree char *note
      = assay_redundancy_words_note (assay_group_list_get_redundancy (odd->groups));
  g_autofree char *start = g_strdup_printf ("%u rows of zeros have no direction", zeros);

  if (zeros == 0)
    g_assert_null (note);
  else
    g_assert_true (g_str_has_prefix (note, start));
}

static void
test_zeros (void)
{
  Odd odd;

  odd_init (&odd, FALSE);
  check_cut (&odd, find (&odd, AY_DISTANCE_COSINE, 1.0, 0.0, 0), DIRECTIONS, ROWS - ZEROS);
  check_note (&odd, ZEROS);
  check_cut (&odd, cut_at (&odd, 0.0), 1, ROWS - ZEROS);
  check_cut (&odd, cut_at (&odd, 1.0), DIRECTIONS, ROWS - ZEROS);
  check_cut (&odd, find (&odd, AY_DISTANCE_EUCLIDEAN, 0.0, 0.0, 0), DIRECTIONS + 1, ROWS);
  check_note (&odd, 0); /* rows of zeros are copies by distance */
  g_assert_cmpstr (odd.failed->str, ==, "");
  odd_clear (&odd);
}

static void
test_equal (void)
{
  const AyRedundancyCut *cut;
  Odd odd;

  odd_init (&odd, TRUE);
  cut = find (&odd, AY_DISTANCE_EUCLIDEAN, 0.0, 0.0, -1);
  check_cut (&odd, cut, 1, ROWS);
  g_assert_cmpuint (cut->n_redundant, ==, ROWS - ROWS / 6 - 1); /* of the training rows one stays */
  check_cut (&odd, find (&odd, AY_DISTANCE_COSINE, 1.0, 0.0, 0), 1, ROWS);
  check_cut (&odd, cut_at (&odd, 0.0), 1, ROWS);
  check_cut (&odd, find (&odd, AY_DISTANCE_COSINE, 1.0, 0.0, 1), 0, 0);
  check_note (&odd, ROWS); /* standardised they are zeros */
  check_cut (&odd, cut_at (&odd, 0.0), 0, 0);
  g_assert_cmpstr (odd.failed->str, ==, "");
  odd_clear (&odd);
}

/* What was found stays when a search fails. */
static void
test_impossible (void)
{
  Odd odd;

  odd_init (&odd, FALSE);
  find (&odd, AY_DISTANCE_COSINE, 1.0, 0.0, 0);
  check_cut (&odd, find (&odd, AY_DISTANCE_COSINE, 1.5, 1.5, 0), DIRECTIONS, ROWS - ZEROS);
  g_assert_nonnull (strstr (odd.failed->str, "1.5"));
  odd_clear (&odd);
}

static gboolean
cluster_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  AyClusterOptions options = AY_CLUSTER_OPTIONS_INIT;

  options.k = *(const guint *) data;
  return ay_work_cluster (work, "kmeans", &options, job, error);
}

static void
cluster_done (GObject *session, gpointer data, const GError *error)
{
  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  else
    assay_session_columns_changed (ASSAY_SESSION (session));
}

static guint
count_clusters (Odd *odd, guint k)
{
  g_auto (GStrv) names = NULL;

  assay_session_run (odd->session, "Clusters", cluster_in_thread, cluster_done, &k, NULL);
  place_settle (odd->session);
  names = ay_work_cluster_names (assay_session_get_work (odd->session), NULL);
  return names != NULL ? g_strv_length (names) : 0;
}

/* As many clusters as rows find what there is; more are refused, and the clusters stay. */
static void
test_clusters (void)
{
  Odd odd;

  odd_init (&odd, FALSE);
  g_assert_cmpuint (count_clusters (&odd, ROWS), ==, DIRECTIONS + 1);
  g_assert_cmpstr (odd.failed->str, ==, "");
  g_assert_cmpuint (count_clusters (&odd, ROWS + 1), ==, DIRECTIONS + 1);
  g_assert_cmpstr (odd.failed->str, ==, "k is 31, and there are 30 rows\n");
  g_assert_nonnull (assay_session_find_column (odd.session, "cluster"));
  odd_clear (&odd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/app/odd/zeros", test_zeros);
  g_test_add_func ("/app/odd/equal", test_equal);
  g_test_add_func ("/app/odd/impossible", test_impossible);
  g_test_add_func ("/app/odd/clusters", test_clusters);
  return g_test_run ();
}
