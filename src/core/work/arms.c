/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/arms.h"

#include "core/base/file.h"
#include "core/base/json_text.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/data/reader_csv.h"
#include "core/work/work_private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

/* Differences are paired by seed: what a seed does to all arms alike falls out. */

#define KIND "arms"
#define FIRST_STREAM 40

/* --- agreement --- */

static gsize
says (const AyMatrix *matrix, guint32 row, double *scratch)
{
  ay_matrix_get_f64 (matrix, row, 1, scratch);
  return ay_argmax (scratch, ay_matrix_cols (matrix));
}

gboolean
ay_work_agreement (AyWork *self, double *share, gsize *n, AyJob *job, GError **error)
{
  const AyDataset *data = self->data;
  AyHead *head = ay_work_head (self, job, error);
  g_autofree guint32 *rows = NULL;
  g_autofree double *out = NULL, *scratch = NULL;
  gsize same = 0;

  *share = NAN;
  *n = 0;
  if (head == NULL)
    return FALSE;
  if (data->probabilities == NULL || data->n_classes == 0)
    return TRUE;
  rows = ay_dataset_rows_of (data, AY_SPLIT_TEST, n);
  out = g_new (double, MAX (*n, 1) * head->n_outputs);
  scratch = g_new (double, head->n_outputs);
  if (!ay_head_predict (head, data->features, rows, *n, out, job, error))
    return FALSE;
  for (gsize t = 0; t < *n; t++)
    same += says (data->probabilities, rows[t], scratch)
            == ay_argmax (out + t * head->n_outputs, head->n_outputs);
  if (*n > 0)
    *share = (double) same / (double) *n;
  return TRUE;
}

char *
ay_agreement_say (double share, gsize n)
{
  if (isnan (share))
    return NULL;
  if (share >= AY_AGREES)
    return g_strdup_printf (N_ ("the head agrees with your model on %.1f %% of %zu test rows"),
                            100.0 * share, n);
  return g_strdup_printf (N_ ("the head says what the imported predictions say on %.1f %% of %zu "
                              "test rows only: this is about the head"),
                          100.0 * share, n);
}

void
ay_agreement_append (double share, gsize n, char **sentence)
{
  g_autofree char *said = ay_agreement_say (share, n);
  g_autofree char *before = NULL;

  if (said == NULL || *sentence == NULL)
    return;
  before = g_steal_pointer (sentence);
  *sentence = g_strdup_printf ("%s; %s", before, said);
}

gboolean
ay_work_append_agreement (AyWork *self, char **sentence, AyJob *job, GError **error)
{
  double share;
  gsize n;

  if (!ay_work_agreement (self, &share, &n, job, error))
    return FALSE;
  ay_agreement_append (share, n, sentence);
  return TRUE;
}

/* --- the lists --- */

static gboolean
write_list (AyWork *self, const char *folder, const char *name, const AyBitset *rows, AyJob *job,
            GError **error)
{
  static const char *const plain[] = { "id", "label", NULL };
  static const char *const curated[] = { "id", "label", "new_label", NULL };
  g_autofree char *path = g_build_filename (folder, name, NULL);
  gboolean new_labels = self->data->n_classes > 0 && strcmp (name, "curated.csv") == 0;
  AyWorkExport what = { new_labels ? curated : plain, rows, NULL, FALSE };

  return ay_work_export (self, &what, path, job, error);
}

