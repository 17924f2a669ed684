/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/score/context.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/score/parameters.h"

#include <math.h>

struct _AyScoreContext
{
  AyDataset *data;
  AyHeadOptions options;
  AyRanks *ranks;        /* (nullable) */
  AyHead *head;          /* (nullable) */
  GHashTable *parameters; /* char * -> char * */
  char **wanted;         /* (nullable) ids */
  GHashTable *kept;      /* char * -> Kept */
  AyTargetKind kind;
  AyBitset *slice;       /* (nullable) */
  char *where;           /* (nullable) of the slice */
  AyOwnedProblem *train, *target; /* (nullable) */
  const double *matrix;  /* (nullable) the Hessian, where it is of more rows */
  gboolean elsewhere;    /* the head knows rows, and classes, that this data set has not */
  AyHessian *hessian;    /* (nullable) */
  AyLoo *loo;            /* (nullable) */
  AyFitness *fitness;    /* (nullable) */
  AyFlagged flagged;
};

/* An object of a family, with what frees it. */
typedef struct
{
  gpointer object;
  GDestroyNotify destroy;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  kept->destroy (kept->object);
  g_free (kept);
}

AyScoreContext *
ay_score_context_new (AyDataset *data, const AyHeadOptions *options, AyHead *head)
{
  AyScoreContext *self = g_new0 (AyScoreContext, 1);

  self->data = ay_dataset_ref (data);
  self->options = *options;
  self->flagged = (AyFlagged) AY_FLAGGED_INIT;
  self->head = head != NULL ? ay_head_ref (head) : NULL;
  self->parameters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, kept_free);
  return self;
}

void
ay_score_context_free (AyScoreContext *self)
{
  if (self == NULL)
    return;
  ay_fitness_free (self->fitness);
  ay_loo_free (self->loo);
  ay_hessian_free (self->hessian);
  ay_head_unref (self->head);
  ay_owned_problem_free (self->train);
  ay_owned_problem_free (self->target);
  ay_bitset_free (self->slice);
  g_free (self->where);
  g_hash_table_unref (self->kept);
  g_hash_table_unref (self->parameters);
  g_strfreev (self->wanted);
  ay_dataset_unref (self->data);
  g_free (self);
}

void
ay_score_context_set_head (AyScoreContext *self, AyHead *head)
{
  ay_head_ref (head);
  ay_head_unref (self->head);
  self->head = head;
}

void
ay_score_context_set_hessian (AyScoreContext *self, const double *matrix)
{
  self->matrix = matrix;
  self->elsewhere = TRUE;
}

void
ay_score_context_set_ranks (AyScoreContext *self, AyRanks *ranks)
{
  self->ranks = ranks;
}

AyRanks *
ay_score_context_ranks (const AyScoreContext *self)
{
  return self->ranks;
}

void
ay_score_context_set (AyScoreContext *self, const char *name, const char *value)
{
  if (g_strcmp0 (ay_score_context_get (self, name), value) == 0)
    return;
  if (value != NULL)
    g_hash_table_insert (self->parameters, g_strdup (name), g_strdup (value));
  else
    g_hash_table_remove (self->parameters, name);
  if (g_str_equal (name, "refit_above") || g_str_equal (name, "max_refits"))
    g_clear_pointer (&self->loo, ay_loo_free);
}

const char *
ay_score_context_get (const AyScoreContext *self, const char *name)
{
  return g_hash_table_lookup (self->parameters, name);
}

void
ay_score_context_set_wanted (AyScoreContext *self, const char *const *ids)
{
  g_strfreev (self->wanted);
  self->wanted = g_strdupv ((char **) ids);
}

gboolean
ay_score_context_wants (const AyScoreContext *self, const char *id)
{
  return self->wanted != NULL && g_strv_contains ((const char *const *) self->wanted, id);
}

void
ay_score_context_keep (AyScoreContext *self, const char *key, gpointer object,
                       GDestroyNotify destroy)
{
  Kept *kept = g_new (Kept, 1);

  kept->object = object;
  kept->destroy = destroy;
  g_hash_table_insert (self->kept, g_strdup (key), kept);
}

