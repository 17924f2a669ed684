/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/map_make.h"

#include "core/base/words.h"
#include "core/project/pca.h"
#include "core/project/trust.h"
#include "core/project/tsne.h"
#include "core/project/umap.h"

#include <math.h>
#include <string.h>

/* A map is made of the rows' points, their neighbours (UMAP and t-SNE), a start (PCA) and, for the
 * honesty layer, the neighbours again: found once, for whoever wants the most of them. */

void
ay_map_made_clear (AyMapMade *self)
{
  g_clear_pointer (&self->x, g_free);
  g_clear_pointer (&self->y, g_free);
  g_clear_pointer (&self->share, g_free);
  g_clear_pointer (&self->certificate, json_object_unref);
}

void
ay_map_points_clear (AyMapPoints *self)
{
  ay_scales_clear (&self->scales);
  g_clear_pointer (&self->rows, g_free);
}

/* ---- points ---- */

static gboolean
scale_points (AyMapPoints *self, AyWork *work, AyJob *job, GError **error)
{
  AyDataset *data = work->data;
  AyProblem all = { .features = data->features, .n = data->n, .ranks = work->ranks };
  g_autofree guint32 *rows = NULL;

  if (!work->head_options.standardise)
    return TRUE;
  rows = g_new (guint32, MAX (data->n, 1));
  for (gsize i = 0; i < data->n; i++)
    rows[i] = (guint32) i;
  all.rows = rows;
  if (!ay_scales_init (&self->scales, &all, job, error))
    return FALSE;
  ay_scales_apply (&self->scales, &self->points);
  return TRUE;
}

/* Rows that have a direction. */
static gboolean
leave_zero_rows (AyMapPoints *self, AyDataset *data, AyJob *job, GError **error)
{
  g_autoptr (AyPointSet) set = ay_point_set_new (&self->points, NULL, job, error);
  gsize count = 0;

  if (set == NULL || set->n_zero == 0)
    return set != NULL;
  self->rows = g_new (guint32, data->n);
  for (gsize i = 0; i < data->n; i++)
    if (!ay_point_is_zero (set, i))
      self->rows[count++] = (guint32) i;
  self->points.rows = self->rows;
  self->points.n = count;
  if (count < 2)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("metric cosine: %zu of %zu rows are zero once "
                       "standardised and have no direction: too few are left"),
                   data->n - count, data->n);
      return FALSE;
    }
  ay_diagnostics_add (data->diagnostics, "zero-rows",
                      N_ ("%zu rows are zero: they have no direction, so no neighbours by "
                          "cosine and no place on this map"), data->n - count);
  return TRUE;
}

gboolean
ay_map_points_init (AyMapPoints *self, AyWork *work, AyDistance metric, AyJob *job, GError **error)
{
  AyDataset *data = work->data;
  gboolean ok;

  *self = (AyMapPoints) { .points = { .features = data->features, .n = data->n,
                                      .distance = metric, .ranks = work->ranks } };
  ok = scale_points (self, work, job, error)
       && (metric != AY_DISTANCE_COSINE || leave_zero_rows (self, data, job, error));
  if (!ok)
    ay_map_points_clear (self);
  return ok;
}

/* ---- one map ---- */

typedef struct
{
  AyWork *work;
  const AyMapRequest *request;
  AyMapOptions options;
  AyMapPoints points;
  AyNeighbours *neighbours;  /* nullable */
  AyPca *pca;                /* nullable */
  AyLayout *layout;
  JsonObject *certificate;
  AyLayoutWatch watch;       /* of points, where they are not the rows */
  float *places;             /* n of the data set x 2, for it */
} Making;

static void
clear_making (Making *self)
{
  ay_map_points_clear (&self->points);
  g_clear_pointer (&self->neighbours, ay_neighbours_unref);
  g_clear_pointer (&self->pca, ay_pca_unref);
  g_clear_pointer (&self->layout, ay_layout_free);
  g_clear_pointer (&self->certificate, json_object_unref);
  g_clear_pointer (&self->places, g_free);
}

