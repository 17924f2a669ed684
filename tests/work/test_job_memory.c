/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What jobs say that they will take of memory, beside what they take: a process of its own each,
 * whose pages that no file stands behind are counted every millisecond. */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/work/clusters.h"
#include "core/work/job_memory.h"
#include "core/work/retention.h"
#include "core/work/work_gains.h"
#include "core/work/work_history.h"
#include "core/work/work_map.h"
#include "core/work/work_redundancy.h"
#include "core/work/work_select.h"
#include "folders.h"
#include "mixture.h"

#include <malloc.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MB ((guint64) 1 << 20)
#define ROOM (24 * MB)   /* what is said may be wrong by this, */
#define OVER 2.0         /* or be so many times what is taken, */
#define UNDER 1.25       /* or so many times less, */
#define SLACK (4 * MB)   /* and this */

typedef struct
{
  gsize n, d;
  guint classes;
} Size;

static guint64
touched (void)
{
  g_autofree char *status = NULL;
  const char *line;

  g_file_get_contents ("/proc/self/status", &status, NULL, NULL);
  line = status != NULL ? strstr (status, "RssAnon:") : NULL;
  return line != NULL ? g_ascii_strtoull (line + strspn (line, "RsAnon: \t"), NULL, 10) << 10 : 0;
}

static int stop;
static guint64 peak;

static void *
watch (void *unused)
{
  while (!__atomic_load_n (&stop, __ATOMIC_RELAXED))
    {
      peak = MAX (peak, touched ());
      g_usleep (1000);
    }
  return NULL;
}

/* Rows about the means of classes, as features in a file beside labels. pool: but for one row in
 * ten. */
static void
make_files (const char *folder, const Size *size, gboolean pool)
{
  static const char head[] = "\x93NUMPY\x01\x00";
  g_autofree char *shape = g_strdup_printf ("{'descr': '<f4', 'fortran_order': False, 'shape': "
                                            "(%zu, %zu), }", size->n, size->d);
  GString *npy = g_string_new_len (head, 8), *csv = g_string_new ("label\n");
  g_autofree float *row = g_new (float, size->d);
  guint16 length = 118;
  Mixture mixture;

  g_string_append_len (npy, (const char *) &length, 2);
  g_string_append_printf (npy, "%-117s\n", shape);
  mixture_init (&mixture, size->d, size->classes, 0);
  for (gsize i = 0; i < size->n; i++)
    {
      int class = (int) mixture_row (&mixture, row);

      if (pool && i % 10 > 0)
        g_string_append (csv, "\"\"\n");
      else
        g_string_append_printf (csv, "c%d\n", class);
      g_string_append_len (npy, (const char *) row, (gssize) (size->d * sizeof *row));
    }
  mixture_clear (&mixture);
  put_file (folder, "x.npy", npy->str, npy->len);
  put_file (folder, "y.csv", csv->str, csv->len);
  g_string_free (npy, TRUE);
  g_string_free (csv, TRUE);
}

static AyWork *
make_work (const char *folder)
{
  g_autoptr (AyLoadOptions) options = ay_load_options_new ();
  g_autofree char *csv = g_build_filename (folder, "y.csv", NULL);
  g_autofree char *path = g_build_filename (folder, "w.assay", NULL);
  g_autoptr (GError) error = NULL;
  AyWork *work;

  g_strfreev (options->inputs);
  options->inputs = g_strdupv ((char *[]) { csv, NULL });
  options->features = g_build_filename (folder, "x.npy", NULL);
  options->label = g_strdup ("label");
  work = ay_work_new (path, options, NULL, &error);
  g_assert_no_error (error);
  return work;
}

static void
play (AyWork *work, AyJob *job, GError **error)
{
  const AyStrategy *strategies[] = { ay_strategy_find ("random"), ay_strategy_find ("margin") };
  AySimulateOptions options = AY_SIMULATE_OPTIONS_INIT;

  options.repeats = 2;
  options.rounds = 3;
  ay_simulation_free (ay_work_simulate (work, strategies, 2, &options, 0.9, job, error));
}

