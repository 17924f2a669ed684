/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/error.h"
#include "core/base/parallel.h"
#include "core/base/rng.h"
#include "core/data/features_text.h"
#include "core/data/made_features.h"
#include "core/data/sparse_svd.h"
#include "core/data/text_words.h"
#include "data/text_reference.h"
#include "folders.h"

#include <glib/gstdio.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

static AyColumn *
texts (gsize n, const char *const *values)
{
  GString *arena = g_string_new (NULL);
  guint64 *offset = g_new (guint64, n);
  guint32 *length = g_new (guint32, n);
  char *base;

  for (gsize i = 0; i < n; i++)
    {
      offset[i] = arena->len;
      length[i] = values[i] != NULL ? (guint32) strlen (values[i]) : AY_CODE_MISSING;
      g_string_append (arena, values[i] != NULL ? values[i] : "");
    }
  base = g_string_free (arena, FALSE);
  return ay_column_take_text ("text", n, offset, length, base, base, g_free);
}

static double
product (const AySparse *m, gsize a, gsize b)
{
  double sum = 0.0;

  for (gsize i = m->start[a]; i < m->start[a + 1]; i++)
    for (gsize j = m->start[b]; j < m->start[b + 1]; j++)
      if (m->index[i] == m->index[j])
        sum += (double) m->value[i] * m->value[j];
  return sum;
}

