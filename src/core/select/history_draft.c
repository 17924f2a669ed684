/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/select/history_draft.h"

#include "core/base/words.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

#define NAMED 5 /* so many rows or rounds are named in a note */

static void
free_round (gpointer data)
{
  AyDraftRound *round = data;

  g_ptr_array_unref (round->ids);
  g_ptr_array_unref (round->labels);
  g_ptr_array_unref (round->annotators);
  g_ptr_array_unref (round->times);
  g_array_unref (round->order);
  g_array_unref (round->score);
  g_array_unref (round->cost);
  g_array_unref (round->seconds);
  g_free (round);
}

GHashTable *
ay_draft_ids (const AyDataset *data)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < data->n; i++)
    g_hash_table_insert (table, ay_column_dup_text (data->id, i), GSIZE_TO_POINTER (i + 1));
  return table;
}

AyDraft *
ay_draft_new (const AyDataset *data, GHashTable *row_of, const char *source)
{
  AyDraft *self = g_new0 (AyDraft, 1);

  self->data = data;
  self->row_of = g_hash_table_ref (row_of);
  self->scratch = ay_history_new ("", source, data->n);
  self->rounds = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, free_round);
  return self;
}

void
ay_draft_free (AyDraft *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->rounds);
  g_hash_table_unref (self->row_of);
  ay_history_unref (self->scratch);
  g_free (self);
}

static GArray *
doubles (void)
{
  return g_array_new (FALSE, FALSE, sizeof (double));
}

AyDraftRound *
ay_draft_round (AyDraft *self, gint64 number)
{
  AyDraftRound *round = g_hash_table_lookup (self->rounds, &number);

  if (round != NULL)
    return round;
  round = g_new0 (AyDraftRound, 1);
  round->number = number;
  round->head = ay_history_add_round (self->scratch, number, 0);
  round->ids = g_ptr_array_new_with_free_func (g_free);
  round->labels = g_ptr_array_new_with_free_func (g_free);
  round->annotators = g_ptr_array_new_with_free_func (g_free);
  round->times = g_ptr_array_new_with_free_func (g_free);
  round->order = doubles ();
  round->score = doubles ();
  round->cost = doubles ();
  round->seconds = doubles ();
  g_hash_table_insert (self->rounds, &round->number, round);
  return round;
}

void
ay_draft_take (AyDraftRound *round, const char *id)
{
  const double unknown = NAN;

  g_ptr_array_add (round->ids, g_strdup (id));
  g_ptr_array_add (round->labels, NULL);
  g_ptr_array_add (round->annotators, NULL);
  g_ptr_array_add (round->times, NULL);
  g_array_append_val (round->order, unknown);
  g_array_append_val (round->score, unknown);
  g_array_append_val (round->cost, unknown);
  g_array_append_val (round->seconds, unknown);
}

void
ay_draft_take_row (AyDraftRound *round, gint64 row)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, row);
  ay_draft_take (round, text);
}

static int
by_number (gconstpointer a, gconstpointer b)
{
  const AyDraftRound *x = *(AyDraftRound *const *) a, *y = *(AyDraftRound *const *) b;

  return x->number < y->number ? -1 : x->number > y->number;
}

static guint32
row_number (const char *text, gsize n)
{
  double value;

  return ay_number_parse (text, strlen (text), &value) && value >= 0.0 && value < (double) n
                 && floor (value) == value
             ? (guint32) value : AY_ROW_NONE;
}

/* Ids of the data when at least half of what was taken are; else row numbers. */
static gboolean
ids_are_ids (const AyDraft *self, GPtrArray *rounds)
{
  gsize n = 0, known = 0;

  for (guint r = 0; r < rounds->len; r++)
    {
      const AyDraftRound *round = g_ptr_array_index (rounds, r);

      n += round->ids->len;
      for (guint i = 0; i < round->ids->len; i++)
        known += g_hash_table_contains (self->row_of, g_ptr_array_index (round->ids, i));
    }
  return 2 * known >= n;
}

static int
by_order (gconstpointer a, gconstpointer b, gpointer data)
{
  double x = ((const double *) data)[*(const guint32 *) a];
  double y = ((const double *) data)[*(const guint32 *) b];

  return x < y ? -1 : x > y;
}

/* Position of the i-th row taken: by the order that was logged, else as they came (the sort is
 * stable, and nothing is before or after NaN). */
static guint32 *
sorted_by_order (const AyDraftRound *round)
{
  guint32 *place = g_new (guint32, round->ids->len + 1);

  for (guint32 i = 0; i < round->ids->len; i++)
    place[i] = i;
  g_qsort_with_data (place, (gint) round->ids->len, sizeof *place, by_order, round->order->data);
  return place;
}

static void
copy_numbers (AyRound *into, const GArray *from, const guint32 *pick_of, gsize n,
              double *(*need) (AyRound *))
{
  for (gsize i = 0; i < n; i++)
    {
      double value = g_array_index (from, double, i);

      if (!isnan (value))
        need (into)[pick_of[i]] = value;
    }
}

