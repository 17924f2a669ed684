/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawn parts with near copies whole.
 *
 * Features may be made of the training rows (text, missing values), so that near copies are known
 * only once parts are drawn. Parts are drawn, features made, near copies looked for; where a group
 * of them was torn, all is done again with the groups found so far as units. Groups only grow by
 * that: with features that do not depend on the parts the second drawing is the last, with others
 * two or three mostly are. Nothing is drawn again where nothing was torn. */
#include "core/data/content.h"
#include "core/data/loading.h"

#define MAX_ROUNDS 5

void
ay_near_rows_clear (AyNearRows *self)
{
  g_clear_pointer (&self->first, g_free);
  g_clear_pointer (&self->said, g_free);
}

/* Takes back what the last drawing did. */
static void
undo (AyLoading *self, AyDataset *data, gsize n_said)
{
  ay_diagnostics_truncate (self->diagnostics, n_said);
  g_clear_pointer (&data->split, g_free);
  g_clear_pointer (&data->features, ay_matrix_unref);
  g_clear_pointer (&data->feature_names, g_strfreev);
  g_clear_pointer (&data->feature_spans, g_array_unref);
  g_clear_pointer (&data->features_from, g_free);
  g_clear_pointer (&data->pixels, ay_pixels_unref);
  data->test_drawn = data->has_test = data->features_of_columns = FALSE;
}

static gboolean
join (AyLoading *self, const AyNearRows *near, GError **error)
{
  guint32 *joined = ay_content_units (self->near, near->first, self->n, NULL, error);

  g_free (self->near);
  self->near = joined;
  return joined != NULL;
}

static void
say (AyLoading *self, AyDataset *data, const char *said)
{
  data->near_said = g_strdup (said);
  if (said != NULL)
    ay_diagnostics_add (self->diagnostics, "near-copies", "%s", said);
}

/* Where ranks read the rows together, the first tells the others the parts as they are now. */
static gboolean
tell_parts (AyLoading *self, AyDataset *data, GError **error)
{
  return self->inside.split != NULL
         || ay_ranks_tell (self->inside.ranks, "parts", data->split, data->n, error);
}

static gboolean
take_parts (AyLoading *self, gsize n, GError **error)
{
  guint8 *split = g_new0 (guint8, MAX (n, 1));
  gboolean told = ay_ranks_tell (self->inside.ranks, "parts", split, n, error);

  self->inside.split = self->told = g_bytes_new_take (split, n);
  g_clear_pointer (&self->first, g_free);
  return told;
}

gboolean
ay_loading_find_parts_and_features (AyLoading *self, AyDataset *data, GError **error)
{
  gsize n_said = ay_diagnostics_count (self->diagnostics);

  if (!ay_loading_find_copies (self, error)
      || (ay_ranks_own (self->inside.ranks) > 0 && self->inside.split == NULL
          && !take_parts (self, data->n, error)))
    return FALSE;
  for (guint round = 1;; round++)
    {
      g_auto (AyNearRows) near = { NULL, NULL };

      if (!ay_loading_find_parts (self, data, error)
          || (!self->drawn && !tell_parts (self, data, error))
          || !ay_loading_make_features (self, data, error))
        return FALSE;
      if (!self->drawn || self->inside.near == NULL)
        {
          say (self, data, self->inside.near_said);
          return !self->drawn || tell_parts (self, data, error);
        }
      if (!self->inside.near->find (data, self->options, &near, self->job, error))
        return FALSE;
      if (near.first == NULL || self->near_split || round == MAX_ROUNDS
          || !ay_dataset_tears (data, near.first))
        {
          say (self, data, self->near_split
                               ? "near copies are so many that no validation part can be drawn "
                                 "with all rows of a group on one side: only exact copies stay "
                                 "together"
                               : near.said);
          data->near = g_steal_pointer (&near.first);
          return tell_parts (self, data, error);
        }
      undo (self, data, n_said);
      if (!join (self, &near, error))
        return FALSE;
    }
}
