/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/error.h"
#include "core/base/rng.h"
#include "core/data/load.h"
#include "folders.h"

/* Small files to load, and what is asserted of it. */

/* Every test runs in a new folder and names its files without one. */
typedef struct
{
  char *folder, *before;
} Place;

G_GNUC_UNUSED static void
place_set_up (Place *place, gconstpointer data)
{
  place->before = g_get_current_dir ();
  place->folder = make_folder ();
  g_assert_cmpint (g_chdir (place->folder), ==, 0);
}

G_GNUC_UNUSED static void
place_tear_down (Place *place, gconstpointer data)
{
  g_assert_cmpint (g_chdir (place->before), ==, 0);
  drop_folder (place->folder);
  g_free (place->folder);
  g_free (place->before);
}

G_GNUC_UNUSED static void
write_text (const char *name, const char *content)
{
  put_text (".", name, content);
}

/* descr: "<f4", "<f8" or "<i8"; cols 0 makes one dimension. */
G_GNUC_UNUSED static void
write_npy (const char *name, const char *descr, gsize rows, gsize cols, const void *values)
{
  g_autofree char *shape
      = cols > 0 ? g_strdup_printf ("(%" G_GSIZE_FORMAT ", %" G_GSIZE_FORMAT ")", rows, cols)
                 : g_strdup_printf ("(%" G_GSIZE_FORMAT ",)", rows);
  g_autoptr (GString) file = g_string_new_len ("\x93NUMPY\x01\x00\x76\x00", 10);

  g_string_append_printf (file, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr,
                          shape);
  while (file->len < 127)
    g_string_append_c (file, ' ');
  g_string_append_c (file, '\n');
  g_string_append_len (file, values, (gssize) (rows * MAX (cols, 1) * (gsize) (descr[2] - '0')));
  put_file (".", name, file->str, file->len);
}

/* Two classes apart in all columns, `rows` rows in turn. */
G_GNUC_UNUSED static void
write_pair (const char *features, const char *labels, gsize rows, gsize cols, guint64 seed)
{
  g_autofree float *x = g_new (float, rows * cols);
  g_autofree gint64 *y = g_new (gint64, rows);
  AyRng rng;

  ay_rng_init (&rng, seed, 0);
  for (gsize i = 0; i < rows; i++)
    {
      y[i] = (gint64) (i % 2);
      for (gsize j = 0; j < cols; j++)
        x[i * cols + j] = (float) (ay_rng_normal (&rng) + 2.0 * (double) y[i]);
    }
  write_npy (features, "<f4", rows, cols, x);
  write_npy (labels, "<i8", rows, 0, y);
}

/* Options from "input", and "member=value" pairs. */
G_GNUC_UNUSED static AyLoadOptions *
options_of (const char *const *words)
{
  AyLoadOptions *options = ay_load_options_new ();
  g_autoptr (GStrvBuilder) inputs = g_strv_builder_new ();
  struct { const char *name; char **member; } members[] = {
    { "features", &options->features }, { "label", &options->label },
    { "target", &options->target }, { "id", &options->id }, { "split", &options->split },
    { "time", &options->time }, { "text", &options->text },
    { "probabilities", &options->probabilities }, { "weight", &options->weight },
    { "group", &options->group }, { "class_names", &options->class_names },
    { "valid_features", &options->valid_features }, { "valid_label", &options->valid_label },
  };

  for (; *words != NULL; words++)
    {
      g_auto (GStrv) pair = g_strsplit (*words, "=", 2);

      if (pair[1] == NULL)
        g_strv_builder_add (inputs, pair[0]);
      for (gsize i = 0; pair[1] != NULL && i < G_N_ELEMENTS (members); i++)
        if (g_str_equal (members[i].name, pair[0]))
          *members[i].member = g_strdup (pair[1]);
    }
  g_strfreev (options->inputs);
  options->inputs = g_strv_builder_end (inputs);
  return options;
}

#define WORDS(...) ((const char *const[]) { __VA_ARGS__, NULL })

G_GNUC_UNUSED static AyDataset *
load (AyLoadOptions *options)
{
  g_autoptr (GError) error = NULL;
  AyDataset *data = ay_dataset_load (options, NULL, &error);

  g_assert_no_error (error);
  return data;
}

G_GNUC_UNUSED static AyDataset *
load_words (const char *const *words)
{
  g_autoptr (AyLoadOptions) options = options_of (words);

  return load (options);
}

G_GNUC_UNUSED static void
assert_fails (AyLoadOptions *options, const char *message)
{
  g_autofree char *before = ay_load_options_to_json (options), *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_dataset_load (options, NULL, &error));
  g_assert_nonnull (error);
  g_assert_true (error->domain == AY_ERROR);
  g_assert_cmpstr (error->message, ==, message);
  after = ay_load_options_to_json (options);
  g_assert_cmpstr (before, ==, after);
}

G_GNUC_UNUSED static void
assert_words_fail (const char *const *words, const char *message)
{
  g_autoptr (AyLoadOptions) options = options_of (words);

  assert_fails (options, message);
}

G_GNUC_UNUSED static void
assert_said (const AyDataset *data, const char *id, const char *text)
{
  const AyDiagnostic *found = ay_diagnostics_find (data->diagnostics, id);

  g_assert_nonnull (found);
  if (text != NULL)
    g_assert_cmpstr (found->text, ==, text);
}

G_GNUC_UNUSED static void
assert_not_said (const AyDataset *data, const char *id)
{
  const AyDiagnostic *found = ay_diagnostics_find (data->diagnostics, id);

  g_assert_cmpstr (found != NULL ? found->text : NULL, ==, NULL);
}

G_GNUC_UNUSED static gsize
count (const AyDataset *data, AySplit split)
{
  gsize n;

  g_free (ay_dataset_rows_of (data, split, &n));
  return n;
}