static gboolean
find_neighbours (Making *self, guint k, AyJob *job, GError **error)
{
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  g_autoptr (GError) refused = NULL;

  options.k = MAX (k, self->options.honesty ? self->options.trust_k : 1);
  options.seed = self->request->seed;
  options.approximate_above = self->options.approximate_above;
  ay_job_set_phase (job, "finding neighbours");
  self->neighbours = ay_neighbours_find (&self->points.points, &options, job, &refused);
  if (g_error_matches (refused, AY_ERROR, AY_ERROR_UNSUPPORTED))
    {
      g_clear_error (&refused);
      options.approximate_above = 0;
      self->neighbours = ay_neighbours_find (&self->points.points, &options, job, &refused);
    }
  if (self->neighbours == NULL)
    g_propagate_error (error, g_steal_pointer (&refused));
  return self->neighbours != NULL;
}

static gboolean
fit_pca (Making *self, AyJob *job, GError **error)
{
  AyDataset *data = self->work->data;
  AyPcaOptions options = AY_PCA_OPTIONS_INIT;
  const AyPoints *points = &self->points.points;

  options.components = MIN (2, (guint) MIN (ay_matrix_cols (data->features), 2));
  options.standardise = self->work->head_options.standardise;
  options.seed = self->request->seed;
  options.ranks = points->ranks;
  ay_job_set_phase (job, "finding the main directions");
  self->pca = ay_pca_fit (data->features, points->rows, points->n, &options, data->diagnostics,
                          job, error);
  return self->pca != NULL;
}

/* Shows places of points as places of rows. */
static void
show_rows (gpointer data, const float *xy, gsize n, guint rounds, guint planned)
{
  Making *self = data;
  const AyLayoutWatch *watch = self->request->watch;

  for (gsize i = 0; i < n; i++)
    memcpy (self->places + 2 * (gsize) self->points.rows[i], xy + 2 * i, 2 * sizeof (float));
  watch->show (watch->data, self->places, self->work->data->n, rounds, planned);
}

static const AyLayoutWatch *
row_watch (Making *self)
{
  const AyLayoutWatch *watch = self->request->watch;

  if (watch == NULL || watch->show == NULL || self->points.rows == NULL)
    return watch;
  self->places = g_new (float, 2 * self->work->data->n);
  for (gsize i = 0; i < 2 * self->work->data->n; i++)
    self->places[i] = NAN;
  self->watch = (AyLayoutWatch) { show_rows, self, watch->stop };
  return &self->watch;
}

static gboolean
make_pca (Making *self, AyJob *job, GError **error)
{
  gsize n;
  guint k;

  if (!fit_pca (self, job, error))
    return FALSE;
  n = self->pca->n;
  k = self->pca->k;
  self->layout = g_new0 (AyLayout, 1);
  self->layout->n = n;
  self->layout->kl = NAN;
  self->layout->xy = g_new0 (float, 2 * MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    for (guint c = 0; c < MIN (k, 2); c++)
      self->layout->xy[2 * i + c] = self->pca->projection[i * k + c];
  json_object_set_string_member (self->certificate, "solver", self->pca->solver);
  json_object_set_double_member (self->certificate, "explained_x", self->pca->ratio[0]);
  json_object_set_double_member (self->certificate, "explained_y",
                                 k > 1 ? self->pca->ratio[1] : 0.0);
  return TRUE;
}

static gboolean
make_umap (Making *self, AyJob *job, GError **error)
{
  const AyMapOptions *given = &self->options;
  AyUmapOptions options = AY_UMAP_OPTIONS_INIT;
  gboolean spectral = strcmp (ay_map_option (given, "start"), "spectral") == 0;

  options.seed = self->request->seed;
  if (!ay_map_option_count (given, "neighbours", &options.neighbours, error)
      || !ay_map_option_number (given, "min_dist", &options.min_dist, error)
      || !ay_map_option_number (given, "spread", &options.spread, error)
      || !ay_map_option_count (given, "epochs", &options.epochs, error)
      || !ay_map_option_count (given, "negatives", &options.negatives, error))
    return FALSE;
  if (!spectral && strcmp (ay_map_option (given, "start"), "pca") != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("start=%s: pca or spectral is wanted"),
                   ay_map_option (given, "start"));
      return FALSE;
    }
  if (options.neighbours < 2 || !find_neighbours (self, options.neighbours - 1, job, error)
      || (!spectral && !fit_pca (self, job, error)))
    {
      if (error != NULL && *error == NULL)
        g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE,
                             N_ ("neighbours: a whole number of at least 2 is wanted"));
      return FALSE;
    }
  if (self->pca != NULL)
    {
      options.start = self->pca->projection;
      options.start_stride = self->pca->k;
    }
  self->layout = ay_umap_fit (self->neighbours, &options, row_watch (self), job, error);
  return self->layout != NULL;
}

