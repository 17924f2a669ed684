/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/gain/flip_set.h"
#include "core/gain/why.h"
#include "core/work/row_parts.h"

G_BEGIN_DECLS

/* The why card of a row of any part, and on request a flip set. A row of the test part is a look at
 * it, and counted. */
typedef struct
{
  const char *against; /* (nullable) a class's name */
  gsize n_rows;        /* training rows to show */
  gboolean flip;       /* look for a flip set */
  gboolean parts;      /* take margin and influence apart over columns or words */
} AyExplainOptions;
#define AY_EXPLAIN_OPTIONS_INIT { NULL, 20, FALSE, FALSE }

typedef struct
{
  guint32 row;
  AyWhy *why;
  AyFlipSet *flip;     /* (nullable) */
  AyRowParts *margin;  /* (nullable) of why->margin */
  AyRowParts *influence; /* (nullable) of a training row's influence on the target */
  char *no_parts;      /* (nullable) why there are none though they were asked for */
  guint32 *train_rows; /* rows of the data set by position in the training problem */
  gsize n_train;
  guint test_openings; /* this one included; 0: the row is not of the test part */
  char *sentence;      /* what the head says and by what margin */
  char *flip_sentence; /* (nullable) */
} AyExplain;

/* Errors: RANGE (no such class), those of the head, solves and refits. */
gboolean ay_work_explain (AyWork *work, guint32 row, const AyExplainOptions *options,
                          AyExplain *out, AyJob *job, GError **error);
void ay_explain_clear (AyExplain *self);
/* The row with this id; AY_ERROR_RANGE when there is none. */
gboolean ay_work_find_id (AyWork *work, const char *id, guint32 *row, GError **error);

G_END_DECLS
