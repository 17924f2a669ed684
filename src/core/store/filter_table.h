/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/base/table.h"

#include <sqlite3.h>

G_BEGIN_DECLS

/* A column of the virtual table. */
typedef struct
{
  AyColumn *column; /* NULL: the row number */
  char *name;       /* as SQL knows it: distinct without regard to ASCII case */
} AyFilterColumn;

/* What the virtual table `samples` shows. The last column is the row number. */
typedef struct
{
  gsize rows;
  const AyFilterColumn *columns;
  guint n;
  AyJob *job; /* (nullable) of the query that runs */
} AyFilterSource;

/* (Re)declares `samples` on the connection; source must outlive its statements. An SQLite code. */
int ay_filter_table_declare (sqlite3 *db, AyFilterSource *source);

G_END_DECLS