static void
suggest (AyWork *work, AyJob *job, GError **error)
{
  const AySuggestOptions options = { .strategy = ay_strategy_find ("margin"), .count = 50 };

  ay_suggestions_free (ay_work_suggest (work, &options, job, error));
}

/* Every twentieth row is taken away, and the head refitted. */
static void
remove_rows (AyWork *work, AyJob *job, GError **error)
{
  g_autoptr (AyBitset) rows = ay_bitset_new (ay_work_data (work)->n);
  AyWhatIf what;

  for (gsize i = 0; i < ay_work_data (work)->n; i += 20)
    ay_bitset_add (rows, i);
  if (ay_work_whatif (work, rows, TRUE, &what, job, error))
    ay_what_if_clear (&what);
}

static void
retain (AyWork *work, AyJob *job, GError **error)
{
  AyRetentionOptions options = AY_RETENTION_OPTIONS_INIT;

  options.score = "aum";
  options.repeats = 2;
  ay_retention_free (ay_work_retention (work, &options, job, error));
}

static void
split_gains (AyWork *work, AyJob *job, GError **error)
{
  const AyGainsOptions options = AY_GAINS_OPTIONS_INIT;
  JsonObject *gains = ay_work_gains (work, "rounds", &options, job, error);

  g_clear_pointer (&gains, json_object_unref);
}

/* Half of the rows, and the other half in three rounds. */
static void
put_rounds (AyWork *work)
{
  gsize n = ay_work_data (work)->n, half = n / 2, each = half / 3;
  g_autoptr (AyHistory) history = ay_history_new ("rounds", "loop", n);
  g_autofree guint32 *rows = g_new (guint32, n);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < n; i++)
    rows[i] = (guint32) i;
  ay_history_set_start (history, rows, half);
  for (gsize r = 0; r < 3; r++)
    memcpy (ay_history_add_round (history, (gint64) r + 1, each)->row, rows + half + r * each,
            each * sizeof *rows);
  ay_work_put_history (work, history, &error);
  g_assert_no_error (error);
}

/* What the job finds in the workspace. */
static void
prepare (AyWork *work, const char *kind)
{
  const char *ids[] = { "aum", NULL };
  g_autoptr (GError) error = NULL;

  if (strcmp (kind, "retention") == 0)
    ay_work_score (work, ids, NULL, 0, NULL, &error);
  else if (strcmp (kind, "gains") == 0)
    put_rounds (work);
  g_assert_no_error (error);
}

static void
find_copies (AyWork *work, AyJob *job, GError **error)
{
  AyRedundancyOptions options = AY_REDUNDANCY_OPTIONS_INIT;
  g_autoptr (AyRedundancy) found = ay_work_redundancy (work, &options, job, error);
}

static void
run (AyWork *work, const char *kind, AyJob *job, GError **error)
{
  const char *ids[] = { kind, NULL };
  g_autoptr (GHashTable) few = g_hash_table_new (g_str_hash, g_str_equal);
  AyClusterOptions clusters = AY_CLUSTER_OPTIONS_INIT;
  AyMapRequest map = { kind, NULL, 0, NULL };

  if (ay_score_find (kind) != NULL)
    {
      if (strcmp (kind, "data_oob") == 0) /* one after another, they take no more */
        g_hash_table_insert (few, "models", "8");
      ay_work_score (work, ids, few, 0, job, error);
    }
  else if (ay_map_find (kind) != NULL)
    ay_work_map (work, &map, job, error);
  else if (strcmp (kind, "head") == 0)
    ay_work_head (work, job, error);
  else if (strcmp (kind, "kmeans") == 0)
    ay_work_cluster (work, kind, &clusters, job, error);
  else if (strcmp (kind, "density-clusters") == 0)
    ay_work_cluster (work, "density", &clusters, job, error);
  else if (strcmp (kind, "redundancy") == 0)
    find_copies (work, job, error);
  else if (strcmp (kind, "simulate") == 0)
    play (work, job, error);
  else if (strcmp (kind, "suggest") == 0)
    suggest (work, job, error);
  else if (strcmp (kind, "whatif") == 0)
    remove_rows (work, job, error);
  else if (strcmp (kind, "retention") == 0)
    retain (work, job, error);
  else if (strcmp (kind, "gains") == 0)
    split_gains (work, job, error);
  else
    g_assert_not_reached ();
}

