/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/map_make.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/project/tsne.h"
#include "core/work/job_memory.h"

#include <math.h>
#include <string.h>

/* Maps: two numbers a row. Each method's last one is kept, under "umap.x", "umap.y" and
 * "umap.trust"; the one shown is also there as the columns map_x, map_y and map_trust. */

static char *
part_name (const char *id, const char *part)
{
  return g_strconcat (id, ".", part, NULL);
}

/* ---- store ---- */

static gboolean
put_part (AyWork *self, const char *id, const char *part, const double *values, const char *json,
          GError **error)
{
  g_autofree char *name = part_name (id, part);
  gsize n = self->data->n;
  g_autoptr (AyColumn) column = NULL;

  if (values == NULL)
    return ay_workspace_delete (self->store, AY_KIND_MAP, name, error);
  column = ay_column_take_number (name, n, g_memdup2 (values, n * sizeof (double)), FALSE);
  return ay_workspace_put_column (self->store, AY_KIND_MAP, column, json, error);
}

static gboolean
keep_map (AyWork *self, const char *id, const AyMapMade *made, GError **error)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *json = NULL;

  json_node_set_object (node, made->certificate);
  json = ay_json_to_text (node, FALSE);
  return put_part (self, id, "x", made->x, json, error)
         && put_part (self, id, "y", made->y, NULL, error)
         && put_part (self, id, "trust", made->share, NULL, error);
}

/* map_x, map_y and, where it was compared, map_trust. */
static gboolean
show_made (AyWork *self, const char *id, const AyMapMade *made, GError **error)
{
  const AyMapMethod *method = ay_map_find (id);
  const char *title = method != NULL ? method->title : id;
  g_autofree char *sentence_x = g_strdup_printf ("first coordinate of the %s map", title);
  g_autofree char *sentence_y = g_strdup_printf ("second coordinate of the %s map", title);
  g_autofree char *sentence_trust = g_strdup_printf (
      "share of a row's nearest rows that are among its nearest on the %s map", title);
  const char *missing = "a row of zeros has no direction";
  AyScoreRecord records[3] = {
    { "map_x", "Map x", sentence_x, "", missing, AY_SCORE_MEASURE, AY_DIRECTION_NONE,
      made->certificate },
    { "map_y", "Map y", sentence_y, "", missing, AY_SCORE_MEASURE, AY_DIRECTION_NONE,
      made->certificate },
    { "map_trust", "True neighbours", sentence_trust, "share", missing, AY_SCORE_MEASURE,
      AY_DIRECTION_HIGH_GOOD, made->certificate },
  };
  gboolean ok = ay_work_store_score (self, &records[0], made->x, error)
                && ay_work_store_score (self, &records[1], made->y, error);

  if (ok && made->share != NULL)
    return ay_work_store_score (self, &records[2], made->share, error);
  return ok && ay_workspace_delete (self->store, AY_KIND_SCORE, "map_trust", error);
}

/* Both or neither. */
static gboolean
store_map (AyWork *self, const char *id, const AyMapMade *made, gboolean keep, GError **error)
{
  if (!ay_work_begin (self, error))
    return FALSE;
  return ay_work_end (self, (!keep || keep_map (self, id, made, error))
                                && show_made (self, id, made, error), error);
}

static gboolean
plan_memory (AyWork *self, const AyMapOptions *options, AyJob *job, GError **error)
{
  AyJobShape shape = ay_job_shape (self);
  const char *kinds[] = { options->method->id, NULL };
  double perplexity;

  shape.approximate_above = options->approximate_above;
  if (strcmp (kinds[0], "tsne") == 0
      && ay_map_option_number (options, "perplexity", &perplexity, NULL))
    shape.k = ay_tsne_neighbours (perplexity);
  else if (strcmp (kinds[0], "umap") == 0
           && !ay_map_option_count (options, "neighbours", &shape.k, NULL))
    shape.k = 0;
  shape.k = options->honesty ? MAX (shape.k, options->trust_k) : shape.k;
  return ay_work_plan_memory (self, kinds, &shape, job, error);
}

