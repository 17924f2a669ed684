/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/work_owners.h"

#include "core/base/error.h"
#include "core/base/fnv.h"
#include "core/model/owners_products.h"
#include "core/score/influence.h"
#include "core/work/rank_stages.h"
#include "core/work/work_private.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define MOST_OWNERS 64
#define MAX_ROUNDS 50
#define NOISY_ROUNDS 8

gboolean
ay_owners_can_score (const char *id)
{
  static const char *const able[] = { "influence", "loo", "self_influence", NULL };

  return g_strv_contains (able, id);
}

/* --- what is refused --- */

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error_literal (error, AY_ERROR, AY_ERROR_UNSUPPORTED, text);
  return FALSE;
}

static gboolean
check_ids (const AyOwnersRun *run, GError **error)
{
  for (const char *const *id = run->ids; *id != NULL; id++)
    if (!ay_owners_can_score (*id))
      {
        g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                     "%s is refused among owners: %s", *id,
                     g_str_has_prefix (*id, "knn_") || strcmp (*id, "redundant") == 0
                             || strcmp (*id, "group") == 0
                         ? "it compares rows of one owner with those of others"
                         : "it needs more of the rows than sums");
        return FALSE;
      }
  return TRUE;
}

static gboolean
check (const AyOwnersRun *run, GError **error)
{
  static const char *const refused[] = { "slice", "of", "refit_above", "max_refits" };

  if (!check_ids (run, error))
    return FALSE;
  for (gsize k = 0; k < G_N_ELEMENTS (refused) && run->parameters != NULL; k++)
    if (g_hash_table_contains (run->parameters, refused[k]))
      {
        g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED, "%s= is refused among owners",
                     refused[k]);
        return FALSE;
      }
  if (run->ranks != NULL && run->ranks->size > MOST_OWNERS)
    return refuse (error, "up to 64 owners");
  if (run->load->weight != NULL)
    return refuse (error, "weights are refused among owners: a heavy row stands out of its sum");
  if (run->load->valid_features == NULL || run->load->valid_label == NULL)
    return refuse (error, "owners judge by one validation set that all of them hold: name it with "
                          "--valid-features and --valid-label");
  if (run->rules.noise > 0.0 && !(run->clip > 0.0))
    return refuse (error, "noise bounds what a row tells only where rows are clipped: give --clip");
  if (run->rules.noise > 0.0 && run->load->target != NULL && !(run->clip_target > 0.0))
    return refuse (error, "noise needs targets that are clipped: give --clip-target");
  return run->path == NULL || ay_work_is_free (run->path, error);
}

/* --- clipping --- */

/* Every row divided by the bound, at most 1 long then. */
static AyMatrix *
clipped (const AyMatrix *from, double bound, GError **error)
{
  gsize n = ay_matrix_rows (from), d = ay_matrix_cols (from);
  float *x = ay_try_alloc (MAX (n * d, 1), sizeof (float), "the clipped rows", error);

  if (x == NULL)
    return NULL;
  for (gsize i = 0; i < n; i++)
    {
      float *row = x + i * d;
      double square = 0.0, scale;

      ay_matrix_get_f32 (from, i, 1, row);
      for (gsize j = 0; j < d; j++)
        square += (double) row[j] * row[j];
      /* a little shorter, for what rounding to float adds */
      scale = (1.0 - 1e-6) / MAX (bound, sqrt (square));
      for (gsize j = 0; j < d; j++)
        row[j] = (float) (row[j] * scale);
    }
  return ay_matrix_take_f32 (n, d, x);
}

/* The data is this run's own still. */
static gboolean
clip (AyDataset *data, const AyOwnersRun *run, GError **error)
{
  AyMatrix *features = run->clip > 0.0 ? clipped (data->features, run->clip, error) : NULL;

  if (run->clip > 0.0 && features == NULL)
    return FALSE;
  if (features != NULL)
    {
      ay_matrix_unref (data->features);
      data->features = features;
    }
  for (gsize i = 0; i < data->n && data->target != NULL && run->clip_target > 0.0; i++)
    if (!isnan (data->target[i]))
      data->target[i] = CLAMP (data->target[i] / run->clip_target, -1.0, 1.0);
  return TRUE;
}

/* --- what all must have alike --- */

static guint64
hash_text (guint64 h, const char *text)
{
  return ay_fnv (h, text, strlen (text) + 1);
}

static guint64
hash_valid (const AyDataset *data)
{
  gsize d = ay_matrix_cols (data->features);
  g_autofree double *x = g_new (double, d + 1);
  guint64 h = 1;

  for (gsize i = 0; i < data->n; i++)
    {
      if (data->split[i] != AY_SPLIT_VALID)
        continue;
      ay_matrix_get_f64 (data->features, i, 1, x);
      h = ay_fnv (h, x, d * sizeof *x);
      h = data->label != NULL ? ay_fnv (h, data->label + i, sizeof *data->label)
                              : ay_fnv (h, data->target + i, sizeof *data->target);
    }
  return h;
}

