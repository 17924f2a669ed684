/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/features_image.h"
#include "core/data/features_text.h"

G_BEGIN_DECLS

/* ay_text_features() and ay_image_features_of_files(), taken from the cache when they were made
 * before of the same texts, fitted rows and options, or of the same image files (path, size and
 * time of change). The same bytes either way. */
AyMatrix *ay_made_text_features (const AyColumn *text, const guint8 *fit,
                                 const AyTextOptions *options, char ***names, AyJob *job,
                                 GError **error);
AyMatrix *ay_made_image_features (const AyColumn *paths, const char *base,
                                  const AyImageFeatureOptions *options, char ***names, AyJob *job,
                                  GError **error);

G_END_DECLS