gboolean
ay_map_keep (AyWork *work, const char *id, const AyMapMade *made, GError **error)
{
  return store_map (work, id, made, TRUE, error);
}

gboolean
ay_work_map (AyWork *self, const AyMapRequest *request, AyJob *job, GError **error)
{
  g_auto (AyMapMade) made = { 0 };
  AyMapOptions options;

  if (!ay_map_options_read (&options, request, error)
      || !plan_memory (self, &options, job, error)
      || !ay_work_set_parameters (self, request->parameters, error)
      || !ay_map_make (self, request, &made, job, error))
    return FALSE;
  return ay_job_commit (job, error) && ay_map_keep (self, request->method, &made, error);
}

/* ---- stored maps ---- */

void
ay_map_info_free (AyMapInfo *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_clear_pointer (&self->certificate, json_object_unref);
  g_free (self);
}

/* The map that the columns are of; NULL: none, or one of an older workspace. (transfer full) */
static char *
shown_id (AyWork *self)
{
  g_autofree char *json = ay_workspace_has (self->store, AY_KIND_SCORE, "map_x")
                              ? ay_workspace_get_json (self->store, AY_KIND_SCORE, "map_x", NULL)
                              : NULL;
  g_autoptr (JsonNode) node = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node)
                                                                     : NULL;

  if (object == NULL || !json_object_has_member (object, "certificate"))
    return NULL;
  object = json_object_get_object_member (object, "certificate");
  return g_strdup (json_object_get_string_member_with_default (object, "map", NULL));
}

static AyMapInfo *
info_of (const AyItem *item, const char *shown, GError **error)
{
  g_autoptr (JsonNode) node = item->json != NULL ? ay_json_read (item->json, -1, error) : NULL;
  AyMapInfo *info;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("the record of map \"%s\" is damaged"),
                     item->name);
      return NULL;
    }
  info = g_new0 (AyMapInfo, 1);
  info->id = g_strndup (item->name, strlen (item->name) - strlen (".x"));
  info->shown = g_strcmp0 (info->id, shown) == 0;
  info->certificate = json_object_ref (json_node_get_object (node));
  return info;
}

GPtrArray *
ay_work_maps (AyWork *self, GError **error)
{
  g_autoptr (GPtrArray) items = ay_workspace_list (self->store, AY_KIND_MAP, error);
  g_autoptr (GPtrArray) maps = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_map_info_free);
  g_autofree char *shown = shown_id (self);

  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const AyItem *item = items->pdata[i];
      AyMapInfo *info;

      if (!g_str_has_suffix (item->name, ".x"))
        continue;
      info = info_of (item, shown, error);
      if (info == NULL)
        return NULL;
      g_ptr_array_add (maps, info);
    }
  return items != NULL ? g_steal_pointer (&maps) : NULL;
}

static double *
read_part (AyWork *self, const char *id, const char *part, char **json, GError **error)
{
  g_autofree char *name = part_name (id, part);
  g_autoptr (AyColumn) column = NULL;

  if (!ay_workspace_has (self->store, AY_KIND_MAP, name))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("there is no %s map yet, make one by assay-cli map"), id);
      return NULL;
    }
  column = ay_workspace_get_column (self->store, AY_KIND_MAP, name, json, error);
  if (column == NULL)
    return NULL;
  if (ay_column_type (column) != AY_COLUMN_NUMBER || ay_column_rows (column) != self->data->n)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_CHANGED, N_ ("the %s map is not of this data set"),
                   id);
      return NULL;
    }
  return g_memdup2 (ay_column_numbers (column), self->data->n * sizeof (double));
}

gboolean
ay_work_map_places (AyWork *self, const char *id, double **x, double **y, GError **error)
{
  *y = NULL;
  *x = read_part (self, id, "x", NULL, error);
  if (*x != NULL)
    *y = read_part (self, id, "y", NULL, error);
  if (*y == NULL)
    g_clear_pointer (x, g_free);
  return *y != NULL;
}

