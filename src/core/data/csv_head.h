/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/diagnostic.h"
#include "core/data/build.h"
#include "core/data/csv_scan.h"
#include "core/data/reader_csv.h"

G_BEGIN_DECLS

/* What the first few hundred rows of delimited text say about all of it. */
typedef struct
{
  gboolean header; /* the first row is names */
  guint width;     /* fields of a row */
  gsize body;      /* where the first row of data begins */
  char **names;    /* width names, distinct, NULL-terminated */
  char **given;    /* as the header has them; "" where it has none */
  guint8 *kinds;   /* AyBuildKind that each column is expected to be */
  guint8 *styles;  /* AyCellStyle of each column of numbers */
  gboolean blanks; /* each cell but a row's first begins with a blank, which is none of it */
} AyCsvHead;

/* path names the file in messages. AY_ERROR_INPUT. Clear with ay_csv_head_clear(). */
gboolean ay_csv_head_read (AyCsvHead *self, const AyCsvText *text, const char *path,
                           const AySourceOptions *options, GError **error);
/* What was decided without being asked: "header-guessed" "blank-header" "duplicate-header"
 * "decimal-comma" "digit-groups". */
void ay_csv_head_say (const AyCsvHead *self, const char *path, const AySourceOptions *options,
                      AyDiagnostics *diagnostics);
void ay_csv_head_clear (AyCsvHead *self);

G_END_DECLS
