/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/parallel.h"
#include "core/base/ranks.h"

G_BEGIN_DECLS

/* Rows 0 .. n - 1 cut into parts of equal size (the last one may be shorter), of which each rank
 * owns some that follow each other. Sums over rows are made by part and added along one binary
 * tree over the parts' numbers, which depends on n alone: node (level l, number i) is the sum of
 * nodes (l - 1, 2 i) and (l - 1, 2 i + 1), and what is left at the end, from the right. So any
 * number of ranks and of threads gives the same bytes, and only the few sums at which a rank's
 * range and the tree meet travel. */
typedef struct
{
  AyRanks *ranks;    /* (nullable) one rank */
  gsize n, rows;     /* rows a part */
  gsize n_parts;
  gsize first, last; /* own parts: first .. last - 1; may be none */
  const char *what;  /* (nullable) for the ranks' log: what is summed or gathered */
} AyParts;

/* At most `most` parts (more above 2^24 rows, in proportion) of at least `least` rows; the rows a
 * part are a power of two, 64 at least. */
AyParts ay_parts (AyRanks *ranks, gsize n, gsize least, gsize most);
/* Parts of so many rows, for results by row that nobody adds. */
AyParts ay_parts_by (AyRanks *ranks, gsize n, gsize rows);

/* The parts of another rank: *first .. *last - 1. */
void ay_parts_of_rank (const AyParts *self, guint rank, gsize *first, gsize *last);
/* How many rows these have, and the first of them. */
gsize ay_parts_rows_of_rank (const AyParts *self, guint rank, gsize *first);
/* How many sums ay_parts_sum() is given: the own parts, and room for one at least. */
static inline gsize
ay_parts_own (const AyParts *self)
{
  return MAX (self->last - self->first, 1);
}

/* ay_parallel_for() over the own parts; func's block is the part's number. */
gboolean ay_parts_for (const AyParts *self, AyBlockFunc func, gpointer data, AyJob *job,
                       GError **error);
/* sums: `size` doubles for each own part, from part `first` on; overwritten. sums[0 .. size - 1]
 * becomes the sum over all parts of all ranks (0 where n is 0). */
gboolean ay_parts_sum (const AyParts *self, double *sums, gsize size, AyJob *job, GError **error);
/* rows: n results of `size` bytes each, of which this rank has made those of its parts; it gets the
 * others'. */
gboolean ay_parts_gather (const AyParts *self, void *rows, gsize size, GError **error);

/* What the tree still has to add up, and the nodes that remain (parts.c). */
typedef struct
{
  GArray *nodes, *additions;
} AyPartTree;

/* A sum made part after part, where not all of them fit memory at once: at most some log2(n_parts)
 * of them are kept. A part is added up in ay_part_sums_next(), which is zero, then pushed; parts
 * first .. last - 1 in order. */
typedef struct
{
  const AyParts *parts;
  gsize size, next;  /* the part that comes next */
  AyPartTree tree;
  GPtrArray *sums;   /* of double *, by place */
  GArray *spare;     /* of gsize: places that are not in use */
  gsize place;       /* of the sum that is being made, once it is begun */
  gboolean begun;
} AyPartSums;

/* NULL and NOMEM. */
double *ay_part_sums_next (AyPartSums *self, GError **error);
void ay_part_sums_init (AyPartSums *self, const AyParts *parts, gsize size);
void ay_part_sums_push (AyPartSums *self);
void ay_part_sums_clear (AyPartSums *self);
/* How many sums are left when a rank's parts are pushed. */
gsize ay_parts_n_nodes (const AyParts *self, guint rank);
/* Writes those, one after another: ay_parts_n_nodes() x size. */
void ay_part_sums_take (AyPartSums *self, double *nodes);
/* Of one rank: the whole sum, (nullable) where there is no part. (transfer none) */
const double *ay_part_sums_fold (AyPartSums *self);
/* The whole sum of such nodes of all ranks, into out. out may be nodes. */
gboolean ay_parts_merge (const AyParts *self, const double *nodes, gsize size, double *out,
                         AyJob *job, GError **error);
/* The whole sum, of one rank or of all. */
gboolean ay_part_sums_finish (AyPartSums *self, double *out, AyJob *job, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyPartSums, ay_part_sums_clear)

G_END_DECLS
