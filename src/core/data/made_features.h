/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/features_image.h"
#include "core/data/features_text.h"

G_BEGIN_DECLS

/* Who else keeps made features: a workspace that holds all it needs. Keys are hexadecimal; both
 * functions are called on the thread that loads. */
typedef struct
{
  /* NULL when there are none; names gets the columns' names. (transfer full), both */
  AyMatrix *(*find) (const char *key, char ***names, gpointer data);
  void (*keep) (const char *key, AyMatrix *matrix, const char *const *names, gpointer data);
  gpointer data;
} AyFeatureKeeper;

typedef struct
{
  const AyFeatureKeeper *keeper; /* (nullable) asked before the cache, and given what is made */
  const char *root;              /* (nullable) where copies of image files are (place.h) */
  AyJob *job;
} AyMaking;

/* ay_text_features() and ay_image_features_of_files(), taken from the keeper, or from the cache
 * when they were made before of the same texts, fitted rows and options, or of the same image files
 * (cache: path, size and time of change; keeper: names, as what it keeps was checked). The same
 * bytes either way. */
AyMatrix *ay_made_text_features (const AyColumn *text, const guint8 *fit,
                                 const AyTextOptions *options, const AyMaking *making,
                                 char ***names, GError **error);
AyMatrix *ay_made_image_features (const AyColumn *paths, const char *base,
                                  const AyImageFeatureOptions *options, const AyMaking *making,
                                  char ***names, GError **error);

G_END_DECLS