static gboolean
write_random (AyWork *self, const char *folder, const AyBitset *full, gsize count, guint64 seed,
              AyJob *job, GError **error)
{
  gsize n;
  g_autofree guint32 *rows = ay_bitset_rows (full, &n);

  for (guint k = 1; k <= AY_ARMS_RANDOM; k++)
    {
      g_autofree char *name = g_strdup_printf ("random-%u.csv", k);
      g_autoptr (AyBitset) chosen = ay_bitset_new (full->n);
      g_autofree guint32 *drawn = NULL;
      AyRng rng;

      ay_rng_init (&rng, seed, FIRST_STREAM + k);
      drawn = ay_rng_sample (&rng, n, count);
      for (gsize i = 0; i < count; i++)
        ay_bitset_add (chosen, rows[drawn[i]]);
      if (!write_list (self, folder, name, chosen, job, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_template (const char *folder, const char *metric, GError **error)
{
  g_autofree char *path = g_build_filename (folder, "results.csv", NULL);
  g_autoptr (AyOutput) output = NULL;

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s: exists already", path);
      return FALSE;
    }
  output = ay_output_new (path, error);
  if (output == NULL)
    return FALSE;
  fputs ("arm,seed,slice,metric,value\n", ay_output_stream (output));
  for (guint arm = 0; arm < 2 + AY_ARMS_RANDOM; arm++)
    for (guint seed = 1; seed <= AY_ARMS_MIN_RUNS; seed++)
      {
        if (arm < 2)
          fputs (arm == 0 ? "full" : "curated", ay_output_stream (output));
        else
          fprintf (ay_output_stream (output), "random-%u", arm - 1);
        fprintf (ay_output_stream (output), ",%u,all,%s,\n", seed, metric);
      }
  return ay_output_commit (output, error);
}

gboolean
ay_work_arms_write (AyWork *self, const char *folder, guint64 seed, AyArms *out, AyJob *job,
                    GError **error)
{
  g_autoptr (AyBitset) full = ay_work_select (self, "split = 'train'", job, error);
  g_autoptr (AyBitset) curated = NULL, test = NULL;

  memset (out, 0, sizeof *out);
  if (full != NULL)
    curated = ay_work_select (self, "split = 'train' AND decision IS NOT 'drop'", job, error);
  if (curated != NULL)
    test = ay_work_select (self, "split = 'test'", job, error);
  if (test == NULL)
    return FALSE;
  out->n_full = ay_bitset_count (full);
  out->n_curated = ay_bitset_count (curated);
  out->n_test = ay_bitset_count (test);
  if (out->n_curated == 0 || out->n_curated == out->n_full)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                           out->n_curated == 0 ? "every training row is dropped"
                                               : "no training row is dropped: the curated set "
                                                 "would be the full one");
      return FALSE;
    }
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s: %s", folder, g_strerror (errno));
      return FALSE;
    }
  return ay_work_agreement (self, &out->agreement, &out->n_agreement, job, error)
         && write_template (folder, self->data->n_classes > 0 ? "accuracy" : "r2", error)
         && write_list (self, folder, "full.csv", full, job, error)
         && write_list (self, folder, "curated.csv", curated, job, error)
         && write_random (self, folder, full, out->n_curated, seed, job, error)
         && write_list (self, folder, "test.csv", test, job, error);
}

/* --- the results --- */

typedef enum { ARM_FULL, ARM_CURATED, ARM_RANDOM, N_ARMS } Arm;

static const char *const arm_names[] = { "full", "curated", "random" };

/* Runs of one seed on one slice and metric. */
typedef struct
{
  double sum[N_ARMS];
  gsize n[N_ARMS];
} Runs;

void
ay_arm_band_free (AyArmBand *self)
{
  if (self == NULL)
    return;
  g_free (self->arm);
  g_free (self->against);
  g_free (self->slice);
  g_free (self->metric);
  g_free (self);
}

static gboolean
parse_arm (const char *text, Arm *arm)
{
  if (strcmp (text, "full") == 0)
    *arm = ARM_FULL;
  else if (strcmp (text, "curated") == 0)
    *arm = ARM_CURATED;
  else if (g_str_has_prefix (text, "random-") && text[7] != '\0')
    *arm = ARM_RANDOM;
  else
    return FALSE;
  return TRUE;
}

static gboolean
bad_line (GError **error, const char *path, gsize row, const char *what, const char *value)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s:%zu: %s \"%s\"", path, row + 2, what, value);
  return FALSE;
}

/* Adds row `row` to its group: "slice\tmetric" -> (seed -> Runs). */
static gboolean
add_run (AyColumn *const columns[5], const char *path, gsize row, GHashTable *groups,
         GHashTable *seen, gsize *n_empty, GError **error)
{
  g_autofree char *arm_text = ay_column_dup_text (columns[0], row);
  g_autofree char *seed = ay_column_dup_text (columns[1], row);
  g_autofree char *slice = ay_column_dup_text (columns[2], row);
  g_autofree char *metric = ay_column_dup_text (columns[3], row);
  g_autofree char *value = ay_column_dup_text (columns[4], row);
  g_autofree char *group = g_strdup_printf ("%s\t%s", slice, metric);
  char *run = g_strdup_printf ("%s\t%s\t%s", arm_text, seed, group);
  GHashTable *seeds;
  Runs *runs;
  Arm arm;

  if (!g_hash_table_add (seen, run))
    return bad_line (error, path, row, "this run is given twice, seed", seed);
  if (!parse_arm (arm_text, &arm))
    return bad_line (error, path, row, "full, curated or random-N is wanted, not", arm_text);
  if (*value == '\0')
    {
      ++*n_empty;
      return TRUE;
    }
  if (ay_column_type (columns[4]) != AY_COLUMN_NUMBER)
    {
      char *end;
      double number = g_ascii_strtod (value, &end);

      if (*end != '\0' || !isfinite (number))
        return bad_line (error, path, row, "a number is wanted, not", value);
    }
  seeds = g_hash_table_lookup (groups, group);
  if (seeds == NULL)
    {
      seeds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      g_hash_table_insert (groups, g_strdup (group), seeds);
    }
  runs = g_hash_table_lookup (seeds, seed);
  if (runs == NULL)
    {
      runs = g_new0 (Runs, 1);
      g_hash_table_insert (seeds, g_strdup (seed), runs);
    }
  runs->sum[arm] += g_ascii_strtod (value, NULL);
  runs->n[arm]++;
  return TRUE;
}

