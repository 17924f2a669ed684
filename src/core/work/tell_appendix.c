/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The appendix: data card, recipe, proof, certificates, inputs of the savings, words. */
#include "core/work/tell_private.h"

#include "core/base/json_text.h"

#include <math.h>
#include <string.h>

#define OWNER "to be filled by the owner"

static gboolean
tell_card (AyTelling *self, GError **error)
{
  static const char *const blanks[]
      = { "purpose", "sources", "how it was collected", "how it was labelled, by whom", "licence",
          "uses it is meant for", "uses it is not meant for", "who keeps it up" };
  AyStory *story = self->story;
  g_autofree char *text
      = ay_workspace_get_json (self->work->store, AY_KIND_SETTING, AY_SETTING_FILES, error);
  g_autoptr (JsonNode) node = text != NULL ? ay_json_read (text, -1, error) : NULL;
  AyBlock *table;

  if (node == NULL)
    return FALSE;
  ay_story_add (story, AY_BLOCK_HEADING, "Data card");
  table = ay_story_table (story, "ll", NULL);
  ay_story_row (table, "field", "", NULL);
  for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
    {
      JsonObject *file = json_array_get_object_element (json_node_get_array (node), i);
      g_autofree char *name
          = g_path_get_basename (json_object_get_string_member (file, "path"));
      g_autofree char *what = g_strdup_printf (
          "%s, SHA-256 %s", name, json_object_get_string_member (file, "sha256"));

      ay_story_row (table, "file", what, NULL);
    }
  ay_story_row (table, "features", self->data->features_from, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (blanks); i++)
    ay_story_row (table, blanks[i], OWNER, NULL);
  return TRUE;
}

static void
tell_recipe (AyTelling *self)
{
  AyStory *story = self->story;
  AyBlock *table;

  ay_story_add (story, AY_BLOCK_HEADING, "Recipe");
  table = ay_story_table (story, "llrrr",
                          "What each step would take alone, what it takes after those before it, "
                          "and what is left then.");
  ay_story_row (table, "step", "parameters", "alone", "takes", "left", NULL);
  for (guint s = 0; s < self->plan->n_steps; s++)
    {
      const AyStep *step = self->recipe->steps->pdata[s];
      const AyStepPlan *plan = &self->plan->steps[s];
      const char *n_alone, *n_took;
      g_autofree char *id = g_strdup_printf ("curate.steps.%u.", s);
      g_autofree char *alone = g_strconcat (id, "n_alone", NULL);
      g_autofree char *took = g_strconcat (id, "n_took", NULL);
      g_autofree char *left = g_strconcat (id, "n_left", NULL);
      g_autoptr (GString) parameters = g_string_new (NULL);

      for (const AyStepParameter *p = ay_step_type (step)->parameters; p->name != NULL; p++)
        if (*ay_step_text (step, p->name) != '\0')
          g_string_append_printf (parameters, "%s%s=%s", parameters->len > 0 ? ", " : "", p->name,
                                  ay_step_text (step, p->name));
      if (!step->on)
        {
          ay_story_row (table, ay_step_type (step)->id, "off", NULL);
          continue;
        }
      ay_story_about (story, "what the step would take alone", ay_bitset_copy (plan->alone));
      n_alone = ay_story_count (story, alone, plan->n_alone);
      ay_tell_about_step (self, s, FALSE);
      n_took = ay_story_count (story, took, plan->n_took);
      ay_tell_about_step (self, s, TRUE);
      ay_story_row (table, ay_step_type (step)->id, parameters->str, n_alone, n_took,
                    ay_story_count (story, left, plan->n_left), NULL);
    }
  for (gsize i = 0; i < ay_diagnostics_count (self->plan->warnings); i++)
    ay_story_addf (story, AY_BLOCK_PARAGRAPH, "Note: %s.",
                   ay_diagnostics_get (self->plan->warnings, i)->text);
  ay_tell_about (self, AY_TELL_STAY);
  if (self->plan->coverage.k > 0)
    ay_story_addf (story, AY_BLOCK_PARAGRAPH,
                   "Coverage: %s of the rows stay, or have one that stays among their %s nearest.",
                   ay_story_percent (story, "curate.coverage.share", self->plan->coverage.share, 2),
                   ay_story_count (story, "curate.coverage.k", self->plan->coverage.k));
}

static void
tell_proof (AyTelling *self)
{
  static const char *const names[]
      = { "loss_before", "loss_refit", "accuracy_before", "accuracy_refit", "test_loss_before",
          "test_loss_refit", "test_accuracy_before", "test_accuracy_refit" };
  AyStory *story = self->story;
  AyBlock *table;

  if (self->proof == NULL)
    return;
  ay_story_add (story, AY_BLOCK_HEADING, "Proof");
  ay_story_addf (story, AY_BLOCK_PARAGRAPH, "%s.",
                 json_object_get_string_member (self->proof, "sentence"));
  table = ay_story_table (story, "lr", "Losses in nats, accuracies as shares; those without test "
                          "are of the validation part, by which rows are chosen.");
  ay_story_row (table, "figure", "value", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *id = g_strconcat ("curate.proof.", names[i], NULL);

      ay_tell_about (self, g_str_has_prefix (names[i], "test_") ? AY_TELL_JUDGED : AY_TELL_VALID);

      if (json_object_has_member (self->proof, names[i]))
        ay_story_row (table, names[i],
                      ay_story_number (story, id, ay_tell_proof (self, names[i]), 5), NULL);
    }
  ay_story_addf (story, AY_BLOCK_PARAGRAPH, "Head: %s", self->fitness->sentence);
}

