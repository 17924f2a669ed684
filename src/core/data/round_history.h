/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"
#include "core/base/diagnostic.h"

G_BEGIN_DECLS

/* A history: rounds of selection, which rows were taken, in what order, by which strategy, with
 * which metrics. It may be of this program's own loop, of a simulation, or of another tool: rows
 * that the data set does not have, and everything that was not logged, are said to be so and never
 * made up. */

/* One answer to one row of a round; several annotators may answer the same row. */
typedef struct
{
  guint32 pick;    /* position in the round, 0..n-1 */
  char *label;
  char *annotator; /* (nullable) */
  char *time;      /* (nullable) as it was logged */
  double seconds;  /* NaN: unknown */
} AyGivenLabel;

typedef struct
{
  char *name;      /* "accuracy", "loss", "train_seconds", "energy_kwh" ... */
  double value;
} AyMetric;

typedef enum
{
  AY_SCORED_LOGITS,
  AY_SCORED_PROBABILITIES,
} AyScoredKind;

/* What the model of the moment said of the rows that could be taken in a round (before it). */
typedef struct
{
  AyScoredKind kind;
  gsize n;
  guint n_classes;
  guint32 *row;    /* n rows of the data set, AY_ROW_NONE: outside */
  float *values;   /* n x n_classes */
} AyScored;

/* A round. Arrays over its rows have n entries; a nullable one that is NULL says nothing of any
 * row, NaN or a NULL text in it nothing of that row. */
typedef struct
{
  gint64 number;   /* as the history counts it; the rows it starts from are no round */
  char *strategy;  /* (nullable) */
  gboolean has_seed;
  guint64 seed;
  gboolean open;   /* the rows are out for labels, and not all answers are in */
  gsize n;
  guint32 *row;    /* rows of the data set in the order in which they were taken; AY_ROW_NONE:
                      outside of it, then id says which */
  char **id;       /* (nullable) as it was logged */
  double *score;   /* (nullable) the strategy's own quantity */
  double *cost;    /* (nullable) */
  double *seconds; /* (nullable) spent on the row */
  char **reason;   /* (nullable) why each was taken */
  GArray *answers; /* of AyGivenLabel, in the order in which they came */
  GArray *metrics; /* of AyMetric: of the model fitted on everything up to this round */
  AyScored *scored; /* (nullable) */
} AyRound;

/* Filled by whoever makes it, immutable once handed on. */
typedef struct
{
  gatomicrefcount ref;

  char *name;
  char *source;    /* "loop", "simulate", or the format it was read from */
  gsize n_rows;    /* of the data set that rows counts in */
  gboolean has_seed;
  guint64 seed;
  gsize n_start;
  guint32 *start;  /* (nullable) rows that had labels before the first round, in order */
  GArray *start_metrics; /* of AyMetric: of the model fitted on them alone */
  char *options;   /* (nullable) JSON of how it was made (strategy parameters, head ...) */
  GPtrArray *rounds; /* of AyRound, in order */
  AyDiagnostics *notes; /* faults and readings of the file that the user is told */
} AyHistory;

/* Takes no ownership. */
AyHistory *ay_history_new (const char *name, const char *source, gsize n_rows);
AyHistory *ay_history_ref (AyHistory *self);
void ay_history_unref (AyHistory *self);
/* A deep copy, to change what was handed on. (transfer full) */
AyHistory *ay_history_copy (const AyHistory *self);

/* Adds a round with room for n rows (zeroed, so every row is to be set). (transfer none) */
AyRound *ay_history_add_round (AyHistory *self, gint64 number, gsize n);
/* (transfer none) */
AyRound *ay_history_round (const AyHistory *self, guint i);
guint ay_history_n_rounds (const AyHistory *self);
/* (nullable) (transfer none): the last round when it is open. */
AyRound *ay_history_open_round (const AyHistory *self);
/* Sets the start rows (copied). */
void ay_history_set_start (AyHistory *self, const guint32 *rows, gsize n);
/* Rows that have labels once rounds 0..i are in (i = -1: the start), those outside and taken twice
 * counted once each time they were logged: what the tool that logged it believed. */
gsize ay_history_n_labelled (const AyHistory *self, gint i);
/* TRUE when any round (or the start) has this metric. */
gboolean ay_history_has_metric (const AyHistory *self, const char *name);
/* Names of all metrics in the order in which they first appear. (transfer full) (element-type
 * char*) */
GPtrArray *ay_history_metric_names (const AyHistory *self);

/* The rows of the data that its metrics were measured on, where its options say so ("judged"); else
 * NULL and 0. (transfer full) (nullable) */
guint32 *ay_history_judged (const AyHistory *self, gsize *n);

/* Nullable arrays of a round, made on first use: numbers NaN, texts NULL. (transfer none) */
double *ay_round_need_score (AyRound *self);
double *ay_round_need_cost (AyRound *self);
double *ay_round_need_seconds (AyRound *self);
char **ay_round_need_id (AyRound *self);
char **ay_round_need_reason (AyRound *self);
/* Adds or replaces; name is copied. */
void ay_metrics_set (GArray *metrics, const char *name, double value);
/* NaN when it is not there. */
double ay_metrics_get (const GArray *metrics, const char *name);
/* Adds an answer (texts are copied, nullable all but label). */
void ay_round_answer (AyRound *self, guint32 pick, const char *label, const char *annotator,
                      const char *time, double seconds);
/* The label that most annotators gave the row, of equally many the one given first; NULL: none gave
 * any. n: answers; agree: those that say it (both nullable). (transfer none) */
const char *ay_round_label (const AyRound *self, guint32 pick, guint *n, guint *agree);
/* Rows that have an answer. */
gsize ay_round_n_answered (const AyRound *self);
/* Makes room for n rows of n_classes numbers, zeroed; takes the place of an older one. (transfer
 * none) */
AyScored *ay_round_need_scored (AyRound *self, AyScoredKind kind, gsize n, guint n_classes);

/* The history as JSON (texts, metrics, sizes) and bytes (rows and numbers, little-endian): what the
 * workspace keeps. *json and *bytes are (transfer full). */
void ay_history_encode (const AyHistory *self, char **json, GBytes **bytes);
/* AY_ERROR_INPUT when the two do not fit. (transfer full) */
AyHistory *ay_history_decode (const char *json, GBytes *bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyHistory, ay_history_unref)

G_END_DECLS
