/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/content.h"
#include "core/data/loading.h"
#include "core/data/split.h"
#include "core/data/times.h"

#include <math.h>
#include <string.h>

#define NAMES_SHOWN 5

/* A class a row for the drawing: a number counts as one class. (transfer full) */
static gint32 *
strata_of (const AyDataset *data)
{
  gint32 *label = g_new (gint32, MAX (data->n, 1));

  for (gsize i = 0; i < data->n; i++)
    if (data->label != NULL)
      label[i] = data->label[i];
    else
      label[i] = isnan (data->target[i]) ? AY_LABEL_MISSING : 0;
  return label;
}

/* For each row the first that has the same content in every block. (transfer full) */
static guint32 *
first_of_content (AyLoading *self, GError **error)
{
  g_autoptr (GPtrArray) columns
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_column_unref);
  AyContent content = { NULL, NULL, 0 };

  for (guint b = 0; b < self->blocks->len; b++)
    {
      AyFeatureBlock *block = self->blocks->pdata[b];

      for (guint c = 0; c < block->columns->len; c++)
        g_ptr_array_add (columns, ay_column_ref (block->columns->pdata[c]));
      if (block->matrix != NULL && content.matrix == NULL)
        content.matrix = block->matrix;
      else if (block->matrix != NULL)
        {
          AyContent other = { block->matrix, NULL, 0 };
          g_autofree guint32 *first
              = ay_content_first (&other, self->n, self->inside.ranks, self->job, error);
          double *values;

          if (first == NULL)
            return NULL;
          values = g_new (double, MAX (self->n, 1));
          for (gsize i = 0; i < self->n; i++)
            values[i] = first[i];
          g_ptr_array_add (columns, ay_column_take_number ("", self->n, values, TRUE));
        }
    }
  content.columns = (AyColumn *const *) columns->pdata;
  content.n_columns = columns->len;
  return ay_content_first (&content, self->n, self->inside.ranks, self->job, error);
}

/* Ranks that are told the parts leave what is said of copies to the first. */
gboolean
ay_loading_find_copies (AyLoading *self, GError **error)
{
  AyRanksFact rows = { "rows", self->n, FALSE };

  if (self->inside.ranks != NULL && self->inside.split != NULL)
    return TRUE;
  if (!ay_ranks_agree (self->inside.ranks, &rows, 1, error))
    return FALSE;
  self->first = first_of_content (self, error);
  return self->first != NULL;
}

static void
count_parts (const AyDataset *data, const gint32 *label, gsize counts[4])
{
  memset (counts, 0, 4 * sizeof *counts);
  for (gsize i = 0; i < data->n; i++)
    counts[data->split[i]] += label[i] != AY_LABEL_MISSING || data->split[i] == AY_SPLIT_POOL;
}

static void
say_drawn (AyLoading *self, const AyDataset *data, const gint32 *label, const double *time)
{
  const char *how = time != NULL ? N_ ("from the latest") : N_ ("with the seed");
  gsize counts[4];
  g_autofree char *classes = data->label != NULL
                                 ? g_strdup_printf (" of %u classes", data->n_classes)
                                 : g_strdup ("");

  count_parts (data, label, counts);
  if (data->test_drawn)
    ay_diagnostics_add (self->diagnostics, "parts-drawn",
                        N_ ("no parts were given: %zu validation and %zu test rows are drawn %s, "
                            "%zu are left to train"),
                        counts[AY_SPLIT_VALID], counts[AY_SPLIT_TEST], how,
                        counts[AY_SPLIT_TRAIN]);
  else
    ay_diagnostics_add (self->diagnostics, "valid-drawn",
                        N_ ("a test part was given, but no validation part: %zu training rows are "
                            "drawn for it %s"),
                        counts[AY_SPLIT_VALID], how);
}

static gboolean
has_valid (const AyDataset *data)
{
  return memchr (data->split, AY_SPLIT_VALID, data->n) != NULL;
}

/* Draws with groups whole and, as told, rows of one content and near copies. */
static gboolean
draw_units (AyLoading *self, AyDataset *data, AySplitDraw *draw, gboolean copies, gboolean near,
            GError **error)
{
  g_autofree guint32 *unit
      = ay_content_units (copies ? self->first : NULL, near ? self->near : NULL, data->n,
                          self->group, error);

  if (unit == NULL)
    return FALSE;
  for (gsize i = 0; i < data->n; i++)
    if (data->split[i] == AY_SPLIT_TEST && !draw->valid_only)
      data->split[i] = AY_SPLIT_TRAIN; /* of a drawing that came to nothing */
  draw->unit = unit;
  ay_split_draw (draw, data->split);
  draw->unit = NULL;
  return TRUE;
}

/* The most that can be kept whole: near copies, exact ones, groups alone. A few different rows,
 * each very often (say, three yes-no questions), leave no other way. */
