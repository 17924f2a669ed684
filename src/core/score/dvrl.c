/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small network learns which rows to train on.
 *
 * It sees of a row its class and what a head of the validation rows says of it (probability of the
 * label, its logarithm, its lead), and gives the probability w_i that the row is chosen. In each
 * iteration a batch is drawn, rows of it are chosen by s_i ~ Bernoulli (w_i), and the head of all
 * rows makes a few gradient steps on the chosen; the reward is how much the loss on the validation
 * rows falls. REINFORCE: the network's weights move along (reward - baseline) sum (s_i - w_i) d
 * logit_i, the baseline and the scale of the reward being moving averages, by Adam (Kingma and Ba
 * 2015). The effect of one batch is noisy, so the whole is repeated with other seeds, and the
 * spread told. Cost: iterations x steps x batch x 4 C d flop a repeat, repeats side by side. */
#include "core/score/dvrl.h"

#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/stats.h"
#include "core/base/words.h"
#include "core/model/standardise.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

#define STREAM 71
#define HIDDEN 10
#define SEEN 3           /* inputs besides the class */
#define STEPS 5
#define STEP_SCALE 1.0   /* over d + 1: half of what keeps a step from overshooting */
#define RATE 0.01        /* of Adam */
#define KEEP 0.95        /* of the moving averages */
#define EDGE 0.05        /* choosing keeps this far from 0 and 1, or nothing more is learnt */
#define MOST_JUDGES 512

typedef struct
{
  const AyProblem *train, *valid;
  const AyHead *head;
  AyDvrlOptions options;
  guint n_classes, n_inputs, n_weights;
  gsize p;              /* d + 1 */
  double *inputs;       /* n x SEEN, standardised */
  double *theta;        /* n_classes x p, the head's */
  double *judges;       /* m x p */
  gint32 *judge_label;  /* m */
  gsize m;
  double loss;          /* of the head on the judges */
  double *chosen;       /* repeats x n */
  AyJob *job;
} Game;

/* --- the head --- */

static void
read_rows (const Game *self, const AyProblem *of, const guint32 *at, gsize count, double *z)
{
  gsize d = self->p - 1;
  g_autofree float *narrow = g_new (float, count * d + 1);
  g_autofree guint32 *rows = g_new (guint32, count + 1);

  for (gsize i = 0; i < count; i++)
    rows[i] = of->rows[at[i]];
  ay_standardise_block (of->features, rows, count, self->head->centre, self->head->inv_scale,
                        narrow);
  for (gsize i = 0; i < count; i++)
    {
      for (gsize j = 0; j < d; j++)
        z[i * self->p + j] = narrow[i * d + j];
      z[i * self->p + d] = 1.0;
    }
}

/* Logits to probabilities - y; returns the loss. */
static double
to_residual (double *z, guint n, gint32 y)
{
  double most = -HUGE_VAL, sum = 0.0, own = z[y];

  for (guint k = 0; k < n; k++)
    most = MAX (most, z[k]);
  for (guint k = 0; k < n; k++)
    sum += z[k] = exp (z[k] - most);
  for (guint k = 0; k < n; k++)
    z[k] = z[k] / sum - (k == (guint) y);
  return log (sum) + most - own;
}

static void
multiply (const Game *self, const double *theta, const double *z, gsize count, double *out)
{
  cblas_dgemm (CblasRowMajor, CblasNoTrans, CblasTrans, count, self->n_classes, self->p, 1.0, z,
               self->p, theta, self->p, 0.0, out, self->n_classes);
}

static double
loss_of (const Game *self, const double *theta, double *scratch)
{
  double sum = 0.0;

  multiply (self, theta, self->judges, self->m, scratch);
  for (gsize t = 0; t < self->m; t++)
    sum += to_residual (scratch + t * self->n_classes, self->n_classes, self->judge_label[t]);
  return sum / self->m;
}

/* --- the network: tanh layer, then a logit --- */

typedef struct
{
  double *w, *gradient, *first, *second; /* n_weights each; moments of Adam */
  guint step;
} Network;

static guint
n_weights (guint n_inputs)
{
  return HIDDEN * (n_inputs + 1) + HIDDEN + 1;
}

