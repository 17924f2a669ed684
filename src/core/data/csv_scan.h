/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/data/text_masks.h"

G_BEGIN_DECLS

/* Where fields and rows of delimited text end. Rules of quotes (those of Python's csv, pandas and
 * RFC 4180): a quote opens only as the first byte of a field, two of them inside stand for one, and
 * what follows the closing quote up to the delimiter is kept as it is. */
typedef struct
{
  const char *data; /* after a byte order mark */
  gsize size;
  char delimiter;
  gboolean quotes;  /* FALSE: '"' is a letter like others */
} AyCsvText;

/* Walks quotes from left to right. */
typedef struct
{
  gboolean inside; /* of quotes */
  gsize second;    /* position of the second quote of a pair, already dealt with */
  gsize opened;    /* where the last quote opened */
  gsize stray;     /* closing quotes that something other than the field's end follows; between
                    * tabs also quoted stretches of both tabs and line feeds, which are mostly
                    * two rows that begin and end a field with a quote by chance */
} AyCsvQuotes;

/* What a stretch of text does when it begins outside [0] or inside [1] of quotes. */
typedef struct
{
  gsize newlines; /* that end a row */
  gsize first;    /* byte after the first of them; G_MAXSIZE: none */
  AyCsvQuotes end;
} AyCsvStretch;

typedef struct
{
  AyCsvStretch outside_inside[2];
  gsize fault; /* position of the first NUL or byte that is not UTF-8; G_MAXSIZE: none */
} AyCsvSurvey;

/* Surveys bytes from .. to-1, which begin and end after a line feed or at the text's ends. */
void ay_csv_survey (const AyCsvText *text, gsize from, gsize to, AyCsvSurvey *survey);

/* The ends of fields and rows from a row's start on, as far as asked for. Positions count from
 * base. Field k of those known lies between ends[k - 1] and ends[k], excluding both; k begins at 1;
 * row r's last field is row_ends[r]. */
typedef struct
{
  const AyCsvText *text;
  gsize base;
  gsize at; /* bytes before this one are done */
  AyCsvQuotes quotes;
  guint32 *ends;
  gsize n_ends, ends_room;
  guint32 *row_ends;
  gsize n_rows, rows_room;
} AyCsvIndex;

void ay_csv_index_begin (AyCsvIndex *self, const AyCsvText *text, gsize from);
/* Goes on for 4096 bytes. FALSE at the end of the text, whose last row is then complete, and where
 * positions would pass 32 bits. */
gboolean ay_csv_index_more (AyCsvIndex *self);
/* Makes room for `more` ends after those known (for rows that a reader makes up itself). */
void ay_csv_index_reserve (AyCsvIndex *self, gsize more);
/* Forgets the complete rows. */
void ay_csv_index_drop (AyCsvIndex *self);
void ay_csv_index_clear (AyCsvIndex *self);

G_END_DECLS
