/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The features where nobody named them.
 *
 * An array of the INPUTs (embeddings, pixels) is the features, and so are sixteen or more columns
 * whose names differ in a number alone (p0, p1, ...). Of any other table all that can tell
 * something is taken: its numbers, its categories of few values, and the column that is named as
 * its text. Left out, and said: what only numbers the rows, what names each row, and what is the
 * label in other words. */
#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/ids.h"
#include "core/data/loading.h"
#include "core/data/roles.h"
#include "core/data/source_name.h"

#include <string.h>

#define ARRAY_COLUMNS 16 /* columns of one name and a number: an array, written as a table */
#define MOST_VALUES 50   /* of a category among the features */
#define LEAST_ROWS 2     /* mean number of rows a value */

/* The wide array of the INPUTs that is the features: the only one, or one named so. */
static gboolean
choose_array (AyLoading *self, AyInputArray **chosen, GError **error)
{
  static const char *const names[]
      = { "features", "X", "x", "embeddings", "embedding", "emb", "data", "images" };
  g_autoptr (GString) keys = g_string_new (NULL);
  AyInputArray *only = NULL;
  guint others = 0;

  *chosen = NULL;
  for (guint i = 0; i < self->arrays->len; i++)
    {
      AyInputArray *array = self->arrays->pdata[i];
      g_autofree char *forced = g_strconcat ("col:", array->key, NULL);

      if (g_strcmp0 (self->options->probabilities, forced) == 0
          || g_strcmp0 (self->options->probabilities, array->key) == 0
          || ay_loading_is_dynamics (self, array))
        continue;
      only = array;
      others++;
      g_string_append_printf (keys, "%s%s", keys->len > 0 ? ", " : "", array->key);
    }
  if (others <= 1)
    *chosen = only;
  for (gsize k = 0; others > 1 && *chosen == NULL && k < G_N_ELEMENTS (names); k++)
    *chosen = ay_loading_find_array (self, names[k]);
  if (others > 1 && *chosen == NULL)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: which array is the features? Name it with --features (arrays: %s)"),
                 self->where, keys->str);
  return others <= 1 || *chosen != NULL;
}

/* Writes what was chosen into the options, where a list of names can say it. */
static void
note_columns (AyLoading *self, AyColumn *text, GPtrArray *columns)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint c = text != NULL ? 0 : 1; c <= columns->len; c++)
    {
      const char *name = ay_column_name (c == 0 ? text : columns->pdata[c - 1]);

      if (*name == '\0' || strchr (name, ',') != NULL || g_ascii_isspace (name[0])
          || g_ascii_isspace (name[strlen (name) - 1]))
        return;
      g_string_append_printf (list, "%scol:%s", list->len > 0 ? "," : "", name);
    }
  self->options->features = g_strdup (list->str);
}

/* Columns that only number the rows: out of the list where the name says so too, unless nothing
 * else is in it; else left, and said. */
static void
drop_counters (AyLoading *self, GPtrArray *columns)
{
  for (guint c = columns->len; c-- > 0;)
    {
      const AyColumn *column = columns->pdata[c];
      gboolean by_name;

      if (!ay_roles_counts_rows (column, &by_name))
        continue;
      by_name = by_name && columns->len > 1;
      ay_diagnostics_add (self->diagnostics, "row-counter",
                          by_name ? N_ ("column \"%s\" only numbers the rows: not taken for a "
                                        "feature (--features names what is)")
                                  : N_ ("column \"%s\" only numbers the rows and is taken for a "
                                        "feature (--features leaves it out)"),
                          ay_column_name (column));
      if (by_name)
        g_ptr_array_remove_index (columns, c);
    }
}

/* The name without the number at its end; NULL when there is none. (transfer full) */
static char *
stem (const AyColumn *column)
{
  const char *name = ay_column_name (column);
  gsize length = strlen (name), kept = length;

  while (kept > 0 && g_ascii_isdigit (name[kept - 1]))
    kept--;
  return kept < length ? g_strndup (name, kept) : NULL;
}

/* Whether ARRAY_COLUMNS or more of the columns are an array's: one name and a number. */
static gboolean
are_array (GPtrArray *columns)
{
  g_autoptr (GHashTable) count = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint c = 0; c < columns->len; c++)
    {
      char *key = stem (columns->pdata[c]);
      guint n = key != NULL ? 1 + GPOINTER_TO_UINT (g_hash_table_lookup (count, key)) : 0;

      if (n >= ARRAY_COLUMNS)
        {
          g_free (key);
          return TRUE;
        }
      if (key != NULL)
        g_hash_table_replace (count, key, GUINT_TO_POINTER (n));
    }
  return FALSE;
}

static void
leave_out (AyLoading *self, GPtrArray *columns, guint c, const char *why)
{
  ay_diagnostics_add (self->diagnostics, "not-a-feature",
                      N_ ("column \"%s\" %s: not taken for a feature (--features names what is)"),
                      ay_column_name (columns->pdata[c]), why);
  g_ptr_array_remove_index (columns, c);
}

/* Whether each value of a column stands for one class, and each class for one value, in rows enough
 * that it is no accident. A row without either tells nothing. */