/* Inner products of all rows equal scikit-learn's, fitted on some rows only. */
static void
test_tfidf (void)
{
  g_autoptr (AyColumn) column = texts (REFERENCE_TEXTS, reference_texts);
  g_autoptr (GError) error = NULL;
  guint8 fit[REFERENCE_TEXTS] = { 0 };
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;
  g_autoptr (AySparse) m = NULL;

  memset (fit, 1, REFERENCE_FITTED);
  m = ay_text_tfidf (column, fit, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (m->rows, ==, REFERENCE_TEXTS);
  g_assert_cmpuint (m->cols, ==, REFERENCE_TERMS);
  for (gsize a = 0; a < m->rows; a++)
    for (gsize b = 0; b < m->rows; b++)
      g_assert_cmpfloat_with_epsilon (product (m, a, b), reference_products[a * m->rows + b],
                                      1e-6);
}

/* With all dimensions kept, cosines of features are cosines of TF-IDF rows that lie in the span of
 * the fitted ones, and the energy is numpy's. */
static void
test_features (void)
{
  g_autoptr (AyColumn) column = texts (REFERENCE_TEXTS, reference_texts);
  g_autoptr (GError) error = NULL;
  guint8 fit[REFERENCE_TEXTS] = { 0 };
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;
  g_autoptr (AyMatrix) x = NULL;
  g_auto (GStrv) names = NULL;
  g_autofree double *rows = NULL;
  gsize d;

  memset (fit, 1, REFERENCE_FITTED);
  x = ay_text_features (column, fit, &options, &names, NULL, &error);
  g_assert_no_error (error);
  d = ay_matrix_cols (x);
  g_assert_cmpuint (g_strv_length (names), ==, d);
  g_assert_cmpstr (names[0], ==, "text_1");
  rows = g_new (double, REFERENCE_TEXTS * d);
  ay_matrix_get_f64 (x, 0, REFERENCE_TEXTS, rows);
  for (gsize a = 0; a < REFERENCE_FITTED; a++)
    for (gsize b = 0; b < REFERENCE_FITTED; b++)
      {
        const double *p = reference_products;
        double norms = sqrt (p[a * REFERENCE_TEXTS + a] * p[b * REFERENCE_TEXTS + b]);
        double expected = norms > 0.0 ? p[a * REFERENCE_TEXTS + b] / norms : 0.0, cosine = 0.0;

        for (gsize j = 0; j < d; j++)
          cosine += rows[a * d + j] * rows[b * d + j];
        g_assert_cmpfloat_with_epsilon (cosine, expected, 1e-4);
      }
  for (gsize j = 0; j < d; j++) /* an empty text has no direction */
    g_assert_cmpfloat (rows[14 * d + j], ==, 0.0);
}

static void
test_reference_energy (void)
{
  g_autoptr (AyColumn) column = texts (REFERENCE_FITTED, reference_texts);
  guint8 fit[REFERENCE_FITTED];
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;
  g_autoptr (AySparse) m = NULL;
  g_autoptr (AySparseSvd) svd = NULL;

  memset (fit, 1, sizeof fit);
  m = ay_text_tfidf (column, fit, &options, NULL, NULL);
  svd = ay_sparse_svd (m, REFERENCE_FITTED, 0, NULL, NULL);
  for (gsize j = 0; j < svd->k; j++)
    g_assert_cmpfloat_with_epsilon (svd->singular[j], reference_singular[j], 2e-5);
  for (gsize j = svd->k; j < REFERENCE_FITTED; j++)
    g_assert_cmpfloat_with_epsilon (0.0, reference_singular[j], 2e-5);
}

static AySparse *
random_sparse (gsize rows, gsize cols, guint per_row, double *dense)
{
  AySparse *m = ay_sparse_new (rows, cols, rows * per_row, NULL);
  AyRng rng;

  ay_rng_init (&rng, 4, 0);
  memset (dense, 0, rows * cols * sizeof *dense);
  for (gsize i = 0; i < rows; i++)
    {
      for (guint k = 0; k < per_row; k++)
        {
          double u = ay_rng_uniform (&rng);

          dense[i * cols + (gsize) (u * u * u * cols)] = (float) ay_rng_uniform (&rng);
        }
      m->start[i + 1] = m->start[i];
      for (gsize j = 0; j < cols; j++)
        if (dense[i * cols + j] != 0.0)
          {
            m->index[m->start[i + 1]] = (guint32) j;
            m->value[m->start[i + 1]++] = (float) dense[i * cols + j];
          }
    }
  return m;
}

/* Against LAPACK's SVD of the dense matrix: energy, singular values and orthonormal vectors. */
static void
test_svd (void)
{
  const gsize rows = 300, cols = 220, k = 20;
  g_autofree double *dense = g_new (double, rows * cols), *singular = g_new (double, cols);
  g_autofree double *super = g_new (double, cols);
  g_autoptr (AySparse) m = random_sparse (rows, cols, 12, dense);
  g_autoptr (AySparseSvd) svd = ay_sparse_svd (m, k, 1, NULL, NULL);
  double energy = 0.0, best = 0.0;

  g_assert_cmpint (LAPACKE_dgesvd (LAPACK_ROW_MAJOR, 'N', 'N', rows, cols, dense, cols, singular,
                                   NULL, 1, NULL, 1, super), ==, 0);
  g_assert_cmpuint (svd->k, ==, k);
  for (gsize j = 0; j < k; j++)
    {
      energy += svd->singular[j] * svd->singular[j];
      best += singular[j] * singular[j];
      g_assert_cmpfloat (svd->singular[j], <=, singular[j] * (1 + 1e-5));
      g_assert_cmpfloat (svd->singular[j], >, singular[j] * 0.95);
    }
  g_assert_cmpfloat (energy, >, best * 0.99);
  for (gsize a = 0; a < k; a++)
    for (gsize b = 0; b < k; b++)
      {
        double sum = 0.0;

        for (gsize i = 0; i < cols; i++)
          sum += (double) svd->components[i * k + a] * svd->components[i * k + b];
        g_assert_cmpfloat_with_epsilon (sum, a == b ? 1.0 : 0.0, 1e-4);
      }
}

/* Fewer independent rows than dimensions asked for: the rank is found, nothing is NaN. */
static void
test_low_rank (void)
{
  const char *same[] = { "one two three", "one two three", "four five six", "one two three",
                         "four five six", NULL };
  g_autoptr (AyColumn) column = texts (6, same);
  guint8 fit[] = { 1, 1, 1, 1, 1, 1 };
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;
  g_autoptr (AyMatrix) x = ay_text_features (column, fit, &options, NULL, NULL, NULL);

  g_assert_cmpuint (ay_matrix_cols (x), ==, 2);
  g_assert_true (ay_matrix_check_finite (x, "x", NULL, NULL));
}

static void
test_no_words (void)
{
  const char *empty[] = { "", NULL, "seen only in valid" };
  g_autoptr (AyColumn) column = texts (3, empty);
  guint8 fit[] = { 1, 1, 0 };
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_null (ay_text_features (column, fit, &options, NULL, NULL, &error));
  g_assert_error (error, AY_ERROR, AY_ERROR_INPUT);
  g_assert_cmpstr (error->message, ==, "text column \"text\": no words in the training rows");
}

/* n texts of 8 words out of n_words. */
static AyColumn *
random_texts (gsize n, guint n_words)
{
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_free);
  AyRng rng;

  ay_rng_init (&rng, 2, 0);
  for (gsize i = 0; i < n; i++)
    {
      GString *text = g_string_new (NULL);

      for (int k = 0; k < 8; k++)
        {
          guint word = (guint) ay_rng_below (&rng, n_words);

          g_string_append_printf (text, "%c%c%c ", 'a' + word % 7, 'k' + word / 7 % 9,
                                  'a' + word / 63);
        }
      g_ptr_array_add (made, g_string_free (text, FALSE));
    }
  return texts (n, (const char *const *) made->pdata);
}

