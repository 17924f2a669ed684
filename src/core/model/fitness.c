/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/model/fitness.h"

#include "core/base/words.h"
#include "core/model/nearest.h"

#include <math.h>
#include <string.h>

#define WEAK_SHARE 0.8   /* of the best reference */
#define TOO_MANY 0.15    /* labels doubted: then the head is to be doubted */
#define SEEN_MARGIN 0.05 /* train better than validation by this */
#define TOO_GOOD 0.999   /* R2 of what is hardly ever measured so well */
#define MUCH 0.1         /* of the largest weight */
#define MOST_NAMED 3

/* Accuracy on valid of always saying train's most frequent class. */
static double
majority_accuracy (const AyProblem *train, const AyProblem *valid)
{
  g_autofree double *count = g_new0 (double, train->n_classes);
  double right = 0.0, total = 0.0;
  gint32 most = 0;

  for (gsize i = 0; i < train->n; i++)
    count[train->label[i]] += ay_problem_weight (train, i);
  for (guint c = 1; c < train->n_classes; c++)
    if (count[c] > count[most])
      most = c;
  for (gsize i = 0; i < valid->n; i++)
    {
      total += ay_problem_weight (valid, i);
      right += valid->label[i] == most ? ay_problem_weight (valid, i) : 0.0;
    }
  return total > 0.0 ? right / total : NAN;
}

/* Accuracy on valid of the probabilities that came with the data; NaN without. */
static double
given_accuracy (const AyDataset *data, const AyProblem *valid)
{
  double right = 0.0, total = 0.0;
  g_autofree double *p = NULL;

  if (data->probabilities == NULL || valid->n_classes == 0)
    return NAN;
  p = g_new (double, valid->n_classes);
  for (gsize i = 0; i < valid->n; i++)
    {
      guint best = 0;

      ay_matrix_get_f64 (data->probabilities, valid->rows[i], 1, p);
      for (guint c = 1; c < valid->n_classes; c++)
        if (p[c] > p[best])
          best = c;
      total += ay_problem_weight (valid, i);
      right += (gint32) best == valid->label[i] ? ay_problem_weight (valid, i) : 0.0;
    }
  return total > 0.0 ? right / total : NAN;
}

static double
greater (double a, double b)
{
  return isnan (a) || b > a ? b : a;
}

/* "95.6 %" for a share, "0.81" for R2. (transfer full) */
static char *
figure (const AyHead *head, double value)
{
  if (isnan (value))
    return g_strdup (N_ ("unknown"));
  return head->n_classes > 0 ? g_strdup_printf ("%.1f %%", 100.0 * value)
                             : g_strdup_printf ("%.2f", value);
}

/* What a row's nearest neighbours get, how many were asked, and what the given predictions get.
 * (transfer full) */
static char *
say_others (const AyFitness *self, const AyHead *head, const AyNearest *nearest)
{
  gboolean sampled = nearest->n_queries < self->valid.n || nearest->n_rows < self->train.n;
  g_autofree char *near = figure (head, self->knn), *given = figure (head, self->reference);
  g_autofree char *asked
      = sampled ? g_strdup_printf (N_ ("%s (%zu of %zu rows asked about, %zu of %zu searched)"),
                                   near, nearest->n_queries, self->valid.n, nearest->n_rows,
                                   self->train.n)
                : g_steal_pointer (&near);

  return isnan (self->reference) ? g_steal_pointer (&asked)
                                 : g_strdup_printf (N_ ("%s, the given predictions %s"), asked,
                                                    given);
}

static char *
say (const AyFitness *self, const AyHead *head, const AyNearest *nearest)
{
  gboolean classes = head->n_classes > 0;
  g_autofree char *train = figure (head, self->train.accuracy);
  g_autofree char *valid = figure (head, self->valid.accuracy);
  g_autofree char *alone = figure (head, self->baseline);
  g_autofree char *others = say_others (self, head, nearest);

  if (self->valid.n == 0)
    return g_strdup_printf (classes ? N_ ("The head gets %s right on the %zu rows it was fitted "
                                          "to; there are no validation rows to judge it by.")
                                    : N_ ("The head has R2 %s on the %zu rows it was fitted to; "
                                          "there are no validation rows to judge it by."),
                            train, self->train.n);
  return g_strdup_printf (
      classes ? N_ ("The head gets %s right on %zu validation rows (on train %s); the most "
                    "frequent class alone %s, a row's %u nearest neighbours %s.")
              : N_ ("The head has R2 %s on %zu validation rows (on train %s); the mean alone %s, a "
                    "row's %u nearest neighbours %s."),
      valid, self->valid.n, train, alone, nearest->k, others);
}

