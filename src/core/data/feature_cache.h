/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/matrix.h"

G_BEGIN_DECLS

/* Features that were made of texts or images, kept under the hash of all they depend on: in the
 * folder assay/features of the user's cache, or the one that the environment variable ASSAY_CACHE
 * names ("none": nothing is kept). At most 2 GiB; what was used least recently goes first. Small
 * ones (below 1 MB) are not worth a file. A cache that cannot be read or written is as good as
 * none: nothing here fails. */

/* The matrix kept under key (mapped, float), and its column names; NULL when there is none.
 * (transfer full), both */
AyMatrix *ay_feature_cache_find (const char *key, char ***names);
void ay_feature_cache_keep (const char *key, const AyMatrix *matrix, const char *const *names);

G_END_DECLS