gboolean
ay_work_show_map (AyWork *self, const char *id, GError **error)
{
  g_auto (AyMapMade) made = { 0 };
  g_autofree char *json = NULL, *trust = part_name (id, "trust");
  g_autoptr (JsonNode) node = NULL;

  made.x = read_part (self, id, "x", &json, error);
  made.y = made.x != NULL ? read_part (self, id, "y", NULL, error) : NULL;
  node = made.y != NULL && json != NULL ? ay_json_read (json, -1, error) : NULL;
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      if (error != NULL && *error == NULL)
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("the record of map \"%s\" is damaged"),
                     id);
      return FALSE;
    }
  made.certificate = json_object_ref (json_node_get_object (node));
  if (ay_workspace_has (self->store, AY_KIND_MAP, trust))
    {
      made.share = read_part (self, id, "trust", NULL, error);
      if (made.share == NULL)
        return FALSE;
    }
  return store_map (self, id, &made, FALSE, error);
}

/* ---- true neighbours of one row ---- */

/* As the map shown measures distance. */
static AyDistance
shown_metric (AyWork *self)
{
  g_autofree char *id = shown_id (self);
  g_autofree char *name = id != NULL ? part_name (id, "x") : NULL;
  g_autofree char *json = name != NULL && ay_workspace_has (self->store, AY_KIND_MAP, name)
                              ? ay_workspace_get_json (self->store, AY_KIND_MAP, name, NULL)
                              : NULL;
  g_autoptr (JsonNode) node = json != NULL ? ay_json_read (json, -1, NULL) : NULL;
  AyDistance metric = AY_DISTANCE_EUCLIDEAN;

  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    ay_distance_parse (json_object_get_string_member_with_default (json_node_get_object (node),
                                                                   "metric", "euclidean"),
                       &metric);
  return metric;
}

static guint32
row_at (const AyMapPoints *points, guint32 at)
{
  return points->rows != NULL ? points->rows[at] : at;
}

/* The k nearest of each of the rows, and the row itself. points: is made here. */
static AyNeighbours *
find_nearest (AyWork *self, const guint32 *rows, gsize count, guint k, AyMapPoints *points,
              AyJob *job, GError **error)
{
  AyNeighboursOptions options = AY_NEIGHBOURS_OPTIONS_INIT;
  AyPoints query;

  if (!ay_map_points_init (points, self, shown_metric (self), job, error))
    return NULL;
  query = points->points;
  query.rows = rows;
  query.n = count;
  options.k = k + 1;
  return ay_neighbours_query (&query, &points->points, &options, job, error);
}

guint32 *
ay_work_nearest (AyWork *self, gsize row, guint k, guint *count, AyJob *job, GError **error)
{
  g_auto (AyMapPoints) points = { 0 };
  guint32 number = (guint32) row;
  g_autoptr (AyNeighbours) found = NULL;
  guint32 *rows;

  *count = 0;
  found = find_nearest (self, &number, 1, k, &points, job, error);
  if (found == NULL)
    return NULL;
  rows = g_new (guint32, k + 1);
  for (guint j = 0; j < found->k && *count < k; j++)
    {
      guint32 at = found->index[j];
      guint32 one = at == G_MAXUINT32 ? number : row_at (&points, at);

      if (one != number)
        rows[(*count)++] = one;
    }
  return rows;
}

AyBitset *
ay_work_grow (AyWork *self, const AyBitset *rows, gboolean shrink, AyJob *job, GError **error)
{
  g_auto (AyMapPoints) points = { 0 };
  g_autofree guint32 *list = NULL;
  g_autoptr (AyNeighbours) found = NULL;
  g_autoptr (AyBitset) grown = ay_bitset_copy (rows);
  gsize count;

  list = ay_bitset_rows (rows, &count);
  if (count == 0)
    return g_steal_pointer (&grown);
  found = find_nearest (self, list, count, AY_GROW_BY, &points, job, error);
  if (found == NULL)
    return NULL;
  for (gsize at = 0; at < count * found->k; at++)
    {
      guint32 near = found->index[at];

      if (near == G_MAXUINT32)
        continue;
      near = row_at (&points, near);
      if (!shrink)
        ay_bitset_add (grown, near);
      else if (!ay_bitset_get (rows, near))
        ay_bitset_remove (grown, list[at / found->k]);
    }
  return g_steal_pointer (&grown);
}
