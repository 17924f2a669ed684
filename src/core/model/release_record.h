/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/model/problem.h"

G_BEGIN_DECLS

/* What an owner remembers of its releases: of each the rows, as hashes and a class, and the privacy
 * loss. It never leaves the owner. */

/* A row whatever is done to its features before they are used. */
typedef struct
{
  guint64 features; /* a hash of them as they were read */
  guint64 all;      /* and of the number to predict */
} AyRowIdentity;

#define AY_RELEASED_NUMBER (-2) /* in place of a class */

typedef struct
{
  AyRowIdentity row;
  gint64 label;     /* class; AY_LABEL_MISSING */
} AyReleasedRow;

typedef struct
{
  GArray *rows;     /* of AyReleasedRow */
  double rho;
} AyReleased;

/* Of n rows, rows[i] of the features (NULL: i), target by the same number (nullable). (transfer
 * full) */
AyRowIdentity *ay_row_identities (const AyMatrix *features, const guint32 *rows, gsize n,
                                  const double *target);
/* The rows of weight > 0 as the record knows them; identity by position. (transfer full) */
GArray *ay_released_rows (const AyProblem *problem, const AyRowIdentity *identity);
/* The least number of rows above 0 by which two releases differ: as sets of features, and, where
 * both are of classes or both of numbers, with these, in a class. 0: they are the same. */
gsize ay_released_difference (GArray *a, GArray *b);

/* (element-type AyReleased) (transfer full); a file that is not there is an empty one. INPUT: it is
 * no record; IO. */
GPtrArray *ay_release_record_read (const char *path, GError **error);
gboolean ay_release_record_write (const char *path, GPtrArray *record, GError **error);
/* Adds rows (copied) with their loss, or the loss alone where they are in it. */
void ay_release_record_add (GPtrArray *record, GArray *rows, double rho);

G_END_DECLS
