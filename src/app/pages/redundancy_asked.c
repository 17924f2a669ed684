/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/redundancy_asked.h"

#include "app/widgets/drop_down.h"
#include "app/widgets/spin_range.h"

#include <glib/gi18n.h>

/* How loosely copies are looked for unless told otherwise. */
#define LOOSEST_COSINE 0.9
#define USUAL_COSINE 0.99

/* The keep rules that this data allows, in the order of the drop-down; then the scores. */
static const struct { AyKeepRule rule; const char *name; } rules[] = {
  { AY_KEEP_CENTRAL, N_ ("Keep the most central") },
  { AY_KEEP_FIRST, N_ ("Keep the first") },
  { AY_KEEP_NEWEST, N_ ("Keep the newest") },
  { AY_KEEP_LONGEST, N_ ("Keep the longest text") },
};

static gboolean
rule_fits (AssayRedundancyAsked *self, AyKeepRule rule)
{
  AyDataset *data = assay_session_get_data (self->session);

  if (rule == AY_KEEP_NEWEST)
    return data != NULL && data->time != NULL;
  if (rule == AY_KEEP_LONGEST)
    return data != NULL && data->text != NULL;
  return TRUE;
}

void
assay_redundancy_asked_fill_rules (AssayRedundancyAsked *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  GPtrArray *scores = assay_session_get_scores (self->session);
  GtkStringObject *before = gtk_drop_down_get_selected_item (self->keep);
  g_autofree char *name = before != NULL ? g_strdup (gtk_string_object_get_string (before)) : NULL;
  guint at = 0;

  for (gsize k = 0; k < G_N_ELEMENTS (rules); k++)
    if (rule_fits (self, rules[k].rule))
      gtk_string_list_append (names, _ (rules[k].name));
  for (guint i = 0; i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];
      g_autofree char *highest = g_strdup_printf (_ ("Keep the highest %s"), info->id);

      gtk_string_list_append (names, highest);
    }
  for (guint i = 0; name != NULL && i < g_list_model_get_n_items (G_LIST_MODEL (names)); i++)
    if (g_str_equal (gtk_string_list_get_string (names, i), name))
      at = i;
  self->filling = TRUE;
  gtk_drop_down_set_model (self->keep, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->keep, at);
  self->filling = FALSE;
}

void
assay_redundancy_asked_read_rule (AssayRedundancyAsked *self, AyRedundancyOptions *options)
{
  guint at = gtk_drop_down_get_selected (self->keep);
  GPtrArray *scores = assay_session_get_scores (self->session);

  for (gsize k = 0; k < G_N_ELEMENTS (rules); k++)
    if (rule_fits (self, rules[k].rule) && at-- == 0)
      {
        options->keep = rules[k].rule;
        return;
      }
  if (at < scores->len)
    {
      options->keep = AY_KEEP_SCORE;
      options->keep_score = ((const AyScoreInfo *) scores->pdata[at])->id;
    }
}

static AyDistance
distance_of (AssayRedundancyAsked *self)
{
  return gtk_drop_down_get_selected (self->metric) == 1 ? AY_DISTANCE_EUCLIDEAN
                                                        : AY_DISTANCE_COSINE;
}

static AyLinkage
linkage_of (AssayRedundancyAsked *self)
{
  return gtk_drop_down_get_selected (self->linkage) == 1 ? AY_LINKAGE_COMPLETE
                                                         : AY_LINKAGE_SINGLE;
}

void
assay_redundancy_asked_read (AssayRedundancyAsked *self, AyRedundancyOptions *options)
{
  options->distance = distance_of (self);
  options->linkage = linkage_of (self);
  options->floor = gtk_spin_button_get_value (self->floor);
  options->threshold = options->distance == AY_DISTANCE_COSINE
                           ? MAX (USUAL_COSINE, options->floor)
                           : options->floor;
  assay_redundancy_asked_read_rule (self, options);
}

void
assay_redundancy_asked_save (AssayRedundancyAsked *self, JsonObject *state)
{
  json_object_set_double_member (state, "floor", gtk_spin_button_get_value (self->floor));
  json_object_set_int_member (state, "metric", gtk_drop_down_get_selected (self->metric));
  json_object_set_int_member (state, "linkage", gtk_drop_down_get_selected (self->linkage));
}

void
assay_redundancy_asked_restore (AssayRedundancyAsked *self, JsonObject *state)
{
  gint64 metric = json_object_get_int_member_with_default (state, "metric", 0);
  gint64 linkage = json_object_get_int_member_with_default (state, "linkage", 0);

  gtk_drop_down_set_selected (self->metric, (guint) metric);
  gtk_drop_down_set_selected (self->linkage, (guint) linkage);
  gtk_spin_button_set_value (
      self->floor, json_object_get_double_member_with_default (state, "floor", LOOSEST_COSINE));
}

gboolean
assay_redundancy_asked_is (AssayRedundancyAsked *self, const AyRedundancy *found)
{
  return found != NULL && found->options.floor == gtk_spin_button_get_value (self->floor)
         && found->options.distance == distance_of (self)
         && found->options.linkage == linkage_of (self);
}

/* A cosine is at most 1; a distance has no such bound. */
static void
on_metric (AssayRedundancyAsked *self)
{
  gboolean cosine = distance_of (self) == AY_DISTANCE_COSINE;

  gtk_adjustment_configure (gtk_spin_button_get_adjustment (self->floor),
                            cosine ? LOOSEST_COSINE : 1.0, 0.0, cosine ? 1.0 : 1e9,
                            cosine ? 0.01 : 0.1, 0.1, 0.0);
}

void
assay_redundancy_asked_init (AssayRedundancyAsked *self)
{
  assay_drop_down_set_name (self->metric, _ ("Metric"));
  assay_drop_down_set_name (self->linkage, _ ("Linkage"));
  assay_drop_down_set_name (self->keep, _ ("Which Row Stays"));
  assay_drop_down_shorten (self->keep);
  g_signal_connect_swapped (self->metric, "notify::selected", G_CALLBACK (on_metric), self);
}

void
assay_redundancy_asked_bind (AssayRedundancyAsked *self, AssaySession *session)
{
  self->session = session;
  assay_spin_range_tell (self->floor, session);
  assay_redundancy_asked_fill_rules (self);
}
