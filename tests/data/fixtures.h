/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/data/array.h"

#include <math.h>
#include <string.h>

/* Path of a file under tests/fixtures. (transfer full) */
static inline char *
fixture (const char *folder, const char *name)
{
  return g_build_filename (g_getenv ("G_TEST_SRCDIR"), "fixtures", folder, name, NULL);
}

/* Bytes as a file called path, allocated to the byte so that a sanitizer sees what is read past. */
static inline AyMappedFile *
memory_file (const char *path, const void *bytes, gsize size)
{
  return ay_mapped_file_new_take (path, size > 0 ? g_memdup2 (bytes, size) : NULL, size);
}

/* An error as all of them are to be: our domain, one line, the file named first. */
static inline void
assert_one_line (const GError *error, const char *path)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == AY_ERROR);
  g_assert_null (strchr (error->message, '\n'));
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

/* Reads a whole file made of `bytes`; returns whether it was accepted. */
typedef gboolean (*FuzzRead) (AyMappedFile *file, GError **error);

static inline void
fuzz_one (const guint8 *bytes, gsize size, FuzzRead read, gsize *accepted)
{
  g_autoptr (AyMappedFile) file = memory_file ("fuzzed.bin", bytes, size);
  g_autoptr (GError) error = NULL;

  if (read (file, &error))
    (*accepted)++;
  else
    assert_one_line (error, "fuzzed.bin");
}

/* Truncations, bytes set to some other values (about `places` of each), and as many random
 * mutations. Returns how many of them were read as good files. */
static inline gsize
fuzz (const char *bytes, gsize size, gsize places, FuzzRead read)
{
  static const guint8 masks[] = { 0x01, 0x10, 0x80, 0xff };
  g_autofree guint8 *copy = g_memdup2 (bytes, size);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gsize accepted = 0;

  for (gsize k = 0; k < size; k += MAX (1, size / places))
    fuzz_one (copy, k, read, &accepted);
  for (gsize k = 0; k < size; k += MAX (1, size / places))
    for (gsize m = 0; m < G_N_ELEMENTS (masks); m++)
      {
        copy[k] ^= masks[m];
        fuzz_one (copy, size, read, &accepted);
        copy[k] = (guint8) bytes[k];
      }
  for (guint i = 0; i < places; i++)
    {
      for (guint k = 0; k < 4; k++)
        copy[g_rand_int_range (rand, 0, (gint32) size)] = (guint8) g_rand_int_range (rand, 0, 256);
      fuzz_one (copy, size, read, &accepted);
      memcpy (copy, bytes, size);
    }
  return accepted;
}

static inline void
assert_number (double got, const char *expected)
{
  double want = g_ascii_strtod (expected, NULL);

  if (isnan (want))
    g_assert_true (isnan (got));
  else
    {
      g_assert_cmpfloat (got, ==, want);
      g_assert_cmpint (signbit (got), ==, signbit (want));
    }
}

static inline void
assert_text (const AyColumn *column, gsize row, const char *hex)
{
  gsize length = 0;
  const char *text = ay_column_text (column, row, &length);

  if (strcmp (hex, "-") == 0)
    {
      g_assert_true (ay_column_is_missing (column, row));
      return;
    }
  g_assert_cmpuint (length * 2, ==, strlen (hex));
  for (gsize i = 0; i < length; i++)
    {
      char pair[3];

      g_snprintf (pair, sizeof pair, "%02x", (guint8) text[i]);
      g_assert_true (strncmp (pair, hex + 2 * i, 2) == 0);
    }
}

/* Shape and every value against a line of expected.tsv. */
static inline void
assert_array (AyArray *array, const char *shape, const char *values)
{
  g_auto (GStrv) sizes = g_strsplit (shape, ",", -1), cells = g_strsplit (values, " ", -1);
  gsize cols, rows;

  g_assert_cmpuint (array->shape.n_dims, ==, g_strv_length (sizes));
  for (guint i = 0; i < array->shape.n_dims; i++)
    g_assert_cmpuint (array->shape.size[i], ==, g_ascii_strtoull (sizes[i], NULL, 10));
  if (array->text != NULL)
    {
      g_assert_cmpuint (ay_column_rows (array->text), ==, g_strv_length (cells));
      for (gsize i = 0; cells[i] != NULL; i++)
        assert_text (array->text, i, cells[i]);
      return;
    }
  rows = ay_matrix_rows (array->matrix);
  cols = ay_matrix_cols (array->matrix);
  g_assert_cmpuint (rows, ==, array->shape.n_dims > 0 ? array->shape.size[0] : 1);
  g_assert_cmpuint (rows * cols, ==, g_strv_length (cells));
  g_autofree double *all = g_new (double, rows * cols);
  g_autofree float *all_f32 = g_new (float, rows * cols);
  ay_matrix_get_f64 (array->matrix, 0, rows, all);
  ay_matrix_get_f32 (array->matrix, 0, rows, all_f32);
  for (gsize i = 0; i < rows * cols; i++)
    {
      double want = g_ascii_strtod (cells[i], NULL);

      assert_number (ay_matrix_value (array->matrix, i / cols, i % cols), cells[i]);
      assert_number (all[i], cells[i]);
      g_assert_true (all_f32[i] == (float) want || (isnan (all_f32[i]) && isnan (want)));
    }
}