static gboolean
make_tsne (Making *self, AyJob *job, GError **error)
{
  const AyMapOptions *given = &self->options;
  AyTsneOptions options = AY_TSNE_OPTIONS_INIT;
  double perplexity;

  options.seed = self->request->seed;
  if (!ay_map_option_number (given, "perplexity", &options.perplexity, error)
      || !ay_map_option_count (given, "rounds", &options.rounds, error)
      || !ay_map_option_count (given, "early_rounds", &options.early_rounds, error)
      || !ay_map_option_number (given, "exaggeration", &options.exaggeration, error)
      || !ay_map_option_number (given, "rate", &options.rate, error)
      || !find_neighbours (self, ay_tsne_neighbours (options.perplexity), job, error)
      || !fit_pca (self, job, error))
    return FALSE;
  options.start = self->pca->projection;
  options.start_stride = self->pca->k;
  self->layout = ay_tsne_fit (self->neighbours, &options, row_watch (self), job, error);
  if (self->layout == NULL)
    return FALSE;
  perplexity = MIN (options.perplexity, self->neighbours->k / 3.0);
  json_object_set_double_member (self->certificate, "perplexity", perplexity);
  if (perplexity < options.perplexity)
    ay_diagnostics_add (self->work->data->diagnostics, "perplexity",
                        N_ ("perplexity %g needs more rows than there are: %.3g was used"),
                        options.perplexity, perplexity);
  json_object_set_double_member (self->certificate, "kl", self->layout->kl);
  return TRUE;
}

