/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From files to a data set, in this order: INPUTs, validation file, roles (guessed where they are
 * not given), ids, labels, features as they are given, rows left out for missing values, classes,
 * parts, and at last the features that are made of columns or texts, as these learn from the
 * training part alone. Files are opened in load_inputs.c, SOURCEs found in load_sources.c. */
#include "core/data/load.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/ids.h"
#include "core/data/labels.h"
#include "core/data/loading.h"
#include "core/data/order_test.h"
#include "core/data/place.h"
#include "core/data/questions.h"
#include "core/data/roles.h"
#include "core/data/source_name.h"
#include "core/shim/number.h"

#include <math.h>
#include <string.h>

void
ay_loading_clear (AyLoading *self)
{
  AyColumn *columns[] = { self->id, self->label, self->target, self->split, self->time, self->text,
                          self->image, self->weight, self->group };

  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    ay_column_unref (columns[i]);
  ay_load_options_free (self->options);
  ay_diagnostics_unref (self->diagnostics);
  ay_table_unref (self->table);
  ay_table_unref (self->valid_table);
  ay_matrix_unref (self->valid_matrix);
  ay_matrix_unref (self->probabilities);
  ay_matrix_unref (self->dynamics);
  g_free (self->row_of_dynamics);
  g_free (self->first);
  g_clear_pointer (&self->told, g_bytes_unref);
  g_free (self->near);
  g_clear_pointer (&self->probability_columns, g_ptr_array_unref);
  g_clear_pointer (&self->blocks, g_ptr_array_unref);
  g_clear_pointer (&self->arrays, g_ptr_array_unref);
  g_clear_pointer (&self->sources, g_hash_table_unref);
  g_free (self->where);
  g_free (self->image_base);
}

/* Without INPUT the rows are those of the first file that is named. */
static gboolean
rows_of_files (AyLoading *self, GError **error)
{
  const char *sources = self->options->features != NULL ? self->options->features
                                                        : self->options->probabilities;
  g_auto (GStrv) parts = sources != NULL ? ay_source_list_split (sources) : NULL;
  g_auto (AySourceName) name = { NULL, NULL, NULL };
  g_auto (GStrv) wide = NULL;
  AySource *source;

  if (self->where != NULL)
    return TRUE;
  if (parts != NULL && parts[0] != NULL)
    ay_source_name_parse (parts[0], &name);
  if (name.path == NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   parts == NULL || parts[0] == NULL ? N_ ("no INPUT and no features")
                                                     : N_ ("features \"%s\": no such file"),
                   name.column);
      return FALSE;
    }
  source = ay_loading_open (self, name.path, error);
  if (source == NULL)
    return FALSE;
  wide = ay_source_wide_keys (source);
  self->where = g_strdup (name.path);
  if (source->table != NULL)
    self->n_input = ay_table_rows (source->table);
  else
    {
      const char *key = name.key != NULL || wide[0] == NULL || wide[1] != NULL ? name.key : wide[0];
      AyMatrix *matrix = ay_source_array (source, key, error);

      if (matrix == NULL)
        return FALSE;
      self->n_input = ay_matrix_rows (matrix);
    }
  return TRUE;
}

static gboolean
check_size (const AyLoading *self, GError **error)
{
  if (self->n == 0)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: no rows"), self->where);
  else if (self->n >= AY_ROW_NONE)
    g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED, N_ ("%s: more than %u rows"), self->where,
                 AY_ROW_NONE - 1);
  return self->n > 0 && self->n < AY_ROW_NONE;
}

/* Key names of given probabilities among the arrays of an NPZ or JSON lines file. */
static void
guess_probability_array (AyLoading *self)
{
  static const char *const names[] = { "pred_probs", "probabilities", "probs", "proba", "y_prob" };

  for (gsize i = 0; self->options->probabilities == NULL && i < G_N_ELEMENTS (names); i++)
    if (self->arrays->len > 1 && ay_loading_find_array (self, names[i]) != NULL)
      {
        self->options->probabilities = g_strconcat ("col:", names[i], NULL);
        ay_diagnostics_add (self->diagnostics, "role-guessed",
                            N_ ("array \"%s\" is taken for the probabilities of the classes"),
                            names[i]);
      }
}

static gboolean
find_column (AyLoading *self, const char *source, const char *role, AyColumn **column,
             GError **error)
{
  if (source != NULL)
    *column = ay_loading_column (self, source, role, error);
  return source == NULL || *column != NULL;
}

