/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/round_history.h"

#include "core/base/json_text.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

static void
clear_answer (gpointer data)
{
  AyGivenLabel *answer = data;

  g_free (answer->label);
  g_free (answer->annotator);
  g_free (answer->time);
}

static void
clear_metric (gpointer data)
{
  g_free (((AyMetric *) data)->name);
}

static GArray *
metrics_new (void)
{
  GArray *metrics = g_array_new (FALSE, TRUE, sizeof (AyMetric));

  g_array_set_clear_func (metrics, clear_metric);
  return metrics;
}

static void
free_texts (char **texts, gsize n)
{
  for (gsize i = 0; texts != NULL && i < n; i++)
    g_free (texts[i]);
  g_free (texts);
}

static void
free_scored (AyScored *scored)
{
  if (scored == NULL)
    return;
  g_free (scored->row);
  g_free (scored->values);
  g_free (scored);
}

static void
free_round (gpointer data)
{
  AyRound *round = data;

  g_free (round->strategy);
  g_free (round->row);
  free_texts (round->id, round->n);
  free_texts (round->reason, round->n);
  g_free (round->score);
  g_free (round->cost);
  g_free (round->seconds);
  g_array_unref (round->answers);
  g_array_unref (round->metrics);
  free_scored (round->scored);
  g_free (round);
}

AyHistory *
ay_history_new (const char *name, const char *source, gsize n_rows)
{
  AyHistory *self = g_new0 (AyHistory, 1);

  g_atomic_ref_count_init (&self->ref);
  self->name = g_strdup (name);
  self->source = g_strdup (source);
  self->n_rows = n_rows;
  self->start_metrics = metrics_new ();
  self->rounds = g_ptr_array_new_with_free_func (free_round);
  self->notes = ay_diagnostics_new ();
  return self;
}

AyHistory *
ay_history_ref (AyHistory *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_history_unref (AyHistory *self)
{
  if (!g_atomic_ref_count_dec (&self->ref))
    return;
  g_free (self->name);
  g_free (self->source);
  g_free (self->options);
  g_free (self->start);
  g_array_unref (self->start_metrics);
  g_ptr_array_unref (self->rounds);
  ay_diagnostics_unref (self->notes);
  g_free (self);
}

AyHistory *
ay_history_copy (const AyHistory *self)
{
  g_autofree char *json = NULL;
  g_autoptr (GBytes) bytes = NULL;

  ay_history_encode (self, &json, &bytes);
  return ay_history_decode (json, bytes, NULL);
}

AyRound *
ay_history_add_round (AyHistory *self, gint64 number, gsize n)
{
  AyRound *round = g_new0 (AyRound, 1);

  round->number = number;
  round->n = n;
  round->row = g_new0 (guint32, n);
  round->answers = g_array_new (FALSE, TRUE, sizeof (AyGivenLabel));
  g_array_set_clear_func (round->answers, clear_answer);
  round->metrics = metrics_new ();
  g_ptr_array_add (self->rounds, round);
  return round;
}

AyRound *
ay_history_round (const AyHistory *self, guint i)
{
  return g_ptr_array_index (self->rounds, i);
}

guint
ay_history_n_rounds (const AyHistory *self)
{
  return self->rounds->len;
}

AyRound *
ay_history_open_round (const AyHistory *self)
{
  AyRound *last = self->rounds->len > 0 ? ay_history_round (self, self->rounds->len - 1) : NULL;

  return last != NULL && last->open ? last : NULL;
}

void
ay_history_set_start (AyHistory *self, const guint32 *rows, gsize n)
{
  g_free (self->start);
  self->start = g_memdup2 (rows, n * sizeof *rows);
  self->n_start = n;
}

gsize
ay_history_n_labelled (const AyHistory *self, gint i)
{
  gsize n = self->n_start;

  for (gint r = 0; r <= i; r++)
    n += ay_history_round (self, (guint) r)->n;
  return n;
}

static const AyMetric *
find_metric (const GArray *metrics, const char *name)
{
  for (guint i = 0; i < metrics->len; i++)
    if (strcmp (g_array_index (metrics, AyMetric, i).name, name) == 0)
      return &g_array_index (metrics, AyMetric, i);
  return NULL;
}

gboolean
ay_history_has_metric (const AyHistory *self, const char *name)
{
  if (find_metric (self->start_metrics, name) != NULL)
    return TRUE;
  for (guint r = 0; r < self->rounds->len; r++)
    if (find_metric (ay_history_round (self, r)->metrics, name) != NULL)
      return TRUE;
  return FALSE;
}

static void
add_names (GPtrArray *names, const GArray *metrics)
{
  for (guint i = 0; i < metrics->len; i++)
    {
      const char *name = g_array_index (metrics, AyMetric, i).name;

      if (!g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
        g_ptr_array_add (names, g_strdup (name));
    }
}

GPtrArray *
ay_history_metric_names (const AyHistory *self)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  add_names (names, self->start_metrics);
  for (guint r = 0; r < self->rounds->len; r++)
    add_names (names, ay_history_round (self, r)->metrics);
  return names;
}

guint32 *
ay_history_judged (const AyHistory *self, gsize *n)
{
  g_autoptr (JsonNode) node = self->options != NULL ? ay_json_read (self->options, -1, NULL) : NULL;
  JsonNode *member = node != NULL && JSON_NODE_HOLDS_OBJECT (node)
                         ? json_object_get_member (json_node_get_object (node), "judged") : NULL;
  JsonArray *array = member != NULL && JSON_NODE_HOLDS_ARRAY (member)
                         ? json_node_get_array (member) : NULL;
  guint32 *rows;

  *n = 0;
  if (array == NULL)
    return NULL;
  rows = g_new (guint32, json_array_get_length (array) + 1);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      gint64 row = json_array_get_int_element (array, i);

      if (row >= 0 && (guint64) row < self->n_rows)
        rows[(*n)++] = (guint32) row;
    }
  return rows;
}

