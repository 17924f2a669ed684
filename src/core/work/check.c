/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/check.h"

#include "core/base/file.h"
#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/work/work_redundancy.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

#define COPY_THRESHOLD 0.99

static const AyRuleType types[] = {
  { "leaks", "Validation and test rows with a near copy in an earlier part", "threshold", TRUE, 0 },
  { "conflicts", "Groups of near copies, or of equal texts, with more than one label", "threshold",
    TRUE, 0 },
  { "duplicates", "Share of training and pool rows that could go as near copies", "threshold",
    TRUE, NAN },
  { "label_issues", "Share of judged rows, or of those that a condition names, that are likely "
    "mislabelled", "where", TRUE, NAN },
  { "class_rows", "Training rows of the smallest class", "", FALSE, NAN },
  { "accuracy", "Share of validation rows that the head gets right", "", FALSE, NAN },
  { "rows", "Rows that a condition names", "where", TRUE, 0 },
  { "drift", "Population stability index of the classes between the rows that a condition names "
    "and the others; by custom .1 is some, .25 is much", "where", TRUE, 0.25 },
};

const AyRuleType *
ay_rule_types (guint *n)
{
  *n = G_N_ELEMENTS (types);
  return types;
}

/* One rule as it stands in the file. */
typedef struct
{
  AyWork *work;
  const char *path;
  guint number;
  JsonObject *object;
  AyRuleResult *out;
  AyRedundancy *copies; /* (nullable) kept between rules of one threshold */
  double threshold;
  guint64 seed;
  AyJob *job;
} Check;

static void
rule_result_free (AyRuleResult *self)
{
  g_free (self->why);
  g_free (self->sentence);
  ay_bitset_free (self->rows);
  g_free (self);
}

static gboolean
fail (const Check *self, GError **error, const char *format, ...) G_GNUC_PRINTF (3, 4);

static gboolean
fail (const Check *self, GError **error, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: rule %u: %s"), self->path, self->number,
               text);
  return FALSE;
}

static gboolean
is_number (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node)
         && (json_node_get_value_type (node) == G_TYPE_DOUBLE
             || json_node_get_value_type (node) == G_TYPE_INT64);
}

static gboolean
is_text (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

static gboolean
is_own_member (const AyRuleType *type, const char *name)
{
  g_auto (GStrv) own = g_strsplit (type->members, " ", -1);

  return *name != '\0' && g_strv_contains ((const char *const *) own, name);
}

/* Type, limit and reason; a member that no one knows is an error, or a misspelt limit would be its
 * default. */
static gboolean
read_rule (Check *self, GError **error)
{
  g_autoptr (GList) names = json_object_get_members (self->object);
  JsonNode *kind = json_object_get_member (self->object, "rule");
  const AyRuleType *type = NULL;

  for (guint i = 0; kind != NULL && is_text (kind) && i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].id, json_node_get_string (kind)) == 0)
      type = &types[i];
  if (type == NULL)
    return fail (self, error, N_ ("no such rule \"%s\""),
                 kind != NULL && is_text (kind) ? json_node_get_string (kind) : "");
  self->out->type = type;
  self->out->limit = type->limit;
  for (GList *at = names; at != NULL; at = at->next)
    {
      JsonNode *node = json_object_get_member (self->object, at->data);

      if (strcmp (at->data, type->at_most ? "most" : "least") == 0 && is_number (node))
        self->out->limit = json_node_get_double (node);
      else if (strcmp (at->data, "why") == 0 && is_text (node))
        self->out->why = json_node_dup_string (node);
      else if (strcmp (at->data, "rule") != 0
               && !(is_own_member (type, at->data)
                    && (strcmp (at->data, "threshold") == 0 ? is_number (node) : is_text (node))))
        return fail (self, error, N_ ("%s: \"%s\" is not known, or not of its type"), type->id,
                     (char *) at->data);
    }
  if (isnan (self->out->limit))
    return fail (self, error, N_ ("%s: there is no \"%s\""), type->id,
                 type->at_most ? "most" : "least");
  return TRUE;
}

/* --- near copies --- */

