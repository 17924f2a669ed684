/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/clusters_private.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/graph/cluster_order.h"
#include "core/graph/density.h"
#include "core/graph/kmeans.h"
#include "core/model/scales.h"
#include "core/work/job_memory.h"

#include <math.h>
#include <string.h>

#define DEFAULT_CLUSTERS 10
#define MOST_CLASSES 100 /* as the default number of clusters */
#define FEWEST_NEIGHBOURS 15
#define DEFAULT_SAMPLES 10

void
ay_clustering_clear (AyClustering *self)
{
  g_free (self->cluster);
  g_clear_pointer (&self->certificate, json_object_unref);
  g_clear_pointer (&self->points, ay_point_set_free);
}

/* Numbers by falling size, then by the lowest row; counts the rows in none. */
static void
renumber (AyClustering *self, gsize n)
{
  g_autofree guint32 *old = g_new (guint32, MAX (self->k, 1));
  g_autofree gsize *size = g_new (gsize, MAX (self->k, 1));

  ay_cluster_order (self->cluster, n, self->k, old, size);
  for (gsize i = 0; i < n; i++)
    self->n_noise += self->cluster[i] == AY_CLUSTER_NONE;
}

static gboolean
find_kmeans (AyClustering *self, const AyPoints *points, const AyDataset *data,
             const AyClusterOptions *options, AyJob *job, GError **error)
{
  AyKmeansOptions kmeans = AY_KMEANS_OPTIONS_INIT;
  g_autoptr (AyKmeans) found = NULL;

  kmeans.k = options->k;
  if (kmeans.k == 0)
    kmeans.k = data->n_classes >= 2 && data->n_classes <= MOST_CLASSES ? data->n_classes
                                                                       : DEFAULT_CLUSTERS;
  kmeans.starts = MAX (options->starts, 1);
  kmeans.seed = options->seed;
  if (kmeans.k > points->n)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("k is %u, and there are %zu rows"),
                   kmeans.k, points->n);
      return FALSE;
    }
  found = ay_kmeans_new (points, &kmeans, job, error);
  if (found == NULL)
    return FALSE;
  self->k = found->k;
  self->cluster = g_memdup2 (found->cluster, points->n * sizeof (guint32));
  json_object_set_string_member (self->certificate, "method", "kmeans");
  json_object_set_int_member (self->certificate, "k", kmeans.k);
  json_object_set_int_member (self->certificate, "starts", kmeans.starts);
  json_object_set_int_member (self->certificate, "rounds", found->rounds);
  json_object_set_boolean_member (self->certificate, "converged", found->converged);
  json_object_set_double_member (self->certificate, "objective", found->objective);
  return TRUE;
}

static gboolean
find_density (AyClustering *self, const AyPoints *points, const AyClusterOptions *options,
              AyJob *job, GError **error)
{
  AyNeighboursOptions neighbours = AY_NEIGHBOURS_OPTIONS_INIT;
  AyDensityOptions density = AY_DENSITY_OPTIONS_INIT;
  g_autoptr (AyNeighbours) graph = NULL;
  g_autoptr (AyDensity) found = NULL;

  density.min_size = options->min_size;
  if (density.min_size == 0)
    density.min_size = MAX (5, (guint) (0.5 * sqrt ((double) points->n)));
  density.min_samples = options->min_samples > 0 ? options->min_samples
                                                 : MIN (density.min_size, DEFAULT_SAMPLES);
  neighbours.k = MAX (FEWEST_NEIGHBOURS, density.min_samples);
  neighbours.seed = options->seed;
  neighbours.approximate_above = options->approximate_above;
  ay_job_set_phase (job, "finding neighbours");
  graph = ay_neighbours_find (points, &neighbours, job, error);
  found = graph != NULL ? ay_density_new (graph, &density, job, error) : NULL;
  if (found == NULL)
    return FALSE;
  self->k = found->k;
  self->cluster = g_memdup2 (found->cluster, points->n * sizeof (guint32));
  json_object_set_string_member (self->certificate, "method", "density");
  json_object_set_int_member (self->certificate, "min_size", density.min_size);
  json_object_set_int_member (self->certificate, "min_samples", density.min_samples);
  json_object_set_int_member (self->certificate, "neighbours", graph->k);
  json_object_set_string_member (self->certificate, "search", graph->method);
  json_object_set_double_member (self->certificate, "recall", graph->recall);
  json_object_set_int_member (self->certificate, "pieces", (gint64) found->n_pieces);
  return TRUE;
}

