/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing the validation and test parts in whole units.
 *
 * Idea: units come in random order (or latest first); a unit is taken while it fits into what every
 * one of its classes still lacks. Where all units are single rows this draws exactly the wanted
 * number of each class, uniformly. What is then still lacking is filled, in the same order, with
 * units that overshoot by less than they fill: the sum over classes of |wanted - drawn| falls with
 * every step. Drawn units are halved by the same rule. O(rows) a pass, few passes. */
#include "core/data/split.h"

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/base/words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  guint32 first, count; /* its eligible rows, in Units.rows */
  guint32 head;         /* its first row: the last of all keys of order */
  double time;
} Unit;

typedef struct
{
  guint32 *rows; /* eligible rows, unit after unit */
  Unit *units;
  gsize n;
} Units;

static void
units_clear (Units *self)
{
  g_free (self->rows);
  g_free (self->units);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Units, units_clear)

/* Eligible rows by unit, counted and laid out in one pass each; a unit that already has a labelled
 * row in another part is left out. Its time is that of its latest row. */
static void
units_find (const AySplitDraw *draw, const guint8 *split, Units *out)
{
  g_autofree guint32 *count = g_new0 (guint32, draw->n + 1);
  g_autofree guint32 *number = g_new0 (guint32, draw->n + 1);
  gsize total = 0;

  for (gsize i = 0; i < draw->n; i++)
    if (draw->label[i] != AY_LABEL_MISSING && split[i] == AY_SPLIT_TRAIN)
      count[draw->unit[i]]++;
  for (gsize i = 0; i < draw->n; i++)
    if (draw->label[i] != AY_LABEL_MISSING && split[i] != AY_SPLIT_TRAIN)
      count[draw->unit[i]] = 0;
  for (gsize i = 0; i < draw->n; i++)
    out->n += count[i] > 0;
  out->units = g_new (Unit, MAX (out->n, 1));
  out->n = 0;
  for (gsize i = 0; i < draw->n; i++)
    if (count[i] > 0)
      {
        number[i] = (guint32) out->n;
        out->units[out->n++] = (Unit) { (guint32) total, 0, (guint32) i, -INFINITY };
        total += count[i];
      }
  out->rows = g_new (guint32, MAX (total, 1));
  for (gsize i = 0; i < draw->n; i++)
    if (draw->label[i] != AY_LABEL_MISSING && count[draw->unit[i]] > 0)
      {
        Unit *unit = &out->units[number[draw->unit[i]]];

        out->rows[unit->first + unit->count++] = (guint32) i;
        if (draw->time != NULL && draw->time[i] > unit->time)
          unit->time = draw->time[i];
      }
}

static int
compare_latest (const void *a, const void *b)
{
  const Unit *x = a, *y = b;

  if (x->time != y->time)
    return x->time > y->time ? -1 : 1;
  return x->head > y->head ? -1 : x->head < y->head;
}

/* Puts the units into the order in which they are offered. */
static void
units_order (Units *self, const AySplitDraw *draw)
{
  g_autofree guint32 *order = NULL;
  g_autofree Unit *units = NULL;
  AyRng rng;

  if (draw->time != NULL)
    {
      qsort (self->units, self->n, sizeof (Unit), compare_latest);
      return;
    }
  order = g_new (guint32, MAX (self->n, 1));
  for (gsize u = 0; u < self->n; u++)
    order[u] = (guint32) u;
  ay_rng_init (&rng, draw->seed, 0);
  ay_rng_shuffle (&rng, order, self->n);
  units = g_steal_pointer (&self->units);
  self->units = g_new (Unit, MAX (self->n, 1));
  for (gsize u = 0; u < self->n; u++)
    self->units[u] = units[order[u]];
}

/* Takes units of some of which each class lacks a number. With `strata` one counts per class, else
 * over all. */
typedef struct
{
  const AySplitDraw *draw;
  const Units *units;
  gboolean strata;
  gint64 *lacking; /* per class (or one): wanted minus taken */
  gint64 *left;    /* (nullable) per class: rows that would remain; kept >= 1 */
  gint64 *count;   /* per class: scratch, zero between calls */
  gint64 off;      /* sum of |lacking|: nothing can be gained at 0 */
} Taker;

/* Whether a unit may be taken: it fits wholly, or (fill) it brings the counts nearer. */
static gboolean
takes (const Taker *self, const Unit *unit, gboolean fill)
{
  const guint32 *rows = self->units->rows + unit->first;
  gboolean fits = TRUE, allowed = TRUE;
  gint64 change = 0;

  for (guint32 i = 0; i < unit->count; i++)
    self->count[self->draw->label[rows[i]]]++;
  for (guint32 i = 0; i < unit->count; i++)
    {
      gint32 c = self->draw->label[rows[i]];
      gint64 count = self->count[c];

      if (count == 0)
        continue; /* this class has been seen */
      if (self->left != NULL && self->left[c] - count < 1)
        allowed = FALSE;
      if (self->strata)
        {
          fits = fits && count <= self->lacking[c];
          change += ABS (self->lacking[c] - count) - ABS (self->lacking[c]);
        }
      self->count[c] = 0;
    }
  if (!self->strata)
    {
      fits = unit->count <= self->lacking[0];
      change = ABS (self->lacking[0] - (gint64) unit->count) - ABS (self->lacking[0]);
    }
  return allowed && (fits || (fill && change < 0));
}