/* A certificate on one line, cut where it is long. */
static char *
short_certificate (JsonObject *certificate)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  char *text;

  json_node_set_object (node, certificate);
  text = ay_json_to_text (node, FALSE);
  if (g_utf8_strlen (text, -1) > 600)
    {
      char *cut = g_utf8_substring (text, 0, 600);
      char *whole = g_strconcat (cut, "\342\200\246", NULL);

      g_free (text);
      g_free (cut);
      text = whole;
    }
  return text;
}

static void
tell_certificates (AyTelling *self)
{
  AyBlock *table;

  ay_story_add (self->story, AY_BLOCK_HEADING, "Scores and their certificates");
  if (self->scores->len == 0)
    {
      ay_story_add (self->story, AY_BLOCK_PARAGRAPH, "No score was computed.");
      return;
    }
  table = ay_story_table (self->story, "ll", NULL);
  ay_story_row (table, "score", "certificate", NULL);
  for (guint i = 0; i < self->scores->len; i++)
    {
      const AyScoreInfo *info = self->scores->pdata[i];
      g_autofree char *text = info->certificate != NULL ? short_certificate (info->certificate)
                                                        : g_strdup ("none");

      ay_story_row (table, info->id, text, NULL);
    }
}

static void
tell_inputs (AyTelling *self)
{
  AyStory *story = self->story;
  const AySavingsInputType *types = ay_savings_input_types ();
  const AySavingsOutputType *outputs = ay_savings_output_types ();
  AyBlock *table;

  ay_story_add (story, AY_BLOCK_HEADING, "Inputs and formulas of the savings");
  ay_tell_about (self, AY_TELL_MAY_GO);
  table = ay_story_table (story, "llrrrl", NULL);
  ay_story_row (table, "input", "unit", "low", "likely", "high", "", NULL);
  for (guint i = 0; i < AY_N_SAVINGS_INPUTS; i++)
    {
      const AyRange *range = &self->inputs.in[i];
      g_autofree char *id = g_strdup_printf ("savings.inputs.%s.", types[i].id);
      g_autofree char *low = g_strconcat (id, "low", NULL);
      g_autofree char *likely = g_strconcat (id, "likely", NULL);
      g_autofree char *high = g_strconcat (id, "high", NULL);

      if (!isnan (range->likely))
        ay_story_row (table, types[i].id, types[i].unit, ay_tell_figure (self, low, range->low),
                      ay_tell_figure (self, likely, range->likely),
                      ay_tell_figure (self, high, range->high),
                      i == AY_IN_INTENSITY        ? self->inputs.intensity_from
                      : self->inputs.given[i]     ? "given"
                      : i == AY_IN_BYTES_ROW      ? "by the files"
                                                  : "assumed", NULL);
    }
  ay_story_addf (story, AY_BLOCK_PARAGRAPH, "Labels: %s.", self->inputs.labels_from);
  table = ay_story_table (story, "lll", NULL);
  ay_story_row (table, "saved", "formula", "", NULL);
  for (guint i = 0; i < AY_N_SAVINGS_OUTPUTS; i++)
    ay_story_row (table, outputs[i].title, outputs[i].formula,
                  self->savings.why[i] != NULL ? self->savings.why[i] : "known", NULL);
}

static void
tell_words (AyTelling *self)
{
  static const char *const words[][2] = {
    { "training examples", "those that the model learns from" },
    { "test examples", "those that nobody chose by; only they may judge" },
    { "validation part", "those by which rows are chosen; figures on it are a preview" },
    { "near copy", "an example whose features point the same way as another's (cosine .99)" },
    { "point", "a hundredth of all answers" },
    { "95 % band", "where the figure would lie in 95 of 100 repetitions" },
    { "head", "a linear model on the features, trained anew for each figure" },
    { "loss", "how far the model's probabilities are from the right answers, in nats" },
    { "certificate", "what a score was computed from and how well that went" },
  };
  AyBlock *table;

  ay_story_add (self->story, AY_BLOCK_HEADING, "Words");
  table = ay_story_table (self->story, "ll", NULL);
  ay_story_row (table, "word", "meaning", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    ay_story_row (table, words[i][0], words[i][1], NULL);
}

gboolean
ay_tell_appendix (AyTelling *self, GError **error)
{
  ay_story_add (self->story, AY_BLOCK_TITLE, "Appendix");
  if (!tell_card (self, error))
    return FALSE;
  tell_recipe (self);
  tell_proof (self);
  tell_certificates (self);
  tell_inputs (self);
  tell_words (self);
  return TRUE;
}
