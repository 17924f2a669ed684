/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* xoshiro256** (Blackman and Vigna 2018, public domain algorithm), seeded by splitmix64.
 * A stream number gives independent generators for one seed: one per block, repeat or member. */
typedef struct
{
  guint64 s[4];
} AyRng;

void ay_rng_init (AyRng *self, guint64 seed, guint64 stream);
guint64 ay_rng_next (AyRng *self);
/* Uniform in [0, 1), 53 bits. */
double ay_rng_uniform (AyRng *self);
/* Uniform in 0..n-1 without bias (Lemire 2019); n >= 1. */
guint64 ay_rng_below (AyRng *self, guint64 n);
/* Standard normal (polar method). */
double ay_rng_normal (AyRng *self);
/* Fisher-Yates over n row numbers. */
void ay_rng_shuffle (AyRng *self, guint32 *rows, gsize n);
/* k distinct rows of 0..n-1 in random order, k <= n. (transfer full) */
guint32 *ay_rng_sample (AyRng *self, gsize n, gsize k);

G_END_DECLS