/* The features of the largest weights, by size, which are of standardised features. NULL where they
 * have no names. (transfer full) */
static char *
name_tellers (const AyDataset *data, const AyHead *head)
{
  g_autoptr (GString) names = g_string_new (NULL);
  double largest = INFINITY, first = 0.0;

  if (data->feature_names == NULL || head->n_classes > 0)
    return NULL;
  for (guint k = 0; k < MOST_NAMED; k++)
    {
      gsize best = head->d;

      for (gsize j = 0; j < head->d; j++)
        if (fabs (head->weights[j]) < largest
            && (best == head->d || fabs (head->weights[j]) > fabs (head->weights[best])))
          best = j;
      if (best == head->d || fabs (head->weights[best]) < MUCH * first)
        break;
      largest = fabs (head->weights[best]);
      first = MAX (first, largest);
      g_string_append_printf (names, "%s\"%s\"", k > 0 ? ", " : "", data->feature_names[best]);
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
say_too_good (const AyFitness *self, GString *text)
{
  g_string_append_c (text, ' ');
  if (self->tellers == NULL)
    g_string_append (text, N_ ("It tells the target all but exactly: is the target made of "
                               "features?"));
  else
    g_string_append_printf (text, N_ ("It tells the target all but exactly, most of it by %s: is "
                                      "the target made of these features?"),
                            self->tellers);
}

/* weak, and the sentence of it. R2 is no share: there a head that is no better than the mean, whose
 * R2 is 0, is weak. */
static void
judge (AyFitness *self)
{
  double best = greater (greater (self->baseline, self->knn), self->reference);
  gboolean doubts = self->flagged > TOO_MANY;
  GString *text = g_string_new (self->figures);

  self->weak = doubts || (self->is_ridge && self->valid.accuracy <= 0.0)
               || (best > 0.0 && self->valid.accuracy < WEAK_SHARE * best);
  self->too_good = self->is_ridge && self->valid.accuracy > TOO_GOOD;
  self->may_have_seen = self->train.accuracy - self->valid.accuracy > SEEN_MARGIN;
  if (doubts)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text,
                              N_ ("Confident learning flags %.0f %% of %zu rows by it: this head "
                                  "is too weak to judge labels."),
                              100.0 * self->flagged, self->flagged_rows);
    }
  else if (self->weak)
    g_string_append_printf (text, " %s", N_ ("This head is too weak to judge labels."));
  if (self->may_have_seen)
    g_string_append_printf (text, " %s",
                            N_ ("It is more than 5 points better on train: the features may have "
                                "seen the labels, which hides errors."));
  if (self->too_good)
    say_too_good (self, text);
  g_free (self->sentence);
  self->sentence = g_string_free (text, FALSE);
}

void
ay_fitness_set_flagged (AyFitness *self, double share, gsize rows)
{
  self->flagged = share;
  self->flagged_rows = rows;
  judge (self);
}

AyFitness *
ay_fitness_new (const AyDataset *data, const AyHead *head, AyRanks *ranks, AyJob *job,
                GError **error)
{
  g_autoptr (AyOwnedProblem) train = ay_problem_of_split (data, AY_SPLIT_TRAIN);
  g_autoptr (AyOwnedProblem) valid = ay_problem_of_split (data, AY_SPLIT_VALID);
  g_autoptr (AyFitness) self = g_new0 (AyFitness, 1);
  AyNearestOptions options = AY_NEAREST_OPTIONS_INIT;
  AyNearest nearest;

  ay_job_set_phase (job, "judging the head");
  train->problem.ranks = valid->problem.ranks = ranks;
  if (!ay_head_evaluate (head, &train->problem, &self->train, job, error)
      || !ay_head_evaluate (head, &valid->problem, &self->valid, job, error)
      || !ay_nearest_judge (&train->problem, &valid->problem, head, &options, &nearest, job, error))
    return NULL;
  self->knn = nearest.accuracy;
  if (valid->problem.n == 0)
    self->baseline = NAN;
  else if (head->n_classes > 0)
    self->baseline = majority_accuracy (&train->problem, &valid->problem);
  self->reference = given_accuracy (data, &valid->problem);
  self->flagged = NAN;
  self->is_ridge = head->n_classes == 0;
  self->figures = say (self, head, &nearest);
  self->tellers = name_tellers (data, head);
  judge (self);
  return g_steal_pointer (&self);
}

void
ay_fitness_free (AyFitness *self)
{
  if (self == NULL)
    return;
  g_free (self->figures);
  g_free (self->tellers);
  g_free (self->sentence);
  g_free (self);
}