/* Which of the INPUTs a row is of: "FILE row R", with the row counted inside the file. */
static char *
name_row (const AyLoading *self, gsize row)
{
  char **inputs = self->options->inputs;
  gboolean several = inputs != NULL && inputs[0] != NULL && inputs[1] != NULL;
  gsize first = 0;

  if (row >= self->n_input)
    return g_strdup_printf ("%s row %" G_GSIZE_FORMAT, self->options->valid_features,
                            row - self->n_input);
  for (; several && *inputs != NULL; inputs++)
    {
      AySource *source = g_hash_table_lookup (self->sources, *inputs);
      gsize rows = source != NULL && source->table != NULL ? ay_table_rows (source->table) : 0;

      if (row < first + rows)
        return g_strdup_printf ("%s row %" G_GSIZE_FORMAT, *inputs, row - first);
      first += rows;
    }
  return g_strdup_printf ("row %" G_GSIZE_FORMAT, row - first);
}

static gboolean
check_ids (const AyLoading *self, GError **error)
{
  g_autofree char *id = NULL, *first = NULL, *second = NULL;
  AyIdFault fault;

  if (ay_column_type (self->id) == AY_COLUMN_NUMBER && !ay_column_is_integral (self->id))
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: id column \"%s\": ids are whole numbers or texts"), self->where,
                   ay_column_name (self->id));
      return FALSE;
    }
  if (ay_ids_check (self->id, &fault))
    return TRUE;
  id = ay_column_dup_text (self->id, fault.first);
  first = name_row (self, fault.first);
  if (fault.second == G_MAXSIZE)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: %s has no id in column \"%s\""),
                   self->where, first, ay_column_name (self->id));
      return FALSE;
    }
  second = name_row (self, fault.second);
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s: %s and %s have the same id \"%s\" in column \"%s\""), self->where, first,
               second, id, ay_column_name (self->id));
  return FALSE;
}

/* Ids of a validation file that has none: "valid-0", ... */
static void
fill_valid_ids (AyLoading *self)
{
  gsize missing = 0;
  guint64 *offset;
  guint32 *length;
  GString *arena;
  AyColumn *filled;
  char *base;

  for (gsize i = self->n_input; i < self->n; i++)
    missing += ay_column_is_missing (self->id, i);
  if (missing == 0)
    return;
  arena = g_string_new (NULL);
  offset = g_new (guint64, self->n);
  length = g_new (guint32, self->n);
  for (gsize i = 0; i < self->n; i++)
    {
      g_autofree char *id = ay_column_is_missing (self->id, i) && i >= self->n_input
                                ? g_strdup_printf ("valid-%" G_GSIZE_FORMAT, i - self->n_input)
                                : ay_column_dup_text (self->id, i);

      offset[i] = arena->len;
      length[i] = *id != '\0' ? (guint32) strlen (id) : AY_CODE_MISSING;
      g_string_append (arena, id);
    }
  base = g_string_free (arena, FALSE);
  filled = ay_column_take_text (ay_column_name (self->id), self->n, offset, length, base, base,
                                g_free);
  ay_column_unref (self->id);
  self->id = filled;
  ay_diagnostics_add (self->diagnostics, "valid-ids",
                      N_ ("the validation file has no ids: its rows are called valid-0, "
                          "valid-1, ..."));
}

static gboolean
find_ids (AyLoading *self, GError **error)
{
  double *numbers;

  if (self->options->id != NULL)
    {
      if (!find_column (self, self->options->id, "id", &self->id, error))
        return FALSE;
      self->id_given = TRUE;
      fill_valid_ids (self);
      return check_ids (self, error);
    }
  numbers = g_new (double, self->n);
  for (gsize i = 0; i < self->n; i++)
    numbers[i] = i;
  self->id = ay_column_take_number ("id", self->n, numbers, TRUE);
  return TRUE;
}