static guint64
hash_options (const AyOwnersRun *run, const AyWork *work, const char *more)
{
  const AyHeadOptions *o = &work->head_options;
  double numbers[] = { o->lambda, o->lambda_mean, o->scale, o->tolerance, o->standardise,
                       work->target_kind, run->rules.noise, run->rules.delta,
                       (double) run->rules.least_rows, (double) run->rules.per_feature, run->clip,
                       run->clip_target, run->max_rounds, run->sites, run->seed,
                       (double) run->most_dense };
  g_autofree char *parameters = ay_stages_parameters (run->parameters);
  guint64 h = hash_text (ay_fnv (1, numbers, sizeof numbers), more);

  for (const char *const *id = run->ids; *id != NULL; id++)
    h = hash_text (h, *id);
  return hash_text (h, parameters);
}

/* Of facts and this owner's rows: what its results depend on. */
static guint64
hash_asked (const AyOwnersResult *out, const guint64 *facts, gsize n)
{
  const AyDataset *data = out->work->data;
  guint64 h = ay_fnv (out->gate->size, facts, n * sizeof *facts);

  h = ay_fnv (h, out->identity, data->n * sizeof *out->identity);
  h = ay_fnv (h, data->split, data->n * sizeof *data->split);
  return data->label != NULL ? ay_fnv (h, data->label, data->n * sizeof *data->label) : h;
}

/* Then they know from which stage they go on. */
static gboolean
agree (const AyOwnersRun *run, const char *more, AyOwnersResult *out, GError **error)
{
  static const char *const names[] = { "feature columns", "names of columns", "classes",
                                       "class names (the validation set must have a row of each)",
                                       "validation rows", "options", "--resume" };
  const AyDataset *data = out->work->data;
  g_autofree char *path = run->record != NULL ? g_strconcat (run->record, ".begun", NULL) : NULL;
  guint64 facts[G_N_ELEMENTS (names)] = { ay_matrix_cols (data->features), 1, data->n_classes, 1,
                                          hash_valid (data),
                                          hash_options (run, out->work, more), run->resume };

  for (char **name = data->feature_names; name != NULL && *name != NULL; name++)
    facts[1] = hash_text (facts[1], *name);
  for (guint c = 0; c < data->n_classes; c++)
    facts[3] = hash_text (facts[3], data->class_names[c]);
  /* the last fact is how the run is begun, not what it is asked */
  out->stages = ay_owner_stages_new (path, hash_asked (out, facts, G_N_ELEMENTS (facts) - 1),
                                     run->resume, error);
  return out->stages != NULL
         && ay_release_agree (out->gate, names, facts, G_N_ELEMENTS (names), error)
         && ay_owner_stages_agree (out->stages, out->gate, error);
}

/* Clipped rows stay as they are: what standardising would take is not bounded. (transfer full) */
static GHashTable *
parameters_of (const AyOwnersRun *run, GError **error)
{
  g_autoptr (GHashTable) all = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer name, value;

  if (run->parameters != NULL)
    g_hash_table_iter_init (&iter, run->parameters);
  while (run->parameters != NULL && g_hash_table_iter_next (&iter, &name, &value))
    g_hash_table_insert (all, name, value);
  if (!(run->clip > 0.0))
    return g_steal_pointer (&all);
  if (g_hash_table_contains (all, "standardise") || g_hash_table_contains (all, "scale"))
    {
      refuse (error, "clipped rows are not standardised, nor scaled");
      return NULL;
    }
  g_hash_table_insert (all, (gpointer) "standardise", (gpointer) "no");
  return g_steal_pointer (&all);
}

gboolean
ay_owners_begin (const AyOwnersRun *run, const char *more, AyOwnersResult *out, AyJob *job,
                 GError **error)
{
  g_autoptr (GHashTable) parameters = NULL;

  if (!check (run, error))
    return FALSE;
  ay_ranks_set_stage (run->ranks, "data");
  parameters = parameters_of (run, error);
  out->work = parameters != NULL ? ay_work_load_new (run->load, NULL, job, error) : NULL;
  if (out->work == NULL)
    return FALSE;
  out->identity = ay_row_identities (out->work->data->features, NULL, out->work->data->n,
                                     out->work->data->target);
  if (!clip (out->work->data, run, error)
      || ay_work_prepare_scores (out->work, run->ids, parameters, run->seed, job, error) == NULL)
    return FALSE;
  out->gate = ay_release_new (run->ranks, &run->rules, run->record);
  return agree (run, more, out, error);
}

