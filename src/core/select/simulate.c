/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loops of selection on rows whose labels are known.
 *
 * A repeat draws, by its number and the seed alone, a test part by class and the rows to start
 * from, classes in turn; every strategy then plays the same repeat, so that differences between
 * them are paired. A round fits the head, from the round before, on the labelled rows; lambda (sum
 * form) and scales stay, the scales being those of the whole pool. A loop's points are copied once,
 * as the head sees them.
 *
 * Loops are the blocks of the parallel-for; what they call runs serially inside. Time: rounds x
 * (a warm fit + 2 n d K + the strategy); memory: 4 n d bytes a thread. */
#include "core/select/simulate.h"

#include "core/base/error.h"
#include "core/base/json_text.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/base/words.h"
#include "core/select/loop_state.h"

#include <math.h>
#include <string.h>

/* A repeat's parts: positions in the problem, ascending but for start. */
typedef struct
{
  guint32 *pool, *valid, *test, *start;
  gsize n_pool, n_valid, n_test, n_start;
} Draw;

static void
draw_clear (Draw *self)
{
  g_free (self->pool);
  g_free (self->valid);
  g_free (self->test);
  g_free (self->start);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Draw, draw_clear)

typedef struct
{
  const AyProblem *rows;
  AySimulation *out;
  AyJob *job;
  GError **errors; /* a loop each */
  gint done;       /* atomic */
} Run;

/* One loop at work. */
typedef struct
{
  const AyProblem *rows;
  const AySimulation *out;
  AyLoop *loop;
  Draw draw;
  AyLoopState state;
  AyMatrix *valid, *test;
  guint32 *judged_rows;  /* n_valid or n_test, the larger: 0, 1 ... */
  gint32 *valid_label, *test_label;
  guint32 *predicted, *before;
} Play;

static void
play_clear (Play *self)
{
  draw_clear (&self->draw);
  ay_loop_state_clear (&self->state);
  g_clear_pointer (&self->valid, ay_matrix_unref);
  g_clear_pointer (&self->test, ay_matrix_unref);
  g_free (self->judged_rows);
  g_free (self->valid_label);
  g_free (self->test_label);
  g_free (self->predicted);
  g_free (self->before);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Play, play_clear)

/* Rows that are drawn for validation and test. */
static gsize
count_test (const AyProblem *rows, double share)
{
  g_autofree gsize *count = g_new0 (gsize, MAX (rows->n_classes, 1));
  gsize n = 0;

  for (gsize i = 0; i < rows->n; i++)
    count[rows->label[i]]++;
  for (guint c = 0; c < rows->n_classes; c++)
    n += (gsize) floor (share * count[c] + 0.5);
  return n;
}

enum { IS_TEST = 1, IS_VALID };

/* The parts of a repeat. The order of each class is shuffled: its first rows are validation and
 * test, the next in turn with the other classes start, the others pool. */
