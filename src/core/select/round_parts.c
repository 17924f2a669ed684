/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/select/round_parts.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <math.h>

#define MOST_PARTS 200

static int
by_number (gconstpointer a, gconstpointer b)
{
  return *(const int *) a - *(const int *) b;
}

/* Whole numbers that the rows taken have, ascending. */
static GArray *
numbers_of (const AyHistory *history, const AyColumn *column)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint r = 0; r < ay_history_n_rounds (history); r++)
    for (gsize i = 0; i < ay_history_round (history, r)->n; i++)
      {
        guint32 row = ay_history_round (history, r)->row[i];
        double value = row < history->n_rows ? ay_column_numbers (column)[row] : NAN;
        int whole;

        if (!(fabs (value) < 1e9))
          continue;
        whole = (int) floor (value);
        if (g_hash_table_add (seen, GINT_TO_POINTER (whole)))
          g_array_append_val (numbers, whole);
      }
  g_array_sort (numbers, by_number);
  return numbers;
}

static guint
part_of_number (const GArray *numbers, double value)
{
  for (guint k = 0; k < numbers->len; k++)
    if (value == g_array_index (numbers, int, k))
      return k;
  return numbers->len;
}

static void
count (AyRoundParts *self, const AyHistory *history, const AyColumn *column, const GArray *numbers)
{
  for (guint r = 0; r < ay_history_n_rounds (history); r++)
    {
      const AyRound *round = ay_history_round (history, r);
      double *counts = self->counts + (gsize) self->n * self->n_parts;
      gboolean any = FALSE;

      for (gsize i = 0; i < round->n; i++)
        {
          guint32 row = round->row[i], part = self->n_parts - 1;

          if (row >= history->n_rows)
            continue;
          any = TRUE;
          if (numbers != NULL)
            part = part_of_number (numbers, ay_column_numbers (column)[row]);
          else if (ay_column_codes (column)[row] != AY_CODE_MISSING)
            part = ay_column_codes (column)[row];
          counts[MIN (part, self->n_parts - 1)] += 1.0;
        }
      if (!any)
        continue;
      self->number[self->n] = (double) round->number;
      self->round[self->n++] = r;
    }
}

AyRoundParts *
ay_round_parts_new (const AyHistory *history, const AyColumn *column, GError **error)
{
  AyRoundParts *self;
  g_autoptr (GArray) numbers = NULL;
  const char *const *names = NULL;
  guint n = ay_history_n_rounds (history), parts = 0;

  if (ay_column_type (column) == AY_COLUMN_CATEGORY)
    names = ay_column_categories (column, &parts);
  else if (ay_column_type (column) == AY_COLUMN_NUMBER)
    {
      numbers = numbers_of (history, column);
      parts = numbers->len;
    }
  if ((names == NULL && numbers == NULL) || parts > MOST_PARTS)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("column \"%s\" has no few values to tell rows apart by"),
                   ay_column_name (column));
      return NULL;
    }
  self = g_new0 (AyRoundParts, 1);
  self->title = g_strdup_printf ("What each round of %s took, by %s", history->name,
                                 ay_column_name (column));
  self->n_parts = parts + 1;
  self->number = g_new0 (double, n + 1);
  self->round = g_new0 (guint, n + 1);
  self->counts = g_new0 (double, (gsize) (n + 1) * self->n_parts);
  self->names = g_new0 (char *, self->n_parts + 1);
  for (guint k = 0; k < parts; k++)
    self->names[k] = names != NULL ? g_strdup (names[k])
                                   : g_strdup_printf ("%d", g_array_index (numbers, int, k));
  self->names[parts] = g_strdup ("none");
  count (self, history, column, numbers);
  return self;
}

void
ay_round_parts_free (AyRoundParts *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->names);
  g_free (self->title);
  g_free (self->number);
  g_free (self->round);
  g_free (self->counts);
  g_free (self);
}