gpointer
ay_score_context_kept (const AyScoreContext *self, const char *key)
{
  const Kept *kept = g_hash_table_lookup (self->kept, key);

  return kept != NULL ? kept->object : NULL;
}

AyDataset *
ay_score_context_data (AyScoreContext *self)
{
  return self->data;
}

const AyHeadOptions *
ay_score_context_options (const AyScoreContext *self)
{
  return &self->options;
}

guint64
ay_score_context_seed (const AyScoreContext *self)
{
  return self->options.seed;
}

void
ay_score_context_set_target (AyScoreContext *self, AyTargetKind kind, const AyBitset *slice,
                             const char *where)
{
  g_clear_pointer (&self->slice, ay_bitset_free);
  g_clear_pointer (&self->target, ay_owned_problem_free);
  g_clear_pointer (&self->loo, ay_loo_free);
  g_hash_table_remove_all (self->kept);
  self->kind = kind;
  self->slice = slice != NULL ? ay_bitset_copy (slice) : NULL;
  g_free (self->where);
  self->where = slice != NULL ? g_strdup (where) : NULL;
}

char *
ay_score_context_describe_target (AyScoreContext *self, GError **error)
{
  const AyProblem *target = ay_score_context_target (self, error);

  return target != NULL ? ay_target_describe (target, AY_SPLIT_VALID, self->kind, self->where)
                        : NULL;
}

const AyProblem *
ay_score_context_train (AyScoreContext *self, GError **error)
{
  if (self->train == NULL)
    {
      self->train = ay_problem_of_split (self->data, AY_SPLIT_TRAIN);
      self->train->problem.ranks = self->ranks;
    }
  if (self->train->problem.n > 0)
    return &self->train->problem;
  g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, N_ ("the train part has no labelled row"));
  return NULL;
}

/* The slice without the validation rows of classes that train has no row of: no head knows them,
 * and their loss is not bounded. NULL: all rows, or the slice as it is. (transfer full) */
static AyBitset *
known_rows (AyScoreContext *self)
{
  const AyDataset *data = self->data;
  const AyProblem *train = ay_score_context_train (self, NULL);
  g_autofree guint8 *known = g_new0 (guint8, data->n_classes + 1);
  g_autoptr (AyBitset) kept = NULL;
  gsize n_unknown = 0;

  if (train == NULL || data->n_classes == 0 || self->elsewhere)
    return NULL;
  for (gsize i = 0; i < train->n; i++)
    known[train->label[i]] = 1;
  kept = self->slice != NULL ? ay_bitset_copy (self->slice) : ay_bitset_new (data->n);
  if (self->slice == NULL)
    ay_bitset_fill (kept);
  for (gsize i = 0; i < data->n; i++)
    if (data->split[i] == AY_SPLIT_VALID && data->label[i] != AY_LABEL_MISSING
        && !known[data->label[i]])
      {
        ay_bitset_remove (kept, i);
        n_unknown++;
      }
  if (n_unknown == 0)
    return NULL;
  if (data->diagnostics != NULL
      && ay_diagnostics_find (data->diagnostics, "unknown-classes") == NULL)
    ay_diagnostics_add (data->diagnostics, "unknown-classes",
                        N_ ("%zu validation rows of classes that no training row has are left "
                            "out of effects: their loss is not bounded"), n_unknown);
  return g_steal_pointer (&kept);
}

const AyProblem *
ay_score_context_target (AyScoreContext *self, GError **error)
{
  if (self->target == NULL)
    {
      g_autoptr (AyBitset) kept = known_rows (self);

      self->target = ay_target_new (self->data, AY_SPLIT_VALID, self->kind,
                                    kept != NULL ? kept : self->slice, error);
      if (self->target != NULL)
        self->target->problem.ranks = self->ranks;
    }
  return self->target != NULL ? &self->target->problem : NULL;
}

