/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The neutral form: a line a row taken (a line an answer where there are several), and a second
 * file with a line a round. As CSV, or as JSON lines. */
#include "core/select/history_private.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

typedef struct
{
  FILE *out;
  gboolean json;
  GPtrArray *names;
  guint at;           /* column */
  JsonObject *object; /* of a JSON line */
} Writer;

void
ay_history_put_csv (FILE *out, const char *text)
{
  gboolean quoted = text != NULL && strpbrk (text, ",\"\n\r") != NULL;

  if (quoted)
    putc ('"', out);
  for (const char *c = text; c != NULL && *c != '\0'; c++)
    {
      if (*c == '"')
        putc ('"', out);
      putc (*c, out);
    }
  if (quoted)
    putc ('"', out);
}

static void
put_csv (Writer *self, const char *text)
{
  fputs (self->at > 0 ? "," : "", self->out);
  ay_history_put_csv (self->out, text);
}

static void
put_text (Writer *self, const char *text)
{
  if (!self->json)
    put_csv (self, text);
  else if (text != NULL)
    json_object_set_string_member (self->object, g_ptr_array_index (self->names, self->at), text);
  self->at++;
}

static void
put_number (Writer *self, double value)
{
  char text[AY_NUMBER_SIZE];

  if (!self->json)
    {
      ay_number_format (value, text);
      put_csv (self, isnan (value) ? NULL : text);
    }
  else if (!isnan (value))
    json_object_set_double_member (self->object, g_ptr_array_index (self->names, self->at), value);
  self->at++;
}

static void
begin_line (Writer *self)
{
  self->at = 0;
  if (self->json)
    self->object = json_object_new ();
}

static void
end_line (Writer *self)
{
  if (self->json)
    {
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), self->object);
      g_autofree char *text = ay_json_to_text (node, FALSE);

      fputs (text, self->out);
      json_object_unref (self->object);
    }
  putc ('\n', self->out);
}

static void
put_header (Writer *self)
{
  for (self->at = 0; !self->json && self->at < self->names->len; self->at++)
    put_csv (self, g_ptr_array_index (self->names, self->at));
  if (!self->json)
    putc ('\n', self->out);
}

static double
value_at (const double *values, gsize i)
{
  return values != NULL ? values[i] : NAN;
}

static void
put_pick (Writer *self, const AyDataset *data, const AyRound *round, gsize i,
          const AyGivenLabel *answer)
{
  g_autofree char *id = round->row[i] != AY_ROW_NONE ? ay_column_dup_text (data->id, round->row[i])
                        : round->id != NULL          ? g_strdup (round->id[i])
                                                     : NULL;

  begin_line (self);
  put_number (self, (double) round->number);
  put_number (self, (double) i);
  put_text (self, id);
  put_text (self, round->strategy);
  put_number (self, value_at (round->score, i));
  put_text (self, answer != NULL ? answer->label : NULL);
  put_number (self, value_at (round->cost, i));
  put_number (self, answer != NULL && !isnan (answer->seconds) ? answer->seconds
                                                               : value_at (round->seconds, i));
  put_text (self, answer != NULL ? answer->annotator : NULL);
  put_text (self, answer != NULL ? answer->time : NULL);
  end_line (self);
}

/* The rows that it starts from stand before its rounds, under the number before the first. */
static double
start_number (const AyHistory *history)
{
  return ay_history_n_rounds (history) > 0
             ? (double) ay_history_round (history, 0)->number - 1.0 : 0.0;
}

static void
put_start (Writer *self, const AyDataset *data, const AyHistory *history)
{
  for (gsize i = 0; i < history->n_start; i++)
    {
      g_autofree char *id = ay_column_dup_text (data->id, history->start[i]);

      begin_line (self);
      put_number (self, start_number (history));
      put_number (self, (double) i);
      put_text (self, id);
      put_text (self, "start");
      while (self->at < self->names->len) /* nothing else is known of them */
        put_text (self, NULL);
      end_line (self);
    }
}

static void
put_picks (Writer *self, const AyDataset *data, const AyHistory *history)
{
  put_header (self);
  put_start (self, data, history);
  for (guint r = 0; r < ay_history_n_rounds (history); r++)
    {
      const AyRound *round = ay_history_round (history, r);

      for (gsize i = 0; i < round->n; i++)
        {
          gboolean any = FALSE;

          for (guint k = 0; k < round->answers->len; k++)
            if (g_array_index (round->answers, AyGivenLabel, k).pick == i)
              {
                put_pick (self, data, round, i, &g_array_index (round->answers, AyGivenLabel, k));
                any = TRUE;
              }
          if (!any)
            put_pick (self, data, round, i, NULL);
        }
    }
}

static void
put_rounds (Writer *self, const AyHistory *history, GPtrArray *metrics)
{
  put_header (self);
  if (history->n_start > 0)
    {
      begin_line (self);
      put_number (self, start_number (history));
      put_number (self, NAN);
      for (guint k = 0; k < metrics->len; k++)
        put_number (self,
                    ay_metrics_get (history->start_metrics, g_ptr_array_index (metrics, k)));
      end_line (self);
    }
  for (guint r = 0; r < ay_history_n_rounds (history); r++)
    {
      const AyRound *round = ay_history_round (history, r);

      begin_line (self);
      put_number (self, (double) round->number);
      put_number (self, round->has_seed ? (double) round->seed : NAN);
      for (guint k = 0; k < metrics->len; k++)
        put_number (self, ay_metrics_get (round->metrics, g_ptr_array_index (metrics, k)));
      end_line (self);
    }
}

static gboolean
write_rounds (const AyHistory *history, const char *path, gboolean json, GError **error)
{
  const char *dot = strrchr (path, '.');
  g_autofree char *second = g_strdup_printf ("%.*s.loops%s", (int) (dot - path), path, dot);
  g_autoptr (AyOutput) output = ay_output_new (second, error);
  g_autoptr (GPtrArray) metrics = ay_history_metric_names (history);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  Writer writer = { .json = json, .names = names };

  if (output == NULL)
    return FALSE;
  writer.out = ay_output_stream (output);
  g_ptr_array_add (names, (gpointer) "loop");
  g_ptr_array_add (names, (gpointer) "seed");
  for (guint k = 0; k < metrics->len; k++)
    g_ptr_array_add (names, g_ptr_array_index (metrics, k));
  put_rounds (&writer, history, metrics);
  return ay_output_commit (output, error);
}

gboolean
ay_history_export (const AyDataset *data, const AyHistory *history, const char *path,
                   GError **error)
{
  static const char *const columns[] = { "loop",  "order", "index",   "strategy",  "score",
                                         "label", "cost",  "seconds", "annotator", "timestamp" };
  gboolean json = g_str_has_suffix (path, ".jsonl");
  g_autoptr (AyOutput) output = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  Writer writer = { .json = json, .names = names };

  if (!json && !g_str_has_suffix (path, ".csv"))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("%s: a history is written as .csv or .jsonl"), path);
      return FALSE;
    }
  if ((output = ay_output_new (path, error)) == NULL)
    return FALSE;
  writer.out = ay_output_stream (output);
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    g_ptr_array_add (names, (gpointer) columns[i]);
  put_picks (&writer, data, history);
  return write_rounds (history, path, json, error) && ay_output_commit (output, error);
}
