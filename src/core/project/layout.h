/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/job.h"

G_BEGIN_DECLS

/* A map of n points in the plane, made by rounds of moving them. Immutable once returned. */
typedef struct
{
  gsize n;
  float *xy;          /* n x 2 */
  guint rounds;       /* done; fewer than planned: it was told to stop */
  guint planned;
  double kl;          /* t-SNE: Kullback-Leibler divergence of the layout; else NaN */
} AyLayout;

void ay_layout_free (AyLayout *self);

/* The layout as it forms. `show` gets the present positions (n x 2) at most every AY_LAYOUT_SHOW
 * seconds and at the end, on the thread that computes; they are good during the call only. */
typedef struct
{
  /* (nullable) */
  void (*show) (gpointer data, const float *xy, gsize n, guint rounds, guint planned);
  gpointer data;
  const volatile gint *stop;     /* (nullable) set to 1 from any thread: keep it as it stands */
} AyLayoutWatch;
#define AY_LAYOUT_SHOW 0.1

/* What a layout's loop keeps of its watcher. */
typedef struct
{
  const AyLayoutWatch *watch; /* nullable */
  AyJob *job;
  gint64 shown;               /* monotonic time of the last call */
} AyLayoutLoop;

/* After round `rounds` of `planned`: tells job and watcher. FALSE: stop here. */
gboolean ay_layout_round (AyLayoutLoop *self, const float *xy, gsize n, guint rounds,
                          guint planned);

/* Positions to start from: `start` (n rows `stride` floats apart, the first two are used; a
 * missing second coordinate, stride 1, is 0), moved to mean 0 and scaled: by `span` to the range
 * of the wider axis, or, when `deviation` is not 0, to that standard deviation of the first.
 * Noise of 1e-5 of the span parts equal points; where there is no spread at all, or start is
 * NULL, the points are drawn uniformly. xy: n x 2. */
typedef struct
{
  const float *start;
  gsize stride;
  double span, deviation;
  guint64 seed;
} AyLayoutStart;

void ay_layout_start (const AyLayoutStart *self, gsize n, float *xy);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyLayout, ay_layout_free)

G_END_DECLS
