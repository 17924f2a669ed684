/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/made_features.h"

#include "core/data/feature_cache.h"
#include "core/data/place.h"

#include <string.h>
#include <sys/stat.h>

/* Raised with any change of what the functions compute: older files are then never found. */
#define TEXT_VERSION 1
#define IMAGE_VERSION 1

static void
add_number (GChecksum *sum, guint64 number)
{
  g_checksum_update (sum, (const guchar *) &number, sizeof number);
}

static void
add_bytes (GChecksum *sum, const char *bytes, gsize length)
{
  add_number (sum, length);
  if (length > 0)
    g_checksum_update (sum, (const guchar *) bytes, (gssize) length);
}

static char *
text_key (const AyColumn *text, const guint8 *fit, const AyTextOptions *options)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  add_bytes (sum, "text", 4);
  add_number (sum, TEXT_VERSION);
  add_number (sum, options->dimensions);
  add_number (sum, options->pieces);
  add_number (sum, options->min_rows);
  add_number (sum, options->max_terms);
  add_number (sum, options->seed);
  for (gsize i = 0; i < ay_column_rows (text); i++)
    {
      gsize length = 0;
      const char *bytes = ay_column_text (text, i, &length);

      add_number (sum, fit[i] != 0);
      add_bytes (sum, bytes, length);
    }
  return g_strdup (g_checksum_get_string (sum));
}

static void
add_image_options (GChecksum *sum, const AyImageFeatureOptions *options)
{
  add_bytes (sum, "image", 5);
  add_number (sum, IMAGE_VERSION);
  add_number (sum, options->side);
  add_number (sum, options->colour);
  add_number (sum, (options->pixels ? 1 : 0) + (options->gradients ? 2 : 0)
                       + (options->colours ? 4 : 0));
}

/* NULL when a file cannot be looked at: making the features will say so. */
static char *
image_key (const AyColumn *paths, const char *base, const AyImageFeatureOptions *options)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  add_image_options (sum, options);
  for (gsize i = 0; i < ay_column_rows (paths); i++)
    {
      g_autofree char *name = ay_column_dup_text (paths, i);
      g_autofree char *path = ay_place_find_image (NULL, base, name);
      g_autofree char *full = g_canonicalize_filename (path, NULL);
      struct stat info;

      if (stat (full, &info) != 0)
        return NULL;
      add_bytes (sum, full, strlen (full));
      add_number (sum, (guint64) info.st_size);
      add_number (sum, (guint64) info.st_mtim.tv_sec);
      add_number (sum, (guint64) info.st_mtim.tv_nsec);
    }
  return g_strdup (g_checksum_get_string (sum));
}

/* For a keeper, whose files may be elsewhere each time. */
static char *
image_name_key (const AyColumn *paths, const AyImageFeatureOptions *options)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);

  add_image_options (sum, options);
  for (gsize i = 0; i < ay_column_rows (paths); i++)
    {
      g_autofree char *name = ay_column_dup_text (paths, i);

      add_bytes (sum, name, strlen (name));
    }
  return g_strdup (g_checksum_get_string (sum));
}

/* Rows that what is kept under a key must have; anything else is not it. */
static AyMatrix *
checked (AyMatrix *matrix, char **found_names, gsize n, char ***names)
{
  if (matrix != NULL && ay_matrix_rows (matrix) == n)
    {
      *names = found_names;
      return matrix;
    }
  ay_matrix_unref (matrix);
  g_strfreev (found_names);
  return NULL;
}

static AyMatrix *
find_cached (const char *key, gsize n, char ***names)
{
  char **found_names = NULL;
  AyMatrix *found = key != NULL ? ay_feature_cache_find (key, &found_names) : NULL;

  return checked (found, found_names, n, names);
}

static AyMatrix *
find_kept (const AyFeatureKeeper *keeper, const char *key, gsize n, char ***names)
{
  char **found_names = NULL;
  AyMatrix *found = keeper != NULL ? keeper->find (key, &found_names, keeper->data) : NULL;

  return checked (found, found_names, n, names);
}

static AyMatrix *
keep (const AyFeatureKeeper *keeper, const char *key, AyMatrix *matrix, char **names)
{
  if (matrix != NULL && keeper != NULL)
    keeper->keep (key, matrix, (const char *const *) names, keeper->data);
  return matrix;
}

AyMatrix *
ay_made_text_features (const AyColumn *text, const guint8 *fit, const AyTextOptions *options,
                       const AyMaking *making, char ***names, GError **error)
{
  g_autofree char *key = text_key (text, fit, options);
  AyMatrix *matrix = find_kept (making->keeper, key, ay_column_rows (text), names);

  if (matrix != NULL)
    return matrix;
  matrix = find_cached (key, ay_column_rows (text), names);
  if (matrix == NULL)
    {
      matrix = ay_text_features (text, fit, options, names, making->job, error);
      if (matrix != NULL)
        ay_feature_cache_keep (key, matrix, (const char *const *) *names);
    }
  return keep (making->keeper, key, matrix, *names);
}

AyMatrix *
ay_made_image_features (const AyColumn *paths, const char *base,
                        const AyImageFeatureOptions *options, const AyMaking *making,
                        char ***names, GError **error)
{
  gsize n = ay_column_rows (paths);
  g_autofree char *kept_key = image_name_key (paths, options);
  g_autofree char *key = NULL;
  AyMatrix *matrix = find_kept (making->keeper, kept_key, n, names);

  if (matrix != NULL)
    return matrix;
  key = image_key (paths, base, options);
  matrix = find_cached (key, n, names);
  if (matrix == NULL && making->root != NULL)
    {
      g_autoptr (AyColumn) copies = ay_place_find_images (making->root, base, paths);

      matrix = ay_image_features_of_files (copies, NULL, options, names, making->job, error);
    }
  else if (matrix == NULL)
    matrix = ay_image_features_of_files (paths, base, options, names, making->job, error);
  if (matrix != NULL && key != NULL)
    ay_feature_cache_keep (key, matrix, (const char *const *) *names);
  return keep (making->keeper, kept_key, matrix, *names);
}
