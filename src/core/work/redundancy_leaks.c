/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Copies across the parts: a validation or test row whose copy the head was fitted to, or a test
 * row whose copy was chosen by, says nothing new. The head's figures are shown with such rows and
 * without them. */
#include "core/work/work_redundancy.h"

#include "core/work/work_private.h"

#include <string.h>

void
ay_leaks_clear (AyLeaks *self)
{
  g_clear_pointer (&self->rows, g_free);
}

/* Marks rows of valid with a copy in train, and of test with one in either. */
static void
find_leaks (const AyDataset *data, const AyRedundancyCut *cut, AyLeaks *out)
{
  const AyNearGroups *groups = cut->groups;
  gsize n = 0;

  out->rows = g_new (guint32, MAX (groups->n_members, 1));
  for (gsize i = 0; i < data->n; i++)
    {
      guint32 group = groups->group[i];
      guint earlier = data->split[i] == AY_SPLIT_VALID  ? 1 << AY_SPLIT_TRAIN
                      : data->split[i] == AY_SPLIT_TEST ? 1 << AY_SPLIT_TRAIN | 1 << AY_SPLIT_VALID
                                                        : 0;

      if (group == G_MAXUINT32 || (cut->parts[group] & earlier) == 0)
        continue;
      out->rows[n++] = (guint32) i;
      out->n_valid += data->split[i] == AY_SPLIT_VALID;
      out->n_test += data->split[i] == AY_SPLIT_TEST;
    }
  out->n_rows = n;
}

static gboolean
judge (AyWork *work, const AyHead *head, AySplit part, const AyLeaks *leaks, AyFit fit[2],
       AyJob *job, GError **error)
{
  AyDataset *data = ay_work_data (work);
  g_autoptr (AyOwnedProblem) all = ay_target_new (data, part, work->target_kind, NULL, error);
  g_autoptr (AyOwnedProblem) without = NULL;
  g_autoptr (AyBitset) kept = ay_bitset_new (data->n);

  if (all == NULL || !ay_head_evaluate (head, &all->problem, &fit[0], job, error))
    return FALSE;
  ay_bitset_fill (kept);
  for (gsize i = 0; i < leaks->n_rows; i++)
    ay_bitset_remove (kept, leaks->rows[i]);
  without = ay_target_new (data, part, work->target_kind, kept, error);
  return without != NULL && ay_head_evaluate (head, &without->problem, &fit[1], job, error);
}

gboolean
ay_redundancy_leaks (AyWork *work, const AyRedundancyCut *cut, gboolean with_test, AyLeaks *out,
                     AyJob *job, GError **error)
{
  AyDataset *data = ay_work_data (work);
  AyFit fit[2];
  AyHead *head;

  memset (out, 0, sizeof *out);
  find_leaks (data, cut, out);
  if (out->n_rows == 0)
    return TRUE;
  head = ay_work_head (work, job, NULL);
  if (head == NULL)
    return ay_job_check (job, error); /* the list stands without a head's figures */
  if (out->n_valid > 0 && judge (work, head, AY_SPLIT_VALID, out, fit, job, NULL))
    {
      out->judged = TRUE;
      out->valid = fit[0];
      out->valid_without = fit[1];
    }
  if (!ay_job_check (job, error))
    return FALSE;
  if (!with_test || !data->has_test || out->n_test == 0)
    return TRUE;
  if (!judge (work, head, AY_SPLIT_TEST, out, fit, job, NULL))
    return ay_job_check (job, error);
  out->test_judged = TRUE;
  out->test = fit[0];
  out->test_without = fit[1];
  return ay_work_count_opening (work, &out->test_openings, error);
}