static gboolean
is_label_again (const AyLoading *self, const AyColumn *column)
{
  g_autoptr (GHashTable) class_of = NULL, value_of = NULL;

  if (self->label == NULL)
    return FALSE;
  class_of = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  value_of = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  for (gsize i = 0; i < self->n; i++)
    {
      g_autofree char *value = NULL, *name = NULL;
      const char *other;

      if (ay_column_is_missing (column, i) || ay_column_is_missing (self->label, i))
        continue;
      value = ay_column_dup_text (column, i);
      name = ay_column_dup_text (self->label, i);
      other = g_hash_table_lookup (class_of, value);
      if (other != NULL ? !g_str_equal (other, name) : g_hash_table_contains (value_of, name))
        return FALSE;
      if (other != NULL)
        continue;
      g_hash_table_insert (value_of, g_strdup (name), g_strdup (value));
      g_hash_table_insert (class_of, g_steal_pointer (&value), g_steal_pointer (&name));
    }
  return g_hash_table_size (class_of) > 1
         && self->n >= LEAST_ROWS * (gsize) g_hash_table_size (class_of);
}

/* Categories of many values for their rows are names, not kinds. */
static gboolean
is_kind (const AyColumn *column)
{
  gsize present = ay_column_rows (column) - ay_column_count_missing (column);
  guint n_names;

  ay_column_categories (column, &n_names);
  return n_names >= 2 && n_names <= MOST_VALUES && present >= LEAST_ROWS * (gsize) n_names;
}

/* Out of the list: what cannot tell anything, or too much. kinds: and categories that are none. */
static void
sift (AyLoading *self, GPtrArray *columns, gboolean kinds)
{
  drop_counters (self, columns);
  for (guint c = columns->len; c-- > 0;)
    {
      const AyColumn *column = columns->pdata[c];
      AyIdFault fault;

      if (is_label_again (self, column))
        leave_out (self, columns, c, N_ ("is the label in other words"));
      else if (columns->len > 1 && ay_roles_is_id_name (column) && ay_ids_check (column, &fault))
        leave_out (self, columns, c, N_ ("names each row"));
      else if (kinds && ay_column_type (column) == AY_COLUMN_CATEGORY && !is_kind (column))
        leave_out (self, columns, c, N_ ("has many values for its rows"));
    }
}

/* Beside an array its table's categories are no features: that is said. */
static void
say_beside (AyLoading *self)
{
  g_autoptr (GPtrArray) columns
      = ay_roles_free_columns (self->table, self->options, NULL, TRUE);
  g_autoptr (GString) list = g_string_new (NULL);
  guint count = 0;

  for (guint c = 0; c < columns->len; c++)
    if (ay_column_type (columns->pdata[c]) == AY_COLUMN_CATEGORY)
      ay_diagnostic_list_name (list, count++, ay_column_name (columns->pdata[c]));
  if (count > 0)
    ay_diagnostics_add (self->diagnostics, "not-a-feature",
                        N_ ("the numbers are taken for one array of features; column %s beside it "
                            "is not taken (--features names what is)"), list->str);
}

static gboolean
default_columns (AyLoading *self, gboolean kinds)
{
  g_autoptr (GPtrArray) columns
      = ay_roles_free_columns (self->table, self->options, NULL, FALSE);
  AyColumn *text = NULL;

  if (!are_array (columns))
    {
      g_ptr_array_unref (columns);
      columns = ay_roles_free_columns (self->table, self->options, NULL, TRUE);
      if (self->text != NULL && ay_roles_is_text_name (self->text))
        text = self->text;
    }
  else
    say_beside (self);
  sift (self, columns, kinds);
  if (columns->len == 0)
    return FALSE;
  if (text != NULL)
    ay_loading_add_text (self, text);
  ay_loading_add_columns (self, columns);
  note_columns (self, text, columns);
  return TRUE;
}

static gboolean
no_features (const AyLoading *self, GError **error)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
               N_ ("%s: no features: no column of numbers or kinds without a role, no text and no "
                   "image; name them with --features"),
               self->where != NULL ? self->where : "no INPUT");
  return FALSE;
}

/* The text or image column that features could also be made of, when they are not. */
static void
say_unused (AyLoading *self)
{
  AyFeatureBlock *first = self->blocks->pdata[0];
  AyColumn *column = first->kind == AY_BLOCK_TEXT ? self->image
                     : self->text != NULL         ? self->text
                                                  : self->image;

  if (column != NULL)
    ay_diagnostics_add (self->diagnostics, "not-used",
                        N_ ("the features are other columns; column \"%s\" is not used "
                            "(--features col:%s makes features of it)"), ay_column_name (column),
                        ay_column_name (column));
}

/* Unset: an array of the INPUTs; the images of folders; columns without a role, with the text that
 * is named so; else made of the images or the text that was found; else categories of any kind. */
gboolean
ay_loading_find_default (AyLoading *self, GError **error)
{
  AyInputArray *array;

  if (!choose_array (self, &array, error))
    return FALSE;
  if (array != NULL)
    {
      if (*array->key != '\0')
        self->options->features = g_strconcat ("col:", array->key, NULL);
      return ay_loading_add_input_array (self, array, error);
    }
  if (!self->images && default_columns (self, TRUE))
    {
      say_unused (self);
      return TRUE;
    }
  if (self->image != NULL && (self->images || self->text == NULL))
    {
      self->options->features = g_strdup (self->options->image);
      return ay_loading_add_images (self, self->image, self->image_base, error);
    }
  if (self->text != NULL)
    {
      self->options->features = g_strdup (self->options->text);
      return ay_loading_add_text (self, self->text);
    }
  if (!self->images && default_columns (self, FALSE))
    return TRUE;
  if (self->probabilities == NULL)
    return no_features (self, error);
  ay_diagnostics_add (self->diagnostics, "probabilities-as-features",
                      N_ ("there are no features: the given probabilities stand in for them"));
  return ay_loading_add_matrix (self, ay_matrix_ref (self->probabilities),
                                self->options->probabilities,
                                (AyPixelShape) { 0, 0, 0, FALSE }, error);
}