AyHead *
ay_score_context_head (AyScoreContext *self, AyJob *job, GError **error)
{
  const AyProblem *train = ay_score_context_train (self, error);

  if (train == NULL)
    return NULL;
  if (self->head == NULL)
    {
      ay_job_set_phase (job, "fitting the head");
      self->head = ay_head_fit (train, &self->options, NULL, job, error);
    }
  return self->head;
}

AyHessian *
ay_score_context_hessian (AyScoreContext *self, AyJob *job, GError **error)
{
  AyHessianOptions options = AY_HESSIAN_OPTIONS_INIT;
  AyHead *head = ay_score_context_head (self, job, error);

  if (head == NULL)
    return NULL;
  if (self->hessian == NULL)
    self->hessian = ay_hessian_new (&self->train->problem, head, &options, job, error);
  if (self->hessian != NULL && self->matrix != NULL)
    {
      if (!ay_hessian_set_matrix (self->hessian, self->matrix, error))
        {
          g_clear_pointer (&self->hessian, ay_hessian_free);
          return NULL;
        }
      self->matrix = NULL; /* it has its own now */
    }
  return self->hessian;
}

const AyLoo *
ay_score_context_loo (AyScoreContext *self, gboolean with_effect, AyJob *job, GError **error)
{
  AyLooOptions options = AY_LOO_OPTIONS_INIT;
  double max_refits = options.max_refits;
  AyHessian *hessian;

  if (self->loo != NULL && (!with_effect || self->loo->effect != NULL))
    return self->loo;
  hessian = ay_score_context_hessian (self, job, error);
  if (hessian == NULL)
    return NULL;
  options.seed = self->options.seed;
  if (!ay_score_parameter_number (self, "refit_above", &options.refit_above, error)
      || !ay_score_parameter_number (self, "max_refits", &max_refits, error))
    return NULL;
  options.max_refits = max_refits < 1e9 ? (gsize) max_refits : G_MAXSIZE;
  if (with_effect)
    {
      options.target = ay_score_context_target (self, error);
      if (options.target == NULL)
        return NULL;
    }
  g_clear_pointer (&self->loo, ay_loo_free);
  self->loo = ay_loo_new (&self->train->problem, self->head, hessian, &options, job, error);
  return self->loo;
}

const AyFitness *
ay_score_context_fitness (AyScoreContext *self, AyJob *job, GError **error)
{
  AyHead *head = ay_score_context_head (self, job, error);

  if (head == NULL)
    return NULL;
  if (self->fitness == NULL)
    {
      ay_job_set_phase (job, "judging the head");
      self->fitness = ay_fitness_new (self->data, head, self->ranks, job, error);
      if (self->fitness == NULL)
        return NULL;
    }
  if (isnan (self->flagged.share) || (!self->flagged.left_out && self->loo != NULL))
    if (!ay_flagged_find (self->data, head, &self->train->problem, self->loo, &self->flagged, job,
                          error))
      return NULL;
  ay_fitness_set_flagged (self->fitness, self->flagged.share, self->flagged.rows);
  return self->fitness;
}

const AyFlagged *
ay_score_context_flagged (const AyScoreContext *self)
{
  return &self->flagged;
}

void
ay_score_context_set_flagged (AyScoreContext *self, const AyFlagged *flagged)
{
  self->flagged = *flagged;
}

AyNeighbours *
ay_score_context_nearest (AyScoreContext *self, const guint32 *rows, gsize count, guint k,
                          AyJob *job, GError **error)
{
  const AyProblem *train = ay_score_context_train (self, error);
  AyHead *head = train != NULL ? ay_score_context_head (self, job, error) : NULL;
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  AyPoints points, queries;

  if (head == NULL)
    return NULL;
  points = (AyPoints) { train->features, train->rows, train->n, head->centre, head->inv_scale,
                        AY_DISTANCE_EUCLIDEAN };
  queries = points;
  queries.rows = rows;
  queries.n = count;
  options.k = k;
  return ay_neighbours_query (&queries, &points, &options, job, error);
}
