/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of strategies. */
#include "core/select/strategy_private.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

#define BALANCE                                                                                   \
  { "balance", "no", "yes: at most an equal share of the picks from each class that is predicted" }
#define END { NULL, NULL, NULL }
#define NEIGHBOURS                                                                                \
  { "neighbours", "50", "nearest points that a point can be covered by" }

static const AyStrategyParameter ranked[] = { BALANCE, END };
static const AyStrategyParameter qbc[]
    = { { "committee", "8", "heads that vote" }, BALANCE, END };
static const AyStrategyParameter bald[]
    = { { "draws", "32", "draws of the head's weights" }, BALANCE, END };
static const AyStrategyParameter density[]
    = { { "beta", "1", "power of the mean cosine to all rows" }, BALANCE, END };
static const AyStrategyParameter cover[] = { NEIGHBOURS, END };
static const AyStrategyParameter probcover[]
    = { { "radius", "auto", "of a ball; auto: the largest of which 95 % are pure" }, END };
static const AyStrategyParameter cluster_margin[]
    = { { "candidates", "10", "rows of smallest margin, times the number of picks" },
        { "clusters", "candidates", "valid: of the validation rows, as owners apart have them" },
        END };
static const AyStrategyParameter two_phase[]
    = { { "switch_at", "5", "labels a class from which on it goes by margin" },
        { "candidates", "10", "rows of smallest margin, times the number of picks" }, END };

static const AyStrategy table[] = {
  { "two_phase", N_ ("Two phases"),
    "TypiClust while there are few labels a class, cluster-margin from there on.",
    "typicality, then 1 - margin", TRUE, FALSE, FALSE, two_phase, ay_pick_two_phase },
  { "random", N_ ("Random"),
    "Rows of the pool by chance: what every other strategy is held against.",
    "chance of a row", FALSE, FALSE, FALSE, NULL, ay_pick_random },
  { "least_confidence", N_ ("Least confidence"), "Rows whose likeliest class is least likely.",
    "1 - p of the likeliest class", TRUE, TRUE, TRUE, ranked, ay_pick_least_confidence },
  { "margin", N_ ("Margin"), "Rows whose two likeliest classes are closest.",
    "1 - (p of the likeliest - p of the next)", TRUE, TRUE, TRUE, ranked, ay_pick_margin },
  { "entropy", N_ ("Entropy"), "Rows whose predicted classes are most spread out.",
    "entropy in nats",
    TRUE, TRUE, TRUE, ranked, ay_pick_entropy },
  { "egl", N_ ("Expected gradient length"),
    "Rows whose label is expected to move the head most, one step.", "expected gradient length",
    TRUE, TRUE, TRUE, ranked, ay_pick_egl },
  { "qbc", N_ ("Committee"), "Rows that heads of a Bayesian bootstrap vote differently on.",
    "entropy of the votes in nats", TRUE, TRUE, TRUE, qbc, ay_pick_qbc },
  { "bald", N_ ("BALD"), "Rows whose label says most about the head's weights, by Laplace draws.",
    "mutual information in nats", TRUE, TRUE, TRUE, bald, ay_pick_bald },
  { "density", N_ ("Density-weighted entropy"), "Uncertain rows in dense places.",
    "entropy x mean cosine to all rows", TRUE, TRUE, TRUE, density, ay_pick_density },
  { "k_center", N_ ("k-centre"), "Rows farthest from all that are labelled.",
    "distance to the nearest labelled row", FALSE, FALSE, FALSE, NULL, ay_pick_k_center },
  { "facility", N_ ("Facility location"), "Rows that raise most how well each row is represented.",
    "gain of summed cosine", FALSE, TRUE, FALSE, cover, ay_pick_facility },
  { "badge", N_ ("BADGE"), "Rows with long and differing gradients under the likeliest label.",
    "distance of the gradient to those of the rows before it", TRUE, FALSE, FALSE, NULL,
    ay_pick_badge },
  { "typiclust", N_ ("TypiClust"), "The most typical row of clusters that have fewest labels.",
    "typicality: 1 / mean distance to the nearest of its cluster", FALSE, FALSE, FALSE, NULL,
    ay_pick_typiclust },
  { "probcover", N_ ("ProbCover"), "Rows whose ball holds most rows that no ball holds yet.",
    "rows newly covered", FALSE, TRUE, FALSE, probcover, ay_pick_probcover },
  { "maxherding", N_ ("MaxHerding"), "Rows that raise most how near each row has a labelled one.",
    "gain of summed kernel", FALSE, TRUE, FALSE, cover, ay_pick_maxherding },
  { "cluster_margin", N_ ("Cluster-margin"),
    "Rows of small margin, one from each of their clusters.",
    "1 - (p of the likeliest - p of the next)", TRUE, FALSE, FALSE, cluster_margin,
    ay_pick_cluster_margin },
  { "bait", N_ ("Variance reduction (BAIT)"),
    "Rows that leave least variance of the head on the pool, by the trace of its information.",
    "variance taken away", TRUE, TRUE, FALSE, NULL, ay_pick_bait },
  { "expected_influence", N_ ("Expected influence"),
    "Rows whose label is expected to change the pool's predictions most.",
    "expected squared influence", TRUE, TRUE, TRUE, ranked, ay_pick_expected_influence },
  { "mixture", N_ ("Even mixture"),
    "Random, margin, TypiClust and entropy in turn: what a teacher of the four must beat.",
    "that of the strategy whose turn it is", TRUE, FALSE, FALSE, NULL, ay_pick_mixture },
  { "policy", N_ ("Policy"),
    "Random, margin, TypiClust or entropy, as a policy trained on made data sets chooses.",
    "that of the strategy it chooses", TRUE, FALSE, FALSE, NULL, ay_pick_policy },
  { "hedge", N_ ("Hedge"), "Learns by each row's gain which of the four to take more rows from.",
    "that of the strategy that took the row", TRUE, FALSE, FALSE, NULL, NULL },
  { "exp4p", N_ ("EXP4.P"),
    "Learns, a row at a time, which of the four to follow; its regret is bounded.",
    "chance by which the row was drawn", TRUE, FALSE, FALSE, NULL, NULL },
};

