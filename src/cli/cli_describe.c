/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/cli_describe.h"

#include "cli/cli_json.h"
#include "cli/cli_text.h"
#include "core/base/stats.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define N_SPLITS (AY_SPLIT_POOL + 1)
#define MAX_CLASSES_SHOWN 12

#define OFFSET_OF_FEATURES G_STRUCT_OFFSET (AyLoadOptions, features)

/* The roles of load options, by name. */
static const struct
{
  const char *name;
  gsize offset;
} roles[] = {
  { "features", OFFSET_OF_FEATURES },
  { "label", G_STRUCT_OFFSET (AyLoadOptions, label) },
  { "target", G_STRUCT_OFFSET (AyLoadOptions, target) },
  { "id", G_STRUCT_OFFSET (AyLoadOptions, id) },
  { "split", G_STRUCT_OFFSET (AyLoadOptions, split) },
  { "time", G_STRUCT_OFFSET (AyLoadOptions, time) },
  { "text", G_STRUCT_OFFSET (AyLoadOptions, text) },
  { "image", G_STRUCT_OFFSET (AyLoadOptions, image) },
  { "probabilities", G_STRUCT_OFFSET (AyLoadOptions, probabilities) },
  { "weight", G_STRUCT_OFFSET (AyLoadOptions, weight) },
  { "group", G_STRUCT_OFFSET (AyLoadOptions, group) },
  { "dynamics", G_STRUCT_OFFSET (AyLoadOptions, dynamics) },
  { "class_names", G_STRUCT_OFFSET (AyLoadOptions, class_names) },
  { "valid_features", G_STRUCT_OFFSET (AyLoadOptions, valid_features) },
  { "valid_label", G_STRUCT_OFFSET (AyLoadOptions, valid_label) },
};

static const char *
role_of (const AyLoadOptions *options, guint i)
{
  return G_STRUCT_MEMBER (char *, options, roles[i].offset);
}

/* A role's sources without the col: and file: that force what they are. (transfer full) */
static char *
plain_sources (const char *sources)
{
  g_auto (GStrv) parts = g_strsplit (sources, ",", -1);
  g_autoptr (GPtrArray) plain = g_ptr_array_new ();

  for (char **part = parts; *part != NULL; part++)
    g_ptr_array_add (plain, *part + (g_str_has_prefix (*part, "col:")    ? strlen ("col:")
                                     : g_str_has_prefix (*part, "file:") ? strlen ("file:")
                                                                         : 0));
  g_ptr_array_add (plain, NULL);
  return g_strjoinv (",", (char **) plain->pdata);
}

void
cmd_roles_text (const AyLoadOptions *options, const AyLoadOptions *before, const char *prefix)
{
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (role_of (options, i) != NULL && roles[i].offset != OFFSET_OF_FEATURES)
      {
        g_autofree char *sources = plain_sources (role_of (options, i));

        printf ("%s%s: %s%s\n", prefix, roles[i].name, sources,
                before != NULL && role_of (before, i) == NULL ? " (guessed)" : "");
      }
}

void
cmd_roles_json (const AyLoadOptions *options, JsonObject *into)
{
  JsonObject *object = cmd_json_object (into, "roles");

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (role_of (options, i) != NULL)
      {
        g_autofree char *sources = plain_sources (role_of (options, i));

        cmd_json_text (object, roles[i].name, sources);
      }
}

static void
count_splits (const AyDataset *data, gsize counts[N_SPLITS])
{
  memset (counts, 0, N_SPLITS * sizeof *counts);
  for (gsize i = 0; i < data->n; i++)
    counts[data->split[i]]++;
}

/* Labelled rows of each class and part: n_classes x N_SPLITS. (transfer full) */
static gsize *
count_classes (const AyDataset *data)
{
  gsize *counts = g_new0 (gsize, (gsize) data->n_classes * N_SPLITS);

  for (gsize i = 0; i < data->n; i++)
    if (data->label[i] != AY_LABEL_MISSING)
      counts[(gsize) data->label[i] * N_SPLITS + data->split[i]]++;
  return counts;
}

static void
print_classes (const AyDataset *data)
{
  g_autofree gsize *counts = count_classes (data);
  g_autoptr (CmdTable) table = cmd_table_new ("lrrr");
  guint shown = MIN (data->n_classes, MAX_CLASSES_SHOWN);

  cmd_table_row (table, "class", "train", "valid", "test", NULL);
  for (guint k = 0; k < shown; k++)
    {
      char cells[3][CMD_TEXT_SIZE];

      for (guint s = 0; s < 3; s++)
        g_snprintf (cells[s], CMD_TEXT_SIZE, "%" G_GSIZE_FORMAT, counts[k * N_SPLITS + s]);
      cmd_table_row (table, data->class_names[k], cells[0], cells[1], cells[2], NULL);
    }
  cmd_table_print (table, 2);
  if (shown < data->n_classes)
    printf ("  and %u more classes\n", data->n_classes - shown);
}