static gboolean
draw_whole (AyLoading *self, AyDataset *data, AySplitDraw *draw, GError **error)
{
  if (!draw_units (self, data, draw, TRUE, TRUE, error))
    return FALSE;
  if (has_valid (data))
    return TRUE;
  self->near_split = self->near != NULL;
  if (self->near_split && !draw_units (self, data, draw, TRUE, FALSE, error))
    return FALSE;
  return has_valid (data) || draw_units (self, data, draw, FALSE, FALSE, error);
}

/* Parts as they were drawn once; FALSE: there are none for so many rows. */
static gboolean
take_stored (const AyLoading *self, AyDataset *data)
{
  gsize n = 0;
  const guint8 *split = self->inside.split != NULL ? g_bytes_get_data (self->inside.split, &n)
                                                   : NULL;

  if (split == NULL || n != data->n)
    return FALSE;
  memcpy (data->split, split, n);
  return TRUE;
}

static gboolean
draw_parts (AyLoading *self, AyDataset *data, const gint32 *label, GError **error)
{
  g_autofree double *time = NULL;
  AySplitDraw draw = { .n = data->n, .label = label, .n_classes = MAX (data->n_classes, 1),
                       .fraction = self->options->valid_fraction,
                       .seed = self->options->seed };

  if (!(draw.fraction > 0.0 && draw.fraction < 1.0))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("share of validation and test rows: %g is not between 0 and 1"),
                   draw.fraction);
      return FALSE;
    }
  if (self->time != NULL && (time = ay_times_parse (self->time, error)) == NULL)
    return ay_loading_fail (self, self->options->time, error);
  draw.time = time;
  draw.valid_only = data->has_test;
  if (draw.valid_only)
    draw.fraction /= 2.0;
  self->drawn = !take_stored (self, data);
  if (self->drawn && !draw_whole (self, data, &draw, error))
    return FALSE;
  data->test_drawn = !draw.valid_only;
  data->has_test = TRUE;
  say_drawn (self, data, label, time);
  if (self->first != NULL && has_valid (data) && ay_dataset_tears (data, self->first))
    ay_diagnostics_add (self->diagnostics, "copies-split",
                        N_ ("exact copies are so many that no validation part can be drawn with "
                            "all copies of a row on one side: they are drawn row by row"));
  return TRUE;
}

/* Rows of valid and test with an exact copy in train. */
static void
say_leaks (AyLoading *self, const AyDataset *data, const guint32 *first)
{
  g_autofree guint8 *in_train = g_new0 (guint8, MAX (data->n, 1));
  gsize leaks = 0, example = 0;

  for (gsize i = 0; i < data->n; i++)
    if (data->split[i] == AY_SPLIT_TRAIN)
      in_train[first[i]] = 1;
  for (gsize i = 0; i < data->n; i++)
    if ((data->split[i] == AY_SPLIT_VALID || data->split[i] == AY_SPLIT_TEST)
        && in_train[first[i]] && leaks++ == 0)
      example = i;
  if (leaks > 0)
    ay_diagnostics_add (self->diagnostics, "leak",
                        leaks == 1
                            ? N_ ("%zu validation or test row has exactly the features of a "
                                  "training row (the first: row %zu): what is measured there is "
                                  "too good")
                            : N_ ("%zu validation or test rows have exactly the features of a "
                                  "training row (the first: row %zu): what is measured there is "
                                  "too good"),
                        leaks, example);
}

/* Labelled rows of each class in a part. (transfer full) */
static gsize *
class_counts (const AyDataset *data, AySplit split)
{
  gsize *counts = g_new0 (gsize, data->n_classes + 1);

  for (gsize i = 0; i < data->n; i++)
    if (data->split[i] == split && data->label[i] != AY_LABEL_MISSING)
      counts[data->label[i]]++;
  return counts;
}

/* `"a", "b", ...` of the classes that lack rows in `lack` while they have some in `have`. */
static char *
list_absent (const AyDataset *data, const gsize *lack, const gsize *have, guint *count)
{
  GString *list = g_string_new (NULL);

  *count = 0;
  for (guint c = 0; c < data->n_classes; c++)
    if (lack[c] == 0 && (have == NULL || have[c] > 0))
      {
        if (*count < NAMES_SHOWN)
          g_string_append_printf (list, "%s\"%s\"", *count > 0 ? ", " : "", data->class_names[c]);
        (*count)++;
      }
  if (*count > NAMES_SHOWN)
    g_string_append (list, ", ...");
  return g_string_free (list, FALSE);
}