static void
draw_parts (const AyProblem *rows, const AySimulateOptions *options, guint repeat, Draw *out)
{
  g_autofree guint32 *order = g_new (guint32, rows->n);
  g_autofree guint8 *test = g_new0 (guint8, rows->n);
  g_autofree gsize *at = g_new0 (gsize, rows->n_classes + 1), *end = NULL;
  g_autofree guint32 *place = g_new (guint32, rows->n);
  gsize n_all = count_test (rows, options->test_share), n_tested = 0, n_chosen = 0;
  AyRng rng;

  ay_rng_init (&rng, options->seed, repeat);
  for (gsize i = 0; i < rows->n; i++)
    at[rows->label[i] + 1]++;
  for (guint c = 0; c < rows->n_classes; c++)
    at[c + 1] += at[c];
  end = g_memdup2 (at, (rows->n_classes + 1) * sizeof *at);
  for (gsize i = 0; i < rows->n; i++)
    order[end[rows->label[i]]++] = (guint32) i;
  for (guint c = 0; c < rows->n_classes; c++)
    {
      gsize n = end[c] - at[c], n_test = (gsize) floor (options->test_share * n + 0.5), n_valid;

      /* of the classes so far, so that rounding does not add up */
      n_tested += n_test;
      n_valid = (gsize) floor ((double) options->valid * n_tested / MAX (n_all, 1) + 0.5)
                - n_chosen;
      ay_rng_shuffle (&rng, order + at[c], n);
      for (gsize k = 0; k < n_test; k++)
        test[order[at[c]++]] = k < n_valid ? IS_VALID : IS_TEST;
      n_chosen += MIN (n_valid, n_test);
    }
  out->pool = g_new (guint32, rows->n);
  out->valid = g_new (guint32, rows->n);
  out->test = g_new (guint32, rows->n);
  out->start = g_new (guint32, options->start);
  for (gsize i = 0; i < rows->n; i++)
    if (test[i] == IS_TEST)
      out->test[out->n_test++] = (guint32) i;
    else if (test[i] == IS_VALID)
      out->valid[out->n_valid++] = (guint32) i;
    else
      {
        place[i] = (guint32) out->n_pool;
        out->pool[out->n_pool++] = (guint32) i;
      }
  for (gsize turn = 0; out->n_start < options->start && turn < rows->n; turn++)
    for (guint c = 0; c < rows->n_classes && out->n_start < options->start; c++)
      if (at[c] + turn < end[c])
        out->start[out->n_start++] = place[order[at[c] + turn]];
}

