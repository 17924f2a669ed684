/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/select/listed.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/select/strategy_private.h"

#include <stdlib.h>
#include <sys/random.h>

static gsize
most (const AyPool *pool, const AyListedRule *rule)
{
  return rule->by_cluster ? rule->count * pool->options.candidates : rule->count;
}

AyListed *
ay_listed_new (const AyPool *pool, const AyListedRule *rule, gsize *n, guint32 **position,
               AyJob *job, GError **error)
{
  gsize m = MIN (most (pool, rule), pool->n_pool);
  g_autofree double *margin = ay_pool_margins (pool);
  g_autofree AyPick *order = g_new (AyPick, MAX (m, 1));
  g_autofree guint32 *at = g_new (guint32, MAX (m, 1)), *cluster = g_new0 (guint32, MAX (m, 1));
  g_autofree AyListed *listed = g_new (AyListed, MAX (m, 1));
  guint k;

  ay_pick_top (pool, margin, NULL, m, order);
  for (gsize i = 0; i < m; i++)
    at[i] = order[i].position;
  if (rule->by_cluster && m > 0
      && !ay_pool_landmarks (pool, at, m, (guint) rule->count, cluster, &k, job, error))
    return NULL;
  for (gsize i = 0; i < m; i++)
    {
      listed[i] = (AyListed) { 0, order[i].value, cluster[i] };
      if (getrandom (&listed[i].id, sizeof listed[i].id, 0) != sizeof listed[i].id)
        g_error ("the system gives no random numbers");
    }
  *n = m;
  *position = g_steal_pointer (&at);
  return g_steal_pointer (&listed);
}

typedef struct
{
  double score;
  gsize place;
} Place;

static int
compare_places (const void *a, const void *b)
{
  const Place *x = a, *y = b;

  if (x->score != y->score)
    return x->score > y->score ? -1 : 1;
  return x->place < y->place ? -1 : x->place > y->place;
}

gsize *
ay_listed_pick (const AyListed *listed, gsize n, const AyPool *pool, const AyListedRule *rule,
                GError **error)
{
  g_autofree Place *order = g_new (Place, MAX (n, 1));
  g_autofree guint32 *cluster = NULL;
  gsize m = MIN (most (pool, rule), n);
  gsize *picks;

  if (n < rule->count)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%zu rows are wanted of pools of %zu"),
                   rule->count, n);
      return NULL;
    }
  for (gsize i = 0; i < n; i++)
    order[i] = (Place) { listed[i].score, i };
  qsort (order, n, sizeof *order, compare_places);
  picks = g_new (gsize, rule->count + 1);
  cluster = g_new (guint32, MAX (m, 1));
  for (gsize i = 0; i < m; i++) /* margin: all apart */
    cluster[i] = rule->by_cluster ? (guint32) listed[order[i].place].cluster : (guint32) i;
  ay_take_by_cluster (cluster, m, rule->count, picks);
  for (gsize i = 0; i < rule->count; i++)
    picks[i] = order[picks[i]].place;
  return picks;
}