/* Puts the validation file's labels under the others. */
static gboolean
add_valid_labels (AyLoading *self, AyColumn **column, GError **error)
{
  g_autofree guint32 *rows = NULL;
  g_autoptr (AyColumn) train = NULL, valid = NULL;
  gsize n_valid = self->n - self->n_input, n_input = self->n_input;
  g_auto (AySourceName) name = { NULL, NULL, NULL };

  if (n_valid == 0 || self->options->valid_label == NULL)
    return TRUE;
  ay_source_name_parse (self->options->valid_label, &name);
  if (name.column != NULL)
    {
      valid = self->valid_table != NULL ? ay_table_find (self->valid_table, name.column) : NULL;
      if (valid == NULL)
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("validation label \"%s\": neither a file nor a column of %s"),
                       name.column, self->options->valid_features);
          return FALSE;
        }
      ay_column_ref (valid);
    }
  else
    {
      AyLoading other = *self;

      /* Its rows are those of the validation file, and it knows no ids. */
      other.n = other.n_input = n_valid;
      other.id_given = FALSE;
      other.where = self->options->valid_features;
      valid = ay_loading_column (&other, self->options->valid_label, "label", error);
      if (valid == NULL)
        return FALSE;
    }
  rows = g_new (guint32, MAX (n_input, 1));
  for (gsize i = 0; i < n_input; i++)
    rows[i] = (guint32) i;
  train = ay_column_gather (*column, rows, n_input);
  ay_column_unref (*column);
  *column = ay_column_concat (train, valid);
  return TRUE;
}

static gboolean
check_valid_labels (const AyLoading *self, GError **error)
{
  const AyColumn *column = self->label != NULL ? self->label : self->target;

  for (gsize i = self->n_input; i < self->n; i++)
    if (!ay_column_is_missing (column, i))
      return TRUE;
  if (self->n > self->n_input)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: no labels for the validation rows: name them with --valid-label"),
                 self->options->valid_features);
  return self->n == self->n_input;
}

/* What stands in the way of the likeliest label. (transfer full) (nullable) */
static char *
why_no_label (const AyLoading *self)
{
  char *why = ay_roles_why_no_label (self->table, self->options);
  char **inputs = self->options->inputs;

  for (; why == NULL && inputs != NULL && *inputs != NULL; inputs++)
    {
      AySource *source = g_hash_table_lookup (self->sources, *inputs);

      if (source != NULL)
        why = ay_source_odd_array (source, NULL, self->n_input);
    }
  return why;
}

static gboolean
find_labels (AyLoading *self, GError **error)
{
  AyLoadOptions *options = self->options;

  if (options->label != NULL && options->target != NULL)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   N_ ("exactly one of label and target is wanted"));
      return FALSE;
    }
  if (options->label == NULL && options->target == NULL)
    {
      g_autofree char *why = why_no_label (self);
      g_autofree char *columns = ay_loading_list_columns (self->table);
      g_autofree char *none
          = g_strdup_printf (N_ ("%s: no column looks like a label%s%s"), self->where,
                             why != NULL ? ", " : "", why != NULL ? why : "");

      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: name it with --label or --target%s%s%s"), none,
                   *columns != '\0' ? " (columns: " : "", columns, *columns != '\0' ? ")" : "");
      return FALSE;
    }
  if (!find_column (self, options->label, "label", &self->label, error)
      || !find_column (self, options->target, "target", &self->target, error))
    return FALSE;
  return add_valid_labels (self, self->label != NULL ? &self->label : &self->target, error)
         && check_valid_labels (self, error);
}

static gboolean
find_roles (AyLoading *self, GError **error)
{
  AyLoadOptions *o = self->options;

  guess_probability_array (self);
  ay_roles_guess (self->table, o, self->diagnostics);
  return find_ids (self, error) && find_labels (self, error)
         && find_column (self, o->split, "split", &self->split, error)
         && find_column (self, o->time, "time", &self->time, error)
         && find_column (self, o->text, "text", &self->text, error)
         && find_column (self, o->image, "image", &self->image, error)
         && find_column (self, o->weight, "weight", &self->weight, error)
         && find_column (self, o->group, "group", &self->group, error)
         && ay_loading_find_probabilities (self, error)
         && ay_loading_find_dynamics (self, error);
}

/* A role written back in its forced form. */
static void
force (char **source)
{
  g_auto (AySourceName) name = { NULL, NULL, NULL };

  if (*source == NULL)
    return;
  ay_source_name_parse (*source, &name);
  g_free (*source);
  *source = ay_source_name_to_string (&name);
}