/* Row numbers of positions in the problem. (transfer full) */
static guint32 *
rows_at (const AyProblem *rows, const guint32 *positions, gsize n)
{
  guint32 *at = g_new (guint32, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    at[i] = rows->rows[positions[i]];
  return at;
}

static gint32 *
labels_at (const AyProblem *rows, const guint32 *positions, gsize n)
{
  gint32 *label = g_new (gint32, MAX (n, 1));

  for (gsize i = 0; i < n; i++)
    label[i] = rows->label[positions[i]];
  return label;
}

static gboolean
play_init (Play *self, const Run *run, guint repeat, AyLoop *loop, GError **error)
{
  const AySimulateOptions *options = &run->out->options;
  g_autofree guint32 *pool = NULL, *valid = NULL, *test = NULL;
  g_autofree gint32 *label = NULL;
  gsize n, n_judged;

  self->rows = run->rows;
  self->out = run->out;
  self->loop = loop;
  draw_parts (run->rows, options, repeat, &self->draw);
  n = self->draw.n_pool;
  pool = rows_at (run->rows, self->draw.pool, n);
  valid = rows_at (run->rows, self->draw.valid, self->draw.n_valid);
  test = rows_at (run->rows, self->draw.test, self->draw.n_test);
  loop->judged = g_memdup2 (test, self->draw.n_test * sizeof *test);
  label = labels_at (run->rows, self->draw.pool, n);
  self->test_label = labels_at (run->rows, self->draw.test, self->draw.n_test);
  self->valid_label = labels_at (run->rows, self->draw.valid, self->draw.n_valid);
  n_judged = MAX (self->draw.n_test, self->draw.n_valid);
  self->judged_rows = g_new (guint32, MAX (n_judged, 1));
  for (gsize i = 0; i < n_judged; i++)
    self->judged_rows[i] = (guint32) i;
  self->predicted = g_new0 (guint32, n);
  self->before = g_new0 (guint32, n);
  self->state.distil = options->distil;
  if (!ay_loop_state_init (&self->state,
                           &(AyProblem) { .features = run->rows->features, .rows = pool, .n = n,
                                          .label = label, .n_classes = run->rows->n_classes },
                           &options->head, run->job, error))
    return FALSE;
  self->valid = ay_loop_state_scale (&self->state, run->rows->features, valid, self->draw.n_valid,
                                     error);
  if (self->valid != NULL)
    self->test = ay_loop_state_scale (&self->state, run->rows->features, test, self->draw.n_test,
                                      error);
  self->state.pool.seed = ay_loop_seed (options->seed, repeat);
  self->state.pool.options = options->strategy;
  return self->test != NULL;
}

/* Agreement of two predictions beyond chance (Cohen 1960), and the share that changed. */
static void
compare_predictions (Play *self, guint round)
{
  guint k = self->rows->n_classes;
  g_autofree double *a = g_new0 (double, k), *b = g_new0 (double, k);
  gsize n = self->draw.n_pool;
  double same = 0.0, chance = 0.0;

  for (gsize i = 0; i < n; i++)
    {
      a[self->before[i]] += 1.0 / n;
      b[self->predicted[i]] += 1.0 / n;
      same += self->before[i] == self->predicted[i] ? 1.0 / n : 0.0;
    }
  for (guint c = 0; c < k; c++)
    chance += a[c] * b[c];
  self->loop->kappa[round] = round == 0 ? NAN
                             : chance < 1.0 ? (same - chance) / (1.0 - chance) : 1.0;
  self->loop->change[round] = round == 0 ? NAN : 1.0 - same;
}

static void
look_at_pool (Play *self, guint round)
{
  guint k = self->rows->n_classes;
  double entropy = 0.0, doubt = 0.0;
  guint32 *swap = self->before;

  self->before = self->predicted;
  self->predicted = swap;
  for (gsize i = 0; i < self->draw.n_pool; i++)
    {
      const double *p = self->state.p + i * k;
      guint best = 0;

      for (guint c = 0; c < k; c++)
        {
          best = p[c] > p[best] ? c : best;
          if (!self->state.known[i] && p[c] > 0.0)
            entropy -= p[c] * log (p[c]);
        }
      self->predicted[i] = best;
      doubt += self->state.known[i] ? 0.0 : 1.0 - p[best];
    }
  self->loop->entropy[round] = entropy / (double) MAX (self->state.pool.n_pool, 1) / log (k);
  self->loop->remaining[round] = doubt / (double) MAX (self->state.pool.n_pool, 1);
  compare_predictions (self, round);
}

static gboolean
measure (Play *self, guint round, AyJob *job, GError **error)
{
  AyProblem test = { .features = self->test, .rows = self->judged_rows, .n = self->draw.n_test,
                     .label = self->test_label, .n_classes = self->rows->n_classes };
  AyFit fit;

  if (!ay_head_evaluate (self->state.head, &test, &fit, job, error))
    return FALSE;
  self->loop->accuracy[round] = fit.accuracy;
  self->loop->loss[round] = fit.loss;
  look_at_pool (self, round);
  return TRUE;
}

/* The logarithms of what the head says of the rows that may be taken. */
static void
keep_scores (Play *self, guint round)
{
  const AyPool *pool = &self->state.pool;
  guint k = pool->n_classes;
  guint32 *rows = g_new (guint32, pool->n_pool);
  float *logits = g_new (float, pool->n_pool * k);

  for (gsize i = 0; i < pool->n_pool; i++)
    {
      rows[i] = self->rows->rows[self->draw.pool[pool->pool[i]]];
      for (guint c = 0; c < k; c++)
        logits[i * k + c] = (float) log (MAX (self->state.p[(gsize) pool->pool[i] * k + c],
                                              1e-300));
    }
  self->loop->scored[round] = rows;
  self->loop->logits[round] = logits;
}

/* Picks, shows the labels, fits again; a teacher learns. round: the one that is taken, from 1. */
static gboolean
take (Play *self, const AyStrategy *strategy, guint round, AyPick *picks, gsize count, AyJob *job,
      GError **error)
{
  AyTeacher *teacher = self->loop->teacher;
  AyLoopState *state = &self->state;
  g_autoptr (AyHead) before = ay_head_ref (state->head);
  AyProblem valid = { .features = self->valid, .rows = self->judged_rows,
                      .n = self->draw.n_valid, .label = self->valid_label,
                      .n_classes = self->rows->n_classes };
  AyProblem known;

  if (!(teacher != NULL
            ? ay_teacher_pick (teacher, &state->pool, round - 1, count, picks, job, error)
            : ay_strategy_pick (strategy, &state->pool, count, picks, job, error)))
    return FALSE;
  for (gsize k = 0; k < count; k++)
    state->known[picks[k].position] = 1;
  if (!ay_loop_state_refit (state, round, job, error))
    return FALSE;
  known = (AyProblem) { .features = state->features, .rows = state->labelled,
                        .n = state->pool.n_labelled, .label = state->known_label,
                        .n_classes = self->rows->n_classes };
  return teacher == NULL
         || ay_teacher_learn (teacher, &(AyLesson) { &state->pool, before, &known, &valid, picks,
                                                     count }, round - 1, job, error);
}

static AyTeacher *
teacher_of (const Play *self, const AyStrategy *strategy)
{
  static const struct { const char *id; AyTeacherKind kind; } known[] = {
    { "exp4p", AY_TEACHER_EXP4P }, { "hedge", AY_TEACHER_HEDGE }, { "policy", AY_TEACHER_POLICY },
  };
  const AySimulateOptions *options = &self->out->options;

  for (gsize k = 0; k < G_N_ELEMENTS (known); k++)
    if (strcmp (known[k].id, strategy->id) == 0)
      return ay_teacher_new (&(AyTeacherOptions) {
          .kind = known[k].kind, .rounds = self->out->rounds, .batch = self->out->batch,
          .n_points = self->draw.n_pool, .seed = self->state.pool.seed,
          .policy = options->policy, .explore = options->policy != NULL });
  return NULL;
}

static gboolean
play_start (Play *self, const AyStrategy *strategy, AyJob *job, GError **error)
{
  self->loop->teacher = teacher_of (self, strategy);
  for (gsize k = 0; k < self->draw.n_start; k++)
    {
      self->state.known[self->draw.start[k]] = 1;
      self->loop->start[k] = self->rows->rows[self->draw.pool[self->draw.start[k]]];
    }
  return ay_loop_state_refit (&self->state, 0, job, error) && measure (self, 0, job, error);
}

static gboolean
play (Play *self, const AyStrategy *strategy, AyJob *job, GError **error)
{
  guint batch = self->out->batch, step = batch;
  g_autofree AyPick *picks = g_new (AyPick, batch);

  if (!play_start (self, strategy, job, error))
    return FALSE;
  if (self->loop->teacher != NULL && ay_teacher_one_by_one (self->loop->teacher))
    step = 1;
  for (guint round = 1; round <= self->out->rounds; round++)
    {
      gsize first = (gsize) (round - 1) * batch;

      if (self->loop->scored != NULL)
        keep_scores (self, round - 1);
      for (guint k = 0; k < batch; k += step)
        if (!take (self, strategy, round, picks + k, step, job, error))
          return FALSE;
      for (guint k = 0; k < batch; k++)
        {
          self->loop->taken[first + k] = self->rows->rows[self->draw.pool[picks[k].position]];
          self->loop->value[first + k] = picks[k].value;
        }
      if (!measure (self, round, job, error))
        return FALSE;
    }
  return TRUE;
}

static void
run_loop (gsize block, guint worker, gpointer data)
{
  Run *run = data;
  AySimulation *out = run->out;
  /* repeats of a strategy lie side by side; all strategies of a repeat are taken in turn */
  guint strategy = block % out->n_strategies, repeat = block / out->n_strategies;
  gsize at = (gsize) strategy * out->repeats + repeat;
  g_auto (Play) self = { 0 };
  gint64 begun = g_get_monotonic_time ();

  if (play_init (&self, run, repeat, &out->loops[at], &run->errors[at])
      && play (&self, out->strategies[strategy], run->job, &run->errors[at]))
    out->loops[at].seconds = (g_get_monotonic_time () - begun) / 1e6;
  ay_job_set_fraction (run->job, (g_atomic_int_add (&run->done, 1) + 1.0)
                                     / (out->n_strategies * out->repeats));
}

static gboolean
check (const AyProblem *rows, const AySimulateOptions *options, GError **error)
{
  gsize n_test;

  if (rows->n_classes < 2 || rows->label == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                   N_ ("a simulation needs classes; the target is a number"));
      return FALSE;
    }
  n_test = count_test (rows, options->test_share);
  if (!(options->test_share > 0.0) || !(options->test_share < 1.0) || options->batch < 1
      || options->rounds < 1 || options->repeats < 1 || n_test == 0)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                 N_ ("batch, rounds and repeats are at least 1, the test share between 0 and 1"));
  else if (options->valid >= n_test)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                 N_ ("%u validation rows are wanted of the %zu that are drawn for test"),
                 options->valid, n_test);
  else if (options->start < rows->n_classes)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                 N_ ("start %u: a simulation starts with a row of each of the %u classes at least"),
                 options->start, rows->n_classes);
  else if (options->start + (gsize) options->batch * options->rounds > rows->n - n_test)
    g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                 N_ ("%u + %u x %u labels are more than the %zu rows of the pool"), options->start,
                 options->rounds, options->batch, rows->n - n_test);
  else
    return TRUE;
  return FALSE;
}