guint
ay_owners_rounds (const AyOwnersRun *run)
{
  if (run->max_rounds > 0)
    return run->max_rounds;
  return run->rules.noise > 0.0 ? NOISY_ROUNDS : MAX_ROUNDS;
}

gboolean
ay_owners_rows (AyOwnersResult *self, const AyProblem *own, const guint32 *rows, GError **error)
{
  g_autofree AyRowIdentity *identity = g_new (AyRowIdentity, MAX (own->n, 1));

  for (gsize i = 0; i < own->n; i++)
    identity[i] = self->identity[rows[i]];
  return ay_release_rows (self->gate, own, identity, error);
}

/* What is known of a head of so many parameters is no Hessian. */
static gboolean
check_parameters (const AyOwnersRun *run, const AyWork *work, GError **error)
{
  gsize p = (ay_matrix_cols (work->data->features) + 1) * MAX (work->data->n_classes, 1);
  gsize most = ay_owners_most_dense (run->most_dense);

  for (const char *const *id = run->ids; *id != NULL && p > most; id++)
    if (strcmp (*id, "influence") != 0)
      {
        g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                     "%s of %zu parameters is refused among owners: it needs their Hessian, which "
                     "is sent up to %zu (influence does without)", *id, p, most);
        return FALSE;
      }
    else if (run->rules.noise > 0.0)
      return refuse (error, "influence of so many parameters needs some hundred products of the "
                            "owners' Hessian, each of which would cost privacy: not with noise");
  return TRUE;
}

/* --- the whole --- */

AyOwnersFit *
ay_owners_head (AyOwnersResult *self, const AyOwnersOptions *options, AyJob *job, GError **error)
{
  g_autoptr (AyOwnersFit) fit = NULL;

  if (ay_owner_stages_has (self->stages, AY_OWNER_STAGE_HEAD))
    return ay_owner_stages_fit (self->stages, self->gate, error);
  fit = ay_owners_fit (self->gate, options, job, error);
  return fit != NULL && ay_owner_stages_keep_fit (self->stages, fit, self->gate, error)
             ? g_steal_pointer (&fit)
             : NULL;
}

static gboolean
value_sites (AyOwnersResult *out, const AyOwnersFit *fit, const AyProblem *valid, AyJob *job,
             GError **error)
{
  if (ay_owner_stages_has (out->stages, AY_OWNER_STAGE_SITES))
    {
      out->sites = ay_owner_stages_sites (out->stages, out->gate, error);
      return out->sites != NULL;
    }
  out->sites = ay_site_values_new (out->gate, fit, valid, MAX_ROUNDS, job, error);
  return out->sites != NULL && ay_owner_stages_keep_sites (out->stages, out->sites, error);
}

static gboolean
fit_head (const AyOwnersRun *run, AyOwnersResult *out, AyOwnersFit **fit, AyJob *job,
          GError **error)
{
  AyWork *work = out->work;
  gsize d = ay_matrix_cols (work->data->features);
  g_autofree float *scaling = run->clip > 0.0 ? g_new0 (float, 2 * d + 1) : NULL;
  AyOwnersOptions options = { .head = &work->head_options, .scaling = scaling,
                              .max_rounds = ay_owners_rounds (run),
                              .most_dense = run->most_dense };
  g_autoptr (AyOwnedProblem) valid = ay_problem_of_split (work->data, AY_SPLIT_VALID);

  for (gsize j = 0; j < d && scaling != NULL; j++)
    scaling[d + j] = 1.0f;
  ay_ranks_set_stage (run->ranks, "head");
  out->own = ay_problem_of_split (work->data, AY_SPLIT_TRAIN);
  if (!ay_owners_rows (out, &out->own->problem, out->own->rows, error))
    return FALSE;
  *fit = ay_owners_head (out, &options, job, error);
  if (*fit == NULL)
    return FALSE;
  out->head = ay_head_ref ((*fit)->head);
  out->rounds = (*fit)->rounds;
  out->products = (*fit)->products;
  if (!ay_head_evaluate (out->head, &valid->problem, &out->valid, job, error))
    return FALSE;
  ay_ranks_set_stage (run->ranks, "sites");
  return !run->sites || value_sites (out, *fit, &valid->problem, job, error);
}

static void
say_owners (const AyRelease *gate, AyScoreResult *result)
{
  guint n = 0;
  g_autofree char *text = NULL;

  for (guint k = 0; k < gate->size; k++)
    n += ay_release_takes_part (gate, k);
  text = g_strdup_printf ("head and Hessian of %u owners' rows, by sums; values of this owner's "
                          "rows", n);
  json_object_set_string_member (result->certificate, "owners", text);
  if (gate->rho > 0.0)
    json_object_set_double_member (result->certificate, "epsilon",
                                   ay_release_epsilon (gate->rho, gate->rules.delta));
}

