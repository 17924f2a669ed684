/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/content.h"
#include "core/data/features_table.h"
#include "core/data/loading.h"
#include "core/data/made_features.h"
#include "core/data/stack.h"

#include <string.h>

#define NAMES_SHOWN 5

/* Rows that made features may learn from: 1 = yes. (transfer full) */
static guint8 *
fitted_rows (const AyDataset *data, gboolean pool)
{
  guint8 *fit = g_new (guint8, MAX (data->n, 1));

  for (gsize i = 0; i < data->n; i++)
    fit[i] = data->split[i] == AY_SPLIT_TRAIN || (pool && data->split[i] == AY_SPLIT_POOL);
  return fit;
}

static AyTextOptions
text_options (const AyLoading *self)
{
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;

  if (self->options->text_dimensions > 0)
    options.dimensions = self->options->text_dimensions;
  options.seed = self->options->seed;
  return options;
}

static AyMatrix *
make_text (AyLoading *self, const AyDataset *data, AyColumn *column, char ***names, GError **error)
{
  AyTextOptions options = text_options (self);
  AyMaking making = { self->inside.keeper, self->inside.root, self->job };
  g_autofree guint8 *fit = fitted_rows (data, TRUE);
  gsize n_missing = ay_column_count_missing (column);

  if (n_missing > 0)
    ay_diagnostics_add (self->diagnostics, "empty-text",
                        N_ ("column \"%s\": %zu missing texts count as empty"),
                        ay_column_name (column), n_missing);
  return ay_made_text_features (column, fit, &options, &making, names, error);
}

static AyMatrix *
make_block (AyLoading *self, const AyDataset *data, const AyFeatureBlock *block, char ***names,
            GError **error)
{
  g_autofree guint8 *fit = NULL;
  AyMatrix *made;

  switch (block->kind)
    {
    case AY_BLOCK_COLUMNS:
      fit = fitted_rows (data, FALSE);
      made = ay_table_features ((AyColumn *const *) block->columns->pdata, block->columns->len,
                                fit, names, self->diagnostics, self->job, error);
      if (made == NULL)
        g_prefix_error (error, "%s: ", self->where);
      return made;
    case AY_BLOCK_TEXT:
      return make_text (self, data, block->columns->pdata[0], names, error);
    default:
      *names = g_strdupv (block->names);
      return ay_matrix_ref (block->matrix);
    }
}

/* "3 columns (a, b, c)" and the like, one block after another. */
static char *
describe_block (const AyFeatureBlock *block, const AyMatrix *matrix)
{
  g_autoptr (GString) text = NULL;

  if (block->kind == AY_BLOCK_TEXT)
    return g_strdup_printf (N_ ("text of column \"%s\": %zu singular vectors of its TF-IDF of "
                                "words and pieces of words"),
                            ay_column_name (block->columns->pdata[0]), ay_matrix_cols (matrix));
  if (block->kind == AY_BLOCK_MATRIX && !block->given)
    return g_strdup (block->from);
  if (block->kind == AY_BLOCK_MATRIX)
    {
      g_autofree char *file = g_path_get_basename (block->from);

      return g_strdup_printf (N_ ("%zu columns of %s"), ay_matrix_cols (matrix), file);
    }
  text = g_string_new (NULL);
  for (guint c = 0; c < MIN (block->columns->len, NAMES_SHOWN); c++)
    g_string_append_printf (text, "%s%s", c > 0 ? ", " : "",
                            ay_column_name (block->columns->pdata[c]));
  if (block->columns->len > NAMES_SHOWN)
    g_string_append (text, ", ...");
  return g_strdup_printf (block->columns->len == 1 ? N_ ("%u column (%s)") : N_ ("%u columns (%s)"),
                          block->columns->len, text->str);
}

/* Names of a given matrix that stands beside others: its file and the column's number. */
static char **
number_names (const AyFeatureBlock *block, gsize cols)
{
  g_autofree char *file = g_path_get_basename (block->from);
  char **names = g_new0 (char *, cols + 1);

  for (gsize j = 0; j < cols; j++)
    names[j] = g_strdup_printf ("%s[%" G_GSIZE_FORMAT "]", file, j);
  return names;
}