void
cmd_describe_data_text (AyWork *work, const AyLoadOptions *guessed)
{
  const AyDataset *data = ay_work_data (work);
  gsize counts[N_SPLITS];

  count_splits (data, counts);
  printf ("%" G_GSIZE_FORMAT " rows, %" G_GSIZE_FORMAT " features", data->n,
          ay_matrix_cols (data->features));
  if (data->n_classes > 0)
    printf (", %u classes\n", data->n_classes);
  else
    printf (", a numeric target\n");
  if (data->features_from != NULL)
    printf ("features: %s\n", data->features_from);
  cmd_roles_text (ay_work_load_options (work), guessed, "");
  if (data->dynamics != NULL)
    printf ("training run: %" G_GSIZE_FORMAT " epochs of %" G_GSIZE_FORMAT " rows\n",
            ay_matrix_rows (data->dynamics), data->rows_of_dynamics);
  if (ay_work_load_options (work)->embed)
    printf ("the data is kept inside the workspace\n");
  printf ("parts: train %" G_GSIZE_FORMAT ", valid %" G_GSIZE_FORMAT ", test %" G_GSIZE_FORMAT
          ", pool %" G_GSIZE_FORMAT "%s%s\n",
          counts[AY_SPLIT_TRAIN], counts[AY_SPLIT_VALID], counts[AY_SPLIT_TEST],
          counts[AY_SPLIT_POOL],
          !data->test_drawn    ? ""
          : data->time != NULL ? " (valid and test drawn, the latest)"
                               : " (valid and test drawn)",
          data->has_test ? "" : "; no test part: every proof is a preview");
  if (data->n_classes > 0)
    print_classes (data);
}

static void
add_classes (const AyDataset *data, JsonObject *into)
{
  g_autofree gsize *counts = count_classes (data);
  JsonArray *classes = cmd_json_array (into, "classes");

  for (guint k = 0; k < data->n_classes; k++)
    {
      JsonObject *one = cmd_json_append (classes);

      cmd_json_text (one, "name", data->class_names[k]);
      for (guint s = 0; s < AY_SPLIT_POOL; s++)
        cmd_json_count (one, ay_split_name (s), counts[k * N_SPLITS + s]);
    }
}

void
cmd_describe_data_json (AyWork *work, JsonObject *into)
{
  const AyDataset *data = ay_work_data (work);
  gsize counts[N_SPLITS];
  JsonObject *object;

  count_splits (data, counts);
  cmd_json_count (into, "rows", data->n);
  cmd_json_count (into, "features", ay_matrix_cols (data->features));
  cmd_json_text (into, "features_from", data->features_from);
  cmd_roles_json (ay_work_load_options (work), into);
  cmd_json_bool (into, "embedded", ay_work_load_options (work)->embed);
  if (data->dynamics != NULL)
    {
      object = cmd_json_object (into, "dynamics");
      cmd_json_count (object, "epochs", ay_matrix_rows (data->dynamics));
      cmd_json_count (object, "rows", data->rows_of_dynamics);
      cmd_json_count (object, "classes", data->n_classes);
    }
  else
    json_object_set_null_member (into, "dynamics");
  object = cmd_json_object (into, "parts");
  for (guint s = 0; s < N_SPLITS; s++)
    cmd_json_count (object, ay_split_name (s), counts[s]);
  cmd_json_bool (into, "test_drawn", data->test_drawn);
  cmd_json_bool (into, "has_test", data->has_test);
  if (data->n_classes > 0)
    add_classes (data, into);
}

void
cmd_describe_diagnostics_json (const AyDiagnostics *diagnostics, JsonObject *into)
{
  JsonArray *array = cmd_json_array (into, "diagnostics");

  for (gsize i = 0; i < ay_diagnostics_count (diagnostics); i++)
    {
      const AyDiagnostic *finding = ay_diagnostics_get (diagnostics, i);
      JsonObject *one = cmd_json_append (array);

      cmd_json_text (one, "id", finding->id);
      cmd_json_text (one, "text", finding->text);
    }
}

CmdSpread
cmd_spread (const double *values, gsize n)
{
  CmdSpread s = { n, 0, 0, 0, NAN, NAN, NAN, NAN };
  double sum = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      if (isnan (values[i]))
        {
          s.missing++;
          continue;
        }
      s.negative += values[i] < 0.0;
      s.positive += values[i] > 0.0;
      s.minimum = fmin (s.minimum, values[i]); /* fmin and fmax leave a NaN behind */
      s.maximum = fmax (s.maximum, values[i]);
      sum += values[i];
    }
  if (s.missing < n)
    s.mean = sum / (double) (n - s.missing);
  s.median = ay_quantile (values, n, 0.5);
  return s;
}

void
cmd_spread_json (const CmdSpread *spread, JsonObject *into)
{
  cmd_json_count (into, "n", spread->n);
  cmd_json_count (into, "missing", spread->missing);
  cmd_json_count (into, "negative", spread->negative);
  cmd_json_count (into, "positive", spread->positive);
  ay_json_put_number (into, "minimum", spread->minimum);
  ay_json_put_number (into, "median", spread->median);
  ay_json_put_number (into, "maximum", spread->maximum);
  ay_json_put_number (into, "mean", spread->mean);
}

