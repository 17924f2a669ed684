/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/bitset.h"

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
  AY_BLOCK_STEPS,      /* a level that steps bring down */
  AY_BLOCK_CURVES,
  AY_BLOCK_MAP,
  AY_BLOCK_SAMPLES,
  AY_BLOCK_BREAK,      /* a new page; what stands before the first is to fit on one */
  AY_BLOCK_LEFT,       /* what follows stands in the left half, */
  AY_BLOCK_RIGHT,      /* in the right half, beside what came since LEFT, */
  AY_BLOCK_WHOLE,      /* below both */
} AyBlockKind;

/* A real example: its picture or its text. */
typedef struct
{
  char *caption;
  char *text;          /* (nullable) */
  guint8 *rgb;         /* (nullable) width x height x 3 */
  guint width, height;
  GBytes *jpeg;        /* (nullable) the same picture, for where it is stored */
} AyStorySample;

/* A curve with an optional band; NaN breaks it. */
typedef struct
{
  char *name;
  guint n;
  double *x, *y;
  double *low, *high;  /* (nullable) */
  gboolean reference;  /* what others are compared with */
} AyStoryCurve;

/* Places of n rows, NaN: none; those of a set are marked. */
typedef struct
{
  gsize n;
  float *x, *y;
  guint32 *codes;      /* (nullable) class of each */
  GPtrArray *names;    /* (nullable) of char*: of the classes */
  AyBitset *marked;    /* (nullable) */
} AyStoryMap;

typedef struct
{
  AyBlockKind kind;
  char *text;          /* the words; of a table, bars and samples their sentence */
  guint n_columns;     /* table: cells row by row, the first row names the columns */
  char *align;         /* 'l' or 'r' a column */
  gboolean folded;     /* table: its second half stands beside its first, under the same head */
  GPtrArray *cells;    /* of char* */
  GPtrArray *names;    /* steps, of char* */
  GArray *values;      /* steps: the level after each, of double, the first that at the start */
  char *label;         /* steps, curves: of the axis upwards; a map's: of its colours */
  char *x_label;       /* (nullable) curves: of the other axis */
  GPtrArray *curves;   /* of AyStoryCurve */
  char *mark;          /* (nullable) curves: of a point of the first, named so, */
  double mark_x, mark_y; /* which stands here */
  AyStoryMap *map;
  GPtrArray *samples;  /* of AyStorySample */
  struct _AyStory *story;
  guint number;        /* of the block in its story */
} AyBlock;

typedef struct
{
  char *id;
  double value;
  char *text;
  guint block, row;    /* where it is said: a row of a table (0: its head and sentence), or 0 */
  guint rows;          /* number of the set of rows that it is about */
} AyStoryFact;

typedef struct
{
  char *words;         /* "training examples that go" */
  AyBitset *rows;
} AyStoryRows;

typedef struct _AyStory
{
  gatomicrefcount n_refs;
  GPtrArray *blocks;   /* of AyBlock */
  GPtrArray *facts;    /* of AyStoryFact */
  GPtrArray *rows;     /* of AyStoryRows */
  guint about;         /* the set of rows that the next fact is about */
  guint n_placed;      /* facts that stand in a block by now */
  AyStoryNumbers numbers;
  char *title;
  char *date;          /* "2026-11-28" */
  char *language;      /* "en" */
} AyStory;

AyStory *ay_story_new (const AyStoryNumbers *numbers);
AyStory *ay_story_ref (AyStory *self);
void ay_story_unref (AyStory *self); /* self: nullable */

void ay_story_add (AyStory *self, AyBlockKind kind, const char *text);
void ay_story_addf (AyStory *self, AyBlockKind kind, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* (transfer none): to be filled by ay_story_row (). */
AyBlock *ay_story_table (AyStory *self, const char *align, const char *sentence);
void ay_story_row (AyBlock *table, ...) G_GNUC_NULL_TERMINATED;
AyBlock *ay_story_steps (AyStory *self, const char *label, double start, const char *sentence);
void ay_story_step (AyBlock *steps, const char *name, double after);
AyBlock *ay_story_curves (AyStory *self, const char *label, const char *x_label,
                          const char *sentence);
/* Takes copies; low and high are nullable. */
void ay_story_curve (AyBlock *curves, const AyStoryCurve *curve);
/* Marks a point of the first curve. */
void ay_story_mark (AyBlock *curves, double x, double y, const char *name);
/* Takes map. */
void ay_story_map (AyStory *self, AyStoryMap *map, const char *label, const char *sentence);
AyBlock *ay_story_samples (AyStory *self, const char *sentence);
/* Takes rgb and jpeg (nullable). */
void ay_story_sample (AyBlock *samples, const AyStorySample *sample);

/* From here on facts are about these rows. Takes them. */
void ay_story_about (AyStory *self, const char *words, AyBitset *rows);
/* From here on facts are about a set that was there before; its number. */
void ay_story_about_again (AyStory *self, guint rows);
/* The fact of that id that was made first; NULL when there is none. */
const AyStoryFact *ay_story_find (const AyStory *self, const char *id);
const AyBitset *ay_story_set (const AyStory *self, guint rows);
const AyStoryRows *ay_story_rows (const AyStory *self, const AyStoryFact *fact);
/* The words that a fact stands in: a sentence, or its row of a table. (transfer full) */
char *ay_story_statement (const AyStory *self, const AyStoryFact *fact);

/* Each records a fact and returns its text; it stands in the block or row that is added next.
 * (transfer none): the story's. */
const char *ay_story_count (AyStory *self, const char *id, gsize value);
const char *ay_story_number (AyStory *self, const char *id, double value, guint decimals);
/* A share as "97.3 %". */
const char *ay_story_percent (AyStory *self, const char *id, double share, guint decimals);
/* A share as a change in points, with its sign. */
const char *ay_story_points (AyStory *self, const char *id, double share, guint decimals);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyStory, ay_story_unref)

G_END_DECLS
