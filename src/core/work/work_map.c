/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/project/pca.h"
#include "core/work/work_private.h"

#include <string.h>

/* Maps: two numbers a row, stored as the columns map_x and map_y. */

static gboolean
store_map (AyWork *self, const char *method, const double *x, const double *y,
           JsonObject *certificate, GError **error)
{
  g_autofree char *sentence_x = g_strdup_printf ("first coordinate of the %s map", method);
  g_autofree char *sentence_y = g_strdup_printf ("second coordinate of the %s map", method);
  AyScoreRecord records[2] = {
    { "map_x", "Map x", sentence_x, "", NULL, AY_SCORE_MEASURE, AY_DIRECTION_NONE, certificate },
    { "map_y", "Map y", sentence_y, "", NULL, AY_SCORE_MEASURE, AY_DIRECTION_NONE, certificate },
  };

  if (!ay_workspace_begin (self->store, error))
    return FALSE;
  if (!ay_work_store_score (self, &records[0], x, error)
      || !ay_work_store_score (self, &records[1], y, error))
    {
      ay_workspace_rollback (self->store);
      ay_work_changed (self);
      return FALSE;
    }
  return ay_workspace_commit (self->store, error);
}

static JsonObject *
pca_certificate (const AyPca *pca, gboolean standardise)
{
  JsonObject *certificate = json_object_new ();

  json_object_set_string_member (certificate, "method", "PCA of all rows");
  json_object_set_string_member (certificate, "solver", pca->solver);
  json_object_set_boolean_member (certificate, "standardised", standardise);
  json_object_set_double_member (certificate, "explained_x", pca->ratio[0]);
  json_object_set_double_member (certificate, "explained_y", pca->k > 1 ? pca->ratio[1] : 0.0);
  return certificate;
}

static gboolean
map_pca (AyWork *self, guint64 seed, AyJob *job, GError **error)
{
  gsize n = self->data->n;
  AyPcaOptions options = AY_PCA_OPTIONS_INIT;
  g_autoptr (AyPca) pca = NULL;
  g_autofree double *x = g_new0 (double, MAX (n, 1));
  g_autofree double *y = g_new0 (double, MAX (n, 1));
  g_autoptr (JsonObject) certificate = NULL;

  options.components = 2;
  options.standardise = self->head_options.standardise;
  options.seed = seed;
  pca = ay_pca_fit (self->data->features, NULL, n, &options, self->data->diagnostics, job, error);
  if (pca == NULL)
    return FALSE;
  for (gsize i = 0; i < n; i++)
    {
      x[i] = pca->projection[i * pca->k];
      y[i] = pca->k > 1 ? pca->projection[i * pca->k + 1] : 0.0;
    }
  certificate = pca_certificate (pca, options.standardise);
  return ay_job_commit (job, error) && store_map (self, "PCA", x, y, certificate, error);
}

gboolean
ay_work_map (AyWork *self, const char *method, GHashTable *parameters, guint64 seed, AyJob *job,
             GError **error)
{
  if (strcmp (method, "pca") != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "no map is called \"%s\" (there is: pca)",
                   method);
      return FALSE;
    }
  if (!ay_work_set_parameters (self, parameters, error))
    return FALSE;
  return map_pca (self, seed, job, error);
}