/* Inputs of a row: what is seen, and its class. hidden: HIDDEN. Returns the probability. */
static double
forward (const Game *self, const double *w, gsize i, double *hidden)
{
  const double *in = self->inputs + i * SEEN, *last = w + HIDDEN * (self->n_inputs + 1);
  double sum = last[HIDDEN];

  for (guint h = 0; h < HIDDEN; h++)
    {
      const double *row = w + h * (self->n_inputs + 1);
      double a = row[self->n_inputs] + row[SEEN + self->train->label[i]];

      for (guint k = 0; k < SEEN; k++)
        a += row[k] * in[k];
      hidden[h] = tanh (a);
      sum += last[h] * hidden[h];
    }
  return 1.0 / (1.0 + exp (-sum));
}

/* Adds d logit_i times `by` to the gradient. */
static void
backward (const Game *self, Network *net, gsize i, const double *hidden, double by)
{
  const double *in = self->inputs + i * SEEN, *last = net->w + HIDDEN * (self->n_inputs + 1);
  double *to_last = net->gradient + HIDDEN * (self->n_inputs + 1);

  to_last[HIDDEN] += by;
  for (guint h = 0; h < HIDDEN; h++)
    {
      double *row = net->gradient + h * (self->n_inputs + 1);
      double d = by * last[h] * (1.0 - hidden[h] * hidden[h]);

      to_last[h] += by * hidden[h];
      row[self->n_inputs] += d;
      row[SEEN + self->train->label[i]] += d;
      for (guint k = 0; k < SEEN; k++)
        row[k] += d * in[k];
    }
}

static void
climb (Network *net, guint n)
{
  net->step++;
  for (guint k = 0; k < n; k++)
    {
      double g = net->gradient[k];

      net->first[k] = 0.9 * net->first[k] + 0.1 * g;
      net->second[k] = 0.999 * net->second[k] + 0.001 * g * g;
      net->w[k] += RATE * net->first[k] / (1.0 - pow (0.9, net->step))
                   / (sqrt (net->second[k] / (1.0 - pow (0.999, net->step))) + 1e-8);
      net->gradient[k] = 0.0;
    }
}

/* --- a repeat --- */

typedef struct
{
  guint32 *at;                  /* batch: positions */
  double *w, *hidden;           /* batch, batch x HIDDEN */
  guint8 *chosen;               /* batch */
  double *z, *r, *theta, *judged; /* batch x p, batch x C, C x p, m x C */
} Room;

/* Steps of the head on the chosen rows of the batch; how much the judges' loss falls. */
static double
reward_of (const Game *self, Room *room, gsize count)
{
  gsize n = 0;
  guint n_classes = self->n_classes;
  g_autofree guint32 *at = g_new (guint32, count + 1);

  for (gsize i = 0; i < count; i++)
    if (room->chosen[i])
      at[n++] = room->at[i];
  if (n == 0)
    return 0.0;
  read_rows (self, self->train, at, n, room->z);
  memcpy (room->theta, self->theta, n_classes * self->p * sizeof (double));
  for (guint step = 0; step < STEPS; step++)
    {
      multiply (self, room->theta, room->z, n, room->r);
      for (gsize i = 0; i < n; i++)
        to_residual (room->r + i * n_classes, n_classes, self->train->label[at[i]]);
      cblas_dgemm (CblasRowMajor, CblasTrans, CblasNoTrans, n_classes, self->p, n,
                   -STEP_SCALE / self->p / n, room->r, n_classes, room->z, self->p, 1.0,
                   room->theta, self->p);
    }
  return self->loss - loss_of (self, room->theta, room->judged);
}