static gboolean
find_copies (Check *self, GError **error)
{
  AyRedundancyOptions options = AY_REDUNDANCY_OPTIONS_INIT;
  double threshold = json_object_get_double_member_with_default (self->object, "threshold",
                                                                 COPY_THRESHOLD);

  if (self->copies != NULL && self->threshold == threshold)
    return TRUE;
  g_clear_pointer (&self->copies, ay_redundancy_unref);
  options.threshold = self->threshold = threshold;
  options.seed = self->seed;
  self->copies = ay_work_redundancy (self->work, &options, self->job, error);
  return self->copies != NULL;
}

static gboolean
check_leaks (Check *self, GError **error)
{
  g_autoptr (AyRedundancyCut) cut = NULL;
  AyLeaks leaks;

  if (!find_copies (self, error))
    return FALSE;
  cut = ay_redundancy_cut (self->copies, self->threshold);
  if (!ay_redundancy_leaks (self->work, cut, FALSE, &leaks, self->job, error))
    return FALSE;
  for (gsize i = 0; i < leaks.n_rows; i++)
    ay_bitset_add (self->out->rows, leaks.rows[i]);
  self->out->found = (double) leaks.n_rows;
  self->out->sentence = g_strdup_printf ("%" G_GSIZE_FORMAT " rows of validation and %"
                                         G_GSIZE_FORMAT " of test have a copy in an earlier part",
                                         leaks.n_valid, leaks.n_test);
  ay_leaks_clear (&leaks);
  return TRUE;
}

/* Rows whose normalised text stands with another label too. */
static gsize
add_text_conflicts (const Check *self)
{
  const AyDataset *data = self->work->data;
  const guint32 *same = self->copies->text.same;
  g_autofree guint8 *mixed = g_new0 (guint8, MAX (data->n, 1));
  gsize n = 0;

  if (same == NULL || data->label == NULL)
    return 0;
  for (gsize i = 0; i < data->n; i++)
    if (data->label[i] != AY_LABEL_MISSING && data->label[same[i]] != AY_LABEL_MISSING
        && data->label[i] != data->label[same[i]] && !mixed[same[i]])
      {
        mixed[same[i]] = 1;
        n++;
      }
  for (gsize i = 0; i < data->n; i++)
    if (mixed[same[i]])
      ay_bitset_add (self->out->rows, i);
  return n;
}

static gboolean
check_conflicts (Check *self, GError **error)
{
  g_autoptr (AyRedundancyCut) cut = NULL;
  gsize by_text, by_features = 0;

  if (!find_copies (self, error))
    return FALSE;
  by_text = add_text_conflicts (self);
  cut = ay_redundancy_cut (self->copies, self->threshold);
  for (gsize g = 0; g < cut->groups->n_groups; g++)
    {
      gboolean known = TRUE;

      for (gsize m = cut->groups->start[g]; cut->conflict[g] && m < cut->groups->start[g + 1]; m++)
        {
          known = known && ay_bitset_get (self->out->rows, cut->groups->members[m]);
          ay_bitset_add (self->out->rows, cut->groups->members[m]);
        }
      by_features += cut->conflict[g] && !known;
    }
  self->out->found = (double) (by_text + by_features);
  self->out->sentence = g_strdup_printf ("%" G_GSIZE_FORMAT " groups of equal texts and %"
                                         G_GSIZE_FORMAT " more of near copies have several labels",
                                         by_text, by_features);
  return TRUE;
}

static gsize
count_parts (const AyDataset *data, guint parts)
{
  gsize n = 0;

  for (gsize i = 0; i < data->n; i++)
    n += (parts >> data->split[i]) & 1;
  return n;
}

