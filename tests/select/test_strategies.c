/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/select/strategy.h"
#include "sets.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Every strategy picks what tests/reference/strategies_reference.py picks, batch by batch. */

#define ROWS 300
#define BATCH 10
#define ROUNDS 5
#define SEED 7
#define CLASSES 10

typedef struct
{
  Set set;
  float *z;
  AyMatrix *features;
  guint8 known[ROWS];
  guint32 labelled[ROWS], rest[ROWS];
  double p[ROWS * CLASSES];
  AyHeadOptions head_options;
  AyHead *head;
  AyPool pool;
} Case;

static void
case_clear (Case *self)
{
  set_clear (&self->set);
  ay_matrix_unref (self->features);
  ay_head_unref (self->head);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

/* The lists and the head after `known` changed. */
static void
case_refresh (Case *self, guint round)
{
  gint32 label[ROWS];
  gsize n = 0, m = 0;
  AyProblem problem = { .features = self->features, .rows = self->labelled, .label = label,
                        .n_classes = CLASSES };
  g_autoptr (GError) error = NULL;
  guint32 all[ROWS];

  for (guint32 i = 0; i < ROWS; i++)
    {
      all[i] = i;
      if (self->known[i])
        {
          label[n] = self->set.label[i];
          self->labelled[n++] = i;
        }
      else
        self->rest[m++] = i;
    }
  problem.n = n;
  g_clear_pointer (&self->head, ay_head_unref);
  self->head = ay_head_fit (&problem, &self->head_options, NULL, NULL, &error);
  g_assert_no_error (error);
  ay_head_predict (self->head, self->features, all, ROWS, self->p, NULL, &error);
  g_assert_no_error (error);
  self->pool.n_labelled = n;
  self->pool.n_pool = m;
  self->pool.head = self->head;
  self->pool.round = round;
}

/* Two labelled rows a class. */
static void
case_start (Case *self)
{
  guint count[CLASSES] = { 0 };

  for (gsize i = 0; i < ROWS; i++)
    self->known[i] = count[self->set.label[i]]++ < 2;
  case_refresh (self, 0);
}

static void
case_init (Case *self)
{
  const AyStrategyOptions options = AY_STRATEGY_OPTIONS_INIT;
  const AyHeadOptions head_options = AY_HEAD_OPTIONS_INIT;

  memset (self, 0, sizeof *self);
  self->set = set_digits ();
  self->z = g_new (float, ROWS * 64);
  ay_matrix_get_f32 (self->set.features, 0, ROWS, self->z);
  for (gsize k = 0; k < ROWS * 64; k++)
    self->z[k] /= 16.0f;
  self->features = ay_matrix_take_f32 (ROWS, 64, self->z);
  self->head_options = head_options;
  self->head_options.lambda = 1.0;
  self->head_options.standardise = FALSE;
  self->head_options.tolerance = 1e-10;
  self->pool = (AyPool) { .n = ROWS, .d = 64, .features = self->features, .z = self->z,
                          .labelled = self->labelled, .pool = self->rest,
                          .label = self->set.label, .n_classes = CLASSES, .p = self->p,
                          .head_options = &self->head_options, .seed = SEED, .options = options };
  case_start (self);
}

static JsonParser *
read_reference (void)
{
  g_autofree char *path
      = g_test_build_filename (G_TEST_DIST, "reference", "strategies.json", NULL);
  g_autoptr (GError) error = NULL;
  JsonParser *parser = json_parser_new ();

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  return parser;
}

static void
test_reference (gconstpointer data)
{
  const AyStrategy *strategy = data;
  g_autoptr (JsonParser) parser = read_reference ();
  JsonArray *rounds = json_object_get_array_member (
      json_node_get_object (json_parser_get_root (parser)), strategy->id);
  g_auto (Case) it;

  case_init (&it);
  for (guint round = 0; round < ROUNDS; round++)
    {
      JsonArray *expected = json_array_get_array_element (rounds, round);
      g_autoptr (GError) error = NULL;
      AyPick picks[BATCH];

      ay_strategy_pick (strategy, &it.pool, BATCH, picks, NULL, &error);
      g_assert_no_error (error);
      for (guint k = 0; k < BATCH; k++)
        {
          if (picks[k].position != json_array_get_int_element (expected, k))
            g_test_message ("round %u, pick %u", round, k);
          g_assert_cmpint (picks[k].position, ==, json_array_get_int_element (expected, k));
          it.known[picks[k].position] = 1;
        }
      case_refresh (&it, round + 1);
    }
}

/* Distinct rows of the pool, the same for one thread and two, also when all of it is taken. */
static void
test_all_of_the_pool (gconstpointer data)
{
  const AyStrategy *strategy = data;
  g_auto (Case) it;
  AyPick picks[2][ROWS];

  case_init (&it);
  for (guint threads = 1; threads <= 2; threads++)
    {
      g_autofree guint8 *seen = g_new0 (guint8, ROWS);
      g_autoptr (GError) error = NULL;

      ay_set_threads (threads);
      ay_strategy_pick (strategy, &it.pool, it.pool.n_pool, picks[threads - 1], NULL, &error);
      g_assert_no_error (error);
      for (gsize k = 0; k < it.pool.n_pool; k++)
        {
          guint32 at = picks[threads - 1][k].position;

          g_assert_false (it.known[at] || seen[at]);
          g_assert_cmpuint (at, ==, picks[0][k].position);
          seen[at] = 1;
        }
    }
  ay_set_threads (0);
}

/* Copies of one point: nothing to tell apart, and no strategy stumbles. */
static void
test_copies (gconstpointer data)
{
  const AyStrategy *strategy = data;
  g_autoptr (GError) error = NULL;
  g_auto (Case) it;
  AyPick picks[30];

  case_init (&it);
  for (gsize k = 64; k < ROWS * 64; k++)
    it.z[k] = it.z[k % 64];
  case_start (&it);
  g_assert_true (ay_strategy_pick (strategy, &it.pool, 30, picks, NULL, &error));
  g_assert_no_error (error);
  for (gsize k = 0; k < 30; k++)
    for (gsize j = 0; j < k; j++)
      g_assert_cmpuint (picks[k].position, !=, picks[j].position);
}

static void
test_costs_and_balance (void)
{
  g_auto (Case) it;
  g_autoptr (GError) error = NULL;
  double cost[ROWS];
  guint count[CLASSES] = { 0 };
  AyPick picks[2 * CLASSES];

  case_init (&it);
  for (gsize i = 0; i < ROWS; i++)
    cost[i] = i % 2 == 0 ? 1.0 : 1000.0;
  it.pool.cost = cost;
  ay_strategy_pick (ay_strategy_find ("margin"), &it.pool, 20, picks, NULL, &error);
  g_assert_no_error (error);
  for (gsize k = 0; k < 20; k++)
    g_assert_cmpuint (picks[k].position % 2, ==, 0);
  g_assert_false (ay_strategy_pick (ay_strategy_find ("badge"), &it.pool, 5, picks, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED);
  it.pool.cost = NULL;
  it.pool.options.balance = TRUE;
  g_clear_error (&error);
  ay_strategy_pick (ay_strategy_find ("margin"), &it.pool, 2 * CLASSES, picks, NULL, &error);
  g_assert_no_error (error);
  for (gsize k = 0; k < 2 * CLASSES; k++)
    {
      guint best = 0;

      for (guint c = 1; c < CLASSES; c++)
        if (it.p[picks[k].position * CLASSES + c] > it.p[picks[k].position * CLASSES + best])
          best = c;
      count[best]++;
    }
  for (guint c = 0; c < CLASSES; c++)
    g_assert_cmpuint (count[c], ==, 2);
}

/* The rows that picks stand for, against all distances. */
static void
test_stand_in (void)
{
  g_auto (Case) it;
  g_autoptr (GError) error = NULL;
  AyPick picks[BATCH];
  g_autofree guint32 *of = NULL;

  case_init (&it);
  ay_strategy_pick (ay_strategy_find ("typiclust"), &it.pool, BATCH, picks, NULL, &error);
  g_assert_no_error (error);
  of = ay_pool_stand_in (&it.pool, picks, BATCH, NULL, &error);
  g_assert_no_error (error);
  for (gsize i = 0; i < it.pool.n_pool; i++)
    {
      double least = G_MAXDOUBLE;
      guint32 best = G_MAXUINT32;

      for (gsize k = 0; k < it.pool.n_labelled + BATCH; k++)
        {
          gboolean known = k < it.pool.n_labelled;
          guint32 at = known ? it.labelled[k] : picks[k - it.pool.n_labelled].position;
          double sum = 0.0;

          for (gsize j = 0; j < 64; j++)
            {
              double e = it.z[at * 64 + j] - it.z[it.rest[i] * 64 + j];

              sum += e * e;
            }
          if (sum < least)
            {
              least = sum;
              best = known ? G_MAXUINT32 : (guint32) (k - it.pool.n_labelled);
            }
        }
      g_assert_cmpuint (of[i], ==, best);
    }
}

static void
test_options (void)
{
  AyStrategyOptions options = AY_STRATEGY_OPTIONS_INIT;
  const char *bad[][2] = { { "committee", "0" }, { "draws", "1.5" }, { "radius", "-1" },
                           { "balance", "maybe" }, { "nothing", "1" } };

  g_assert_true (ay_strategy_options_set (&options, "radius", "1.2", NULL));
  g_assert_cmpfloat (options.radius, ==, 1.2);
  for (gsize k = 0; k < G_N_ELEMENTS (bad); k++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (ay_strategy_options_set (&options, bad[k][0], bad[k][1], &error));
      g_assert_error (error, AY_ERROR, AY_ERROR_RANGE);
    }
}

int
main (int argc, char **argv)
{
  guint n;
  const AyStrategy *strategies;

  g_test_init (&argc, &argv, NULL);
  strategies = ay_strategies (&n);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *reference = g_strdup_printf ("/strategies/reference/%s", strategies[i].id);
      g_autofree char *all = g_strdup_printf ("/strategies/all/%s", strategies[i].id);
      g_autofree char *copies = g_strdup_printf ("/strategies/copies/%s", strategies[i].id);

      if (strategies[i].run == NULL) /* test_teacher.c */
        continue;
      g_test_add_data_func (reference, &strategies[i], test_reference);
      g_test_add_data_func (all, &strategies[i], test_all_of_the_pool);
      g_test_add_data_func (copies, &strategies[i], test_copies);
    }
  g_test_add_func ("/strategies/costs-and-balance", test_costs_and_balance);
  g_test_add_func ("/strategies/stand-in", test_stand_in);
  g_test_add_func ("/strategies/options", test_options);
  return g_test_run ();
}
