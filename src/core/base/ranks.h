/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one way in which processes of a run talk to each other. All ranks run the same program on the
 * same data set, of whose rows each takes a share (parts.h), and call this at the same places. The
 * core knows no more of it: src/mpi fills it in with MPI, ay_ranks_in_process() with threads, and
 * where it is NULL there is one rank. */
typedef struct _AyRanks AyRanks;

struct _AyRanks
{
  guint rank, size; /* 0 .. size - 1 */
  /* Everybody's bytes to everybody: mine has sizes[rank] bytes, all gets those of rank 0, 1 ... one
   * after another. FALSE and an error where a rank is gone. */
  gboolean (*gather) (AyRanks *self, const void *mine, const gsize *sizes, void *all,
                      GError **error);
  gpointer data;     /* of gather */
  const char *stage; /* (nullable) interned: what the run is at, for the log */
  GArray *told;      /* (nullable) of AyRanksTold: the log */
};

/* The number of this rank; self may be NULL: one alone is the first. */
static inline guint
ay_ranks_own (const AyRanks *self)
{
  return self != NULL ? self->rank : 0;
}

/* Messages of this rank of one kind and size. */
typedef struct
{
  const char *stage, *what; /* interned */
  guint64 size, rounds;     /* bytes of each; how many */
} AyRanksTold;

/* The same with the message in the log as `what`. self may be NULL: a copy. */
gboolean ay_ranks_gather (AyRanks *self, const char *what, const void *mine, const gsize *sizes,
                          void *all, GError **error);

/* `size` bytes of each rank to everybody: all gets ranks x size. self may be NULL: a copy. */
gboolean ay_ranks_gather_each (AyRanks *self, const char *what, const void *mine, gsize size,
                               void *all, GError **error);
/* Lists of any lengths. */
typedef struct
{
  gconstpointer items;
  gsize count, size; /* size: bytes of an item */
} AyRankList;
/* Those of all ranks, one after another; *count: items in all. self may be NULL: a copy. NULL and
 * NOMEM, or as above. (transfer full) */
gpointer ay_ranks_gather_lists (AyRanks *self, const char *what, const AyRankList *mine,
                                gsize *count, GError **error);
/* From the first rank to the others: size bytes at data. self may be NULL. */
gboolean ay_ranks_tell (AyRanks *self, const char *what, gpointer data, gsize size,
                        GError **error);
/* A number that must be the same on all ranks. */
typedef struct
{
  const char *what;
  guint64 value;
  gboolean is_hash; /* it says nothing to a reader */
} AyRanksFact;
/* FALSE and AY_ERROR_CHANGED, with the first that differs and the rank. self may be NULL. */
gboolean ay_ranks_agree (AyRanks *self, const AyRanksFact *facts, guint n, GError **error);
/* self may be NULL. */
void ay_ranks_set_stage (AyRanks *self, const char *stage);
/* The log in lines "rank, stage, kind, bytes, rounds", tab-separated. (transfer full) */
char *ay_ranks_log (const AyRanks *self);
void ay_ranks_clear_log (AyRanks *self);

/* Runs func on `size` ranks, a thread each, in this process; FALSE and the first rank's error
 * where any of them fails (which ends the others at their next call). */
typedef gboolean (*AyRankFunc) (AyRanks *ranks, gpointer data, GError **error);
gboolean ay_ranks_in_process (guint size, AyRankFunc func, gpointer data, GError **error);

G_END_DECLS
