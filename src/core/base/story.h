/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A report before it has a form: blocks in reading order, from which every form is made, so that no
 * sentence is written twice. Numbers go in as facts: an id, the value as it is, and the text that
 * is shown. */

/* How numbers look: of a locale, or "." and a thin blank. */
typedef struct
{
  char decimal[8], group[8];
} AyStoryNumbers;
#define AY_STORY_NUMBERS_INIT { ".", "\302\240" }

typedef enum
{
  AY_BLOCK_TITLE,
  AY_BLOCK_HEADING,
  AY_BLOCK_LEAD,       /* the sentence that matters */
  AY_BLOCK_PARAGRAPH,
  AY_BLOCK_TABLE,
  AY_BLOCK_BARS,
  AY_BLOCK_SAMPLES,
  AY_BLOCK_BREAK,      /* a new page */
} AyBlockKind;

/* A real example: its picture or its text. */
typedef struct
{
  char *caption;
  char *text;          /* (nullable) */
  guint8 *rgb;         /* (nullable) width x height x 3 */
  guint width, height;
} AyStorySample;

typedef struct
{
  AyBlockKind kind;
  char *text;          /* the words; of a table, bars and samples their sentence */
  guint n_columns;     /* table: cells row by row, the first row names the columns */
  char *align;         /* 'l' or 'r' a column */
  GPtrArray *cells;    /* of char* */
  GPtrArray *names;    /* bars, of char* */
  GArray *values;      /* bars, of double */
  char *label;         /* bars: of the axis */
  GPtrArray *samples;  /* of AyStorySample */
} AyBlock;

typedef struct
{
  char *id;
  double value;
  char *text;
} AyStoryFact;

typedef struct
{
  GPtrArray *blocks;   /* of AyBlock */
  GPtrArray *facts;    /* of AyStoryFact */
  AyStoryNumbers numbers;
  char *title;
  char *date;          /* "2026-11-28" */
  char *language;      /* "en" */
} AyStory;

AyStory *ay_story_new (const AyStoryNumbers *numbers);
void ay_story_free (AyStory *self);

void ay_story_add (AyStory *self, AyBlockKind kind, const char *text);
void ay_story_addf (AyStory *self, AyBlockKind kind, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* (transfer none): to be filled by ay_story_row (). */
AyBlock *ay_story_table (AyStory *self, const char *align, const char *sentence);
void ay_story_row (AyBlock *table, ...) G_GNUC_NULL_TERMINATED;
AyBlock *ay_story_bars (AyStory *self, const char *label, const char *sentence);
void ay_story_bar (AyBlock *bars, const char *name, double value);
AyBlock *ay_story_samples (AyStory *self, const char *sentence);
/* Takes rgb (nullable). */
void ay_story_sample (AyBlock *samples, const AyStorySample *sample);

/* Each records a fact and returns its text. (transfer none): the story's. */
const char *ay_story_count (AyStory *self, const char *id, gsize value);
const char *ay_story_number (AyStory *self, const char *id, double value, guint decimals);
/* A share as "97.3 %". */
const char *ay_story_percent (AyStory *self, const char *id, double share, guint decimals);
/* A share as a change in points, with its sign. */
const char *ay_story_points (AyStory *self, const char *id, double share, guint decimals);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyStory, ay_story_free)

G_END_DECLS
