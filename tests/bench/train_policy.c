/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/select/simulate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Trains the policy of core/select/policy.h and prints its weights:
 *   train-policy [STEPS [SEED]] > src/core/select/policy_weights.inc
 *
 * Episodes are loops on made data sets alone: mixtures of Gaussians with several clusters a class,
 * of uneven sizes, spreads and labels, some of them wrong. A step plays one set: the policy,
 * exploring, and the even mixture on the same draws. REINFORCE: the return of a round is the area
 * of accuracy that the policy has over the mixture from there on, beside the mean of the step's
 * other loops at that round; Adam, a bonus on entropy. No data set that the policy is judged by is
 * among them. */

#define LOOPS 8
#define RATE 0.03
#define ENTROPY 0.003
#define N (AY_TEACHER_ARMS * AY_POLICY_CONTEXT)

typedef struct
{
  AyMatrix *features;
  guint32 *rows;
  gint32 *label;
  gsize n;
  guint n_classes;
} Made;

static void
made_clear (Made *self)
{
  ay_matrix_unref (self->features);
  g_free (self->rows);
  g_free (self->label);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Made, made_clear)

static guint
one_of (AyRng *rng, const guint *choices, guint n)
{
  return choices[ay_rng_below (rng, n)];
}

static guint
draw_by (AyRng *rng, const double *weight, guint n)
{
  double sum = 0.0, u;
  guint k = 0;

  for (guint i = 0; i < n; i++)
    sum += weight[i];
  u = ay_rng_uniform (rng) * sum;
  while (k + 1 < n && u >= weight[k])
    u -= weight[k++];
  return k;
}

/* A mixture: clusters of a class lie about its centre, more or less far apart. */
static Made
make (AyRng *rng)
{
  static const guint classes[] = { 2, 3, 5, 8, 10, 15 }, sizes[] = { 600, 800, 1200 };
  static const guint widths[] = { 8, 16, 32, 64 };
  Made self = { .n_classes = one_of (rng, classes, 6), .n = one_of (rng, sizes, 3) };
  gsize d = one_of (rng, widths, 4);
  guint per = 1 + (guint) ay_rng_below (rng, 4), k = per * self.n_classes;
  double apart = exp (log (0.6) + ay_rng_uniform (rng) * log (4.0)) / sqrt ((double) d / 8.0);
  double within = ay_rng_uniform (rng) * 1.5, uneven = ay_rng_uniform (rng);
  double wrong = ay_rng_uniform (rng) < 0.5 ? 0.0 : 0.1 * ay_rng_uniform (rng);
  g_autofree double *centre = g_new (double, k * d), *weight = g_new (double, k);
  g_autofree double *spread = g_new (double, k);
  float *x = g_new (float, self.n * d);

  for (guint c = 0; c < self.n_classes; c++)
    for (guint j = 0; j < per; j++)
      {
        weight[c * per + j] = exp (uneven * ay_rng_normal (rng));
        spread[c * per + j] = exp (0.4 * ay_rng_normal (rng));
        for (gsize f = 0; f < d; f++)
          centre[(c * per + j) * d + f] = (j == 0 ? 0.0 : centre[c * per * d + f])
                                          + apart * (j == 0 ? 1.0 : within) * ay_rng_normal (rng);
      }
  self.rows = g_new (guint32, self.n);
  self.label = g_new (gint32, self.n);
  for (gsize i = 0; i < self.n; i++)
    {
      /* forty rows a class at least, so that every class can start and be tested on */
      guint c = i < 40 * self.n_classes ? (guint) (i % self.n_classes) * per
                                                + (guint) ay_rng_below (rng, per)
                                        : draw_by (rng, weight, k);

      self.rows[i] = (guint32) i;
      self.label[i] = ay_rng_uniform (rng) < wrong ? (gint32) ay_rng_below (rng, self.n_classes)
                                                   : (gint32) (c / per);
      for (gsize f = 0; f < d; f++)
        x[i * d + f] = (float) (centre[c * d + f] + spread[c] * ay_rng_normal (rng));
    }
  self.features = ay_matrix_take_f32 (self.n, d, x);
  return self;
}

