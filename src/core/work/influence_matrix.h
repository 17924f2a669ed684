/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/source.h"

G_BEGIN_DECLS

/* A matrix of a file, dense or of compressed rows, read a row at a time; own_influence.c's. */
typedef struct
{
  const char *path;                 /* borrowed */
  AySource *source;
  AyMatrix *dense;                  /* (nullable) the source's, as are: */
  AyMatrix *values, *indices;       /* of a sparse one */
  gsize *start;                     /* m + 1 */
  gsize m, n;
} AyInfluenceMatrix;

gboolean ay_influence_matrix_open (AyInfluenceMatrix *self, const char *path, AyJob *job,
                                   GError **error);
void ay_influence_matrix_clear (AyInfluenceMatrix *self);

/* The k largest and the k smallest entries of each row, if above (below) 0, ties as in the file:
 * m x k columns, then G_MAXUINT32 and NaN. sign: 1 or -1, what entries are multiplied by. */
typedef struct
{
  guint k;
  float sign;
  guint32 *helping, *hurting;
  float *help, *hurt;
  gsize n_values;
} AyInfluenceEnds;

/* Errors: INPUT "FILE: row R, column C: ..." (from 0), NOMEM, CANCELLED. */
gboolean ay_influence_matrix_ends (const AyInfluenceMatrix *self, AyInfluenceEnds *out, AyJob *job,
                                   GError **error);
void ay_influence_ends_clear (AyInfluenceEnds *self);

G_END_DECLS
