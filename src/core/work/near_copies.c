/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/near_copies.h"

#include "core/base/words.h"
#include "core/score/redundancy.h"

#include <math.h>

#define MOST_PAIRS ((gsize) 8 << 20) /* above, the data are dense, and no copies of each other */
#define BULK_SHARE 10                /* a group of more than n / 10 rows is the bulk */
#define BULK_LEAST 10

/* Each row's group by its first row, the bulk left apart; what is said of them. */
static void
take_groups (const AyNearGroups *groups, double threshold, AyNearRows *out)
{
  gsize most = MAX (groups->n / BULK_SHARE, BULK_LEAST), n_groups = 0, n_rows = 0, bulk = 0;
  g_autoptr (GString) said = g_string_new (NULL);

  out->first = g_new (guint32, MAX (groups->n, 1));
  for (gsize i = 0; i < groups->n; i++)
    out->first[i] = (guint32) i;
  for (gsize g = 0; g < groups->n_groups; g++)
    {
      gsize size = ay_near_groups_size (groups, g);

      if (size > most)
        {
          bulk = MAX (bulk, size);
          continue;
        }
      n_groups++;
      n_rows += size;
      for (gsize m = groups->start[g]; m < groups->start[g + 1]; m++)
        out->first[groups->members[m]] = groups->members[groups->start[g]];
    }
  g_string_append_printf (said,
                          N_ ("near copies (cosine at least %g) are in one part each: %zu rows in "
                              "%zu groups"),
                          threshold, n_rows, n_groups);
  if (bulk > 0)
    g_string_append_printf (said,
                            N_ ("; but not %zu rows that hang together, too many to be copies"),
                            bulk);
  out->said = g_string_free (g_steal_pointer (&said), FALSE);
}

gboolean
ay_near_copies_tell (const AyDataset *data)
{
  g_autofree char *by_chance = ay_redundancy_by_chance (data, AY_DISTANCE_COSINE);

  return data->n <= AY_NEAR_MOST_ROWS && by_chance == NULL;
}

static gboolean
find (AyDataset *data, const AyLoadOptions *load, AyNearRows *out, AyJob *job, GError **error)
{
  AyRedundancyOptions options = AY_REDUNDANCY_OPTIONS_INIT;
  g_autoptr (AyRedundancy) found = NULL;
  g_autoptr (AyNearGroups) groups = NULL;
  g_autofree char *by_chance = ay_redundancy_by_chance (data, options.distance);
  gsize n_said = ay_diagnostics_count (data->diagnostics);

  if (load->near_copies == AY_NEAR_IGNORE)
    {
      out->said = g_strdup ("near copies were not looked for, as asked: they may lie in two parts");
      return TRUE;
    }
  if (load->near_copies == AY_NEAR_AUTO && data->n > AY_NEAR_MOST_ROWS)
    {
      out->said = g_strdup_printf ("near copies were not looked for among %" G_GSIZE_FORMAT
                                   " rows, they may lie in two parts: --near-copies whole looks "
                                   "for them", data->n);
      return TRUE;
    }
  if (load->near_copies == AY_NEAR_AUTO && by_chance != NULL)
    {
      out->said = g_strdup_printf ("near copies were not looked for: with %" G_GSIZE_FORMAT
                                   " columns of features rows are alike by chance "
                                   "(--near-copies whole looks for them)",
                                   ay_matrix_cols (data->features));
      return TRUE;
    }
  options.max_pairs = MOST_PAIRS;
  options.seed = load->seed;
  found = ay_redundancy_find (data, &options, job, error);
  ay_diagnostics_truncate (data->diagnostics, n_said); /* findings are for who asks for groups */
  if (found == NULL)
    return FALSE;
  if (found->pairs->reach < found->pairs->asked)
    {
      out->said = g_strdup_printf ("more than %" G_GSIZE_FORMAT " pairs of rows are near each "
                                   "other (cosine at least 0.99): too many to be copies, they may "
                                   "lie in two parts", MOST_PAIRS);
      return TRUE;
    }
  groups = ay_near_groups_at (found->merges,
                              ay_redundancy_distance (found->options.distance,
                                                      found->options.threshold));
  take_groups (groups, found->options.threshold, out);
  return TRUE;
}

const AyNearFinder *
ay_near_copies (void)
{
  static const AyNearFinder finder = { find };

  return &finder;
}
