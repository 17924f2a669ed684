/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/own_influence.h"

#include "core/base/json_text.h"
#include "core/base/words.h"
#include "core/work/import_check.h"
#include "core/work/influence_matrix.h"
#include "core/work/work_private.h"

#include <math.h>
#include <string.h>

/* Stored as an item of this kind: JSON with where it is from, and bytes: m rows of the data, then
 * m x k helping, m x k hurting (rows of the data), m x k help, m x k hurt. */
#define KIND "own_influence"

void
ay_own_influence_report_clear (AyOwnInfluenceReport *self)
{
  g_clear_pointer (&self->name, g_free);
}

/* ---- whose rows and columns ---- */

/* Row of each id from 1. */
static GHashTable *
index_ids (const AyDataset *data)
{
  GHashTable *rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < data->n; i++)
    g_hash_table_insert (rows, ay_column_dup_text (data->id, i), GUINT_TO_POINTER ((guint) i + 1));
  return rows;
}

static gboolean
fits_part (const AyDataset *data, gsize row, AySplit part)
{
  return part == AY_SPLIT_TRAIN ? data->split[row] == part : data->split[row] != AY_SPLIT_TEST;
}

/* The rows whose ids stand in a file, a line each; of train, or (valid) of any part but test. */
static guint32 *
read_ids (const AyDataset *data, const char *path, AySplit part, gsize *count, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GHashTable) known = NULL, seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (guint32));

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  known = index_ids (data);
  for (gsize i = 0; lines[i] != NULL && (*lines[i] != '\0' || lines[i + 1] != NULL); i++)
    {
      const char *id = g_strchomp (lines[i]), *what = NULL;
      guint32 row = GPOINTER_TO_UINT (g_hash_table_lookup (known, id)) - 1;

      if (row == G_MAXUINT32)
        what = "no row has this id";
      else if (!g_hash_table_add (seen, GUINT_TO_POINTER (row + 1)))
        what = "stands twice";
      else if (!fits_part (data, row, part))
        what = part == AY_SPLIT_TRAIN ? "is no training row"
                                      : "is a test row, which is kept for the report";
      if (what != NULL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s:%zu: \"%s\": %s"), path,
                       i + 1, id, what);
          return NULL;
        }
      g_array_append_val (rows, row);
    }
  *count = rows->len;
  return (guint32 *) g_array_free (g_steal_pointer (&rows), FALSE);
}

static guint32 *
read_rows (const AyDataset *data, const char *ids, AySplit part, gsize *count, GError **error)
{
  return ids != NULL ? read_ids (data, ids, part, count, error)
                     : ay_dataset_rows_of (data, part, count);
}

/* ---- storing ---- */

static char *
describe (AyWork *work, const char *path, const AyOwnInfluenceOptions *options,
          const AyOwnInfluenceReport *report)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *file = ay_workspace_relative_path (work->store, path);

  json_object_set_string_member (object, "method", AY_METHOD_IMPORTED);
  json_object_set_string_member (object, "file", file);
  json_object_set_string_member (object, "meaning",
                                 options->meaning != NULL ? options->meaning : AY_NOT_TOLD);
  json_object_set_string_member (object, "above_0", options->above_hurts ? "hurts" : "helps");
  json_object_set_string_member (object, "row_order",
                                 options->row_ids != NULL ? options->row_ids
                                                          : "validation rows as in the data");
  json_object_set_string_member (object, "column_order",
                                 options->column_ids != NULL ? options->column_ids
                                                             : "training rows as in the data");
  json_object_set_int_member (object, "data_rows", (gint64) work->data->n);
  json_object_set_int_member (object, "rows", (gint64) report->rows);
  json_object_set_int_member (object, "columns", (gint64) report->columns);
  json_object_set_int_member (object, "values", (gint64) report->n_values);
  json_object_set_boolean_member (object, "sparse", report->sparse);
  json_object_set_int_member (object, "keep", report->keep);
  json_node_set_object (node, object);
  return json_to_string (node, FALSE);
}

static gboolean
store (AyWork *work, const char *json, const AyOwnInfluenceReport *report, const guint32 *rows,
       const AyInfluenceEnds *ends, GError **error)
{
  gsize count = report->rows * report->keep;
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  AyItem item = { .kind = (char *) KIND, .name = report->name, .json = (char *) json };
  g_autoptr (AyBitset) judged
      = ay_bitset_from_rows (work->data->n, rows, report->rows);
  AyColumnStep step;
  gboolean ok;

  if (count > (G_MAXUINT32 - 4 * report->rows) / 16)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("keep %u of %zu rows: more than 4 GB"), report->keep,
                   report->rows);
      return FALSE;
    }
  g_byte_array_append (bytes, (const guint8 *) rows, (guint) (report->rows * 4));
  g_byte_array_append (bytes, (const guint8 *) ends->helping, (guint) (count * 4));
  g_byte_array_append (bytes, (const guint8 *) ends->hurting, (guint) (count * 4));
  g_byte_array_append (bytes, (const guint8 *) ends->help, (guint) (count * 4));
  g_byte_array_append (bytes, (const guint8 *) ends->hurt, (guint) (count * 4));
  item.bytes = g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
  ok = ay_column_step_begin (&step, work, error);
  if (ok)
    ok = ay_column_step_end (&step, ay_column_step_add (&step, KIND, report->name, error)
                                        && ay_workspace_put (work->store, &item, error),
                             judged, "an influence of your own, imported", error);
  g_bytes_unref (item.bytes);
  return ok;
}