static double *
need_numbers (double **numbers, gsize n)
{
  if (*numbers != NULL)
    return *numbers;
  *numbers = g_new (double, n);
  for (gsize i = 0; i < n; i++)
    (*numbers)[i] = NAN;
  return *numbers;
}

double *
ay_round_need_score (AyRound *self)
{
  return need_numbers (&self->score, self->n);
}

double *
ay_round_need_cost (AyRound *self)
{
  return need_numbers (&self->cost, self->n);
}

double *
ay_round_need_seconds (AyRound *self)
{
  return need_numbers (&self->seconds, self->n);
}

char **
ay_round_need_id (AyRound *self)
{
  if (self->id == NULL)
    self->id = g_new0 (char *, self->n + 1);
  return self->id;
}

char **
ay_round_need_reason (AyRound *self)
{
  if (self->reason == NULL)
    self->reason = g_new0 (char *, self->n + 1);
  return self->reason;
}

void
ay_metrics_set (GArray *metrics, const char *name, double value)
{
  AyMetric *found = (AyMetric *) find_metric (metrics, name);
  AyMetric metric = { .value = value };

  if (found != NULL)
    {
      found->value = value;
      return;
    }
  metric.name = g_strdup (name);
  g_array_append_val (metrics, metric);
}

double
ay_metrics_get (const GArray *metrics, const char *name)
{
  const AyMetric *found = find_metric (metrics, name);

  return found != NULL ? found->value : NAN;
}

void
ay_round_answer (AyRound *self, guint32 pick, const char *label, const char *annotator,
                 const char *time, double seconds)
{
  AyGivenLabel answer = { .pick = pick, .label = g_strdup (label),
                      .annotator = g_strdup (annotator), .time = g_strdup (time),
                      .seconds = seconds };

  g_array_append_val (self->answers, answer);
}

/* Answers to the row that say this label. */
static guint
count_label (const AyRound *self, guint32 pick, const char *label)
{
  guint n = 0;

  for (guint i = 0; i < self->answers->len; i++)
    {
      const AyGivenLabel *one = &g_array_index (self->answers, AyGivenLabel, i);

      n += one->pick == pick && strcmp (one->label, label) == 0;
    }
  return n;
}

const char *
ay_round_label (const AyRound *self, guint32 pick, guint *n, guint *agree)
{
  const char *label = NULL;
  guint all = 0, most = 0;

  for (guint i = 0; i < self->answers->len; i++)
    {
      const AyGivenLabel *one = &g_array_index (self->answers, AyGivenLabel, i);
      guint same;

      if (one->pick != pick)
        continue;
      all++;
      same = count_label (self, pick, one->label);
      if (same > most)
        {
          most = same;
          label = one->label;
        }
    }
  if (n != NULL)
    *n = all;
  if (agree != NULL)
    *agree = most;
  return label;
}

gsize
ay_round_n_answered (const AyRound *self)
{
  g_autofree guint8 *has = g_new0 (guint8, self->n + 1);
  gsize n = 0;

  for (guint i = 0; i < self->answers->len; i++)
    {
      guint32 pick = g_array_index (self->answers, AyGivenLabel, i).pick;

      n += pick < self->n && !has[pick];
      if (pick < self->n)
        has[pick] = 1;
    }
  return n;
}

AyScored *
ay_round_need_scored (AyRound *self, AyScoredKind kind, gsize n, guint n_classes)
{
  AyScored *scored = g_new0 (AyScored, 1);

  scored->kind = kind;
  scored->n = n;
  scored->n_classes = n_classes;
  scored->row = g_new0 (guint32, n);
  scored->values = g_new0 (float, n * n_classes);
  free_scored (self->scored);
  self->scored = scored;
  return scored;
}
