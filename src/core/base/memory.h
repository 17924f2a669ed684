/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes that a job may still plan with: what the kernel calls available (MemAvailable), or what the
 * limit of a control group around this process leaves beside what cannot be given back, or what
 * this process has not taken yet of ASSAY_MEMORY (megabytes), whichever is least; what was granted
 * to it and is not touched yet counts as taken. The page cache, so also every mapped file, counts
 * as free. G_MAXUINT64 where none of them is known. */
guint64 ay_memory_free (void);
/* The same with /proc and /sys below root, for tests; ASSAY_MEMORY is not asked. */
guint64 ay_memory_free_below (const char *root);

G_END_DECLS
