/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/times.h"
#include "core/base/words.h"
#include "core/score/redundancy_private.h"

#include <math.h>
#include <string.h>

static const char *const rule_names[] = { "central", "score", "first", "newest", "longest" };

const char *
ay_keep_rule_name (AyKeepRule rule)
{
  return rule_names[rule];
}

gboolean
ay_keep_rule_parse (const char *name, AyKeepRule *rule)
{
  for (guint k = 0; k < G_N_ELEMENTS (rule_names); k++)
    if (strcmp (name, rule_names[k]) == 0)
      {
        *rule = (AyKeepRule) k;
        return TRUE;
      }
  return FALSE;
}

static gboolean
lacks (GError **error, AyKeepRule rule, const char *what)
{
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("keep rule %s: the data set has no %s"),
               ay_keep_rule_name (rule), what);
  return FALSE;
}

gboolean
ay_redundancy_prefer (AyRedundancy *self, GError **error)
{
  AyDataset *data = self->data;

  g_clear_pointer (&self->preference, g_free);
  if (self->options.keep == AY_KEEP_CENTRAL)
    return TRUE;
  if (self->options.keep == AY_KEEP_NEWEST)
    {
      if (data->time == NULL)
        return lacks (error, AY_KEEP_NEWEST, N_ ("time column"));
      self->preference = ay_times_parse (data->time, error);
      return self->preference != NULL;
    }
  if (self->options.keep == AY_KEEP_SCORE && self->options.keep_values == NULL)
    return lacks (error, AY_KEEP_SCORE, N_ ("such column of numbers"));
  self->preference = g_new0 (double, data->n);
  if (self->options.keep == AY_KEEP_SCORE)
    memcpy (self->preference, self->options.keep_values, data->n * sizeof (double));
  if (self->options.keep != AY_KEEP_LONGEST)
    return TRUE; /* first: all alike */
  if (data->text == NULL)
    return lacks (error, AY_KEEP_LONGEST, N_ ("text column"));
  for (gsize i = 0; i < data->n; i++)
    {
      gsize length = 0;

      if (ay_column_text (data->text, i, &length) != NULL)
        self->preference[i] = (double) length;
    }
  return TRUE;
}

/* The members of a part, or of none. */
static gsize
members_of (const AyRedundancy *self, const AyRedundancyCut *cut, gsize group, AySplit part,
            guint32 *out)
{
  gsize n = 0;

  for (gsize m = cut->groups->start[group]; m < cut->groups->start[group + 1]; m++)
    if (self->data->split[cut->groups->members[m]] == part)
      out[n++] = cut->groups->members[m];
  return n;
}

static guint32
best_of (const AyRedundancy *self, const guint32 *rows, gsize n)
{
  guint32 best = rows[0];

  if (self->preference == NULL)
    return ay_near_groups_centre (self->points, rows, n);
  for (gsize i = 1; i < n; i++)
    if (self->preference[rows[i]] > self->preference[best]
        || (isnan (self->preference[best]) && !isnan (self->preference[rows[i]])))
      best = rows[i];
  return best;
}

void
ay_redundancy_choose (const AyRedundancy *self, AyRedundancyCut *cut)
{
  const AyNearGroups *groups = cut->groups;
  g_autofree guint32 *rows = g_new (guint32, MAX (groups->n_members, 1));

  cut->n_redundant = 0;
  for (gsize g = 0; g < groups->n_groups; g++)
    {
      gsize n = members_of (self, cut, g, AY_SPLIT_TRAIN, rows);

      if (n == 0)
        n = members_of (self, cut, g, AY_SPLIT_POOL, rows);
      cut->representative[g] = n > 0 ? best_of (self, rows, n) : G_MAXUINT32;
      for (gsize m = groups->start[g]; m < groups->start[g + 1]; m++)
        {
          guint32 row = groups->members[m];
          AySplit part = self->data->split[row];
          gboolean goes = (part == AY_SPLIT_TRAIN || part == AY_SPLIT_POOL)
                          && row != cut->representative[g];

          cut->redundant[row] = goes;
          cut->n_redundant += goes;
        }
    }
}