/* (nullable): no seed has both. */
static AyArmBand *
compare (GHashTable *seeds, const char *group, Arm arm, Arm against)
{
  g_autoptr (GArray) differences = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (seeds), (GCompareFunc) strcmp);
  g_auto (GStrv) names = g_strsplit (group, "\t", 2);
  AyArmBand *band;

  for (GList *key = keys; key != NULL; key = key->next)
    {
      const Runs *runs = g_hash_table_lookup (seeds, key->data);

      if (runs->n[arm] > 0 && runs->n[against] > 0)
        {
          double difference = runs->sum[arm] / (double) runs->n[arm]
                              - runs->sum[against] / (double) runs->n[against];

          g_array_append_val (differences, difference);
        }
    }
  if (differences->len == 0)
    return NULL;
  band = g_new0 (AyArmBand, 1);
  band->arm = g_strdup (arm_names[arm]);
  band->against = g_strdup (arm_names[against]);
  band->slice = g_strdup (names[0]);
  band->metric = g_strdup (names[1]);
  band->n = differences->len;
  band->enough = band->n >= AY_ARMS_MIN_RUNS;
  band->difference
      = (AyMeanBand) { ay_mean ((const double *) differences->data, band->n), NAN, NAN };
  if (band->enough)
    band->difference = ay_mean_band ((const double *) differences->data, band->n);
  return band;
}

static GPtrArray *
compare_all (GHashTable *groups)
{
  static const Arm pairs[][2] = { { ARM_CURATED, ARM_FULL }, { ARM_CURATED, ARM_RANDOM },
                                  { ARM_RANDOM, ARM_FULL } };
  GPtrArray *bands = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_arm_band_free);
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (groups), (GCompareFunc) strcmp);

  for (GList *key = keys; key != NULL; key = key->next)
    for (guint k = 0; k < G_N_ELEMENTS (pairs); k++)
      {
        AyArmBand *band = compare (g_hash_table_lookup (groups, key->data), key->data, pairs[k][0],
                                   pairs[k][1]);

        if (band != NULL)
          g_ptr_array_add (bands, band);
      }
  return bands;
}

static gboolean
keep (AyWork *self, const GPtrArray *bands, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();
  g_autofree char *text = NULL;

  for (guint k = 0; k < bands->len; k++)
    {
      const AyArmBand *band = g_ptr_array_index (bands, k);
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "arm", band->arm);
      json_object_set_string_member (one, "against", band->against);
      json_object_set_string_member (one, "slice", band->slice);
      json_object_set_string_member (one, "metric", band->metric);
      json_object_set_int_member (one, "runs", (gint64) band->n);
      json_object_set_double_member (one, "difference", band->difference.mean);
      json_object_set_double_member (one, "low", band->difference.low);
      json_object_set_double_member (one, "high", band->difference.high);
      json_array_add_object_element (array, one);
    }
  json_node_take_array (node, array);
  text = ay_json_to_text (node, FALSE);
  return ay_workspace_is_read_only (self->store)
         || ay_workspace_put_json (self->store, KIND, "results", text, error);
}

static gboolean
find_columns (AyTable *table, const char *path, AyColumn *columns[5], GError **error)
{
  static const char *const names[] = { "arm", "seed", "slice", "metric", "value" };

  for (guint k = 0; k < 5; k++)
    {
      columns[k] = ay_table_find (table, names[k]);
      if (columns[k] == NULL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s:1: no column \"%s\"", path, names[k]);
          return FALSE;
        }
    }
  return TRUE;
}

GPtrArray *
ay_work_arms_import (AyWork *self, const char *path, gsize *n_runs, gsize *n_empty, AyJob *job,
                     GError **error)
{
  AyCsvOptions options = AY_CSV_OPTIONS_INIT;
  AyMappedFile *file = ay_mapped_file_new (path, error);
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autoptr (AyTable) table = NULL;
  g_autoptr (GHashTable) groups
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                               (GDestroyNotify) g_hash_table_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) bands = NULL;
  AyColumn *columns[5];

  *n_runs = *n_empty = 0;
  if (file != NULL)
    table = ay_csv_read (file, &options, diagnostics, job, error);
  g_clear_pointer (&file, ay_mapped_file_unref);
  if (table == NULL || !find_columns (table, path, columns, error))
    return NULL;
  for (gsize row = 0; row < ay_table_rows (table); row++)
    if (!add_run (columns, path, row, groups, seen, n_empty, error))
      return NULL;
  *n_runs = ay_table_rows (table) - *n_empty;
  if (*n_runs == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "%s: no run has a value", path);
      return NULL;
    }
  bands = compare_all (groups);
  return keep (self, bands, error) ? g_steal_pointer (&bands) : NULL;
}
