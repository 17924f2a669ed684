/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/dataset.h"

#include "core/shim/number.h"

#include <math.h>
#include <string.h>

static const char *const split_names[] = { "train", "valid", "test", "pool" };

const char *
ay_split_name (AySplit split)
{
  return (guint) split < G_N_ELEMENTS (split_names) ? split_names[split] : "";
}

/* The names people give the parts, as found in the wild; compared without case. */
gboolean
ay_split_parse (const char *name, AySplit *split)
{
  static const struct { const char *name; AySplit split; } known[] = {
    { "train", AY_SPLIT_TRAIN }, { "training", AY_SPLIT_TRAIN }, { "trn", AY_SPLIT_TRAIN },
    { "fit", AY_SPLIT_TRAIN },
    { "valid", AY_SPLIT_VALID }, { "val", AY_SPLIT_VALID }, { "validation", AY_SPLIT_VALID },
    { "dev", AY_SPLIT_VALID }, { "development", AY_SPLIT_VALID }, { "devel", AY_SPLIT_VALID },
    { "eval", AY_SPLIT_VALID },
    { "test", AY_SPLIT_TEST }, { "testing", AY_SPLIT_TEST }, { "tst", AY_SPLIT_TEST },
    { "holdout", AY_SPLIT_TEST }, { "hold-out", AY_SPLIT_TEST },
    { "pool", AY_SPLIT_POOL }, { "unlabelled", AY_SPLIT_POOL }, { "unlabeled", AY_SPLIT_POOL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (g_ascii_strcasecmp (name, known[i].name) == 0)
      {
        *split = known[i].split;
        return TRUE;
      }
  return FALSE;
}

void
ay_feature_span_clear (AyFeatureSpan *self)
{
  g_clear_pointer (&self->text, ay_column_unref);
  g_clear_pointer (&self->columns, g_ptr_array_unref);
}

AyDataset *
ay_dataset_ref (AyDataset *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_dataset_unref (AyDataset *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  if (self->of != NULL)
    {
      g_free (self->label);
      g_free (self->split);
      ay_dataset_unref (self->of);
      g_free (self);
      return;
    }
  ay_table_unref (self->table);
  ay_column_unref (self->id);
  ay_matrix_unref (self->features);
  g_strfreev (self->feature_names);
  g_strfreev (self->class_names);
  g_free (self->label);
  g_free (self->target);
  g_free (self->split);
  g_free (self->weight);
  ay_matrix_unref (self->probabilities);
  ay_column_unref (self->text);
  ay_column_unref (self->image);
  ay_column_unref (self->time);
  ay_column_unref (self->group);
  ay_matrix_unref (self->dynamics);
  g_free (self->row_of_dynamics);
  g_free (self->image_base);
  g_free (self->place_root);
  ay_pixels_unref (self->pixels);
  g_clear_pointer (&self->feature_spans, g_array_unref);
  g_free (self->features_from);
  g_free (self->near);
  g_free (self->near_said);
  ay_diagnostics_unref (self->diagnostics);
  g_free (self);
}

AyDataset *
ay_dataset_relabelled (AyDataset *of, const gint32 *label, const guint8 *split)
{
  AyDataset *self = g_memdup2 (of, sizeof *of);

  g_atomic_ref_count_init (&self->ref);
  self->of = ay_dataset_ref (of);
  self->label = g_memdup2 (label, MAX (of->n, 1) * sizeof *label);
  self->split = g_memdup2 (split, MAX (of->n, 1));
  return self;
}

static gboolean
has_label (const AyDataset *self, gsize row)
{
  if (self->label != NULL)
    return self->label[row] != AY_LABEL_MISSING;
  return self->target != NULL && !isnan (self->target[row]);
}

guint32 *
ay_dataset_rows_of (const AyDataset *self, AySplit split, gsize *count)
{
  g_autofree guint32 *rows = g_new (guint32, MAX (self->n, 1));
  gsize k = 0;

  for (gsize i = 0; i < self->n; i++)
    if (self->split[i] == split && (split == AY_SPLIT_POOL || has_label (self, i)))
      rows[k++] = (guint32) i;
  if (count != NULL)
    *count = k;
  return g_realloc (g_steal_pointer (&rows), MAX (k, 1) * sizeof (guint32));
}

gboolean
ay_dataset_tears (const AyDataset *self, const guint32 *first)
{
  g_autofree guint8 *parts = g_new0 (guint8, MAX (self->n, 1));

  for (gsize i = 0; i < self->n; i++)
    if (self->split[i] != AY_SPLIT_POOL && (self->split[i] != AY_SPLIT_TEST || self->test_drawn))
      {
        parts[first[i]] |= (guint8) (1 << self->split[i]);
        if ((parts[first[i]] & (parts[first[i]] - 1)) != 0)
          return TRUE;
      }
  return FALSE;
}

char *
ay_dataset_dup_label (const AyDataset *self, gsize row)
{
  char buffer[AY_NUMBER_SIZE];

  if (!has_label (self, row))
    return g_strdup ("");
  if (self->label != NULL)
    return g_strdup (self->class_names[self->label[row]]);
  ay_number_format (self->target[row], buffer);
  return g_strdup (buffer);
}

GHashTable *
ay_dataset_index_ids (const AyDataset *self)
{
  GHashTable *row_of = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (gsize i = 0; i < self->n; i++)
    g_hash_table_insert (row_of, ay_column_dup_text (self->id, i), GSIZE_TO_POINTER (i + 1));
  return row_of;
}