static AySimulation *
simulation_new (const AyStrategy *const *strategies, guint n_strategies,
                const AySimulateOptions *options, guint n_classes)
{
  AySimulation *self = g_new0 (AySimulation, 1);
  gsize n = (gsize) options->rounds * options->batch, m = options->rounds + 1;

  self->options = *options;
  self->n_strategies = n_strategies;
  self->n_start = options->start;
  self->batch = options->batch;
  self->rounds = options->rounds;
  self->repeats = options->repeats;
  self->n_classes = n_classes;
  self->strategies = g_memdup2 (strategies, n_strategies * sizeof *strategies);
  self->loops = g_new0 (AyLoop, (gsize) n_strategies * options->repeats);
  for (gsize k = 0; k < (gsize) n_strategies * options->repeats; k++)
    {
      AyLoop *loop = &self->loops[k];
      double **each[] = { &loop->accuracy, &loop->loss,    &loop->kappa,
                          &loop->change,   &loop->entropy, &loop->remaining };

      loop->start = g_new0 (guint32, options->start);
      loop->taken = g_new0 (guint32, n);
      loop->value = g_new0 (double, n);
      for (gsize j = 0; j < G_N_ELEMENTS (each); j++)
        *each[j] = g_new0 (double, m);
      loop->scored = options->keep_scores ? g_new0 (guint32 *, m) : NULL;
      loop->logits = options->keep_scores ? g_new0 (float *, m) : NULL;
    }
  return self;
}