/* In a process of its own: what was said, and what was taken beyond what there was before. */
static void
measure (const char *folder, const char *kind, int to)
{
  g_autoptr (GError) error = NULL;
  AyWork *work = make_work (folder);
  g_autoptr (AyJob) job = ay_job_new ();
  pthread_t watcher;
  guint64 said[2], before;

  prepare (work, kind);
  malloc_trim (0);
  before = peak = touched ();
  pthread_create (&watcher, NULL, watch, NULL);
  run (work, kind, job, &error);
  __atomic_store_n (&stop, 1, __ATOMIC_RELAXED);
  pthread_join (watcher, NULL);
  if (error != NULL)
    g_printerr ("%s: %s\n", kind, error->message);
  said[0] = error == NULL ? ay_job_get_plan (job).needed : G_MAXUINT64;
  said[1] = peak - before;
  _exit (write (to, said, sizeof said) != sizeof said);
}

static void
check (const char *folder, const Size *size, const char *kind)
{
  guint64 said[2] = { 0, 0 };
  int ends[2];
  pid_t child;

  g_assert_cmpint (pipe (ends), ==, 0);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    measure (folder, kind, ends[1]);
  close (ends[1]);
  g_assert_cmpint (read (ends[0], said, sizeof said), ==, sizeof said);
  close (ends[0]);
  waitpid (child, NULL, 0);
  g_test_message ("%s of %zu x %zu in %u classes: %.1f MB said, %.1f MB taken", kind, size->n,
                  size->d, size->classes, (double) said[0] / (double) MB,
                  (double) said[1] / (double) MB);
  if (g_getenv ("JUST_TELL") != NULL)
    return;
  g_assert_cmpfloat ((double) said[1], <=, UNDER * (double) said[0] + (double) SLACK);
  g_assert_cmpfloat ((double) said[0], <=, OVER * (double) said[1] + (double) ROOM);
}

static void
check_kinds (const Size *size, gboolean pool, const char *const *kinds)
{
  g_autofree char *folder = make_folder ();

  make_files (folder, size, pool);
  for (guint i = 0; kinds[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, "w.assay", NULL);

      check (folder, size, kinds[i]);
      unlink (path);
    }
  drop_folder (folder);
}

static void
test_kinds (gconstpointer data)
{
  static const char *const kinds[]
      = { "head", "influence", "loo", "knn_shapley", "tracin", "aum",
          "data_oob", "dvrl", "density", "pseudo_label", "redundancy", "pca",
          "umap", "tsne", "kmeans", "density-clusters", "simulate",
          "whatif", "retention", NULL };

  check_kinds (data, FALSE, kinds);
}

static void
test_pool (gconstpointer data)
{
  static const char *const kinds[] = { "suggest", NULL };

  check_kinds (data, TRUE, kinds);
}

static void
test_gains (gconstpointer data)
{
  static const char *const kinds[] = { "gains", NULL };

  check_kinds (data, FALSE, kinds);
}

int
main (int argc, char **argv)
{
  static const Size sizes[]
      = { { 20000, 64, 10 }, { 4000, 700, 10 }, { 40000, 16, 2 }, { 5000, 200, 60 } };
  static const Size gains[] /* paths of many weights take minutes */
      = { { 20000, 64, 10 }, { 40000, 16, 2 }, { 2000, 300, 4 }, { 3000, 50, 20 } };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (gains); i++)
    {
      g_autofree char *name = g_strdup_printf ("/job-memory/gains/%zu-%zu-%u", gains[i].n,
                                               gains[i].d, gains[i].classes);

      g_test_add_data_func (name, &gains[i], test_gains);
    }
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *name = g_strdup_printf ("/job-memory/%zu-%zu-%u", sizes[i].n, sizes[i].d,
                                               sizes[i].classes);
      g_autofree char *pool = g_strconcat (name, "/pool", NULL);

      g_test_add_data_func (name, &sizes[i], test_kinds);
      g_test_add_data_func (pool, &sizes[i], test_pool);
    }
  return g_test_run ();
}
