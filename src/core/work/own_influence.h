/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/work/work_influence.h"

G_BEGIN_DECLS

/* Influence that a tool of the user's own found: a matrix of judged rows x training rows, of which
 * the workspace keeps the strongest entries of each row under a name. */

typedef struct
{
  const char *name;       /* (nullable) default: the file's */
  const char *meaning;    /* (nullable) one sentence */
  gboolean above_hurts;   /* values above 0 speak against the training row; else for it */
  const char *row_ids;    /* (nullable) files of an id a line, in the matrix's order; NULL: the */
  const char *column_ids; /* validation rows, the training rows, in the order of the data */
  guint keep;             /* so many for and against a row; 1 or more */
} AyOwnInfluenceOptions;
#define AY_OWN_INFLUENCE_OPTIONS_INIT { NULL, NULL, FALSE, NULL, NULL, 100 }

/* What was stored. */
typedef struct
{
  char *name;
  gsize rows, columns;
  gsize n_values;         /* entries other than 0 */
  guint keep;
  gboolean sparse;
} AyOwnInfluenceReport;

void ay_own_influence_report_clear (AyOwnInfluenceReport *self);

/* Reads NPY (or another file of one matrix; mapped, never held whole) or what scipy.sparse.save_npz
 * makes of a matrix of compressed rows, and stores it in place of one of that name. Same bytes for
 * any number of threads. Errors: INPUT (sizes against the rows, a value that is not finite, an id
 * that is unknown, stands twice, or is no training row), RANGE (keep), UNSUPPORTED (another sparse
 * form), IO, NOMEM, CANCELLED. */
gboolean ay_work_import_influence (AyWork *self, const char *path,
                                   const AyOwnInfluenceOptions *options,
                                   AyOwnInfluenceReport *report, AyJob *job, GError **error);

/* Names that are stored, oldest first. (transfer full) (element-type utf8), NULL with an error. */
GPtrArray *ay_work_own_influences (AyWork *self, GError **error);

/* As ay_work_row_influence(), in the units of the tool, above 0 = helps: lists hold what helps
 * (hurts) at all, then G_MAXUINT32 and NaN. label is of the data. Errors: INPUT (no such name, or
 * stored for other data), RANGE (no rows; a row that the matrix has not). (transfer full) */
AyRowInfluence *ay_work_own_influence (AyWork *self, const char *name, const AyBitset *rows,
                                       guint k, GError **error);

G_END_DECLS