static void
find_pixels (const AyLoading *self, AyDataset *data)
{
  const AyFeatureBlock *block = self->blocks->pdata[0];
  AyPixelShape shape = block->shape;

  if (self->blocks->len != 1 || data->image != NULL)
    return;
  if (shape.width == 0
      && (data->feature_names == NULL
          || !ay_pixel_shape_of_names ((const char *const *) data->feature_names,
                                       ay_matrix_cols (data->features), &shape)))
    return;
  data->pixels = ay_pixels_new (data->features, &shape, NULL);
}

static void
say_constant (const AyLoading *self, const AyDataset *data)
{
  gsize count;
  g_autofree guint32 *columns = ay_content_constant_columns (data->features, &count);
  g_autoptr (GString) list = g_string_new (NULL);

  if (count == 0)
    return;
  for (gsize k = 0; k < MIN (count, NAMES_SHOWN); k++)
    if (data->feature_names != NULL)
      g_string_append_printf (list, "%s%s", k > 0 ? ", " : "", data->feature_names[columns[k]]);
    else
      g_string_append_printf (list, "%s%u", k > 0 ? ", " : "", columns[k]);
  ay_diagnostics_add (self->diagnostics, "constant-column",
                      count == 1
                          ? N_ ("%zu feature is the same in every row and of no use: %s%s")
                          : N_ ("%zu features are the same in every row and of no use: %s%s"),
                      count, list->str, count > NAMES_SHOWN ? ", ..." : "");
}

static void
add_span (const AyLoading *self, AyDataset *data, const AyFeatureBlock *block, gsize n)
{
  const AyFeatureSpan *last
      = data->feature_spans->len > 0
            ? &g_array_index (data->feature_spans, AyFeatureSpan, data->feature_spans->len - 1)
            : NULL;
  AyFeatureSpan span = { AY_FEATURES_GIVEN, last != NULL ? last->first + last->n : 0, n };
  AyTextOptions options = text_options (self);

  if (block->kind == AY_BLOCK_COLUMNS)
    {
      span.kind = AY_FEATURES_COLUMNS;
      span.columns = g_ptr_array_ref (block->columns);
    }
  if (block->kind == AY_BLOCK_TEXT)
    {
      span.kind = AY_FEATURES_TEXT;
      span.text = ay_column_ref (block->columns->pdata[0]);
      span.dimensions = options.dimensions;
      span.seed = options.seed;
    }
  g_array_append_val (data->feature_spans, span);
}

gboolean
ay_loading_make_features (AyLoading *self, AyDataset *data, GError **error)
{
  g_autoptr (GPtrArray) parts
      = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_matrix_unref);
  g_autoptr (GString) from = g_string_new (NULL);
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  gboolean named = FALSE;

  data->feature_spans = g_array_new (FALSE, FALSE, sizeof (AyFeatureSpan));
  g_array_set_clear_func (data->feature_spans, (GDestroyNotify) ay_feature_span_clear);
  for (guint b = 0; b < self->blocks->len; b++)
    {
      AyFeatureBlock *block = self->blocks->pdata[b];
      g_auto (GStrv) names = NULL;
      AyMatrix *part = make_block (self, data, block, &names, error);
      g_autofree char *described = NULL;

      if (part == NULL)
        return FALSE;
      g_ptr_array_add (parts, part);
      add_span (self, data, block, ay_matrix_cols (part));
      data->features_of_columns |= block->kind == AY_BLOCK_COLUMNS;
      named = named || names != NULL || self->blocks->len > 1;
      if (names == NULL && self->blocks->len > 1)
        names = number_names (block, ay_matrix_cols (part));
      if (names != NULL)
        g_strv_builder_addv (all, (const char **) names);
      described = describe_block (block, part);
      g_string_append_printf (from, "%s%s", b > 0 ? "; " : "", described);
    }
  data->features = ay_matrix_beside ((AyMatrix *const *) parts->pdata, parts->len, self->job,
                                     error);
  if (data->features == NULL)
    return FALSE;
  if (ay_matrix_cols (data->features) == 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: no features are left"), self->where);
      return FALSE;
    }
  data->feature_names = named ? g_strv_builder_end (all) : NULL;
  data->features_from = g_strdup (from->str);
  if (data->feature_names != NULL
      && !ay_matrix_check_finite (data->features, self->where, self->job, error))
    return FALSE;
  find_pixels (self, data);
  say_constant (self, data);
  return TRUE;
}