static void
take (Taker *self, const Unit *unit)
{
  for (guint32 i = 0; i < unit->count; i++)
    {
      gint32 c = self->draw->label[self->units->rows[unit->first + i]];
      gint64 *lacking = &self->lacking[self->strata ? c : 0];

      self->off += *lacking > 0 ? -1 : 1;
      (*lacking)--;
      if (self->left != NULL)
        self->left[c]--;
    }
}

/* Offers the units marked 1 in turn and marks those taken `mark`; fits first, then fills. Latest
 * units (no strata) are filled at once: an older one must not stand in for a newer. */
static void
take_all (Taker *self, guint8 *marks, guint8 mark)
{
  gboolean again = TRUE;

  self->off = 0;
  for (guint c = 0; c < (self->strata ? self->draw->n_classes : 1); c++)
    self->off += self->lacking[c];
  for (int pass = 0; again; pass++)
    {
      again = pass == 0 && self->strata;
      for (gsize u = 0; u < self->units->n && self->off > 0; u++)
        if (marks[u] == 1 && takes (self, &self->units->units[u], pass > 0 || !self->strata))
          {
            take (self, &self->units->units[u]);
            marks[u] = mark;
            again = self->strata;
          }
    }
}

static gint64
wanted (double fraction, gint64 n)
{
  return CLAMP ((gint64) floor (fraction * n + 0.5), 0, MAX (n - 1, 0));
}

/* Chooses the units that are drawn: marks 2. */
static void
draw_units (const AySplitDraw *draw, const Units *units, guint8 *marks)
{
  g_autofree gint64 *lacking = g_new0 (gint64, draw->n_classes);
  g_autofree gint64 *left = g_new0 (gint64, draw->n_classes);
  g_autofree gint64 *count = g_new0 (gint64, draw->n_classes);
  Taker taker = { draw, units, draw->time == NULL, lacking, left, count, 0 };
  gint64 total = 0;

  for (gsize u = 0; u < units->n; u++)
    for (guint32 i = 0; i < units->units[u].count; i++)
      left[draw->label[units->rows[units->units[u].first + i]]]++;
  for (guint c = 0; c < draw->n_classes; c++)
    total += lacking[c] = wanted (draw->fraction, left[c]);
  if (!taker.strata)
    lacking[0] = total;
  memset (marks, 1, units->n);
  take_all (&taker, marks, 2);
}

/* Halves the drawn units (2): marks 3 are valid (or, by time, the later half: test). */
static void
halve_units (const AySplitDraw *draw, const Units *units, guint8 *marks)
{
  g_autofree gint64 *lacking = g_new0 (gint64, draw->n_classes);
  g_autofree gint64 *count = g_new0 (gint64, draw->n_classes);
  Taker taker = { draw, units, draw->time == NULL, lacking, NULL, count, 0 };

  for (gsize u = 0; u < units->n; u++)
    {
      marks[u] = marks[u] == 2;
      for (guint32 i = 0; marks[u] && i < units->units[u].count; i++)
        lacking[taker.strata ? draw->label[units->rows[units->units[u].first + i]] : 0]++;
    }
  if (taker.strata)
    for (guint c = 0; c < draw->n_classes; c++)
      lacking[c] /= 2;
  else
    lacking[0] = (lacking[0] + 1) / 2;
  take_all (&taker, marks, 3);
}

void
ay_split_draw (const AySplitDraw *draw, guint8 *split)
{
  g_auto (Units) units = { NULL, NULL, 0 };
  g_autofree guint8 *marks = NULL;
  AySplit taken = draw->time == NULL ? AY_SPLIT_VALID : AY_SPLIT_TEST;
  AySplit others = draw->time == NULL ? AY_SPLIT_TEST : AY_SPLIT_VALID;

  units_find (draw, split, &units);
  units_order (&units, draw);
  marks = g_new0 (guint8, MAX (units.n, 1));
  draw_units (draw, &units, marks);
  if (draw->valid_only)
    {
      for (gsize u = 0; u < units.n; u++)
        marks[u] = marks[u] == 2 ? 3 : 0;
      taken = AY_SPLIT_VALID;
    }
  else
    halve_units (draw, &units, marks);
  for (gsize u = 0; u < units.n; u++)
    for (guint32 i = 0; marks[u] != 0 && i < units.units[u].count; i++)
      split[units.rows[units.units[u].first + i]] = marks[u] == 3 ? taken : others;
}

static gboolean
bad_part (const AyColumn *column, gsize row, const char *text, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("split column \"%s\", row %zu: \"%s\" is none of train, valid, "
                   "test, pool"),
               ay_column_name (column), row, text);
  return FALSE;
}

gboolean
ay_split_of_column (const AyColumn *column, const gint32 *label, guint8 *split, GError **error)
{
  for (gsize i = 0; i < ay_column_rows (column); i++)
    {
      g_autofree char *text = ay_column_dup_text (column, i);
      AySplit part = AY_SPLIT_POOL;

      if (!ay_split_parse (text, &part) && (*text != '\0' || label[i] != AY_LABEL_MISSING))
        return bad_part (column, i, text, error);
      split[i] = label[i] == AY_LABEL_MISSING ? AY_SPLIT_POOL : part;
    }
  return TRUE;
}
