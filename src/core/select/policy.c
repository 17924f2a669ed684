/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The policy and the even mixture as strategies.
 *
 * Context: what a person would look at to choose how to go on: how many labels a class there are,
 * how doubtful the head is, how much of the data has been touched, how even the labelled classes
 * are. It needs the pool of the moment alone, so a policy can be asked at any time. */
#include "core/select/policy.h"

#include "core/base/stats.h"
#include "core/select/strategy_private.h"

#include <math.h>

#define CLUSTERS_A_CLASS 4
#define MOST_CLUSTERS 60

static const AyPolicy frozen = { {
#include "core/select/policy_weights.inc"
} };

const AyPolicy *
ay_policy_frozen (void)
{
  return &frozen;
}

const AyStrategy *const *
ay_teacher_arms (void)
{
  static const char *const ids[AY_TEACHER_ARMS] = { "random", "margin", "typiclust", "entropy" };
  static const AyStrategy *arms[AY_TEACHER_ARMS];
  static gsize once;

  if (g_once_init_enter (&once))
    {
      for (guint k = 0; k < AY_TEACHER_ARMS; k++)
        arms[k] = ay_strategy_find (ids[k]);
      g_once_init_leave (&once, 1);
    }
  return arms;
}

/* Share of clusters of all points in which one is labelled. */
static gboolean
touched (const AyPool *pool, double *share, AyJob *job, GError **error)
{
  guint k = MIN (MIN (CLUSTERS_A_CLASS * pool->n_classes, MOST_CLUSTERS), pool->n), n = 0;
  g_autofree guint8 *has = g_new0 (guint8, k);
  AyPoints points = { .features = pool->features, .n = pool->n,
                      .distance = AY_DISTANCE_EUCLIDEAN };
  AyKmeansOptions options = AY_KMEANS_OPTIONS_INIT;
  g_autoptr (AyKmeans) clusters = NULL;

  options.k = k;
  options.starts = 1;
  options.max_rounds = 10; /* regions will do */
  options.seed = pool->seed; /* the same ones in every round */
  clusters = ay_kmeans_new (&points, &options, job, error);
  if (clusters == NULL)
    return FALSE;
  for (gsize i = 0; i < pool->n_labelled; i++)
    has[clusters->cluster[pool->labelled[i]]] = 1;
  for (guint c = 0; c < k; c++)
    n += has[c];
  *share = (double) n / k;
  return TRUE;
}

gboolean
ay_policy_context (const AyPool *pool, double *context, AyJob *job, GError **error)
{
  g_autofree double *count = g_new0 (double, pool->n_classes);
  double doubt = 0.0, entropy = 0.0;

  for (gsize i = 0; i < pool->n_pool; i++)
    {
      doubt += ay_pool_margin (pool, pool->pool[i]);
      entropy += ay_entropy (pool->p + (gsize) pool->pool[i] * pool->n_classes, pool->n_classes);
    }
  for (gsize i = 0; i < pool->n_labelled; i++)
    count[pool->label[pool->labelled[i]]] += 1.0 / (double) pool->n_labelled;
  context[0] = 1.0;
  context[1] = log ((double) MAX (pool->n_labelled, 1) / pool->n_classes);
  context[2] = doubt / (double) MAX (pool->n_pool, 1);
  context[3] = entropy / (double) MAX (pool->n_pool, 1) / log (pool->n_classes);
  context[5] = ay_entropy (count, pool->n_classes) / log (pool->n_classes);
  return touched (pool, &context[4], job, error);
}

void
ay_policy_probabilities (const AyPolicy *self, const double *context, double *p)
{
  for (guint k = 0; k < AY_TEACHER_ARMS; k++)
    {
      p[k] = 0.0;
      for (guint j = 0; j < AY_POLICY_CONTEXT; j++)
        p[k] += self->weight[k][j] * context[j];
    }
  ay_softmax (p, AY_TEACHER_ARMS, p);
}

void
ay_policy_add_gradient (const AyPolicy *self, const double *context, guint arm, double by,
                        AyPolicy *into)
{
  double p[AY_TEACHER_ARMS];

  ay_policy_probabilities (self, context, p);
  for (guint k = 0; k < AY_TEACHER_ARMS; k++)
    for (guint j = 0; j < AY_POLICY_CONTEXT; j++)
      into->weight[k][j] += by * ((k == arm) - p[k]) * context[j];
}

gboolean
ay_pick_policy (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  double context[AY_POLICY_CONTEXT], p[AY_TEACHER_ARMS];

  if (!ay_policy_context (pool, context, job, error))
    return FALSE;
  ay_policy_probabilities (&frozen, context, p);
  return ay_teacher_arms ()[ay_argmax (p, AY_TEACHER_ARMS)]->run (pool, count, picks, job, error);
}

gboolean
ay_pick_mixture (const AyPool *pool, gsize count, AyPick *picks, AyJob *job, GError **error)
{
  g_autofree AyPick *each = g_new (AyPick, AY_TEACHER_ARMS * count);
  g_autofree guint8 *taken = g_new0 (guint8, pool->n);
  gsize at[AY_TEACHER_ARMS] = { 0 };

  for (guint k = 0; k < AY_TEACHER_ARMS; k++)
    if (!ay_teacher_arms ()[k]->run (pool, count, each + k * count, job, error))
      return FALSE;
  for (gsize i = 0; i < count; i++)
    {
      /* the arm that begins moves on by one a round, so that a remainder goes to each in turn */
      guint k = (i + pool->round) % AY_TEACHER_ARMS;
      const AyPick *batch = each + k * count;

      while (taken[batch[at[k]].position])
        at[k]++;
      picks[i] = batch[at[k]++];
      taken[picks[i].position] = 1;
    }
  return TRUE;
}
