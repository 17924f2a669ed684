/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that stand beside a history rather than being one: codecarbon's emissions.csv, whose lines
 * belong to rounds in their order; the meta.json of an Alectio project, which says what its rows
 * and classes are; and samples of FiftyOne, whose tags may name rounds. */
#include "core/select/history_private.h"

#include "core/base/words.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

/* --- codecarbon --- */

static gint
column_of (GPtrArray *names, const char *name)
{
  for (guint c = 0; c < names->len; c++)
    if (g_ascii_strcasecmp (names->pdata[c], name) == 0)
      return (gint) c;
  return -1;
}

gboolean
ay_history_is_emissions (GPtrArray *names)
{
  return column_of (names, "emissions") >= 0 && column_of (names, "duration") >= 0
         && (column_of (names, "energy_consumed") >= 0 || column_of (names, "project_name") >= 0);
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

/* Numbers of the rounds there are, ascending. */
static GArray *
numbers_of (AyDraft *draft)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (gint64));
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, draft->rounds);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_array_append_val (numbers, *(gint64 *) key);
  g_array_sort (numbers, by_number);
  return numbers;
}

static void
take_metric (AyDraftRound *round, const char *name, const char *text)
{
  double value;

  if (text != NULL && ay_number_parse (text, strlen (text), &value))
    ay_metrics_set (round->head->metrics, name, value);
}

void
ay_history_take_emissions (AyHistoryFiles *self, GPtrArray *names, GPtrArray *lines)
{
  static const struct { const char *column, *metric; } wanted[] = {
    { "duration", "train_seconds" }, { "energy_consumed", "energy_kwh" },
    { "emissions", "emissions_kg" },
  };
  gboolean alone = self->drafts->len != 1;
  AyDraft *draft = alone ? ay_history_files_draft (self, "emissions", "codecarbon", FALSE)
                         : g_ptr_array_index (self->drafts, 0);
  g_autoptr (GArray) numbers = numbers_of (draft);

  for (guint i = 0; i < lines->len; i++)
    {
      char **cells = lines->pdata[i];
      AyDraftRound *round;

      if (!alone && i >= numbers->len)
        break;
      round = ay_draft_round (draft, alone ? (gint64) i : g_array_index (numbers, gint64, i));
      for (gsize k = 0; k < G_N_ELEMENTS (wanted); k++)
        if (column_of (names, wanted[k].column) >= 0)
          take_metric (round, wanted[k].metric, cells[column_of (names, wanted[k].column)]);
    }
  ay_diagnostics_add (draft->scratch->notes, "unread",
                      N_ ("emissions: lines are taken for rounds in their order; places of "
                          "machines and the emission rate, whose unit differs between versions, "
                          "are not read"));
  if (!alone && lines->len != numbers->len)
    ay_diagnostics_add (draft->scratch->notes, "sizes",
                        N_ ("emissions: %u lines stand beside %u rounds"), lines->len,
                        numbers->len);
}

/* --- Alectio's meta.json --- */

/* A member of that type; NULL: there is none. */
static JsonNode *
member_of (JsonObject *object, const char *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == type
             ? node : NULL;
}

gboolean
ay_history_take_meta (AyHistoryFiles *self, JsonObject *object)
{
  static const char *const sizes[] = { "train_size", "training_set_size" };
  static const char *const classes[] = { "class_labels", "classes" };
  g_autoptr (GString) said = g_string_new (NULL);

  for (gsize k = 0; k < G_N_ELEMENTS (sizes); k++)
    if (member_of (object, sizes[k], G_TYPE_INT64) != NULL)
      g_string_append_printf (said, "%s%" G_GINT64_FORMAT " rows, the data here %zu",
                              said->len > 0 ? "; " : "",
                              json_object_get_int_member (object, sizes[k]), self->data->n);
  for (gsize k = 0; k < G_N_ELEMENTS (classes); k++)
    {
      JsonNode *node = json_object_get_member (object, classes[k]);
      guint n = 0;

      if (node == NULL)
        continue;
      if (JSON_NODE_HOLDS_OBJECT (node))
        n = json_object_get_size (json_node_get_object (node));
      else if (JSON_NODE_HOLDS_ARRAY (node))
        n = json_array_get_length (json_node_get_array (node));
      g_string_append_printf (said, "%s%u classes, the data here %u", said->len > 0 ? "; " : "", n,
                              self->data->n_classes);
    }
  if (said->len == 0)
    return FALSE;
  g_ptr_array_add (self->said, g_strdup_printf ("the project says: %s", said->str));
  return TRUE;
}

/* --- FiftyOne --- */

/* "round-3", "loop_3", "batch 3" ... */
static gboolean
round_of_tag (const char *tag, gint64 *number)
{
  static const char *const words[] = { "round", "loop", "batch", "iteration", "cycle" };

  for (gsize k = 0; k < G_N_ELEMENTS (words); k++)
    if (g_ascii_strncasecmp (tag, words[k], strlen (words[k])) == 0)
      {
        const char *rest = tag + strlen (words[k]);
        char *end;

        rest += strcspn (rest, "0123456789") <= 1 ? strcspn (rest, "0123456789") : 0;
        *number = g_ascii_strtoll (rest, &end, 10);
        if (end != rest && *end == '\0')
          return TRUE;
      }
  return FALSE;
}

/* The id that the data has, else the file's name. */
static const char *
id_of_sample (AyHistoryFiles *self, JsonObject *sample)
{
  static const char *const names[] = { "id", "_id", "filepath" };
  JsonNode *file = member_of (sample, "filepath", G_TYPE_STRING);
  const char *path = file != NULL ? json_node_get_string (file) : NULL;

  for (gsize k = 0; k < G_N_ELEMENTS (names); k++)
    {
      JsonNode *id = member_of (sample, names[k], G_TYPE_STRING);

      if (id != NULL && g_hash_table_contains (self->row_of, json_node_get_string (id)))
        return json_node_get_string (id);
    }
  return path != NULL && strrchr (path, '/') != NULL ? strrchr (path, '/') + 1 : path;
}

gboolean
ay_history_take_samples (AyHistoryFiles *self, JsonArray *samples)
{
  AyDraft *draft = NULL;
  guint untagged = 0;

  for (guint i = 0; i < json_array_get_length (samples); i++)
    {
      JsonNode *node = json_array_get_element (samples, i), *tags = NULL;
      const char *id = NULL;
      gint64 number = -1;

      if (!JSON_NODE_HOLDS_OBJECT (node))
        continue;
      tags = json_object_get_member (json_node_get_object (node), "tags");
      for (guint t = 0; tags != NULL && JSON_NODE_HOLDS_ARRAY (tags)
                        && t < json_array_get_length (json_node_get_array (tags)); t++)
        {
          JsonNode *tag = json_array_get_element (json_node_get_array (tags), t);

          if (JSON_NODE_HOLDS_VALUE (tag) && json_node_get_value_type (tag) == G_TYPE_STRING
              && round_of_tag (json_node_get_string (tag), &number))
            id = id_of_sample (self, json_node_get_object (node));
        }
      untagged += id == NULL;
      if (id == NULL)
        continue;
      draft = draft != NULL ? draft : ay_history_files_draft (self, "", "fiftyone", FALSE);
      ay_draft_take (ay_draft_round (draft, number), id);
    }
  if (draft != NULL)
    ay_diagnostics_add (draft->scratch->notes, "unread",
                        N_ ("rounds are those that tags name; %u samples have no such tag, and "
                            "the order inside of a round is that of the file"), untagged);
  return draft != NULL;
}
