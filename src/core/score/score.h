/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"
#include "core/score/context.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The registry of scores: a const table that CLI and window list from and run by. */

typedef enum
{
  AY_SCORE_VALUE,   /* obeys the sign rule: > 0 = helpful */
  AY_SCORE_MEASURE, /* keeps its published definition */
  AY_SCORE_FLAG,    /* 0/1 or a group number */
} AyScoreKind;

typedef enum
{
  AY_DIRECTION_NONE,
  AY_DIRECTION_HIGH_GOOD,
  AY_DIRECTION_LOW_GOOD,
} AyDirection;

/* What a method needs of the data, checked before it runs. */
typedef enum
{
  AY_NEEDS_LABEL = 1 << 0,
  AY_NEEDS_CLASSES = 1 << 1,
  AY_NEEDS_VALID = 1 << 2,
} AyScoreNeeds;

/* A parameter a person may set with -p name=value. */
typedef struct
{
  const char *name;
  const char *fallback; /* default, as text */
  const char *sentence;
} AyScoreParameter;

typedef struct
{
  double *values;         /* n of the data set, NaN = missing (transfer full) */
  double *errors;         /* (nullable) n: standard error over the target's rows, NaN = missing */
  double *told;           /* (nullable) n: 1 where the value is told from zero, else 0 */
  double *rank_low, *rank_high; /* (nullable) n: the range of the row's rank, 1 the largest value */
  char *missing_because;  /* (nullable) why rows are missing */
  JsonObject *certificate; /* method, options, seed, model, damping, residual, error bars ...;
                              "flags": sentences a reader must know; "finding": there are none */
  AyDirection direction;
} AyScoreResult;

typedef struct
{
  const char *id;
  const char *title;
  const char *sentence; /* one sentence: what a value means */
  AyScoreKind kind;
  AyDirection direction;
  const char *unit;     /* "nats", "probability", "0/1", "" */
  guint needs;          /* AyScoreNeeds */
  gboolean no_head;     /* no head has a part in it */
  const AyScoreParameter *parameters; /* (nullable) ends with a NULL name */
  gboolean (*run) (AyScoreContext *context, AyScoreResult *out, AyJob *job, GError **error);
} AyScoreMethod;

const AyScoreMethod *ay_score_methods (guint *n);
/* (nullable) */
const AyScoreMethod *ay_score_find (const char *id);
/* Whether it has a parameter of this name. */
gboolean ay_score_method_takes (const AyScoreMethod *self, const char *parameter);
/* Checks needs, runs, and completes the certificate with what all scores share. */
AyScoreResult *ay_score_run (const AyScoreMethod *method, AyScoreContext *context, AyJob *job,
                             GError **error);
/* The head as certificates have it: model, lambda, tolerance reached ... (transfer full) */
JsonObject *ay_score_tell_head (AyScoreContext *context, const AyHead *head);
void ay_score_result_free (AyScoreResult *self);
const char *ay_score_kind_name (AyScoreKind kind);
const char *ay_direction_name (AyDirection direction);
/* High is good in one and bad in the other. */
gboolean ay_directions_oppose (AyDirection a, AyDirection b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyScoreResult, ay_score_result_free)

G_END_DECLS
