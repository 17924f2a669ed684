/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/base/matrix.h"

G_BEGIN_DECLS

/* Rows of a matrix as z = (x - centre) * scale, read in blocks; nothing is copied whole. Scales
 * are powers of two: they keep squares inside the range of a float and lose no bit. The centre need
 * not be the mean exactly; who uses the blocks corrects for `shift`. */
typedef struct
{
  const AyMatrix *features;
  const guint32 *rows; /* (nullable) n row numbers; NULL: rows 0..n-1 */
  AyRanks *ranks;      /* (nullable) who share the work over these rows; all have them all */
  gsize n, d;
  gboolean floats;     /* the values are floats: so is the centre, and differences are exact */
  double *centre;      /* d */
  float *centre_f32;   /* the same, where floats */
  double *scale;       /* d powers of two */
} AyCentred;

/* Centre and scale from at most 1024 rows spread evenly: enough to make the numbers tame.
 * by_column: a scale for each column, else one for all. */
AyCentred *ay_centred_new (const AyMatrix *features, const guint32 *rows, gsize n,
                           gboolean by_column, GError **error);
/* Again from all rows, in two passes: for data that such a sample misjudges. Errors: INPUT (names
 * row and column that is not finite), CANCELLED. */
gboolean ay_centred_measure (AyCentred *self, gboolean by_column, AyJob *job, GError **error);
void ay_centred_free (AyCentred *self);

/* z of rows first..first+count-1 (positions), columns col..col+width-1, into out with a row every
 * `pitch` elements. */
void ay_centred_get_f32 (const AyCentred *self, gsize first, gsize count, gsize col, gsize width,
                         float *out, gsize pitch);
void ay_centred_get_f64 (const AyCentred *self, gsize first, gsize count, gsize col, gsize width,
                         double *out, gsize pitch);

/* Number of the matrix's row at a position. */
static inline gsize
ay_centred_row (const AyCentred *self, gsize position)
{
  return self->rows != NULL ? self->rows[position] : position;
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyCentred, ay_centred_free)

G_END_DECLS