/* Columns of the matrix become rows of the data. */
static void
name_rows (AyInfluenceEnds *ends, gsize count, const guint32 *columns)
{
  for (gsize i = 0; i < count; i++)
    {
      if (ends->helping[i] != G_MAXUINT32)
        ends->helping[i] = columns[ends->helping[i]];
      if (ends->hurting[i] != G_MAXUINT32)
        ends->hurting[i] = columns[ends->hurting[i]];
    }
}

static gboolean
check_sizes (const AyInfluenceMatrix *matrix, gsize rows, gsize columns, GError **error)
{
  if (matrix->m == rows && matrix->n == columns && rows > 0 && columns > 0)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s: %zu x %zu, but there are %zu judged and %zu training rows%s"), matrix->path,
               matrix->m, matrix->n, rows, columns,
               matrix->m == columns && matrix->n == rows ? N_ (" (transposed?)") : "");
  return FALSE;
}

static char *
default_name (const char *path)
{
  char *name = g_path_get_basename (path), *dot = strrchr (name, '.');

  if (dot != NULL && dot != name)
    *dot = '\0';
  return name;
}

static gboolean
import_matrix (AyWork *self, const AyInfluenceMatrix *matrix, const AyOwnInfluenceOptions *options,
               AyOwnInfluenceReport *report, AyJob *job, GError **error)
{
  g_autofree guint32 *columns = NULL;
  g_autofree guint32 *rows = read_rows (self->data, options->row_ids, AY_SPLIT_VALID,
                                        &report->rows, error);
  g_autofree char *json = NULL;
  AyInfluenceEnds ends = { .sign = options->above_hurts ? -1.0f : 1.0f };
  gboolean ok;

  columns = rows != NULL ? read_rows (self->data, options->column_ids, AY_SPLIT_TRAIN,
                                      &report->columns, error)
                         : NULL;
  if (columns == NULL || !check_sizes (matrix, report->rows, report->columns, error))
    return FALSE;
  report->keep = ends.k = (guint) MIN (options->keep, report->columns);
  report->sparse = matrix->dense == NULL;
  ay_job_set_phase (job, "reading influence");
  ok = ay_influence_matrix_ends (matrix, &ends, job, error);
  if (ok)
    {
      report->n_values = ends.n_values;
      name_rows (&ends, report->rows * ends.k, columns);
      json = describe (self, matrix->path, options, report);
      ok = ay_job_commit (job, error) && store (self, json, report, rows, &ends, error);
    }
  ay_influence_ends_clear (&ends);
  return ok;
}

gboolean
ay_work_import_influence (AyWork *self, const char *path, const AyOwnInfluenceOptions *options,
                          AyOwnInfluenceReport *report, AyJob *job, GError **error)
{
  AyInfluenceMatrix matrix;
  gboolean ok;

  *report = (AyOwnInfluenceReport) { 0 };
  if (options->keep < 1)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, N_ ("keep: expected 1 or more"));
      return FALSE;
    }
  report->name = options->name != NULL ? g_strdup (options->name) : default_name (path);
  ok = ay_influence_matrix_open (&matrix, path, job, error)
       && import_matrix (self, &matrix, options, report, job, error);
  ay_influence_matrix_clear (&matrix);
  if (!ok)
    ay_own_influence_report_clear (report);
  return ok;
}

/* ---- asking ---- */

GPtrArray *
ay_work_own_influences (AyWork *self, GError **error)
{
  g_autoptr (GPtrArray) items = ay_workspace_list (self->store, KIND, error);
  GPtrArray *names = items != NULL ? g_ptr_array_new_with_free_func (g_free) : NULL;

  for (guint i = 0; items != NULL && i < items->len; i++)
    g_ptr_array_add (names, g_strdup (((AyItem *) items->pdata[i])->name));
  return names;
}

static const char *
told_meaning (JsonObject *object)
{
  const char *meaning = json_object_get_string_member_with_default (object, "meaning", AY_NOT_TOLD);

  return strcmp (meaning, AY_NOT_TOLD) == 0 ? NULL : meaning;
}

const char *
ay_score_meaning_told (const AyScoreInfo *info)
{
  return info->certificate != NULL ? told_meaning (info->certificate) : NULL;
}

gboolean
ay_work_own_influence_told (AyWork *self, const char *path, gboolean *above_hurts, char **meaning)
{
  g_autofree char *name = default_name (path);
  g_autofree char *text = ay_workspace_get_json (self->store, KIND, name, NULL);
  g_autoptr (JsonNode) json = text != NULL ? ay_json_read (text, -1, NULL) : NULL;
  JsonObject *object = json != NULL && JSON_NODE_HOLDS_OBJECT (json) ? json_node_get_object (json)
                                                                     : NULL;

  if (object == NULL)
    return FALSE;
  *above_hurts = strcmp (json_object_get_string_member_with_default (object, "above_0", "helps"),
                         "hurts") == 0;
  *meaning = g_strdup (told_meaning (object));
  return TRUE;
}

