/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

/* Work in a process of its own, for libraries that a damaged file brings down: a copy of this
 * process (fork) does it, writes what is found into a file in memory, and ends.
 *
 * Other threads may hold any lock at that moment, and do so forever in the copy: the function may
 * use malloc, g_malloc, stdio and what needs no lock, but none of GLib's lists, arrays and tables
 * (in older versions their memory has a lock), and no GError. What it writes to its standard error
 * is for no one. */

/* to: the file, empty. FALSE: no result. */
typedef gboolean (*AyApartFunc) (int to, gpointer data);

/* What a process may take: a damaged file may keep a library busy for ever, or make it fill any
 * memory there is. */
typedef struct
{
  guint64 seconds; /* of processor; then it is ended */
  guint64 bytes;   /* beside what the program has; then it is given none */
} AyApartLimit;

/* What was written, perhaps nothing; NULL where the process ended otherwise, or could not be made.
 * It is ended when the job is cancelled, too. (transfer full) (nullable) */
GBytes *ay_apart_run (AyApartFunc function, AyApartLimit limit, gpointer data, AyJob *job);
/* Within such a process: so much more, once it is known how much there is to do. */
void ay_apart_more (AyApartLimit more);

G_END_DECLS