/* Where no one has the Hessian its solves are all owners' work, also of those that do not take
 * part. */
static gboolean
solve_together (const AyOwnersRun *run, AyOwnersResult *out, const AyOwnersFit *fit, AyJob *job,
                GError **error)
{
  AyScoreContext *context = out->work->context;
  gsize p = (fit->head->d + 1) * fit->head->n_outputs;
  g_autofree double *s = NULL;
  AyOwnersSolution found = { .n = 2 * p };

  ay_score_context_set_head (context, out->head);
  ay_score_context_set_hessian (context, fit->hessian);
  if (fit->hessian != NULL || !g_strv_contains (run->ids, "influence"))
    return TRUE;
  found.s = s = ay_try_alloc (2 * p, sizeof (double), "the solution", error);
  if (s == NULL)
    return FALSE;
  if (ay_owner_stages_has (out->stages, AY_OWNER_STAGE_SOLUTION))
    {
      if (!ay_owner_stages_solution (out->stages, &found, error))
        return FALSE;
    }
  else if (!ay_influence_gradients (context, s, job, error)
           || !ay_owners_solve (out->gate, out->head, s, ay_influence_tolerances, &found.residual,
                                &found.rounds, job, error)
           || !ay_owner_stages_keep_solution (out->stages, &found, error))
    return FALSE;
  ay_influence_set_solved (context, s, p, found.residual, found.rounds);
  return TRUE;
}

/* (transfer full) (element-type AyScoreResult) */
static GPtrArray *
compute_scores (const AyOwnersRun *run, AyOwnersResult *out, AyJob *job, GError **error)
{
  AyScoreContext *context = out->work->context;
  g_autoptr (GPtrArray) results
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_score_result_free);

  ay_score_context_set (context, "max_refits", "0"); /* a refit would be a sum without one row */
  for (const char *const *id = run->ids; *id != NULL; id++)
    {
      AyScoreResult *result = ay_score_run (ay_score_find (*id), context, job, error);

      if (result == NULL)
        return NULL;
      say_owners (out->gate, result);
      g_ptr_array_add (results, result);
    }
  return g_steal_pointer (&results);
}

/* Under a name that it has until all owners are done. */
static gboolean
keep (const AyOwnersRun *run, AyOwnersResult *out, GPtrArray *results, AyJob *job, GError **error)
{
  g_autofree char *begun = ay_stages_path (run->path);

  g_unlink (begun);
  if (!ay_work_create (out->work, begun, NULL, job, error)
      || !ay_work_keep_parameters (out->work, error)
      || !ay_work_keep_scores (out->work, run->ids, run->parameters, results, error))
    {
      g_unlink (begun);
      return FALSE;
    }
  g_clear_pointer (&out->work, ay_work_unref); /* closes the file */
  return TRUE;
}

static gboolean
keeps_workspace (const AyOwnersRun *run, const AyOwnersResult *out)
{
  return run->path != NULL && ay_release_takes_part (out->gate, ay_ranks_own (run->ranks));
}

gboolean
ay_owners_end (const AyOwnersRun *run, AyOwnersResult *out, GError **error)
{
  if (!ay_release_done (out->gate, error))
    {
      g_autofree char *begun = run->path != NULL ? ay_stages_path (run->path) : NULL;

      if (begun != NULL)
        g_unlink (begun);
      return FALSE;
    }
  if (keeps_workspace (run, out) && !ay_stages_name (run->path, error))
    return FALSE;
  ay_owner_stages_finish (out->stages);
  return TRUE;
}

gboolean
ay_work_score_owners (const AyOwnersRun *run, AyOwnersResult *out, AyJob *job, GError **error)
{
  g_autoptr (AyOwnersFit) fit = NULL;
  g_autoptr (GPtrArray) results = NULL;

  if (!ay_owners_begin (run, "score", out, job, error)
      || !check_parameters (run, out->work, error) || !fit_head (run, out, &fit, job, error))
    return FALSE;
  ay_ranks_set_stage (run->ranks, "scores");
  if (!solve_together (run, out, fit, job, error))
    return FALSE;
  if (keeps_workspace (run, out))
    {
      results = compute_scores (run, out, job, error);
      if (results == NULL || !keep (run, out, results, job, error))
        return FALSE;
    }
  return ay_owners_end (run, out, error);
}

void
ay_owners_result_clear (AyOwnersResult *self)
{
  g_clear_pointer (&self->head, ay_head_unref);
  g_clear_pointer (&self->sites, ay_site_values_free);
  g_clear_pointer (&self->gate, ay_release_free);
  g_clear_pointer (&self->own, ay_owned_problem_free);
  g_clear_pointer (&self->work, ay_work_unref);
  g_clear_pointer (&self->stages, ay_owner_stages_free);
  g_clear_pointer (&self->identity, g_free);
}
