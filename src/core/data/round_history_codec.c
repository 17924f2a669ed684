/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A history as the workspace keeps it: texts, metrics and sizes as JSON; rows and numbers, which
 * may be millions, as bytes in the order in which the JSON says that they exist:
 *   start rows; then for each round its rows, score, cost, seconds, the scored rows and values.
 * Rows are 32-bit, numbers 64-bit, scored values 32-bit; all little-endian. */
#include "core/data/round_history.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/words.h"

#include <math.h>
#include <string.h>

#define VERSION 1

/* --- encoding --- */

static void
put_rows (GByteArray *bytes, const guint32 *rows, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 value = GUINT32_TO_LE (rows[i]);

      g_byte_array_append (bytes, (const guint8 *) &value, sizeof value);
    }
}

static void
put_numbers (GByteArray *bytes, const double *numbers, gsize n)
{
  for (gsize i = 0; numbers != NULL && i < n; i++)
    {
      guint64 value;

      memcpy (&value, &numbers[i], sizeof value);
      value = GUINT64_TO_LE (value);
      g_byte_array_append (bytes, (const guint8 *) &value, sizeof value);
    }
}

static void
put_floats (GByteArray *bytes, const float *numbers, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      guint32 value;

      memcpy (&value, &numbers[i], sizeof value);
      value = GUINT32_TO_LE (value);
      g_byte_array_append (bytes, (const guint8 *) &value, sizeof value);
    }
}

static void
set_text (JsonObject *object, const char *key, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, key, text);
}

static void
add_text (JsonArray *array, const char *text)
{
  if (text != NULL)
    json_array_add_string_element (array, text);
  else
    json_array_add_null_element (array);
}

/* Seeds are 64-bit and unsigned, which JSON's numbers are not. */
static void
set_seed (JsonObject *object, gboolean has_seed, guint64 seed)
{
  g_autofree char *text = has_seed ? g_strdup_printf ("%" G_GUINT64_FORMAT, seed) : NULL;

  set_text (object, "seed", text);
}

static void
set_texts (JsonObject *object, const char *key, char *const *texts, gsize n)
{
  JsonArray *array;

  if (texts == NULL)
    return;
  array = json_array_sized_new ((guint) n);
  for (gsize i = 0; i < n; i++)
    add_text (array, texts[i]);
  json_object_set_array_member (object, key, array);
}

static void
set_metrics (JsonObject *object, const GArray *metrics)
{
  JsonObject *into = json_object_new ();

  for (guint i = 0; i < metrics->len; i++)
    {
      const AyMetric *metric = &g_array_index (metrics, AyMetric, i);

      json_object_set_double_member (into, metric->name, metric->value);
    }
  json_object_set_object_member (object, "metrics", into);
}

static void
set_answers (JsonObject *object, const GArray *answers)
{
  JsonArray *array = json_array_sized_new (answers->len);

  for (guint i = 0; i < answers->len; i++)
    {
      const AyGivenLabel *answer = &g_array_index (answers, AyGivenLabel, i);
      JsonArray *one = json_array_sized_new (5);

      json_array_add_int_element (one, answer->pick);
      add_text (one, answer->label);
      add_text (one, answer->annotator);
      add_text (one, answer->time);
      json_array_add_double_element (one, answer->seconds);
      json_array_add_array_element (array, one);
    }
  json_object_set_array_member (object, "answers", array);
}

static JsonObject *
encode_round (const AyRound *round, GByteArray *bytes)
{
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "number", round->number);
  set_text (object, "strategy", round->strategy);
  set_seed (object, round->has_seed, round->seed);
  json_object_set_boolean_member (object, "open", round->open);
  json_object_set_int_member (object, "n", (gint64) round->n);
  json_object_set_boolean_member (object, "score", round->score != NULL);
  json_object_set_boolean_member (object, "cost", round->cost != NULL);
  json_object_set_boolean_member (object, "seconds", round->seconds != NULL);
  set_texts (object, "id", round->id, round->n);
  set_texts (object, "reason", round->reason, round->n);
  set_answers (object, round->answers);
  set_metrics (object, round->metrics);
  put_rows (bytes, round->row, round->n);
  put_numbers (bytes, round->score, round->n);
  put_numbers (bytes, round->cost, round->n);
  put_numbers (bytes, round->seconds, round->n);
  if (round->scored != NULL)
    {
      const AyScored *scored = round->scored;

      json_object_set_int_member (object, "scored", (gint64) scored->n);
      json_object_set_int_member (object, "classes", scored->n_classes);
      json_object_set_boolean_member (object, "probabilities",
                                      scored->kind == AY_SCORED_PROBABILITIES);
      put_rows (bytes, scored->row, scored->n);
      put_floats (bytes, scored->values, scored->n * scored->n_classes);
    }
  return object;
}