gboolean
ay_clustering_find (AyClustering *self, AyWork *work, const char *method,
                    const AyClusterOptions *options, AyJob *job, GError **error)
{
  const AyDataset *data = work->data;
  g_auto (AyScales) scales = { .ranks = work->ranks };
  AyPoints points = { .features = data->features, .n = data->n, .distance = options->distance,
                      .ranks = work->ranks };
  g_autofree guint32 *rows = NULL;
  JsonArray *clusters;
  gboolean kmeans = strcmp (method, "kmeans") == 0;

  if (!kmeans && strcmp (method, "density") != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("no clusters are called \"%s\" (there are: kmeans, density)"), method);
      return FALSE;
    }
  if (!ay_scales_init_as_asked (&scales, data, options->standardise, job, error))
    return FALSE;
  ay_scales_apply (&scales, &points);
  self->certificate = json_object_new ();
  if (!(kmeans ? find_kmeans (self, &points, data, options, job, error)
               : find_density (self, &points, options, job, error)))
    return FALSE;
  renumber (self, data->n);
  json_object_set_string_member (self->certificate, "metric", ay_distance_name (options->distance));
  json_object_set_boolean_member (self->certificate, "standardised",
                                  scales.centre != NULL);
  json_object_set_int_member (self->certificate, "seed", (gint64) options->seed);
  json_object_set_int_member (self->certificate, "noise", (gint64) self->n_noise);
  self->points = ay_point_set_new (&points, NULL, job, error);
  clusters = self->points != NULL ? ay_clustering_describe (work, self, job, error) : NULL;
  if (clusters == NULL)
    return FALSE;
  json_object_set_array_member (self->certificate, "clusters", clusters);
  return TRUE;
}

static gboolean
put (AyWork *self, JsonObject *object, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *json = NULL;

  json_node_set_object (node, object);
  json = ay_json_to_text (node, FALSE);
  return ay_workspace_put_json (self->store, AY_KIND_CLUSTERS, AY_KIND_CLUSTERS, json, error);
}

/* By which names know the clusters that they were given to. (transfer full) */
static char *
dup_fingerprint (const AyClustering *self, gsize n)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) self->cluster,
                                      n * sizeof (guint32));
}

/* The certificate of the column: all but the clusters one by one. (transfer full) */
static JsonObject *
certificate_of (const AyClustering *self)
{
  JsonObject *certificate = json_object_new ();
  g_autoptr (GList) members = json_object_get_members (self->certificate);

  for (GList *l = members; l != NULL; l = l->next)
    if (strcmp (l->data, "clusters") != 0)
      json_object_set_member (certificate, l->data,
                              json_object_dup_member (self->certificate, l->data));
  json_object_set_int_member (certificate, "clusters", self->k);
  return certificate;
}

gboolean
ay_clustering_keep (const AyClustering *self, AyWork *work, GError **error)
{
  g_autofree double *values = g_new (double, MAX (work->data->n, 1));
  g_autoptr (JsonObject) certificate = certificate_of (self);
  g_autofree char *fingerprint = dup_fingerprint (self, work->data->n);
  AyScoreRecord record = { "cluster", "Cluster",
                           "Number of the cluster that the row is in, by falling size; -1: in none",
                           "", NULL, AY_SCORE_FLAG, AY_DIRECTION_NONE, certificate };

  for (gsize i = 0; i < work->data->n; i++)
    values[i] = self->cluster[i] != G_MAXUINT32 ? (double) self->cluster[i] : -1.0;
  json_object_set_string_member (self->certificate, AY_CLUSTERS_FINGERPRINT, fingerprint);
  if (!ay_work_begin (work, error))
    return FALSE;
  return ay_work_end (work, ay_work_store_score (work, &record, values, error)
                                && put (work, self->certificate, error), error);
}

