/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/clusters_private.h"

#include "core/work/cluster_profile.h"
#include "core/work/cluster_words.h"

#include <stdlib.h>

#define MOST_WORDS 10
#define MOST_COLUMNS 5
#define MOST_MEDOIDS 3
#define MOST_CLASSES 5

typedef struct
{
  guint class;
  gsize n;
} ClassCount;

static int
compare_counts (const void *a, const void *b)
{
  const ClassCount *x = a, *y = b;

  if (x->n != y->n)
    return x->n > y->n ? -1 : 1;
  return x->class < y->class ? -1 : x->class > y->class;
}

/* The most frequent classes of cluster c, from counts of k x n_classes. */
static void
add_classes (JsonObject *into, const AyDataset *data, const gsize *count, guint c)
{
  g_autofree ClassCount *classes = g_new (ClassCount, MAX (data->n_classes, 1));
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < data->n_classes; i++)
    classes[i] = (ClassCount) { i, count[(gsize) c * data->n_classes + i] };
  qsort (classes, data->n_classes, sizeof *classes, compare_counts);
  for (guint i = 0; i < MIN (data->n_classes, MOST_CLASSES) && classes[i].n > 0; i++)
    {
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "name", data->class_names[classes[i].class]);
      json_object_set_int_member (one, "n", (gint64) classes[i].n);
      json_array_add_object_element (array, one);
    }
  json_object_set_array_member (into, "classes", array);
}

static void
add_words (JsonObject *into, GPtrArray *words, guint c)
{
  JsonArray *array = json_array_new ();
  GArray *own = words != NULL ? words->pdata[c] : NULL;

  for (guint i = 0; own != NULL && i < own->len; i++)
    {
      const AyClusterWord *word = &g_array_index (own, AyClusterWord, i);
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "word", word->word);
      json_object_set_double_member (one, "z", word->z);
      json_object_set_int_member (one, "n", (gint64) word->count);
      json_array_add_object_element (array, one);
    }
  json_object_set_array_member (into, "words", array);
}

static void
add_columns (JsonObject *into, const AyDataset *data, GPtrArray *columns, guint c)
{
  JsonArray *array = json_array_new ();
  GArray *own = columns != NULL ? columns->pdata[c] : NULL;

  for (guint i = 0; own != NULL && i < own->len; i++)
    {
      const AyClusterColumn *column = &g_array_index (own, AyClusterColumn, i);
      JsonObject *one = json_object_new ();

      json_object_set_string_member (one, "name", data->feature_names[column->column]);
      json_object_set_double_member (one, "difference", column->difference);
      json_array_add_object_element (array, one);
    }
  json_object_set_array_member (into, "columns", array);
}

static void
add_medoids (JsonObject *into, const AyDataset *data, const guint32 *medoids)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < MOST_MEDOIDS && medoids[i] != G_MAXUINT32; i++)
    {
      g_autofree char *id = ay_column_dup_text (data->id, medoids[i]);

      json_array_add_string_element (array, id);
    }
  json_object_set_array_member (into, "medoids", array);
}

/* Rows of each class in each cluster, k x n_classes. (transfer full) */
static gsize *
count_classes (const AyDataset *data, const AyClustering *self, gsize *size)
{
  gsize *count = g_new0 (gsize, MAX ((gsize) self->k * data->n_classes, 1));

  for (gsize i = 0; i < data->n; i++)
    if (self->cluster[i] != G_MAXUINT32)
      {
        size[self->cluster[i]]++;
        if (data->n_classes > 0 && data->label[i] != AY_LABEL_MISSING)
          count[(gsize) self->cluster[i] * data->n_classes + (guint) data->label[i]]++;
      }
  return count;
}

JsonArray *
ay_clustering_describe (AyWork *work, const AyClustering *self, AyJob *job, GError **error)
{
  const AyDataset *data = work->data;
  gboolean named = data->features_of_columns && data->feature_names != NULL;
  g_autofree gsize *size = g_new0 (gsize, MAX (self->k, 1)), *classes = NULL;
  g_autoptr (GPtrArray) words = NULL, columns = NULL;
  g_autofree guint32 *medoids = NULL;
  JsonArray *array;

  if (data->text != NULL
      && (words = ay_cluster_words (data->text, self->cluster, self->k, MOST_WORDS, job, error))
             == NULL)
    return NULL;
  if (named
      && (columns = ay_cluster_columns (data, self->cluster, self->k, MOST_COLUMNS, job, error))
             == NULL)
    return NULL;
  medoids = ay_cluster_medoids (self->points, self->cluster, self->k, MOST_MEDOIDS, job, error);
  if (medoids == NULL)
    return NULL;
  classes = count_classes (data, self, size);
  array = json_array_new ();
  for (guint c = 0; c < self->k; c++)
    {
      JsonObject *one = json_object_new ();

      json_object_set_int_member (one, "number", c);
      json_object_set_null_member (one, "name");
      json_object_set_int_member (one, "size", (gint64) size[c]);
      add_classes (one, data, classes, c);
      add_words (one, words, c);
      add_columns (one, data, columns, c);
      add_medoids (one, data, medoids + (gsize) c * MOST_MEDOIDS);
      json_array_add_object_element (array, one);
    }
  return array;
}
