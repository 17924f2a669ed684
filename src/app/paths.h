/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lets GSettings find the schema where the desktop does not; once, before any settings. */
void assay_paths_init (void);
/* The folder of the catalogues. (transfer full) */
char *assay_paths_locale (void);
/* The bundled sample's file. (transfer full) (nullable) */
char *assay_paths_sample (void);
/* A folder for workspaces whose own place cannot be written to; made on need. (transfer full) */
char *assay_paths_workspaces (void);

G_END_DECLS