void
ay_simulation_free (AySimulation *self)
{
  if (self == NULL)
    return;
  for (gsize k = 0; k < (gsize) self->n_strategies * self->repeats; k++)
    {
      AyLoop *loop = &self->loops[k];
      gpointer each[] = { loop->start,    loop->taken, loop->value, loop->judged,
                          loop->accuracy, loop->loss,  loop->kappa, loop->change,
                          loop->entropy,  loop->remaining };

      for (guint r = 0; loop->scored != NULL && r < self->rounds; r++)
        {
          g_free (loop->scored[r]);
          g_free (loop->logits[r]);
        }
      g_free (loop->scored);
      g_free (loop->logits);
      for (gsize j = 0; j < G_N_ELEMENTS (each); j++)
        g_free (each[j]);
      ay_teacher_free (loop->teacher);
    }
  g_free (self->loops);
  g_free (self->strategies);
  g_free (self);
}

AySimulation *
ay_simulate (const AyProblem *rows, const AyStrategy *const *strategies, guint n_strategies,
             const AySimulateOptions *options, AyJob *job, GError **error)
{
  AySimulateOptions settled = *options;
  gsize n_loops = (gsize) n_strategies * options->repeats;
  g_autoptr (AySimulation) out = NULL;
  g_autofree GError **errors = g_new0 (GError *, MAX (n_loops, 1));
  Run run = { rows, NULL, job, errors, 0 };
  gboolean ok;

  if (settled.start == 0)
    settled.start = 2 * rows->n_classes;
  for (guint k = 0; k < n_strategies && settled.valid == 0 && rows->label != NULL; k++)
    if (strcmp (strategies[k]->id, "hedge") == 0 || strcmp (strategies[k]->id, "policy") == 0)
      settled.valid = (guint) MIN (AY_TEACHER_VALID, count_test (rows, settled.test_share) / 2);
  settled.head = ay_loop_head_options (&settled.head);
  if (!check (rows, &settled, error))
    return NULL;
  run.out = out = simulation_new (strategies, n_strategies, &settled, rows->n_classes);
  ay_job_set_phase (job, "simulating");
  ok = ay_parallel_for (n_loops, run_loop, &run, job, error);
  for (gsize k = 0; k < n_loops; k++)
    if (errors[k] != NULL && ok)
      {
        g_propagate_error (error, errors[k]);
        ok = FALSE;
      }
    else
      g_clear_error (&errors[k]);
  if (!ok)
    return NULL;
  {
    g_auto (Draw) draw = { 0 };

    draw_parts (rows, &settled, 0, &draw);
    out->n_pool = draw.n_pool;
    out->n_valid = draw.n_valid;
    out->n_test = draw.n_test;
  }
  return g_steal_pointer (&out);
}

