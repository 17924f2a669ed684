/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The nearest training rows of the rows at the head of the queue, to be shown beside them. Exact,
 * on the head's standardised features; n x 1000 x d at most. */
#include "core/work/review_private.h"

#include <string.h>

typedef struct
{
  guint32 row;
  gsize item;
} Asked;

static int
by_row (gconstpointer a, gconstpointer b)
{
  const Asked *x = a, *y = b;

  return x->row < y->row ? -1 : x->row > y->row;
}

static void
take (AyReviewItem *item, const AyNeighbours *near, gsize query, const AyProblem *train)
{
  guint kept = 0;

  for (guint k = 0; k < near->k && kept < AY_REVIEW_NEAR; k++)
    {
      guint32 at = near->index[query * near->k + k];

      if (at != G_MAXUINT32 && train->rows[at] != item->row)
        item->near[kept++] = train->rows[at];
    }
}

gboolean
ay_review_near (Review *self, GError **error)
{
  const AyProblem *train = ay_score_context_train (self->context, error);
  gsize count = MIN (self->out->n, AY_REVIEW_LOOKED_UP);
  g_autofree Asked *asked = g_new (Asked, count + 1);
  g_autofree guint32 *rows = g_new (guint32, count + 1);
  g_autoptr (AyNeighbours) near = NULL;

  if (train == NULL)
    return FALSE;
  for (gsize i = 0; i < self->out->n; i++)
    for (guint k = 0; k < AY_REVIEW_NEAR; k++)
      self->out->items[i].near[k] = AY_ROW_NONE;
  if (count == 0 || train->n < 2)
    return TRUE;
  for (gsize i = 0; i < count; i++)
    asked[i] = (Asked) { self->out->items[i].row, i };
  qsort (asked, count, sizeof *asked, by_row);
  for (gsize i = 0; i < count; i++)
    rows[i] = asked[i].row;
  near = ay_score_context_nearest (self->context, rows, count,
                                   AY_REVIEW_NEAR + 1, /* one may be the row itself */
                                   self->job, error);
  for (gsize i = 0; near != NULL && i < count; i++)
    take (&self->out->items[asked[i].item], near, i, train);
  return near != NULL;
}