/* Lines about the same row, one an annotator, are one pick with several answers. */
static void
fill_round (const AyDraft *self, AyHistory *history, const AyDraftRound *from, gboolean by_row)
{
  g_autofree guint32 *place = sorted_by_order (from);
  g_autofree guint32 *pick_of = g_new0 (guint32, from->ids->len + 1);
  g_autofree guint32 *first = g_new0 (guint32, from->ids->len + 1);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  gsize n = 0;
  AyRound *round;

  for (guint k = 0; k < from->ids->len; k++)
    {
      guint32 i = place[k];
      const char *id = g_ptr_array_index (from->ids, i);
      gpointer known = g_hash_table_lookup (seen, id);

      if (known != NULL && g_ptr_array_index (from->annotators, i) != NULL)
        {
          pick_of[i] = GPOINTER_TO_UINT (known) - 1;
          continue;
        }
      pick_of[i] = (guint32) n;
      first[n++] = i;
      if (known == NULL)
        g_hash_table_insert (seen, (gpointer) id, GUINT_TO_POINTER (n));
    }
  round = ay_history_add_round (history, from->number, n);
  round->strategy = g_strdup (from->head->strategy);
  round->has_seed = from->head->has_seed;
  round->seed = from->head->seed;
  for (guint32 p = 0; p < n; p++)
    {
      const char *id = g_ptr_array_index (from->ids, first[p]);
      gsize row = by_row ? 0 : GPOINTER_TO_SIZE (g_hash_table_lookup (self->row_of, id));

      round->row[p] = by_row ? row_number (id, self->data->n)
                             : row > 0 ? (guint32) (row - 1) : AY_ROW_NONE;
      if (round->row[p] == AY_ROW_NONE)
        ay_round_need_id (round)[p] = g_strdup (id);
    }
  copy_numbers (round, from->score, pick_of, from->ids->len, ay_round_need_score);
  copy_numbers (round, from->cost, pick_of, from->ids->len, ay_round_need_cost);
  copy_numbers (round, from->seconds, pick_of, from->ids->len, ay_round_need_seconds);
  for (guint k = 0; k < from->ids->len; k++)
    if (g_ptr_array_index (from->labels, place[k]) != NULL)
      ay_round_answer (round, pick_of[place[k]], g_ptr_array_index (from->labels, place[k]),
                       g_ptr_array_index (from->annotators, place[k]),
                       g_ptr_array_index (from->times, place[k]),
                       g_array_index (from->seconds, double, place[k]));
  for (guint i = 0; i < from->head->metrics->len; i++)
    {
      const AyMetric *metric = &g_array_index (from->head->metrics, AyMetric, i);

      ay_metrics_set (round->metrics, metric->name, metric->value);
    }
  if (from->head->scored != NULL)
    {
      round->scored = from->head->scored;
      from->head->scored = NULL;
    }
}

/* --- checks --- */

static void
name_one (GString *list, guint *n, const char *text)
{
  if (*n < NAMED)
    g_string_append_printf (list, "%s%s", *n > 0 ? ", " : "", text);
  else if (*n == NAMED)
    g_string_append (list, ", ...");
  (*n)++;
}

static void
check_rows (const AyDataset *data, AyHistory *history)
{
  g_autoptr (GString) outside = g_string_new (NULL), twice = g_string_new (NULL);
  g_autofree guint32 *taken = g_new0 (guint32, data->n + 1);
  guint n_outside = 0, n_twice = 0, n_parts = 0;

  for (guint r = 0; r < history->rounds->len; r++)
    {
      const AyRound *round = ay_history_round (history, r);

      for (gsize i = 0; i < round->n; i++)
        {
          guint32 row = round->row[i];
          g_autofree char *text = NULL;

          if (row == AY_ROW_NONE)
            {
              name_one (outside, &n_outside, round->id[i]);
              continue;
            }
          n_parts += data->split[row] == AY_SPLIT_VALID || data->split[row] == AY_SPLIT_TEST;
          if (taken[row] == 0)
            {
              taken[row] = r + 1;
              continue;
            }
          text = g_strdup_printf ("row %u (rounds %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT ")",
                                  row, ay_history_round (history, taken[row] - 1)->number,
                                  round->number);
          name_one (twice, &n_twice, text);
        }
    }
  if (n_outside > 0)
    ay_diagnostics_add (history->notes, "outside",
                        N_ ("%u rows taken are not in the data: %s"), n_outside, outside->str);
  if (n_twice > 0)
    ay_diagnostics_add (history->notes, "twice",
                        N_ ("%u times a row was taken again: %s"), n_twice, twice->str);
  if (n_parts > 0)
    ay_diagnostics_add (history->notes, "parts",
                        N_ ("%u rows taken are of the validation or test part here: accuracy on "
                            "these parts is not that of rows unseen"), n_parts);
}

