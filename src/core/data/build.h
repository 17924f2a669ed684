/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"
#include "core/base/matrix.h"
#include "core/base/table.h"
#include "core/data/intern.h"

G_BEGIN_DECLS

/* Columns being filled by the blocks of a parallel-for, each of which reads one chunk of a text
 * file and writes its rows to their final place: nothing is copied afterwards. Kinds are guessed
 * before; a value that contradicts the guess marks its column as failed, and the pass is run again
 * for failed columns alone, as text, which takes everything. */
typedef enum
{
  AY_BUILD_NUMBER,
  AY_BUILD_VECTOR,   /* `width` numbers a row: becomes a matrix, not a column */
  AY_BUILD_CATEGORY, /* texts that are expected to be few */
  AY_BUILD_TEXT,
} AyBuildKind;

#define AY_BUILD_SHORT 64 /* bytes of the longest text of a category */

typedef struct
{
  char *name;
  AyBuildKind kind;
  gsize width;
  gboolean active;      /* to be filled by the present pass */
  double *numbers;      /* n_rows x width */
  guint32 *codes;       /* of the chunk's own dictionary, until settled */
  guint64 *offset;
  guint32 *length;
  gint failed;          /* set atomically */
  gint fractions;       /* set atomically: a value is not whole */
  AyInternText **words; /* the chunks' dictionaries */
  guint32 *n_words;
  gpointer block;       /* that numbers are in */
  char **names;         /* of the settled category */
} AyBuildColumn;

typedef struct
{
  AyMappedFile *file; /* that offsets count from the start of */
  GPtrArray *columns; /* of AyBuildColumn* */
  gsize n_chunks;
  gsize *first;       /* first row of each chunk, and the number of rows at [n_chunks] */
  gsize *used;        /* rows that each chunk really has */
  AyIntern **interns; /* a dictionary a column, for each worker */
  GStringChunk **arenas; /* of unescaped texts, for each worker; NULL until needed */
  guint n_workers;
  gpointer hold;      /* keeps file and arenas for the text columns */
} AyBuild;

/* For the chunks' greatest possible numbers of rows. */
AyBuild *ay_build_new (AyMappedFile *file, gsize n_chunks, const gsize *rows);
void ay_build_free (AyBuild *self);
/* Adds an active column. */
AyBuildColumn *ay_build_add (AyBuild *self, const char *name, AyBuildKind kind, gsize width);
/* Memory for the active columns. AY_ERROR_NOMEM. */
gboolean ay_build_allocate (AyBuild *self, GError **error);

/* Within a pass: a chunk's rows begin as missing (only readers that skip cells need this). */
void ay_build_blank (AyBuild *self, gsize chunk);
void ay_build_chunk_begin (AyBuild *self, guint worker);
/* used: the rows that the chunk has. */
void ay_build_chunk_end (AyBuild *self, gsize chunk, guint worker, gsize used);
/* A copy of an unescaped text, kept as long as the columns. */
const char *ay_build_keep (AyBuild *self, guint worker, const char *text, gsize length);

static inline AyBuildColumn *
ay_build_column (const AyBuild *self, guint i)
{
  return (AyBuildColumn *) self->columns->pdata[i];
}

static inline void
ay_build_fail (AyBuildColumn *column)
{
  g_atomic_int_set (&column->failed, TRUE);
}

/* One text of an active category or text column. */
void ay_build_text (AyBuild *self, guint column, guint worker, gsize row, const char *text,
                    gsize length);

/* After a pass: TRUE when a further pass is needed for the columns now active. */
gboolean ay_build_settle (AyBuild *self);
/* The columns, in order; vectors go to keys and arrays (nullable when there are none). Text columns
 * of few distinct short texts become categories. (transfer full) */
AyTable *ay_build_finish (AyBuild *self, GPtrArray *keys, GPtrArray *arrays);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyBuild, ay_build_free)

G_END_DECLS
