/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_gains.h"

#include "core/base/words.h"
#include "core/work/work_history.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

/* Credits add up over any cut of the new rows: sums by a column, or by what the history says of
 * them. */

typedef struct
{
  char *value;
  gsize n;
  double positive, negative, accuracy;
  JsonArray *rows;
} Share;

typedef struct
{
  GPtrArray *shares;    /* of Share, in the order in which they are met */
  GHashTable *by_value; /* value -> Share */
} Cut;

static void
share_free (gpointer data)
{
  Share *share = data;

  g_free (share->value);
  json_array_unref (share->rows);
  g_free (share);
}

static void
cut_clear (Cut *self)
{
  g_clear_pointer (&self->by_value, g_hash_table_unref);
  g_clear_pointer (&self->shares, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Cut, cut_clear)

static void
add (Cut *self, const char *value, JsonObject *row)
{
  Share *share = g_hash_table_lookup (self->by_value, value);
  double credit = json_object_get_null_member (row, "credit")
                      ? NAN : json_object_get_double_member (row, "credit");

  if (isnan (credit))
    return;
  if (share == NULL)
    {
      share = g_new0 (Share, 1);
      share->value = g_strdup (value);
      share->rows = json_array_new ();
      g_ptr_array_add (self->shares, share);
      g_hash_table_insert (self->by_value, share->value, share);
    }
  share->n++;
  json_array_add_int_element (share->rows, json_object_get_int_member (row, "row"));
  *(credit > 0.0 ? &share->positive : &share->negative) += credit;
  if (!json_object_get_null_member (row, "accuracy"))
    share->accuracy += json_object_get_double_member (row, "accuracy");
}

/* A reason with the row's own figure, "1 - margin: 0.94; ...", stands for its kind, "1 - margin":
 * else each row would be a value of its own. (transfer full) */
static char *
kind_of_reason (const char *reason)
{
  const char *colon = reason != NULL ? strstr (reason, ": ") : NULL;

  if (colon == NULL || !(g_ascii_isdigit (colon[2]) || colon[2] == '-'))
    return g_strdup (reason != NULL ? reason : "");
  return g_strndup (reason, (gsize) (colon - reason));
}

/* The day of a time such as "2026-03-01T10:15:00Z"; what is logged otherwise stays as it is.
 * (transfer full) */
static char *
day_of (const char *time)
{
  static const char form[] = "dddd-dd-dd";
  gsize at = 0;

  while (form[at] != '\0' && (form[at] == 'd' ? g_ascii_isdigit (time[at]) : time[at] == form[at]))
    at++;
  return form[at] == '\0' ? g_strndup (time, at) : g_strdup (time);
}

/* What the history says of its row, (transfer full); "" where nothing. */
static char *
said_of (const AyRound *round, guint32 row, const char *what)
{
  gboolean of_day = strcmp (what, "day") == 0;

  if (strcmp (what, "strategy") == 0)
    return g_strdup (round->strategy != NULL ? round->strategy : "");
  if (strcmp (what, "round") == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT, round->number);
  for (gsize i = 0; i < round->n; i++)
    {
      if (round->row[i] != row)
        continue;
      if (strcmp (what, "reason") == 0)
        return kind_of_reason (round->reason != NULL ? round->reason[i] : NULL);
      for (guint k = 0; k < round->answers->len; k++)
        {
          const AyGivenLabel *answer = &g_array_index (round->answers, AyGivenLabel, k);

          if (answer->pick == i && of_day && answer->time != NULL)
            return day_of (answer->time);
          if (answer->pick == i && !of_day && answer->annotator != NULL)
            return g_strdup (answer->annotator);
        }
    }
  return g_strdup ("");
}

static int
compare_shares (gconstpointer a, gconstpointer b)
{
  const Share *x = *(const Share *const *) a, *y = *(const Share *const *) b;
  double p = fabs (x->positive + x->negative), q = fabs (y->positive + y->negative);

  return (p < q) - (p > q);
}

static JsonArray *
list (Cut *cut)
{
  JsonArray *array = json_array_new ();

  g_ptr_array_sort (cut->shares, compare_shares);
  for (guint k = 0; k < cut->shares->len; k++)
    {
      const Share *share = g_ptr_array_index (cut->shares, k);
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "value", share->value);
      json_object_set_int_member (one, "n", (gint64) share->n);
      json_object_set_double_member (one, "credit", share->positive + share->negative);
      json_object_set_double_member (one, "positive", share->positive);
      json_object_set_double_member (one, "negative", share->negative);
      json_object_set_double_member (one, "accuracy", share->accuracy);
      json_object_set_array_member (one, "rows", json_array_ref (share->rows));
      json_array_add_object_element (array, one);
    }
  return array;
}

JsonArray *
ay_work_gains_by (AyWork *self, JsonObject *gains, const char *column, GError **error)
{
  static const char *const of_history[] = { "strategy", "reason", "annotator", "day", "round",
                                            NULL };
  JsonArray *rounds = json_object_get_array_member (gains, "rounds");
  gboolean said = g_strv_contains (of_history, column);
  g_autoptr (AyTable) columns = ay_work_columns (self, error);
  AyColumn *values = columns != NULL && !said ? ay_table_find (columns, column) : NULL;
  g_autoptr (AyHistory) history = NULL;
  guint first; /* round of the history; before it is the training on the rows it starts from */
  g_auto (Cut) cut = { g_ptr_array_new_with_free_func (share_free),
                       g_hash_table_new (g_str_hash, g_str_equal) };

  if (columns == NULL)
    return NULL;
  if (values == NULL && !said)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("%s: no column called \"%s\" to cut the gains "
                       "by"),
                   ay_work_path (self), column);
      return NULL;
    }
  history = ay_work_history (self, json_object_get_string_member (gains, "history"), error);
  if (history == NULL)
    return NULL;
  first = json_array_get_length (rounds) - MIN (ay_history_n_rounds (history),
                                                json_array_get_length (rounds));
  for (guint r = 0; r < json_array_get_length (rounds); r++)
    {
      JsonObject *round = json_array_get_object_element (rounds, r);
      JsonArray *rows = json_object_get_array_member (round, "rows");

      for (guint i = 0; i < json_array_get_length (rows); i++)
        {
          JsonObject *row = json_array_get_object_element (rows, i);
          guint32 at = (guint32) json_object_get_int_member (row, "row");
          g_autofree char *value = !said ? ay_column_dup_text (values, at)
                                   : r < first ? g_strdup ("")
                                               : said_of (ay_history_round (history, r - first),
                                                          at, column);

          add (&cut, value, row);
        }
    }
  return list (&cut);
}
