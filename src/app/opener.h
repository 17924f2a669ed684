/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

G_BEGIN_DECLS

/* Opening in the background: a workspace as it is; a data file or image folder by the workspace
 * beside it, or by a new one there (in the user's data folder where that place cannot be written),
 * scored and mapped at once, so that there is something to see. */
typedef void (*AssayOpened) (gpointer user, const GError *error);

/* roles (nullable, transfer none): how to load a data file; NULL = guess all of it. The session
 * gets the workspace before `opened` is called. */
AssayTask *assay_opener_start (AssaySession *session, GFile *file, const AyLoadOptions *roles,
                               AssayOpened opened, gpointer user);
/* Computes the scores and the map that are shown first; those there already stay. */
AssayTask *assay_opener_score (AssaySession *session);
/* Whether the file's name or first bytes say that it is a workspace. */
gboolean assay_opener_is_workspace (const char *path);

G_END_DECLS
