/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/load.h"
#include "core/store/workspace.h"

G_BEGIN_DECLS

/* A workspace that holds its data: the files as they were (items of kind "file", an image of a
 * folder or of an image column one each, named by their place as stored), and the made features
 * (kind "features", named by the key of made_features.h: rows, columns and names as JSON, floats as
 * bytes).
 *
 * To be read, files that are no longer at their place are written out below a private folder, which
 * goes with the AyInside; what a killed program left there goes when the next one starts. */
typedef struct _AyInside AyInside;

/* With no folder yet. */
AyInside *ay_inside_new (void);
void ay_inside_free (AyInside *self);
/* NULL until a file was written out. */
const char *ay_inside_root (const AyInside *self);

/* Keeps in memory what is made, for ay_inside_put(); the AyInside owns what it points to. */
AyFeatureKeeper ay_inside_collector (AyInside *self);
/* Finds what the workspace holds. */
AyFeatureKeeper ay_inside_finder (AyWorkspace *store);

/* Puts every file that the options name, the images of the data's image column, and the made
 * features that were collected. An image that is not there is left out and counted in the data's
 * diagnostics. */
gboolean ay_inside_put (AyInside *self, AyWorkspace *store, const AyLoadOptions *load,
                        const AyDataset *data, AyJob *job, GError **error);
/* Writes out the file stored as `stored`, or all files of the folder stored so, to be found in
 * place of `path`. AY_ERROR_INPUT when the workspace does not hold it. */
gboolean ay_inside_take (AyInside *self, AyWorkspace *store, const char *stored, const char *path,
                         AyJob *job, GError **error);
/* Writes out the images of an image column that are not at their place. */
gboolean ay_inside_take_images (AyInside *self, AyWorkspace *store, AyJob *job, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyInside, ay_inside_free)

G_END_DECLS