static void
force_list (const AyTable *table, char **sources)
{
  g_auto (GStrv) parts = NULL;

  if (*sources == NULL || ay_table_find (table, *sources) != NULL)
    {
      if (*sources != NULL && strchr (*sources, ',') == NULL)
        force (sources);
      return;
    }
  parts = ay_source_list_split (*sources);
  for (char **part = parts; *part != NULL; part++)
    force (part);
  g_free (*sources);
  *sources = g_strjoinv (",", parts);
}

static void
write_back (AyLoading *self, AyLoadOptions *options)
{
  AyLoadOptions *o = self->options;
  char **roles[] = { &o->label, &o->target, &o->id, &o->split, &o->time, &o->text, &o->image,
                     &o->weight, &o->group, &o->dynamics, &o->valid_features,
                     &o->valid_label };
  AyLoadOptions before = *options;

  for (gsize i = 0; i < G_N_ELEMENTS (roles); i++)
    force (roles[i]);
  force_list (self->table, &o->features);
  force_list (self->table, &o->probabilities);
  *options = *o; /* the strings change owners */
  *o = before;
}

static gboolean
code_labels (AyLoading *self, AyDataset *data, GError **error)
{
  g_autoptr (AyClassNames) names = NULL;
  g_auto (AyLabels) labels = { 0, NULL, NULL };
  g_autofree char *where = g_strdup_printf ("column \"%s\"", ay_column_name (self->label));

  if (self->options->class_names != NULL)
    {
      g_autofree char *path = ay_place_find (self->inside.root, self->options->class_names);

      if ((names = ay_class_names_read (path, error)) == NULL)
        return FALSE;
    }
  if (!ay_labels_code (self->label, where, names, self->diagnostics, &labels, error))
    return ay_loading_fail (self, self->options->label, error);
  data->n_classes = labels.n_classes;
  data->class_names = g_steal_pointer (&labels.names);
  data->label = g_steal_pointer (&labels.label);
  return TRUE;
}

static gboolean
read_target (AyLoading *self, AyDataset *data, GError **error)
{
  gsize n = self->n, row = 0, present = 0;

  if (ay_column_type (self->target) != AY_COLUMN_NUMBER)
    {
      g_autofree char *text = NULL;

      while (row + 1 < n && ay_column_is_missing (self->target, row))
        row++;
      text = ay_column_dup_text (self->target, row);
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("target column \"%s\" is not all numbers (row %zu: \"%s\"); "
                       "classes are named with --label"),
                   ay_column_name (self->target), row, text);
      return FALSE;
    }
  data->target = g_memdup2 (ay_column_numbers (self->target), n * sizeof (double));
  for (gsize i = 0; i < n; i++)
    {
      if (isinf (data->target[i]))
        {
          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("target column \"%s\", row %zu: inf"),
                       ay_column_name (self->target), i);
          return FALSE;
        }
      present += !isnan (data->target[i]);
    }
  if (present == 0)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("target column \"%s\": no row has a value"),
                 ay_column_name (self->target));
  return present > 0;
}

static gboolean
read_weights (AyLoading *self, AyDataset *data, GError **error)
{
  if (self->weight == NULL)
    return TRUE;
  if (ay_column_type (self->weight) != AY_COLUMN_NUMBER)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("weight column \"%s\" is not all numbers"),
                   ay_column_name (self->weight));
      return FALSE;
    }
  data->weight = g_memdup2 (ay_column_numbers (self->weight), self->n * sizeof (double));
  for (gsize i = 0; i < self->n; i++)
    {
      if (i >= self->n_input && isnan (data->weight[i]))
        data->weight[i] = 1.0;
      if (!(data->weight[i] >= 0.0) || !isfinite (data->weight[i]))
        {
          g_autofree char *text = ay_column_dup_text (self->weight, i);

          g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                       N_ ("weight column \"%s\", row %zu: \"%s\" is not a weight"),
                       ay_column_name (self->weight), i, text);
          return FALSE;
        }
    }
  return TRUE;
}

static AyColumn *
ref_column (AyColumn *column)
{
  return column != NULL ? ay_column_ref (column) : NULL;
}

/* Whether a SOURCE is a file other than the one the features are of. */
static gboolean
is_other_file (const AyLoading *self, const char *source)
{
  g_auto (AySourceName) name = { NULL, NULL, NULL };

  if (self->blocks->len == 0)
    return FALSE;
  ay_source_name_parse (source, &name);
  for (guint b = 0; b < self->blocks->len; b++)
    {
      const AyFeatureBlock *block = self->blocks->pdata[b];

      const char *path = name.path != NULL ? name.path : self->where;

      /* "FILE" and "FILE:KEY" are of one file */
      if (block->given && block->from != NULL
          && !(g_str_has_prefix (block->from, path)
               && (block->from[strlen (path)] == '\0' || block->from[strlen (path)] == ':')))
        return TRUE;
    }
  return FALSE;
}