static void
set_notes (JsonObject *object, const AyDiagnostics *notes)
{
  JsonArray *array = json_array_new ();

  for (gsize i = 0; i < ay_diagnostics_count (notes); i++)
    {
      const AyDiagnostic *note = ay_diagnostics_get (notes, i);
      JsonArray *one = json_array_sized_new (2);

      json_array_add_string_element (one, note->id);
      json_array_add_string_element (one, note->text);
      json_array_add_array_element (array, one);
    }
  json_object_set_array_member (object, "notes", array);
}

void
ay_history_encode (const AyHistory *self, char **json, GBytes **bytes)
{
  JsonObject *object = json_object_new ();
  JsonArray *rounds = json_array_sized_new (self->rounds->len);
  GByteArray *numbers = g_byte_array_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  json_object_set_int_member (object, "assay_history", VERSION);
  json_object_set_string_member (object, "name", self->name);
  json_object_set_string_member (object, "source", self->source);
  json_object_set_int_member (object, "n_rows", (gint64) self->n_rows);
  set_seed (object, self->has_seed, self->seed);
  json_object_set_int_member (object, "start", (gint64) self->n_start);
  set_text (object, "options", self->options);
  set_metrics (object, self->start_metrics);
  put_rows (numbers, self->start, self->n_start);
  for (guint r = 0; r < self->rounds->len; r++)
    json_array_add_object_element (rounds, encode_round (ay_history_round (self, r), numbers));
  json_object_set_array_member (object, "rounds", rounds);
  set_notes (object, self->notes);
  *json = ay_json_to_text (node, FALSE);
  *bytes = g_byte_array_free_to_bytes (numbers);
  json_object_unref (object);
}

/* --- decoding: every member may be absent or of another type, every size too large --- */

typedef struct
{
  const guint8 *at;
  gsize left;
  gboolean short_of; /* more was asked for than there is */
} Cursor;

/* The next count x size bytes, or NULL. */
static const guint8 *
take (Cursor *cursor, gsize count, gsize size)
{
  const guint8 *at = cursor->at;

  if (cursor->short_of || count > cursor->left / size)
    {
      cursor->short_of = TRUE;
      return NULL;
    }
  cursor->at += count * size;
  cursor->left -= count * size;
  return at;
}

static void
take_32 (Cursor *cursor, gpointer into, gsize n)
{
  const guint8 *bytes = take (cursor, n, 4);

  for (gsize i = 0; bytes != NULL && i < n; i++)
    {
      guint32 value;

      memcpy (&value, bytes + 4 * i, 4);
      ((guint32 *) into)[i] = GUINT32_FROM_LE (value);
    }
}

static void
take_numbers (Cursor *cursor, double *into, gsize n)
{
  const guint8 *bytes = take (cursor, n, 8);

  for (gsize i = 0; bytes != NULL && i < n; i++)
    {
      guint64 value;

      memcpy (&value, bytes + 8 * i, 8);
      value = GUINT64_FROM_LE (value);
      memcpy (&into[i], &value, 8);
    }
}

static const char *
text_of (JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static const char *
get_text (JsonObject *object, const char *key)
{
  return text_of (json_object_get_member (object, key));
}

static gint64
get_int (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_int (node) : 0;
}

/* A size; what is below 0 is larger than any bytes there can be. */
static gsize
get_size (JsonObject *object, const char *key)
{
  return (gsize) get_int (object, key);
}

static JsonArray *
get_array (JsonObject *object, const char *key)
{
  JsonNode *node = json_object_get_member (object, key);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static void
get_seed (JsonObject *object, gboolean *has_seed, guint64 *seed)
{
  const char *text = get_text (object, "seed");

  *has_seed = text != NULL;
  *seed = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;
}

static void
get_metrics (JsonObject *object, GArray *metrics)
{
  JsonNode *node = json_object_get_member (object, "metrics");
  JsonObjectIter iter;
  const char *name;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &node))
    ay_metrics_set (metrics, name, ay_json_number (node));
}

static void
get_texts (JsonObject *object, const char *key, AyRound *round, char **(*need) (AyRound *))
{
  JsonArray *array = get_array (object, key);
  char **texts = array != NULL ? need (round) : NULL;

  for (gsize i = 0; array != NULL && i < MIN (round->n, json_array_get_length (array)); i++)
    texts[i] = g_strdup (text_of (json_array_get_element (array, (guint) i)));
}