static void
iterate (const Game *self, Network *net, Room *room, AyRng *rng, double moving[2])
{
  gsize count = self->options.batch;
  double reward, advantage;

  for (gsize i = 0; i < count; i++)
    {
      room->at[i] = (guint32) ay_rng_below (rng, self->train->n);
      room->w[i] = forward (self, net->w, room->at[i], room->hidden + i * HIDDEN);
      room->chosen[i] = ay_rng_uniform (rng) < CLAMP (room->w[i], EDGE, 1.0 - EDGE);
    }
  reward = reward_of (self, room, count);
  if (net->step == 0)
    moving[0] = reward;
  advantage = reward - moving[0];
  moving[0] = KEEP * moving[0] + (1.0 - KEEP) * reward;
  moving[1] = net->step == 0 ? advantage * advantage
                             : KEEP * moving[1] + (1.0 - KEEP) * advantage * advantage;
  advantage /= sqrt (moving[1]) + 1e-12;
  for (gsize i = 0; i < count; i++)
    backward (self, net, room->at[i], room->hidden + i * HIDDEN,
              advantage * (room->chosen[i] - CLAMP (room->w[i], EDGE, 1.0 - EDGE)) / count);
  climb (net, self->n_weights);
}

static void
run_repeat (gsize repeat, guint worker, gpointer data)
{
  Game *self = data;
  gsize batch = self->options.batch, n = self->n_weights;
  g_autofree double *memory = g_new0 (double, 4 * n);
  g_autofree double *work = g_new (double, batch * (1 + HIDDEN + self->p + self->n_classes)
                                               + self->n_classes * (self->p + self->m));
  g_autofree guint32 *at = g_new (guint32, batch);
  g_autofree guint8 *chosen = g_new (guint8, batch);
  Network net = { memory, memory + n, memory + 2 * n, memory + 3 * n, 0 };
  Room room = { at, work, work + batch, chosen, NULL, NULL, NULL, NULL };
  double moving[2] = { 0.0, 0.0 }, hidden[HIDDEN];
  AyRng rng;

  room.z = room.hidden + batch * HIDDEN;
  room.r = room.z + batch * self->p;
  room.theta = room.r + batch * self->n_classes;
  room.judged = room.theta + self->n_classes * self->p;
  ay_rng_init (&rng, self->options.seed, STREAM + repeat);
  for (guint k = 0; k < n; k++)
    net.w[k] = 0.3 * ay_rng_normal (&rng);
  for (guint i = 0; i < self->options.iterations && !ay_job_is_cancelled (self->job); i++)
    iterate (self, &net, &room, &rng, moving);
  for (gsize i = 0; i < self->train->n; i++)
    self->chosen[repeat * self->train->n + i] = forward (self, net.w, i, hidden);
}

/* --- around it --- */

/* What a head of the validation rows says of the training rows. */
static gboolean
fill_inputs (Game *self, GError **error)
{
  AyHeadOptions options = AY_HEAD_OPTIONS_INIT;
  guint n = self->n_classes;
  g_autoptr (AyHead) head = NULL;
  g_autofree double *p = NULL;

  options.tolerance = 1e-6;
  head = ay_head_fit (self->valid, &options, self->head, self->job, error);
  p = head != NULL ? ay_try_alloc (self->train->n * n, sizeof (double), "the probabilities", error)
                   : NULL;
  if (p == NULL
      || !ay_head_predict (head, self->train->features, self->train->rows, self->train->n, p,
                           self->job, error))
    return FALSE;
  for (gsize i = 0; i < self->train->n; i++)
    {
      double *in = self->inputs + i * SEEN, other = 0.0, own = p[i * n + self->train->label[i]];

      for (guint k = 0; k < n; k++)
        if (k != (guint) self->train->label[i])
          other = MAX (other, p[i * n + k]);
      in[0] = own;
      in[1] = log (MAX (own, 1e-6));
      in[2] = own - other;
    }
  for (guint k = 0; k < SEEN; k++)
    {
      double mean = 0.0, square = 0.0;

      for (gsize i = 0; i < self->train->n; i++)
        mean += self->inputs[i * SEEN + k] / self->train->n;
      for (gsize i = 0; i < self->train->n; i++)
        square += pow (self->inputs[i * SEEN + k] - mean, 2.0) / self->train->n;
      for (gsize i = 0; i < self->train->n; i++)
        self->inputs[i * SEEN + k] = square > 0.0
                                         ? (self->inputs[i * SEEN + k] - mean) / sqrt (square)
                                         : 0.0;
    }
  return TRUE;
}