static char *
options_of (const AySimulation *self, const AyLoop *loop, guint repeat)
{
  const AyHeadOptions *head = &self->options.head;
  JsonObject *object = json_object_new ();
  JsonArray *judged = json_array_new ();
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);

  json_object_unref (object);
  json_object_set_double_member (object, "lambda", head->lambda);
  json_object_set_boolean_member (object, "standardise", head->standardise);
  json_object_set_double_member (object, "scale", head->scale);
  json_object_set_int_member (object, "repeat", repeat);
  json_object_set_boolean_member (object, "distilled", self->options.distil);
  for (gsize i = 0; i < self->n_test; i++)
    json_array_add_int_element (judged, loop->judged[i]);
  json_object_set_array_member (object, "judged", judged);
  return ay_json_to_text (node, FALSE);
}

/* What the teacher thought of its arms as the round began, and what it earned. */
static void
add_teaching (GArray *metrics, const AyTeacher *teacher, guint round)
{
  for (guint k = 0; k < teacher->n_arms; k++)
    {
      g_autofree char *name = g_strdup_printf ("arm_%s", ay_teacher_arms ()[k]->id);

      ay_metrics_set (metrics, name, teacher->weight[round * teacher->n_arms + k]);
    }
  if (!isnan (teacher->reward[round]))
    ay_metrics_set (metrics, "reward", teacher->reward[round]);
}

AyHistory *
ay_simulation_history (const AySimulation *self, guint strategy, guint repeat, gsize n_rows)
{
  const AyLoop *loop = ay_simulation_loop (self, strategy, repeat);
  const char *id = self->strategies[strategy]->id;
  g_autofree char *name = g_strdup_printf ("simulated %s %u", id, repeat + 1);
  AyHistory *history = ay_history_new (name, "simulate", n_rows);

  history->has_seed = TRUE;
  history->seed = self->options.seed;
  history->options = options_of (self, loop, repeat);
  ay_history_set_start (history, loop->start, self->n_start);
  for (guint round = 0; round <= self->rounds; round++)
    {
      GArray *metrics = history->start_metrics;

      if (round > 0)
        {
          gsize first = (gsize) (round - 1) * self->batch;
          AyRound *one = ay_history_add_round (history, round, self->batch);

          one->strategy = g_strdup (id);
          memcpy (one->row, loop->taken + first, self->batch * sizeof *one->row);
          memcpy (ay_round_need_score (one), loop->value + first, self->batch * sizeof (double));
          metrics = one->metrics;
          if (loop->scored != NULL)
            {
              gsize n = self->n_pool - ay_simulation_labels (self, round - 1);
              AyScored *scored = ay_round_need_scored (one, AY_SCORED_LOGITS, n, self->n_classes);

              memcpy (scored->row, loop->scored[round - 1], n * sizeof *scored->row);
              memcpy (scored->values, loop->logits[round - 1],
                      n * self->n_classes * sizeof (float));
            }
        }
      ay_metrics_set (metrics, "accuracy", loop->accuracy[round]);
      ay_metrics_set (metrics, "loss", loop->loss[round]);
      if (round > 0 && loop->teacher != NULL)
        add_teaching (metrics, loop->teacher, round - 1);
    }
  return history;
}