/* The step's gradient; returns the mean area over the mixture, NaN where the set would not play. */
static double
play (const AyPolicy *policy, AyRng *rng, AyPolicy *gradient)
{
  static const guint batches[] = { 5, 10, 20 };
  const AyStrategy *pair[] = { ay_strategy_find ("policy"), ay_strategy_find ("mixture") };
  AySimulateOptions options = AY_SIMULATE_OPTIONS_INIT;
  g_auto (Made) made = make (rng);
  AyProblem problem = { .features = made.features, .rows = made.rows, .label = made.label,
                        .n = made.n, .n_classes = made.n_classes };
  g_autoptr (AySimulation) s = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree double *to_go = NULL;
  double mean = 0.0, square = 0.0;

  options.batch = one_of (rng, batches, 3);
  options.rounds = (guint) (made.n * 7 / 10 - 2 * made.n_classes) / options.batch;
  options.rounds = MIN (options.rounds, 24);
  options.repeats = LOOPS;
  options.seed = ay_rng_below (rng, 1000000);
  options.policy = policy;
  s = ay_simulate (&problem, pair, 2, &options, NULL, &error);
  if (s == NULL)
    {
      g_printerr ("%s\n", error->message);
      return NAN;
    }
  to_go = g_new0 (double, LOOPS * (s->rounds + 1));
  for (guint l = 0; l < LOOPS; l++)
    for (guint r = s->rounds; r-- > 0;)
      to_go[l * (s->rounds + 1) + r]
          = to_go[l * (s->rounds + 1) + r + 1]
            + (ay_simulation_loop (s, 0, l)->accuracy[r + 1]
               - ay_simulation_loop (s, 1, l)->accuracy[r + 1]) / s->rounds;
  for (guint l = 0; l < LOOPS; l++)
    mean += to_go[l * (s->rounds + 1)] / LOOPS;
  for (guint l = 0; l < LOOPS; l++)
    square += pow (to_go[l * (s->rounds + 1)] - mean, 2.0) / (LOOPS - 1);
  for (guint r = 0; r < s->rounds; r++)
    {
      double at = 0.0;

      for (guint l = 0; l < LOOPS; l++)
        at += to_go[l * (s->rounds + 1) + r];
      for (guint l = 0; l < LOOPS; l++)
        {
          const AyTeacher *teacher = ay_simulation_loop (s, 0, l)->teacher;
          double mine = to_go[l * (s->rounds + 1) + r], others = (at - mine) / (LOOPS - 1);
          const double *p = teacher->weight + r * AY_TEACHER_ARMS;
          const double *context = teacher->context + r * AY_POLICY_CONTEXT;

          ay_policy_add_gradient (policy, context, teacher->arm[r],
                                  (mine - others) / (sqrt (square) + 1e-4) / LOOPS, gradient);
          for (guint k = 0; k < AY_TEACHER_ARMS; k++) /* of the entropy */
            ay_policy_add_gradient (policy, context, k, -ENTROPY * p[k] * (log (p[k]) + 1.0),
                                    gradient);
        }
    }
  return mean;
}

int
main (int argc, char **argv)
{
  guint steps = argc > 1 ? (guint) atoi (argv[1]) : 600;
  AyPolicy policy = { 0 };
  double m[N] = { 0 }, v[N] = { 0 }, ahead = 0.0;
  AyRng rng;

  ay_rng_init (&rng, argc > 2 ? (guint64) atoi (argv[2]) : 1, 0);
  for (guint step = 1; step <= steps; step++)
    {
      AyPolicy gradient = { 0 };
      double *w = &policy.weight[0][0], *g = &gradient.weight[0][0];
      double mean = play (&policy, &rng, &gradient), rate = RATE * (1.0 - (step - 1.0) / steps);

      ahead += isnan (mean) ? 0.0 : (mean - ahead) / MIN (step, 50);
      for (guint i = 0; i < N; i++)
        {
          m[i] = 0.9 * m[i] + 0.1 * g[i];
          v[i] = 0.99 * v[i] + 0.01 * g[i] * g[i];
          w[i] += rate * m[i] / (1.0 - pow (0.9, step))
                  / (sqrt (v[i] / (1.0 - pow (0.99, step))) + 1e-8);
        }
      if (step % 25 == 0)
        g_printerr ("%u: area over the even mixture, mean of the last 50 steps %+.4f\n", step,
                    ahead);
    }
  g_print ("/* Written by tests/bench/train_policy.c: an arm a line, in the order of "
           "ay_teacher_arms(). */\n");
  for (guint k = 0; k < AY_TEACHER_ARMS; k++)
    {
      g_print ("{");
      for (guint j = 0; j < AY_POLICY_CONTEXT; j++)
        g_print (" %.6f%s", policy.weight[k][j], j + 1 < AY_POLICY_CONTEXT ? "," : "");
      g_print (" },\n");
    }
  return 0;
}