static gboolean
plan_memory (AyWork *self, const char *method, const AyClusterOptions *options, AyJob *job,
             GError **error)
{
  AyJobShape shape = ay_job_shape (self);
  const char *kinds[] = { strcmp (method, "density") == 0 ? "density-clusters" : method, NULL };

  shape.approximate_above = options->approximate_above;
  shape.k = options->k;
  return ay_work_plan_memory (self, kinds, &shape, job, error);
}

gboolean
ay_work_cluster (AyWork *self, const char *method, const AyClusterOptions *options, AyJob *job,
                 GError **error)
{
  g_auto (AyClustering) found = { 0 };

  return plan_memory (self, method, options, job, error)
         && ay_clustering_find (&found, self, method, options, job, error)
         && ay_job_commit (job, error) && ay_clustering_keep (&found, self, error);
}

JsonObject *
ay_clusters_read (AyWork *self, GError **error)
{
  g_autofree char *json = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!ay_workspace_has (self->store, AY_KIND_CLUSTERS, AY_KIND_CLUSTERS))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, N_ ("%s: no clusters were found yet"),
                   ay_work_path (self));
      return NULL;
    }
  json = ay_workspace_get_json (self->store, AY_KIND_CLUSTERS, AY_KIND_CLUSTERS, error);
  node = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node)
      && json_object_has_member (json_node_get_object (node), "clusters"))
    return json_object_ref (json_node_get_object (node));
  if (error != NULL && *error == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: is damaged: the clusters cannot be read"), ay_work_path (self));
  return NULL;
}

/* The mean of a score in each cluster, into the clusters' "scores". */
static void
add_means (JsonArray *clusters, const double *cluster, const AyScoreInfo *info,
           const double *values, gsize n)
{
  guint k = json_array_get_length (clusters);
  g_autofree double *sum = g_new0 (double, MAX (k, 1));
  g_autofree gsize *count = g_new0 (gsize, MAX (k, 1));

  for (gsize i = 0; i < n; i++)
    if (cluster[i] >= 0.0 && cluster[i] < k && !isnan (values[i]))
      {
        sum[(guint) cluster[i]] += values[i];
        count[(guint) cluster[i]]++;
      }
  for (guint c = 0; c < k; c++)
    {
      JsonObject *one = json_array_get_object_element (clusters, c);

      if (!json_object_has_member (one, "scores"))
        json_object_set_object_member (one, "scores", json_object_new ());
      one = json_object_get_object_member (one, "scores");
      if (count[c] > 0)
        json_object_set_double_member (one, info->id, sum[c] / count[c]);
      else
        json_object_set_null_member (one, info->id);
    }
}

static gboolean
is_summed (const AyScoreInfo *info)
{
  static const char *const others[] = { "cluster", "group", "map_x", "map_y", NULL };

  return !g_strv_contains (others, info->id);
}

JsonObject *
ay_work_clusters (AyWork *self, GError **error)
{
  g_autoptr (JsonObject) object = ay_clusters_read (self, error);
  g_autoptr (GPtrArray) scores = object != NULL ? ay_work_scores (self, error) : NULL;
  g_autofree double *cluster
      = scores != NULL ? ay_work_score_values (self, "cluster", error) : NULL;

  if (cluster == NULL)
    return NULL;
  for (guint i = 0; i < scores->len; i++)
    {
      const AyScoreInfo *info = scores->pdata[i];
      g_autofree double *values = NULL;

      if (!is_summed (info))
        continue;
      values = ay_work_score_values (self, info->id, error);
      if (values == NULL)
        return NULL;
      add_means (json_object_get_array_member (object, "clusters"), cluster, info, values,
                 self->data->n);
    }
  ay_clusters_add_names (self, object);
  json_object_remove_member (object, AY_CLUSTERS_FINGERPRINT);
  return g_steal_pointer (&object);
}