static gboolean
load_judges (Game *self, GError **error)
{
  g_autofree guint32 *at = NULL;
  g_autofree double *scratch = NULL;
  AyRng rng;

  self->m = MIN (self->valid->n, MOST_JUDGES);
  self->judges = ay_try_alloc (self->m * self->p, sizeof (double), "validation rows", error);
  if (self->judges == NULL)
    return FALSE;
  ay_rng_init (&rng, self->options.seed, STREAM - 1);
  at = ay_rng_sample (&rng, self->valid->n, self->m);
  read_rows (self, self->valid, at, self->m, self->judges);
  self->judge_label = g_new (gint32, self->m);
  for (gsize t = 0; t < self->m; t++)
    self->judge_label[t] = self->valid->label[at[t]];
  for (guint k = 0; k < self->n_classes; k++)
    {
      memcpy (self->theta + k * self->p, self->head->weights + k * (self->p - 1),
              (self->p - 1) * sizeof (double));
      self->theta[(k + 1) * self->p - 1] = self->head->intercept[k];
    }
  scratch = g_new (double, self->m * self->n_classes);
  self->loss = loss_of (self, self->theta, scratch);
  return TRUE;
}

static gboolean
has_two_classes (const AyProblem *problem)
{
  for (gsize i = 1; i < problem->n; i++)
    if (problem->label[i] != problem->label[0])
      return TRUE;
  return FALSE;
}

static void
summarise (const Game *self, AyDvrl *out)
{
  gsize n = out->n, repeats = self->options.repeats, pairs = 0;

  for (gsize i = 0; i < n; i++)
    {
      double sum = 0.0, square = 0.0;

      for (gsize r = 0; r < repeats; r++)
        sum += self->chosen[r * n + i] / repeats;
      for (gsize r = 0; r < repeats; r++)
        square += pow (self->chosen[r * n + i] - sum, 2.0);
      out->value[i] = sum;
      out->spread[i] = repeats > 1 ? sqrt (square / (repeats - 1.0)) : NAN;
    }
  out->agreement = repeats > 1 ? 0.0 : NAN;
  for (gsize r = 0; r < repeats; r++)
    for (gsize s = 0; s < r; s++, pairs++)
      out->agreement += ay_spearman (self->chosen + r * n, self->chosen + s * n, n);
  if (pairs > 0)
    out->agreement /= pairs;
}

static gboolean
play (Game *self, AyDvrl *out, GError **error)
{
  gsize n = self->train->n;

  self->inputs = ay_try_alloc (n * SEEN, sizeof (double), "what the network sees", error);
  self->theta = g_new (double, self->n_classes * self->p);
  self->chosen = self->inputs == NULL
                     ? NULL
                     : ay_try_alloc (self->options.repeats * n, sizeof (double), "the values",
                                      error);
  if (self->chosen == NULL || !fill_inputs (self, error) || !load_judges (self, error))
    return FALSE;
  ay_job_set_phase (self->job, "learning which rows to train on");
  if (!ay_parallel_for (self->options.repeats, run_repeat, self, self->job, error))
    return FALSE;
  summarise (self, out);
  return TRUE;
}

AyDvrl *
ay_dvrl_new (const AyProblem *train, const AyProblem *valid, const AyHead *head,
             const AyDvrlOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyDvrl) out = g_new0 (AyDvrl, 1);
  Game game = { .train = train, .valid = valid, .head = head, .options = *options,
                .n_classes = train->n_classes, .n_inputs = SEEN + train->n_classes,
                .n_weights = n_weights (SEEN + train->n_classes), .p = head->d + 1, .job = job };
  gboolean done;

  if (!has_two_classes (valid))
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                           N_ ("dvrl needs two classes among the validation rows"));
      return NULL;
    }
  out->n = train->n;
  out->value = ay_try_alloc (2 * train->n, sizeof (double), "the values", error);
  if (out->value == NULL)
    return NULL;
  out->spread = out->value + train->n;
  done = play (&game, out, error);
  g_free (game.inputs);
  g_free (game.theta);
  g_free (game.judges);
  g_free (game.judge_label);
  g_free (game.chosen);
  return done ? g_steal_pointer (&out) : NULL;
}

void
ay_dvrl_free (AyDvrl *self)
{
  if (self == NULL)
    return;
  g_free (self->value);
  g_free (self);
}
