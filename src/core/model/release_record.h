/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/problem.h"

G_BEGIN_DECLS

/* What an owner remembers of its releases: of each the rows, as a hash and a class, and the privacy
 * loss. It never leaves the owner. */
typedef struct
{
  guint64 hash;
  gint64 label;  /* class; of a numeric target 0; missing: -1 */
} AyReleasedRow;

typedef struct
{
  GArray *rows;  /* of AyReleasedRow, by label and hash */
  double rho;
} AyReleased;

/* The rows of weight > 0 as the record knows them: features, label and target are hashed. */
GArray *ay_released_rows (const AyProblem *problem);
/* The least number of rows above 0 by which the two differ in a class; 0: they are the same. */
gsize ay_released_difference (GArray *a, GArray *b);

/* (element-type AyReleased) (transfer full); a file that is not there is an empty one. INPUT: it is
 * no record; IO. */
GPtrArray *ay_release_record_read (const char *path, GError **error);
gboolean ay_release_record_write (const char *path, GPtrArray *record, GError **error);
/* Adds rows (copied) with their loss, or the loss alone where they are in it. */
void ay_release_record_add (GPtrArray *record, GArray *rows, double rho);

G_END_DECLS