static void
check_rounds (AyHistory *history)
{
  g_autoptr (GString) gaps = g_string_new (NULL);
  g_autoptr (GPtrArray) names = ay_history_metric_names (history);
  guint n_gaps = 0;

  for (guint r = 1; r < history->rounds->len; r++)
    {
      gint64 before = ay_history_round (history, r - 1)->number;
      gint64 here = ay_history_round (history, r)->number;
      g_autofree char *text = g_strdup_printf ("between %" G_GINT64_FORMAT " and %"
                                               G_GINT64_FORMAT, before, here);

      if (here - before != 1)
        name_one (gaps, &n_gaps, text);
    }
  if (n_gaps > 0)
    ay_diagnostics_add (history->notes, "gap",
                        N_ ("rounds are missing %s"), gaps->str);
  for (guint k = 0; k < names->len; k++)
    {
      const char *name = g_ptr_array_index (names, k);
      guint with = 0;

      for (guint r = 0; r < history->rounds->len; r++)
        with += !isnan (ay_metrics_get (ay_history_round (history, r)->metrics, name));
      if (with < history->rounds->len)
        ay_diagnostics_add (history->notes, "metrics",
                            N_ ("%s is known of %u of %u rounds"), name, with,
                            history->rounds->len);
    }
}

/* n_labelled as logged against the rows taken. */
static void
check_sizes (AyHistory *history)
{
  gsize taken = 0;
  double base = NAN;

  for (guint r = 0; r < history->rounds->len; r++)
    {
      const AyRound *round = ay_history_round (history, r);
      double logged = ay_metrics_get (round->metrics, "n_labelled");

      taken += round->n;
      if (isnan (logged) || taken == 0)
        continue;
      if (isnan (base))
        base = logged - (double) taken;
      if (logged - (double) taken != base)
        {
          ay_diagnostics_add (history->notes, "sizes",
                              N_ ("round %lld: %g rows are said to be labelled, %g were taken "
                                  "(and %g before the first round)"), (long long) round->number,
                              logged, (double) taken, base);
          return;
        }
    }
}

/* What was scored before a round cannot have been taken before it. */
static void
check_scored (const AyDataset *data, AyHistory *history)
{
  g_autofree guint8 *taken = g_new0 (guint8, data->n + 1);

  for (guint r = 0; r < history->rounds->len; r++)
    {
      const AyRound *round = ay_history_round (history, r);
      gsize overlap = 0;

      for (gsize i = 0; round->scored != NULL && i < round->scored->n; i++)
        overlap += round->scored->row[i] != AY_ROW_NONE && taken[round->scored->row[i]];
      if (overlap > 0)
        ay_diagnostics_add (history->notes, "overlap",
                            N_ ("round %lld: %zu of the rows scored for it had been taken before"),
                            (long long) round->number, overlap);
      for (gsize i = 0; i < round->n; i++)
        if (round->row[i] != AY_ROW_NONE)
          taken[round->row[i]] = 1;
    }
}

/* In the neutral form the rows that a history starts from stand before its rounds, taken by
 * "start". */
static void
take_start (AyHistory *history)
{
  AyRound *first = history->rounds->len > 1 ? ay_history_round (history, 0) : NULL;

  if (g_strcmp0 (history->source, "table") != 0 || first == NULL
      || g_strcmp0 (first->strategy, "start") != 0)
    return;
  for (gsize i = 0; i < first->n; i++)
    if (first->row[i] == AY_ROW_NONE)
      return; /* a round can say what is outside of the data */
  ay_history_set_start (history, first->row, first->n);
  for (guint k = 0; k < first->metrics->len; k++)
    {
      const AyMetric *metric = &g_array_index (first->metrics, AyMetric, k);

      ay_metrics_set (history->start_metrics, metric->name, metric->value);
    }
  g_ptr_array_remove_index (history->rounds, 0);
}

AyHistory *
ay_draft_finish (AyDraft *self, const char *name, gboolean by_row)
{
  AyHistory *history = ay_history_new (name, self->scratch->source, self->data->n);
  g_autoptr (GPtrArray) rounds = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer round;

  g_hash_table_iter_init (&iter, self->rounds);
  while (g_hash_table_iter_next (&iter, NULL, &round))
    g_ptr_array_add (rounds, round);
  g_ptr_array_sort (rounds, by_number);
  by_row = by_row || !ids_are_ids (self, rounds);
  for (guint r = 0; r < rounds->len; r++)
    fill_round (self, history, g_ptr_array_index (rounds, r), by_row);
  take_start (history);
  for (gsize i = 0; i < ay_diagnostics_count (self->scratch->notes); i++)
    {
      const AyDiagnostic *note = ay_diagnostics_get (self->scratch->notes, i);

      ay_diagnostics_add (history->notes, note->id, "%s", note->text);
    }
  check_rows (self->data, history);
  check_rounds (history);
  check_sizes (history);
  check_scored (self->data, history);
  return history;
}
