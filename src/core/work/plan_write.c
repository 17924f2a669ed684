/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A plan becomes decisions, or a file with its recipe. */
#include "core/work/plan_private.h"

#include "core/base/file.h"
#include "core/base/json_text.h"
#include "core/work/export.h"
#include "core/work/export_form.h"

#include <string.h>

/* --- decisions --- */

typedef struct
{
  AyWork *work;
  GHashTable *row_of; /* of ay_dataset_index_ids() */
  AyDecisionFunc func;
  gpointer data;
} Decisions;

static void
add_row (const Decisions *self, AyBitset *rows, const char *id)
{
  ay_bitset_add (rows, GPOINTER_TO_SIZE (g_hash_table_lookup (self->row_of, id)) - 1);
}

/* New labels, one decision for each label. */
static gboolean
each_label (const Decisions *self, const AyStep *step, const char *why, GError **error)
{
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (AyBitset) rows = ay_bitset_new (self->work->data->n);

  for (guint k = 0; step->labels != NULL && k < step->labels->len; k++)
    {
      const char *label = step->labels->pdata[k];
      AyDecision decision = { AY_DECISION_RELABEL, rows, label, why };

      if (!g_hash_table_add (done, (gpointer) label))
        continue;
      ay_bitset_clear (rows);
      for (guint i = k; i < step->labels->len; i++)
        if (strcmp (step->labels->pdata[i], label) == 0)
          add_row (self, rows, step->relabelled->pdata[i]);
      if (!self->func (&decision, self->data, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
each_of_step (const Decisions *self, const AyStep *step, GError **error)
{
  g_autoptr (AyBitset) rows = ay_bitset_new (self->work->data->n);
  const char *why = step->why != NULL ? step->why : ay_step_type (step)->title;
  AyDecision decision = { AY_DECISION_DROP, rows, NULL, why };

  if (!step->on || step->kind == AY_STEP_DECISIONS)
    return TRUE;
  for (guint i = 0; step->took != NULL && i < step->took->len; i++)
    add_row (self, rows, step->took->pdata[i]);
  return (ay_bitset_count (rows) == 0 || self->func (&decision, self->data, error))
         && each_label (self, step, why, error);
}

gboolean
ay_plan_each_decision (AyWork *work, const AyRecipe *recipe, AyDecisionFunc func, gpointer data,
                       GError **error)
{
  g_autoptr (GHashTable) row_of = ay_dataset_index_ids (work->data);
  Decisions decisions = { work, row_of, func, data };

  for (guint s = 0; s < recipe->steps->len; s++)
    if (!each_of_step (&decisions, recipe->steps->pdata[s], error))
      return FALSE;
  return TRUE;
}

static gboolean
decide (const AyDecision *decision, gpointer work, GError **error)
{
  return ay_work_decide (work, decision, error);
}

gboolean
ay_work_plan_apply (AyWork *work, const AyRecipe *recipe, GError **error)
{
  return ay_plan_each_decision (work, recipe, decide, work, error);
}

/* --- the file and its recipe --- */

static char *
to_relative (const char *path, gpointer folder)
{
  return ay_path_relative (folder, path);
}

/* The input files as the workspace knows them, seen from the recipe's folder. */
static JsonArray *
describe_files (AyWork *work, const char *folder, GError **error)
{
  g_autofree char *text
      = ay_workspace_get_json (work->store, AY_KIND_SETTING, AY_SETTING_FILES, error);
  g_autoptr (JsonNode) stored = text != NULL ? ay_json_read (text, -1, error) : NULL;
  JsonArray *from, *to;

  if (stored == NULL)
    return NULL;
  from = json_node_get_array (stored);
  to = json_array_new ();
  for (guint i = 0; i < json_array_get_length (from); i++)
    {
      JsonObject *file = json_array_get_object_element (from, i), *out = json_object_new ();
      g_autofree char *absolute = ay_workspace_absolute_path (
          work->store, json_object_get_string_member (file, "path"));
      g_autofree char *relative = ay_path_relative (folder, absolute);

      json_object_set_string_member (out, "path", relative);
      json_object_set_int_member (out, "size", json_object_get_int_member (file, "size"));
      json_object_set_string_member (out, "sha256",
                                     json_object_get_string_member (file, "sha256"));
      json_array_add_object_element (to, out);
    }
  return to;
}

static JsonNode *
describe_applied (AyWork *work, const AyPlan *plan, const char *folder, GError **error)
{
  g_autoptr (AyLoadOptions) roles = ay_load_options_copy (work->load);
  g_autofree char *load = NULL;
  JsonArray *files = describe_files (work, folder, error);
  JsonObject *object;
  JsonNode *node;

  if (files == NULL)
    return NULL;
  ay_load_options_map_paths (roles, to_relative, (gpointer) folder);
  roles->embed = FALSE;
  load = ay_load_options_to_json (roles);
  object = json_object_new ();
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, object);
  json_object_set_member (object, "load", ay_json_read (load, -1, NULL));
  json_object_set_array_member (object, "files", files);
  json_object_set_int_member (object, "rows", (gint64) work->data->n);
  json_object_set_int_member (object, "before", (gint64) plan->n_before);
  json_object_set_int_member (object, "dropped", (gint64) ay_bitset_count (plan->dropped));
  json_object_set_int_member (object, "relabelled", (gint64) ay_bitset_count (plan->relabelled));
  return node;
}

static AyOutput *
prepare_curated (const AyDataset *data, const AyLoadOptions *roles, const AyNewLabels *labels,
                 const AyBitset *dropped, const char *path, AyJob *job, GError **error)
{
  AyExportOptions options = AY_EXPORT_OPTIONS_INIT;
  g_autoptr (AyTable) table = NULL;
  g_autoptr (AyBitset) rows = NULL;

  if (!ay_export_format_of_path (path, &options.format, error))
    return NULL;
  table = ay_curated_table (data, roles, labels);
  rows = ay_bitset_copy (dropped);
  ay_bitset_invert (rows);
  return ay_export_prepare (table, rows, &options, path, job, error);
}

static AyOutput *
prepare_inverse (AyWork *work, const AyPlan *plan, const char *path, AyJob *job, GError **error)
{
  g_autoptr (AyBitset) left = ay_bitset_copy (plan->dropped);

  ay_bitset_invert (left);
  return prepare_curated (work->data, work->load, &plan->labels, left, path, job, error);
}

gboolean
ay_work_curate (AyWork *work, AyRecipe *recipe, const AyPlan *plan, const AyCurateFiles *files,
                AyJob *job, GError **error)
{
  const char *path = files->kept;
  g_autofree char *recipe_path = g_strconcat (path, ".recipe.json", NULL);
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autofree char *folder = g_path_get_dirname (absolute);
  JsonNode *applied = describe_applied (work, plan, folder, error);
  AyExportFacts facts = { "curated", NULL, 0 };
  g_autoptr (AyOutput) recipe_file = NULL;
  g_autoptr (AyOutput) certificate = NULL;
  g_autoptr (AyOutput) kept = NULL;
  g_autoptr (AyOutput) gone = NULL;

  if (applied == NULL)
    return FALSE;
  g_clear_pointer (&recipe->applied, json_node_unref);
  recipe->applied = applied;
  facts.n = work->data->n - ay_bitset_count (plan->dropped);
  recipe_file = ay_recipe_prepare (recipe, recipe_path, error);
  certificate = recipe_file != NULL ? ay_work_certify_export (work, &facts, path, error) : NULL;
  if (certificate == NULL)
    return FALSE;
  if (files->dropped != NULL)
    {
      gone = prepare_inverse (work, plan, files->dropped, job, error);
      if (gone == NULL)
        return FALSE;
    }
  kept = prepare_curated (work->data, work->load, &plan->labels, plan->dropped, path, job, error);
  return kept != NULL && ay_job_commit (job, error) && ay_output_commit (kept, error)
         && ay_output_commit (recipe_file, error) && ay_output_commit (certificate, error)
         && (gone == NULL || ay_output_commit (gone, error));
}

gboolean
ay_work_curate_inverse (AyWork *work, const AyPlan *plan, const char *path, AyJob *job,
                        GError **error)
{
  g_autoptr (AyOutput) output = prepare_inverse (work, plan, path, job, error);

  return output != NULL && ay_job_commit (job, error) && ay_output_commit (output, error);
}

/* --- comparing --- */

/* Those of a that b has not. (transfer full) */
static GPtrArray *
minus (const GPtrArray *a, const GPtrArray *b)
{
  GPtrArray *out = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) has = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; b != NULL && i < b->len; i++)
    g_hash_table_add (has, b->pdata[i]);
  for (guint i = 0; a != NULL && i < a->len; i++)
    if (!g_hash_table_contains (has, a->pdata[i]))
      g_ptr_array_add (out, g_strdup (a->pdata[i]));
  return out;
}

static void
difference_free (AyStepDifference *self)
{
  g_ptr_array_unref (self->only_then);
  g_ptr_array_unref (self->only_now);
  g_free (self);
}

static void
add_texts (GPtrArray *into, GPtrArray *ids, GPtrArray *labels)
{
  for (guint i = 0; ids != NULL && i < ids->len; i++)
    g_ptr_array_add (into, labels == NULL
                               ? g_strdup (ids->pdata[i])
                               : g_strdup_printf ("%s: %s", (char *) ids->pdata[i],
                                                  (char *) labels->pdata[i]));
}

/* Ids that it dropped, and "ID: LABEL" of those that it relabelled. */
static GPtrArray *
outcome_of (const AyStep *step)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  add_texts (texts, step->took, NULL);
  add_texts (texts, step->relabelled, step->labels);
  return texts;
}

GPtrArray *
ay_work_plan_compare (AyWork *work, const AyRecipe *recorded, AyJob *job, GError **error)
{
  g_autoptr (AyRecipe) again = ay_recipe_copy (recorded);
  AyPlanOptions options = { FALSE };
  g_autoptr (AyPlan) plan = NULL;
  GPtrArray *differences;

  plan = ay_work_plan (work, again, &options, job, error);
  if (plan == NULL)
    return NULL;
  differences = g_ptr_array_new_with_free_func ((GDestroyNotify) difference_free);
  for (guint s = 0; s < recorded->steps->len; s++)
    {
      g_autoptr (GPtrArray) then = outcome_of (recorded->steps->pdata[s]);
      g_autoptr (GPtrArray) now = outcome_of (again->steps->pdata[s]);
      AyStepDifference one = { s, minus (then, now), minus (now, then) };
      AyStepDifference *kept = g_memdup2 (&one, sizeof one);

      if (one.only_then->len + one.only_now->len > 0)
        g_ptr_array_add (differences, kept);
      else
        difference_free (kept);
    }
  return differences;
}