/* Shares of every row; trustworthiness and continuity into the certificate. */
static double *
judge (Making *self, AyJob *job, GError **error)
{
  const AyMapOptions *options = &self->options;
  AyTrustOptions trust_options = { options->trust_k, MAX (options->trust_sample, 3),
                                   self->request->seed };
  gsize n = self->work->data->n;
  g_autofree double *shares = NULL;
  double *all;
  AyTrust trust;

  if (self->neighbours == NULL && !find_neighbours (self, options->trust_k, job, error))
    return NULL;
  ay_job_set_phase (job, "comparing neighbours");
  shares = ay_trust_shares (self->neighbours, self->layout->xy, options->trust_k, job, error);
  if (shares == NULL
      || !ay_trust_measure (&self->points.points, self->layout->xy, &trust_options, &trust, job,
                            error))
    return NULL;
  json_object_set_double_member (self->certificate, "trustworthiness", trust.trustworthiness);
  json_object_set_double_member (self->certificate, "continuity", trust.continuity);
  json_object_set_int_member (self->certificate, "trust_k", trust.k);
  json_object_set_int_member (self->certificate, "trust_sample", (gint64) trust.sample);
  all = g_new (double, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    all[i] = NAN;
  for (gsize i = 0; i < self->layout->n; i++)
    all[self->points.rows != NULL ? self->points.rows[i] : i] = shares[i];
  return all;
}

static void
describe (Making *self, double seconds)
{
  JsonObject *certificate = self->certificate;
  const AyNeighbours *neighbours = self->neighbours;

  json_object_set_string_member (certificate, "metric", ay_distance_name (self->options.metric));
  json_object_set_boolean_member (certificate, "standardised",
                                  self->work->head_options.standardise);
  for (const AyScoreParameter *p = self->options.method->parameters; p->name != NULL; p++)
    if (!json_object_has_member (certificate, p->name))
      json_object_set_string_member (certificate, p->name, ay_map_option (&self->options, p->name));
  if (neighbours != NULL)
    {
      json_object_set_string_member (certificate, "neighbours_method", neighbours->method);
      json_object_set_int_member (certificate, "neighbours_k", neighbours->k);
      json_object_set_double_member (certificate, "neighbours_recall", neighbours->recall);
      json_object_set_int_member (certificate, "neighbours_recall_sample",
                                  (gint64) neighbours->recall_sample);
    }
  if (self->layout->planned > 0)
    {
      json_object_set_int_member (certificate, "rounds_done", self->layout->rounds);
      json_object_set_int_member (certificate, "rounds_planned", self->layout->planned);
      json_object_set_boolean_member (certificate, "finished",
                                      self->layout->rounds == self->layout->planned);
    }
  json_object_set_double_member (certificate, "seconds", seconds);
}

static gboolean
make (Making *self, AyMapMade *out, AyJob *job, GError **error)
{
  const char *id = self->options.method->id;
  gint64 begin = g_get_monotonic_time ();
  gsize n = self->work->data->n;

  if (!ay_map_points_init (&self->points, self->work, self->options.metric, job, error)
      || !(strcmp (id, "pca") == 0    ? make_pca (self, job, error)
           : strcmp (id, "umap") == 0 ? make_umap (self, job, error)
                                      : make_tsne (self, job, error)))
    return FALSE;
  if (self->options.honesty)
    {
      out->share = judge (self, job, error);
      if (out->share == NULL)
        return FALSE;
    }
  out->x = g_new (double, MAX (n, 1));
  out->y = g_new (double, MAX (n, 1));
  for (gsize i = 0; i < n; i++)
    out->x[i] = out->y[i] = NAN;
  for (gsize i = 0; i < self->layout->n; i++)
    {
      gsize row = self->points.rows != NULL ? self->points.rows[i] : i;

      out->x[row] = self->layout->xy[2 * i];
      out->y[row] = self->layout->xy[2 * i + 1];
    }
  describe (self, (double) (g_get_monotonic_time () - begin) * 1e-6);
  out->certificate = g_steal_pointer (&self->certificate);
  return TRUE;
}

gboolean
ay_map_make (AyWork *work, const AyMapRequest *request, AyMapMade *out, AyJob *job, GError **error)
{
  Making self = { .work = work, .request = request };
  gboolean ok;

  *out = (AyMapMade) { 0 };
  if (!ay_map_options_read (&self.options, request, error))
    return FALSE;
  self.certificate = json_object_new ();
  json_object_set_string_member (self.certificate, "map", self.options.method->id);
  json_object_set_string_member (self.certificate, "method",
                                 strcmp (self.options.method->id, "pca") == 0 ? "PCA of all rows"
                                 : strcmp (self.options.method->id, "umap") == 0
                                     ? "UMAP (McInnes, Healy and Melville 2018)"
                                     : "t-SNE by FFT (Linderman et al. 2019)");
  json_object_set_int_member (self.certificate, "seed", (gint64) request->seed);
  ok = make (&self, out, job, error);
  clear_making (&self);
  if (!ok)
    ay_map_made_clear (out);
  return ok;
}