static gboolean
test_order (AyLoading *self, const AyDataset *data, GError **error)
{
  const char *label = self->options->label != NULL ? self->options->label : self->options->target;
  g_autofree guint32 *rows = NULL;
  AyOrderInput input = { .features = data->features, .label = data->label,
                         .n_classes = data->n_classes, .target = data->target,
                         .seed = self->options->seed };
  AyOrderTest test;

  if (!is_other_file (self, label))
    return TRUE;
  rows = ay_dataset_rows_of (data, AY_SPLIT_TRAIN, &input.n_rows);
  input.rows = rows;
  if (!ay_order_test (&input, &test, self->job, error))
    return FALSE;
  if (test.unrelated)
    ay_diagnostics_add (self->diagnostics, "row-order",
                        N_ ("features and labels look unrelated: same row order? (neighbours "
                            "tell %.3f, at best %.3f with shuffled labels)"), test.observed,
                        test.best);
  return TRUE;
}

static gboolean
fill_dataset (AyLoading *self, AyDataset *data, GError **error)
{
  gboolean given = FALSE;

  data->n = self->n;
  data->table = ay_table_ref (self->table);
  data->id = ay_column_ref (self->id);
  data->text = ref_column (self->text);
  data->image = ref_column (self->image);
  data->time = ref_column (self->time);
  data->group = ref_column (self->group);
  data->image_base = data->image != NULL ? g_strdup (self->image_base) : NULL;
  data->place_root = g_strdup (self->inside.root);
  if (self->label != NULL && !code_labels (self, data, error))
    return FALSE;
  if (self->target != NULL && !read_target (self, data, error))
    return ay_loading_fail (self, self->options->target, error);
  if (!read_weights (self, data, error))
    return ay_loading_fail (self, self->options->weight, error);
  if (!ay_loading_find_parts_and_features (self, data, error)
      || !ay_loading_make_probabilities (self, data, error)
      || !ay_loading_check_dynamics (self, data, error) || !test_order (self, data, error))
    return FALSE;
  for (guint b = 0; b < self->blocks->len && data->pixels == NULL; b++)
    given = given || ((AyFeatureBlock *) self->blocks->pdata[b])->given;
  ay_questions_ask (data, self->options->features_saw_labels,
                    self->options->probabilities_out_of_sample, given);
  return TRUE;
}

AyDataset *
ay_dataset_load (AyLoadOptions *options, AyJob *job, GError **error)
{
  return ay_dataset_load_inside (options, &(AyLoadInside) { 0 }, job, error);
}

AyDataset *
ay_dataset_load_inside (AyLoadOptions *options, const AyLoadInside *inside, AyJob *job,
                        GError **error)
{
  g_auto (AyLoading) loading = { 0 };
  g_autoptr (AyDataset) data = g_new0 (AyDataset, 1);

  g_atomic_ref_count_init (&data->ref);
  data->diagnostics = ay_diagnostics_new ();
  loading.options = ay_load_options_copy (options);
  loading.diagnostics = ay_diagnostics_ref (data->diagnostics);
  loading.job = job;
  loading.inside = *inside;
  loading.sources = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                           (GDestroyNotify) ay_source_free);
  loading.blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) ay_feature_block_free);
  ay_job_set_phase (job, "reading the files");
  if (!ay_loading_read_inputs (&loading, error) || !rows_of_files (&loading, error)
      || !ay_loading_read_valid (&loading, error) || !check_size (&loading, error))
    return NULL;
  if (loading.table == NULL)
    loading.table = ay_table_new (loading.n);
  if (!find_roles (&loading, error)
      || (loading.image != NULL
          && !ay_place_check_images (loading.image_base, loading.image, error))
      || !ay_loading_find_features (&loading, error)
      || !ay_loading_check_columns (&loading, error)
      || !ay_loading_treat_missing (&loading, error)
      || !fill_dataset (&loading, data, error))
    return NULL;
  write_back (&loading, options);
  return g_steal_pointer (&data);
}