static gboolean
check_classes (AyLoading *self, const AyDataset *data, GError **error)
{
  g_autofree gsize *train = class_counts (data, AY_SPLIT_TRAIN);
  g_autofree gsize *valid = class_counts (data, AY_SPLIT_VALID);
  g_autofree char *not_trained = NULL, *not_valid = NULL;
  gsize n_train = 0, n_hidden = 0;
  guint absent, unseen, present = 0, last = 0;

  for (guint c = 0; c < data->n_classes; c++)
    {
      n_train += train[c];
      present += train[c] > 0;
      last = train[c] > 0 ? c : last;
      n_hidden += train[c] == 0 ? valid[c] : 0;
    }
  if (present == 1 && !self->options->one_owner)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("all %zu training rows are of one class, \"%s\""), n_train,
                   data->class_names[last]);
      return FALSE;
    }
  if (n_train < data->n_classes)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%zu training rows for %u classes: fewer rows than classes"),
                   n_train, data->n_classes);
      return FALSE;
    }
  not_trained = list_absent (data, train, NULL, &absent);
  if (absent > 0)
    ay_diagnostics_add (self->diagnostics, "class-absent-train",
                        absent == 1 ? N_ ("%u class has no training row, so that %zu validation "
                                          "rows cannot be right: %s")
                                    : N_ ("%u classes have no training row, so that %zu "
                                          "validation rows cannot be right: %s"),
                        absent, n_hidden, not_trained);
  not_valid = list_absent (data, valid, train, &unseen);
  if (unseen > 0)
    ay_diagnostics_add (self->diagnostics, "class-absent-valid",
                        unseen == 1 ? N_ ("%u class has no validation row, so that nothing is "
                                          "known of how well they are told: %s")
                                    : N_ ("%u classes have no validation row, so that nothing is "
                                          "known of how well they are told: %s"),
                        unseen, not_valid);
  return TRUE;
}

static gboolean
check_target (const AyLoading *self, const AyDataset *data, GError **error)
{
  double low = INFINITY, high = -INFINITY;

  for (gsize i = 0; i < data->n; i++)
    if (data->split[i] == AY_SPLIT_TRAIN && !isnan (data->target[i]))
      {
        low = MIN (low, data->target[i]);
        high = MAX (high, data->target[i]);
      }
  if (high > low || self->options->one_owner)
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("the target is %g in all training rows: there is nothing to predict"), low);
  return FALSE;
}

static gboolean
check_parts (AyLoading *self, AyDataset *data, const gint32 *label, GError **error)
{
  gsize counts[4];
  g_autofree char *classes = data->label != NULL
                                 ? g_strdup_printf (" of %u classes", data->n_classes)
                                 : g_strdup ("");

  count_parts (data, label, counts);
  for (int part = AY_SPLIT_TRAIN; part <= AY_SPLIT_VALID; part++)
    if (counts[part] == 0)
      {
        g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                     part == AY_SPLIT_TRAIN ? N_ ("%s: no labelled row is left to train on")
                                            : N_ ("%s: no labelled row in the validation part (%zu "
                                                  "rows%s are too few to draw from; name parts "
                                                  "with --split)"),
                     self->where, counts[AY_SPLIT_TRAIN] + counts[AY_SPLIT_TEST], classes);
        return FALSE;
      }
  if (!data->has_test)
    ay_diagnostics_add (self->diagnostics, "no-test",
                        N_ ("there is no test part: every figure is a preview on rows that choices "
                            "were made by"));
  if (counts[AY_SPLIT_POOL] > 0)
    ay_diagnostics_add (self->diagnostics, "pool", N_ ("%zu rows are the pool"),
                        counts[AY_SPLIT_POOL]);
  if (data->label != NULL ? check_classes (self, data, error) : check_target (self, data, error))
    return TRUE;
  g_prefix_error (error, "%s: ", self->where);
  return FALSE;
}

/* All rows train or pool, those of the validation file valid. */
static void
first_parts (const AyLoading *self, AyDataset *data, const gint32 *label)
{
  for (gsize i = 0; i < data->n; i++)
    {
      data->split[i] = i < self->n_input ? AY_SPLIT_TRAIN : AY_SPLIT_VALID;
      if (label[i] == AY_LABEL_MISSING)
        data->split[i] = AY_SPLIT_POOL;
    }
}

static gboolean
given_parts (AyLoading *self, AyDataset *data, const gint32 *label, gsize counts[4],
             GError **error)
{
  g_autoptr (AyColumn) inputs = NULL;
  g_autofree guint32 *rows = g_new (guint32, MAX (self->n_input, 1));

  for (gsize i = 0; i < self->n_input; i++)
    rows[i] = (guint32) i;
  inputs = ay_column_gather (self->split, rows, self->n_input);
  if (!ay_split_of_column (inputs, label, data->split, error))
    return ay_loading_fail (self, self->options->split, error);
  count_parts (data, label, counts);
  data->has_test = counts[AY_SPLIT_TEST] > 0;
  return TRUE;
}

gboolean
ay_loading_find_parts (AyLoading *self, AyDataset *data, GError **error)
{
  g_autofree gint32 *label = strata_of (data);
  gsize counts[4] = { 0 };

  data->split = g_new0 (guint8, MAX (data->n, 1));
  first_parts (self, data, label);
  if (self->split != NULL && !given_parts (self, data, label, counts, error))
    return FALSE;
  if (self->split == NULL)
    count_parts (data, label, counts);
  if (counts[AY_SPLIT_VALID] == 0 && !draw_parts (self, data, label, error))
    return FALSE;
  if (self->first != NULL
      && (!data->test_drawn
          || ay_diagnostics_find (self->diagnostics, "copies-split") != NULL))
    say_leaks (self, data, self->first);
  return check_parts (self, data, label, error);
}