static gboolean
check_duplicates (Check *self, GError **error)
{
  const AyDataset *data = self->work->data;
  g_autoptr (AyRedundancyCut) cut = NULL;
  gsize n = count_parts (data, 1u << AY_SPLIT_TRAIN | 1u << AY_SPLIT_POOL);

  if (!find_copies (self, error))
    return FALSE;
  cut = ay_redundancy_cut (self->copies, self->threshold);
  for (gsize i = 0; i < data->n; i++)
    if (cut->redundant[i])
      ay_bitset_add (self->out->rows, i);
  self->out->found = (double) cut->n_redundant / (double) MAX (n, 1);
  self->out->sentence = g_strdup_printf ("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                                         " rows could go as near copies", cut->n_redundant, n);
  return TRUE;
}

/* --- labels and the head --- */

static gboolean
check_issues (Check *self, GError **error)
{
  const char *ids[] = { "label_issue", NULL };
  const char *where = json_object_get_string_member_with_default (self->object, "where", "");
  g_autoptr (AyBitset) among = NULL;
  g_autofree double *values = NULL;
  gsize judged = 0, flagged = 0;

  if (!ay_workspace_has (self->work->store, AY_KIND_SCORE, ids[0])
      && !ay_work_score (self->work, ids, NULL, self->seed, self->job, error))
    return FALSE;
  values = ay_work_score_values (self->work, ids[0], error);
  among = values != NULL ? ay_work_select (self->work, where, self->job, error) : NULL;
  if (among == NULL)
    return FALSE;
  for (gsize i = ay_bitset_next (among, 0); i < among->n; i = ay_bitset_next (among, i + 1))
    {
      judged += !isnan (values[i]);
      if (values[i] > 0.5)
        {
          ay_bitset_add (self->out->rows, i);
          flagged++;
        }
    }
  self->out->found = (double) flagged / (double) MAX (judged, 1);
  self->out->sentence = g_strdup_printf ("%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                                         " judged rows are likely mislabelled", flagged, judged);
  return TRUE;
}

static gboolean
check_class_rows (Check *self, GError **error)
{
  const AyDataset *data = self->work->data;
  g_autofree gsize *count = g_new0 (gsize, MAX (data->n_classes, 1));
  guint least = 0;

  if (data->n_classes == 0)
    return fail (self, error, N_ ("class_rows: a number is predicted, there are no classes"));
  for (gsize i = 0; i < data->n; i++)
    if (data->split[i] == AY_SPLIT_TRAIN && data->label[i] != AY_LABEL_MISSING)
      count[data->label[i]]++;
  for (guint k = 1; k < data->n_classes; k++)
    least = count[k] < count[least] ? k : least;
  for (gsize i = 0; i < data->n; i++)
    if (data->label[i] == (gint32) least && data->split[i] == AY_SPLIT_TRAIN)
      ay_bitset_add (self->out->rows, i);
  self->out->found = (double) count[least];
  self->out->sentence = g_strdup_printf ("class %s has the fewest training rows, %" G_GSIZE_FORMAT,
                                         data->class_names[least], count[least]);
  return TRUE;
}

static gboolean
check_accuracy (Check *self, GError **error)
{
  const AyFitness *fitness = ay_work_fitness (self->work, self->job, error);

  if (fitness == NULL)
    return FALSE;
  self->out->found = fitness->valid.accuracy;
  self->out->sentence = g_strdup_printf ("the head gets %.1f %% of the validation rows right",
                                         100.0 * fitness->valid.accuracy);
  return TRUE;
}

/* --- conditions --- */

static AyBitset *
rows_named (Check *self, GError **error)
{
  const char *where = json_object_get_string_member_with_default (self->object, "where", "");

  if (*where == '\0')
    {
      fail (self, error, N_ ("%s: there is no condition \"where\""), self->out->type->id);
      return NULL;
    }
  return ay_work_select (self->work, where, self->job, error);
}

static gboolean
check_rows (Check *self, GError **error)
{
  g_autoptr (AyBitset) rows = rows_named (self, error);

  if (rows == NULL)
    return FALSE;
  ay_bitset_assign (self->out->rows, rows);
  self->out->found = (double) ay_bitset_count (rows);
  self->out->sentence = g_strdup_printf ("%.0f rows meet it", self->out->found);
  return TRUE;
}

/* sum (p - q) ln (p / q) over the classes, half a row added to each count so that an empty class is
 * finite. */
static gboolean
check_drift (Check *self, GError **error)
{
  const AyDataset *data = self->work->data;
  g_autoptr (AyBitset) rows = rows_named (self, error);
  g_autofree double *count = NULL;
  double total[2] = { 0.0, 0.0 };
  guint k = data->n_classes;

  if (rows == NULL)
    return FALSE;
  if (k == 0)
    return fail (self, error, N_ ("drift: a number is predicted, there are no classes"));
  count = g_new (double, (gsize) 2 * k);
  for (guint j = 0; j < 2 * k; j++)
    {
      count[j] = 0.5;
      total[j / k] += 0.5;
    }
  for (gsize i = 0; i < data->n; i++)
    if (data->label[i] != AY_LABEL_MISSING)
      {
        guint which = ay_bitset_get (rows, i) ? 0 : 1;

        count[which * k + (guint) data->label[i]] += 1.0;
        total[which] += 1.0;
      }
  for (guint j = 0; j < k; j++)
    {
      double p = count[j] / total[0], q = count[k + j] / total[1];

      self->out->found += (p - q) * log (p / q);
    }
  ay_bitset_assign (self->out->rows, rows);
  self->out->sentence
      = g_strdup_printf ("stability index of the classes %.3f, of %.0f rows and the %.0f others",
                         self->out->found, total[0] - 0.5 * k, total[1] - 0.5 * k);
  return TRUE;
}

/* --- all of them --- */

static gboolean
run_rule (Check *self, GError **error)
{
  static gboolean (*const run[]) (Check *, GError **)
      = { check_leaks, check_conflicts, check_duplicates, check_issues, check_class_rows,
          check_accuracy, check_rows, check_drift };
  AyRuleResult *out = self->out;

  G_STATIC_ASSERT (G_N_ELEMENTS (run) == G_N_ELEMENTS (types));
  out->rows = ay_bitset_new (self->work->data->n);
  if (!read_rule (self, error) || !run[out->type - types](self, error))
    return FALSE;
  out->holds = out->type->at_most ? out->found <= out->limit : out->found >= out->limit;
  return TRUE;
}

/* The list of rules in the file; root owns it. */
static JsonArray *
read_rules (const char *path, JsonNode **root, GError **error)
{
  g_autoptr (AyMappedFile) file = ay_mapped_file_new (path, error);
  g_autoptr (GError) local = NULL;
  gsize size;
  const char *text;
  JsonNode *rules;

  if (file == NULL)
    return NULL;
  text = ay_mapped_file_data (file, &size);
  *root = text != NULL ? ay_json_read (text, (gssize) size, &local) : NULL;
  if (*root == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s", path,
                   local != NULL ? local->message : N_ ("is empty"));
      return NULL;
    }
  if (!JSON_NODE_HOLDS_OBJECT (*root)
      || json_object_get_int_member_with_default (json_node_get_object (*root), "assay_rules", 0)
             != 1)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: not a file of rules that this version reads: \"assay_rules\" is not 1"),
                   path);
      return NULL;
    }
  rules = json_object_get_member (json_node_get_object (*root), "rules");
  if (rules != NULL && JSON_NODE_HOLDS_ARRAY (rules))
    return json_node_get_array (rules);
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: there is no list \"rules\""), path);
  return NULL;
}

GPtrArray *
ay_work_check (AyWork *work, const char *rules_path, guint64 seed, AyJob *job, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  JsonArray *rules = read_rules (rules_path, &root, error);
  g_autoptr (GPtrArray) results
      = g_ptr_array_new_with_free_func ((GDestroyNotify) rule_result_free);
  Check check = { .work = work, .path = rules_path, .seed = seed, .job = job };
  gboolean ok = rules != NULL;

  for (guint i = 0; ok && i < json_array_get_length (rules); i++)
    {
      JsonNode *node = json_array_get_element (rules, i);

      check.number = i + 1;
      check.out = g_new0 (AyRuleResult, 1);
      g_ptr_array_add (results, check.out);
      if (!JSON_NODE_HOLDS_OBJECT (node))
        ok = fail (&check, error, N_ ("not an object"));
      else
        {
          check.object = json_node_get_object (node);
          ok = run_rule (&check, error);
        }
    }
  g_clear_pointer (&check.copies, ay_redundancy_unref);
  return ok ? g_steal_pointer (&results) : NULL;
}
