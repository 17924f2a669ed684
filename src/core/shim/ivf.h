/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* FAISS's inverted lists of plain floats (IndexIVFFlat, squared Euclidean distance). Built only
 * with AY_HAVE_FAISS. Calls return FALSE when FAISS threw; *what is then its message (transfer
 * full). Same bytes for any number of threads: FAISS runs on the caller's thread alone, and assign
 * and search treat each point by itself. */
typedef struct _AyIvf AyIvf;

/* Cells by k-means on n rows of d floats. NULL on failure. */
AyIvf *ay_ivf_new (const float *rows, gsize n, gsize d, guint n_cells, guint64 seed, char **what);
void ay_ivf_free (AyIvf *self);
/* The cell of each row. Any thread. */
gboolean ay_ivf_assign (const AyIvf *self, const float *rows, gsize n, gint64 *cells, char **what);
/* Adds rows under their numbers; a cell of -1 leaves one out. One thread. */
gboolean ay_ivf_add (AyIvf *self, const float *rows, gsize n, const gint64 *cells,
                     const gint64 *numbers, char **what);
/* The k nearest of each row among the nearest cells: squared distances ascending and numbers (-1:
 * none), n x k. Any thread. */
gboolean ay_ivf_search (const AyIvf *self, const float *rows, gsize n, guint k, guint probes,
                        float *squares, gint64 *numbers, char **what);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyIvf, ay_ivf_free)

G_END_DECLS