static void
get_answers (JsonObject *object, AyRound *round)
{
  JsonArray *array = get_array (object, "answers");

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonArray *one = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      double pick;

      if (one == NULL || json_array_get_length (one) < 5)
        continue;
      pick = ay_json_number (json_array_get_element (one, 0));
      if (!(pick >= 0.0 && pick < (double) round->n)
          || text_of (json_array_get_element (one, 1)) == NULL)
        continue;
      ay_round_answer (round, (guint32) pick, text_of (json_array_get_element (one, 1)),
                       text_of (json_array_get_element (one, 2)),
                       text_of (json_array_get_element (one, 3)),
                       ay_json_number (json_array_get_element (one, 4)));
    }
}

static void
decode_scored (JsonObject *object, AyRound *round, Cursor *cursor)
{
  gsize n = get_size (object, "scored"), classes = get_size (object, "classes");
  AyScored *scored;

  if (n > cursor->left / 4 || classes > cursor->left / 4
      || (n > 0 && classes > cursor->left / 4 / n))
    {
      cursor->short_of = TRUE;
      return;
    }
  scored = ay_round_need_scored (round, get_int (object, "probabilities")
                                            ? AY_SCORED_PROBABILITIES : AY_SCORED_LOGITS,
                                 n, (guint) classes);
  take_32 (cursor, scored->row, n);
  take_32 (cursor, scored->values, n * classes);
}

static void
decode_round (JsonObject *object, AyHistory *history, Cursor *cursor)
{
  gsize n = get_size (object, "n");
  AyRound *round;

  if (n > cursor->left / 4)
    {
      cursor->short_of = TRUE;
      return;
    }
  round = ay_history_add_round (history, get_int (object, "number"), n);
  round->strategy = g_strdup (get_text (object, "strategy"));
  round->open = get_int (object, "open") != 0;
  get_seed (object, &round->has_seed, &round->seed);
  take_32 (cursor, round->row, n);
  if (get_int (object, "score"))
    take_numbers (cursor, ay_round_need_score (round), n);
  if (get_int (object, "cost"))
    take_numbers (cursor, ay_round_need_cost (round), n);
  if (get_int (object, "seconds"))
    take_numbers (cursor, ay_round_need_seconds (round), n);
  get_texts (object, "id", round, ay_round_need_id);
  get_texts (object, "reason", round, ay_round_need_reason);
  get_answers (object, round);
  get_metrics (object, round->metrics);
  if (json_object_has_member (object, "scored"))
    decode_scored (object, round, cursor);
}

static void
get_notes (JsonObject *object, AyDiagnostics *notes)
{
  JsonArray *array = get_array (object, "notes");

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);
      JsonArray *one = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      const char *id, *text;

      if (one == NULL || json_array_get_length (one) < 2)
        continue;
      id = text_of (json_array_get_element (one, 0));
      text = text_of (json_array_get_element (one, 1));
      if (id != NULL && text != NULL)
        ay_diagnostics_add (notes, id, "%s", text);
    }
}

static AyHistory *
decode_object (JsonObject *object, Cursor *cursor)
{
  const char *name = get_text (object, "name"), *source = get_text (object, "source");
  g_autoptr (AyHistory) self = ay_history_new (name != NULL ? name : "",
                                               source != NULL ? source : "",
                                               get_size (object, "n_rows"));
  JsonArray *rounds = get_array (object, "rounds");
  gsize n_start = get_size (object, "start");
  g_autofree guint32 *start = NULL;

  get_seed (object, &self->has_seed, &self->seed);
  self->options = g_strdup (get_text (object, "options"));
  get_metrics (object, self->start_metrics);
  if (n_start > cursor->left / 4)
    return NULL;
  start = g_new0 (guint32, n_start);
  take_32 (cursor, start, n_start);
  ay_history_set_start (self, start, n_start);
  for (guint r = 0; rounds != NULL && r < json_array_get_length (rounds); r++)
    if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (rounds, r)))
      decode_round (json_array_get_object_element (rounds, r), self, cursor);
  get_notes (object, self->notes);
  return cursor->short_of || cursor->left > 0 ? NULL : g_steal_pointer (&self);
}

AyHistory *
ay_history_decode (const char *json, GBytes *bytes, GError **error)
{
  g_autoptr (JsonNode) node = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  Cursor cursor = { 0 };
  AyHistory *self = NULL;

  if (bytes != NULL)
    cursor.at = g_bytes_get_data (bytes, &cursor.left);
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node)
      && get_int (json_node_get_object (node), "assay_history") == VERSION)
    self = decode_object (json_node_get_object (node), &cursor);
  if (self == NULL)
    g_set_error_literal (error, AY_ERROR, AY_ERROR_INPUT,
                         N_ ("a history in the workspace is damaged or of a newer version"));
  return self;
}