static gint64
member (JsonNode *json, const char *name)
{
  JsonObject *object = json != NULL && JSON_NODE_HOLDS_OBJECT (json) ? json_node_get_object (json)
                                                                     : NULL;

  return object != NULL ? json_object_get_int_member_with_default (object, name, 0) : 0;
}

/* The item, its rows and kept count checked against its bytes. (transfer full) */
static AyItem *
get_stored (AyWork *self, const char *name, gsize *m, guint *keep, GError **error)
{
  AyItem *item = ay_workspace_get (self->store, KIND, name, error);
  g_autoptr (JsonNode) json = item != NULL && item->json != NULL
                                  ? ay_json_read (item->json, -1, NULL) : NULL;
  gint64 rows = member (json, "rows"), kept = member (json, "keep");

  if (item == NULL)
    return NULL;
  if (rows < 1 || rows > G_MAXUINT32 || kept < 1 || kept > G_MAXUINT32 || item->bytes == NULL
      || member (json, "data_rows") != (gint64) self->data->n
      || g_bytes_get_size (item->bytes) / 4 / (gsize) rows != 1 + 4 * (gsize) kept)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("influence \"%s\" is of other data, or damaged: import it again"), name);
      ay_item_free (item);
      return NULL;
    }
  *m = (gsize) rows;
  *keep = (guint) kept;
  return item;
}

/* Copies the first k of the `keep` values a row of a stored block. */
static gpointer
dup_part (const guint32 *block, const gsize *at, gsize m, guint k, guint keep)
{
  guint32 *out = g_new (guint32, m * k + 1);

  for (gsize t = 0; t < m; t++)
    memcpy (out + t * k, block + at[t] * keep, k * sizeof (guint32));
  return out;
}

static gboolean
check_stored (const AyWork *self, const char *name, const guint32 *rows, gsize count,
              GError **error)
{
  for (gsize i = 0; i < count; i++)
    if (rows[i] != G_MAXUINT32 && rows[i] >= self->data->n)
      {
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("influence \"%s\" is damaged: row %u"),
                     name, rows[i]);
        return FALSE;
      }
  return TRUE;
}

/* Places of the asked rows among the stored ones. */
static gsize *
find_places (AyWork *self, const char *name, const AyRowInfluence *asked, const guint32 *rows,
             gsize m, GError **error)
{
  g_autoptr (GHashTable) places = g_hash_table_new (NULL, NULL);
  gsize *at = g_new (gsize, asked->m);

  for (gsize i = 0; i < m; i++)
    g_hash_table_insert (places, GUINT_TO_POINTER (rows[i] + 1), GSIZE_TO_POINTER (i + 1));
  for (gsize t = 0; t < asked->m; t++)
    {
      at[t] = GPOINTER_TO_SIZE (
          g_hash_table_lookup (places, GUINT_TO_POINTER (asked->rows[t] + 1)));
      if (at[t]-- == 0)
        {
          g_autofree char *id = ay_column_dup_text (self->data->id, asked->rows[t]);

          g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                       N_ ("row %s is not among the %zu judged rows of influence "
                           "\"%s\""),
                       id, m, name);
          g_free (at);
          return NULL;
        }
    }
  return at;
}

AyRowInfluence *
ay_work_own_influence (AyWork *self, const char *name, const AyBitset *rows, guint k,
                       GError **error)
{
  g_autoptr (AyRowInfluence) asked = g_new0 (AyRowInfluence, 1);
  g_autofree gsize *at = NULL;
  const guint32 *stored;
  AyItem *item;
  guint keep;
  gsize m;

  asked->rows = ay_bitset_rows (rows, &asked->m);
  if (asked->m == 0)
    {
      g_set_error_literal (error, AY_ERROR, AY_ERROR_RANGE, N_ ("no rows to ask of"));
      return NULL;
    }
  item = get_stored (self, name, &m, &keep, error);
  stored = item != NULL ? g_bytes_get_data (item->bytes, NULL) : NULL;
  at = item != NULL && check_stored (self, name, stored + m, 2 * m * keep, error)
           ? find_places (self, name, asked, stored, m, error)
           : NULL;
  if (at != NULL)
    {
      asked->k = MIN (k, keep);
      stored += m;
      asked->helping = dup_part (stored, at, asked->m, asked->k, keep);
      asked->hurting = dup_part (stored + m * keep, at, asked->m, asked->k, keep);
      asked->help = dup_part (stored + 2 * m * keep, at, asked->m, asked->k, keep);
      asked->hurt = dup_part (stored + 3 * m * keep, at, asked->m, asked->k, keep);
      if (self->data->label != NULL)
        {
          asked->label = g_new (gint32, asked->m);
          for (gsize t = 0; t < asked->m; t++)
            asked->label[t] = self->data->label[asked->rows[t]];
        }
    }
  ay_item_free (item);
  return at != NULL ? g_steal_pointer (&asked) : NULL;
}