const AyStrategy *
ay_strategies (guint *n)
{
  *n = G_N_ELEMENTS (table);
  return table;
}

const AyStrategy *
ay_strategy_find (const char *id)
{
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].id, id) == 0)
      return &table[i];
  return NULL;
}

static gboolean
set_count (guint *into, double number)
{
  if (!(number >= 1.0) || number > 1e6 || number != floor (number))
    return FALSE;
  *into = (guint) number;
  return TRUE;
}

gboolean
ay_strategy_options_set (AyStrategyOptions *self, const char *name, const char *value,
                         GError **error)
{
  const struct { const char *name; guint *into; } counts[] = {
    { "committee", &self->committee }, { "draws", &self->draws },
    { "candidates", &self->candidates }, { "switch_at", &self->switch_at },
    { "neighbours", &self->neighbours },
  };
  double number = NAN;
  gboolean is_number = ay_number_parse (value, strlen (value), &number);

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    if (strcmp (counts[i].name, name) == 0)
      {
        if (is_number && set_count (counts[i].into, number))
          return TRUE;
        g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                     N_ ("%s=%s: a whole number of at least 1 is wanted"), name, value);
        return FALSE;
      }
  if (strcmp (name, "clusters") == 0
      && (strcmp (value, "valid") == 0 || strcmp (value, "candidates") == 0))
    self->by_valid = *value == 'v';
  else if (strcmp (name, "balance") == 0
           && (strcmp (value, "yes") == 0 || strcmp (value, "no") == 0))
    self->balance = *value == 'y';
  else if (strcmp (name, "radius") == 0 && strcmp (value, "auto") == 0)
    self->radius = 0.0;
  else if (strcmp (name, "radius") == 0 && is_number && number > 0.0)
    self->radius = number;
  else if (strcmp (name, "beta") == 0 && is_number && number >= 0.0)
    self->beta = number;
  else
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("%s=%s: no such parameter of a strategy, or "
                       "not a value for it"),
                   name, value);
      return FALSE;
    }
  return TRUE;
}

gboolean
ay_strategy_pick (const AyStrategy *strategy, const AyPool *pool, gsize count, AyPick *picks,
                  AyJob *job, GError **error)
{
  const char *lacks = NULL;

  if (count < 1 || count > pool->n_pool)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%zu rows are wanted of a pool of %zu"),
                   count, pool->n_pool);
      return FALSE;
    }
  if (pool->n_classes < 2)
    lacks = "classes; the target is a number";
  else if (strategy->needs_head && pool->p == NULL)
    lacks = "a head: label some rows first";
  if (lacks != NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED, "%s needs %s", strategy->id, lacks);
      return FALSE;
    }
  if ((pool->cost != NULL && !strategy->takes_costs)
      || (pool->options.balance && !strategy->takes_balance))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED, N_ ("%s cannot take %s into account"),
                   strategy->id,
                   pool->cost != NULL && !strategy->takes_costs ? N_ ("costs")
                                                                : N_ ("class balance"));
      return FALSE;
    }
  if (strategy->run == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                   N_ ("%s learns from what its rows bring: simulate plays it"), strategy->id);
      return FALSE;
    }
  return strategy->run (pool, count, picks, job, error);
}