static void
test_threads (void)
{
  const gsize n = 3000, d = 40;
  g_autoptr (AyColumn) column = random_texts (n, 16);
  g_autofree guint8 *fit = g_new (guint8, n);
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;
  g_autoptr (AyMatrix) one = NULL, two = NULL;

  for (gsize i = 0; i < n; i++)
    fit[i] = i % 5 != 0;
  options.dimensions = d;
  ay_set_threads (1);
  one = ay_text_features (column, fit, &options, NULL, NULL, NULL);
  ay_set_threads (2);
  two = ay_text_features (column, fit, &options, NULL, NULL, NULL);
  ay_set_threads (0);
  g_assert_cmpmem (ay_matrix_peek_f32 (one, 0, n), n * d * sizeof (float),
                   ay_matrix_peek_f32 (two, 0, n), n * d * sizeof (float));
}

/* The only matrix in the cache; NULL when it is empty. */
static char *
kept_file (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  char *found = NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".npy"))
      {
        g_assert_null (found);
        found = g_build_filename (folder, name, NULL);
      }
  return found;
}

static AyMatrix *
made (const AyColumn *column, gsize n)
{
  g_autofree guint8 *fit = g_malloc (n);
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;
  g_auto (GStrv) names = NULL;
  g_autoptr (GError) error = NULL;
  AyMatrix *matrix;

  memset (fit, 1, n);
  options.dimensions = 160;
  matrix = ay_made_text_features (column, fit, &options, &(AyMaking) { NULL }, &names, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (ay_matrix_cols (matrix), ==, g_strv_length (names));
  g_assert_cmpstr (names[1], ==, "text_2");
  return matrix;
}

/* Made once, then read: a mark put into the file is seen; a damaged file is made anew. */
static void
test_cache (void)
{
  const gsize n = 2000;
  g_autofree char *folder = make_folder ();
  g_autofree char *path = NULL, *content = NULL, *names = NULL;
  g_autoptr (AyColumn) column = random_texts (n, 250);
  g_autoptr (AyMatrix) first = NULL, second = NULL, third = NULL;
  const float mark = 42.0f;
  gsize length, bytes;

  g_setenv ("ASSAY_CACHE", folder, TRUE);
  first = made (column, n);
  bytes = n * ay_matrix_cols (first) * sizeof (float);
  path = kept_file (folder);
  g_assert_nonnull (path);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  g_assert_cmpmem (content + 128, length - 128, ay_matrix_peek_f32 (first, 0, n), bytes);
  memcpy (content + 128, &mark, sizeof mark);
  g_assert_true (g_file_set_contents (path, content, (gssize) length, NULL));
  second = made (column, n);
  g_assert_cmpfloat (ay_matrix_value (second, 0, 0), ==, 42.0);
  g_assert_true (g_file_set_contents (path, content, (gssize) length - 9, NULL));
  third = made (column, n);
  g_assert_cmpmem (ay_matrix_peek_f32 (first, 0, n), bytes, ay_matrix_peek_f32 (third, 0, n),
                   bytes);
  names = g_strndup (path, strlen (path) - 4);
  g_unlink (path);
  g_free (path);
  path = g_strconcat (names, ".names", NULL);
  g_unlink (path);
  g_assert_cmpint (g_rmdir (folder), ==, 0); /* nothing else was left */
  g_setenv ("ASSAY_CACHE", "none", TRUE);
}

/* slope . x of rows is what their words add up to. */
static void
test_words (void)
{
  const gsize n = 300;
  g_autoptr (AyColumn) column = random_texts (n, 120);
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;
  g_autofree guint8 *fit = g_new (guint8, n);
  g_autoptr (GError) error = NULL;
  g_autoptr (AyMatrix) matrix = NULL;
  g_autoptr (AyTextTerms) terms = NULL;
  g_autofree double *slope = NULL;
  AyRng rng;

  memset (fit, 1, n);
  options.dimensions = 30;
  matrix = ay_text_features (column, fit, &options, NULL, NULL, &error);
  g_assert_no_error (error);
  terms = ay_text_terms_new (column, fit, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (terms->d, ==, ay_matrix_cols (matrix));
  slope = g_new (double, terms->d);
  ay_rng_init (&rng, 3, 0);
  for (gsize j = 0; j < terms->d; j++)
    slope[j] = ay_rng_uniform (&rng) - 0.5;
  for (gsize i = 0; i < n; i++)
    {
      gsize length = 0;
      const char *text = ay_column_text (column, i, &length);
      g_autoptr (GArray) parts = ay_text_word_parts (terms, text, length, slope);
      double sum = 0.0, want = 0.0;

      for (guint w = 0; w < parts->len; w++)
        sum += g_array_index (parts, AyWordPart, w).part;
      for (gsize j = 0; j < terms->d; j++)
        want += slope[j] * ay_matrix_value (matrix, i, j);
      g_assert_cmpfloat (fabs (sum - want), <, 1e-6);
    }
}

/* Each word once, signs apart, nothing of what was never read. */
static void
test_word_names (void)
{
  const char *const lines[] = { "red red blue", "blue ?! green", "red green", "zzzz" };
  g_autoptr (AyColumn) column = texts (4, lines);
  AyTextOptions options = AY_TEXT_OPTIONS_INIT;
  const guint8 fit[] = { 1, 1, 1, 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (AyTextTerms) terms = NULL;
  g_autoptr (GArray) first = NULL, second = NULL, last = NULL;
  double slope[8] = { 1, -2, 3, -4, 5, -6, 7, -8 };

  options.min_rows = 1;
  terms = ay_text_terms_new (column, fit, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (terms->d, <=, 8);
  first = ay_text_word_parts (terms, lines[0], strlen (lines[0]), slope);
  g_assert_cmpuint (first->len, ==, 2);
  g_assert_cmpstr (g_array_index (first, AyWordPart, 0).word, ==, "red");
  g_assert_cmpstr (g_array_index (first, AyWordPart, 1).word, ==, "blue");
  second = ay_text_word_parts (terms, lines[1], strlen (lines[1]), slope);
  g_assert_cmpuint (second->len, ==, 3);
  g_assert_null (g_array_index (second, AyWordPart, 2).word);
  last = ay_text_word_parts (terms, lines[3], strlen (lines[3]), slope);
  g_assert_cmpuint (last->len, ==, 1);
  g_assert_cmpfloat (g_array_index (last, AyWordPart, 0).part, ==, 0.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/features-text/tfidf", test_tfidf);
  g_test_add_func ("/features-text/features", test_features);
  g_test_add_func ("/features-text/reference-energy", test_reference_energy);
  g_test_add_func ("/features-text/svd", test_svd);
  g_test_add_func ("/features-text/low-rank", test_low_rank);
  g_test_add_func ("/features-text/no-words", test_no_words);
  g_test_add_func ("/features-text/threads", test_threads);
  g_test_add_func ("/features-text/cache", test_cache);
  g_test_add_func ("/features-text/words", test_words);
  g_test_add_func ("/features-text/word-names", test_word_names);
  return g_test_run ();
}
