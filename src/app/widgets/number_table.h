/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* A short table: a title a line, perhaps with the image of a row, and numbers in columns. A line is
 * activated by a click or by keys. Property: list-name (string), what the list is called.
 * Signal: activated (guint line). */
#define ASSAY_TYPE_NUMBER_TABLE (assay_number_table_get_type ())
G_DECLARE_FINAL_TYPE (AssayNumberTable, assay_number_table, ASSAY, NUMBER_TABLE, AdwBin)

typedef struct
{
  const char *title;
  AssaySession *session;    /* (nullable) with row: shows its image */
  gsize row;
  guint n;
  const double *values;     /* n; NaN: a dash */
  const guint8 *counts;     /* (nullable) n: 1: a whole number without a sign */
} AssayNumberLine;

/* No lines; names of the n columns of numbers, and before them of the title. */
void assay_number_table_clear (AssayNumberTable *self, const char *what,
                               const char *const *columns, guint n);
void assay_number_table_add (AssayNumberTable *self, const AssayNumberLine *line);

G_END_DECLS