static gboolean
is_wanted (const char *const *ids, const char *id)
{
  return ids == NULL || g_strv_contains (ids, id);
}

/* A number of the certificate; "" where it has none: not judged by validation rows. */
static const char *
noise_text (const AyScoreInfo *info, const char *name, char text[CMD_TEXT_SIZE])
{
  JsonNode *node = info->certificate != NULL ? json_object_get_member (info->certificate, name)
                                             : NULL;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return "";
  g_snprintf (text, CMD_TEXT_SIZE,
              json_node_get_value_type (node) == G_TYPE_INT64 ? "%.0f" : "%.2f",
              json_node_get_double (node));
  return text;
}

static void
add_noise_columns (const AyScoreInfo *info, JsonObject *into)
{
  JsonArray *array = cmd_json_array (into, "noise_columns");

  for (guint k = 0; k < AY_N_NOISE && info->has_noise; k++)
    {
      g_autofree char *name = ay_noise_column (info->id, k);

      json_array_add_string_element (array, name);
    }
}

gboolean
cmd_describe_scores_text (AyWork *work, const char *const *ids, GError **error)
{
  g_autoptr (GPtrArray) scores = ay_work_scores (work, error);
  g_autoptr (CmdTable) table = cmd_table_new ("lrrrrrrl");
  guint shown = 0;

  if (scores == NULL)
    return FALSE;
  cmd_table_row (table, "score", "minimum", "median", "maximum", "missing", "told",
                 "halves", "meaning", NULL);
  for (guint i = 0; i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];
      g_autofree double *values = NULL;
      char cells[6][CMD_TEXT_SIZE];
      CmdSpread s;

      if (!is_wanted (ids, info->id))
        continue;
      values = ay_work_score_values (work, info->id, error);
      if (values == NULL)
        return FALSE;
      s = cmd_spread (values, ay_work_data (work)->n);
      g_snprintf (cells[3], CMD_TEXT_SIZE, "%" G_GSIZE_FORMAT, s.missing);
      cmd_table_row (table, info->id, cmd_text_number (s.minimum, cells[0]),
                     cmd_text_number (s.median, cells[1]), cmd_text_number (s.maximum, cells[2]),
                     cells[3], noise_text (info, "rows_told_from_zero", cells[4]),
                     noise_text (info, "split_half_rank_correlation", cells[5]),
                     info->sentence != NULL ? info->sentence : "", NULL);
      shown++;
    }
  if (shown > 0)
    cmd_table_print (table, 0);
  return TRUE;
}

gboolean
cmd_describe_scores_json (AyWork *work, const char *const *ids, JsonObject *into, GError **error)
{
  g_autoptr (GPtrArray) scores = ay_work_scores (work, error);
  JsonArray *array = cmd_json_array (into, "scores");

  if (scores == NULL)
    return FALSE;
  for (guint i = 0; i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];
      g_autofree double *values = NULL;
      CmdSpread spread;
      JsonObject *one;

      if (!is_wanted (ids, info->id))
        continue;
      values = ay_work_score_values (work, info->id, error);
      if (values == NULL)
        return FALSE;
      spread = cmd_spread (values, ay_work_data (work)->n);
      one = cmd_json_append (array);
      cmd_json_text (one, "id", info->id);
      cmd_json_text (one, "title", info->title);
      cmd_json_text (one, "sentence", info->sentence);
      cmd_json_text (one, "kind", ay_score_kind_name (info->kind));
      cmd_json_text (one, "direction", ay_direction_name (info->direction));
      cmd_json_text (one, "unit", info->unit);
      cmd_spread_json (&spread, one);
      add_noise_columns (info, one);
      if (info->certificate != NULL)
        json_object_set_object_member (one, "certificate", json_object_ref (info->certificate));
      else
        cmd_json_text (one, "certificate", NULL);
    }
  return TRUE;
}

static void
add_fit (JsonObject *into, const char *key, const AyFit *fit)
{
  JsonObject *one = cmd_json_object (into, key);

  cmd_json_count (one, "n", fit->n);
  ay_json_put_number (one, "loss", fit->loss);
  ay_json_put_number (one, "accuracy", fit->accuracy);
}

void
cmd_describe_fitness_json (const AyFitness *fitness, JsonObject *into)
{
  JsonObject *one = cmd_json_object (into, "head");

  add_fit (one, "train", &fitness->train);
  add_fit (one, "valid", &fitness->valid);
  ay_json_put_number (one, "baseline", fitness->baseline);
  ay_json_put_number (one, "knn", fitness->knn);
  ay_json_put_number (one, "reference", fitness->reference);
  ay_json_put_number (one, "flagged", fitness->flagged);
  cmd_json_count (one, "flagged_rows", fitness->flagged_rows);
  cmd_json_bool (one, "weak", fitness->weak);
  cmd_json_bool (one, "may_have_seen", fitness->may_have_seen);
  cmd_json_bool (one, "too_good", fitness->too_good);
  cmd_json_text (one, "sentence", fitness->sentence);
}
