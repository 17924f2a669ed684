/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/graph/neighbours.h"

G_BEGIN_DECLS

/* How far a map may be believed. */

/* The k nearest other points in the plane of each of n (xy: n x 2, finite), ascending by
 * (distance, point): n x k point numbers, G_MAXUINT32 where there are fewer than k others. The
 * same numbers for any number of threads. Cost: O(n (log n + k)) for points that are anyhow
 * spread. Errors: NOMEM, CANCELLED. */
guint32 *ay_plane_neighbours (const float *xy, gsize n, guint k, AyJob *job, GError **error);

/* Share of each point's first k data neighbours that are among its k neighbours on the map: n
 * values of 0..1, NaN for a point without data neighbours. k is at most neighbours->k. */
double *ay_trust_shares (const AyNeighbours *neighbours, const float *xy, guint k, AyJob *job,
                         GError **error);

/* Venna and Kaski 2001: T(k) = 1 - 2 / (m k (2m - 3k - 1)) sum_i sum_j (r(i, j) - k), over the k
 * map neighbours j of i that are none of its k data neighbours, r the rank of j among i's
 * neighbours in the data; continuity with data and map exchanged. Ranks among equal distances go
 * by position. Over all points up to `most`, above that over a random sample of so many, alone
 * with each other (k is then of the sample). k is lowered to below m / 2. */
typedef struct
{
  double trustworthiness, continuity; /* NaN for fewer than three points */
  guint k;
  gsize sample;   /* points compared */
} AyTrust;

typedef struct
{
  guint k;
  gsize most;
  guint64 seed;
} AyTrustOptions;
#define AY_TRUST_OPTIONS_INIT { 15, 10000, 0 }

/* Errors: INPUT (row and column that is not finite), NOMEM, CANCELLED. */
gboolean ay_trust_measure (const AyPoints *points, const float *xy, const AyTrustOptions *options,
                           AyTrust *out, AyJob *job, GError **error);

G_END_DECLS
