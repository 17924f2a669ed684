/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/ranks.h"

#include "core/base/error.h"

#include <pthread.h>
#include <string.h>

void
ay_ranks_set_stage (AyRanks *self, const char *stage)
{
  if (self != NULL)
    self->stage = g_intern_string (stage);
}

static void
note (AyRanks *self, const char *what, gsize size)
{
  AyRanksTold one = { self->stage != NULL ? self->stage : "", g_intern_string (what), size, 1 };

  if (self->told == NULL)
    self->told = g_array_new (FALSE, FALSE, sizeof (AyRanksTold));
  for (guint k = 0; k < self->told->len; k++)
    {
      AyRanksTold *told = &g_array_index (self->told, AyRanksTold, k);

      if (told->what == one.what && told->size == size && strcmp (told->stage, one.stage) == 0)
        {
          told->rounds++;
          return;
        }
    }
  g_array_append_val (self->told, one);
}

char *
ay_ranks_log (const AyRanks *self)
{
  GString *text = g_string_new (NULL);

  for (guint k = 0; self->told != NULL && k < self->told->len; k++)
    {
      const AyRanksTold *told = &g_array_index (self->told, AyRanksTold, k);

      g_string_append_printf (text, "%u\t%s\t%s\t%" G_GUINT64_FORMAT "\t%" G_GUINT64_FORMAT "\n",
                              self->rank, told->stage, told->what, told->size, told->rounds);
    }
  return g_string_free (text, FALSE);
}

void
ay_ranks_clear_log (AyRanks *self)
{
  g_clear_pointer (&self->told, g_array_unref);
}

gboolean
ay_ranks_gather (AyRanks *self, const char *what, const void *mine, const gsize *sizes, void *all,
                 GError **error)
{
  if (self == NULL)
    {
      if (sizes[0] > 0)
        memcpy (all, mine, sizes[0]);
      return TRUE;
    }
  note (self, what, sizes[self->rank]);
  return self->gather (self, mine, sizes, all, error);
}

gboolean
ay_ranks_tell (AyRanks *self, const char *what, gpointer data, gsize size, GError **error)
{
  g_autofree gsize *sizes = NULL;
  g_autofree char *mine = NULL;

  if (self == NULL)
    return TRUE;
  sizes = g_new0 (gsize, self->size);
  sizes[0] = size;
  mine = g_memdup2 (data, size);
  return ay_ranks_gather (self, what, mine, sizes, data, error);
}

gboolean
ay_ranks_gather_each (AyRanks *self, const char *what, const void *mine, gsize size, void *all,
                      GError **error)
{
  guint n = self != NULL ? self->size : 1;
  g_autofree gsize *sizes = g_new (gsize, n);

  for (guint r = 0; r < n; r++)
    sizes[r] = size;
  return ay_ranks_gather (self, what, mine, sizes, all, error);
}

gpointer
ay_ranks_gather_lists (AyRanks *self, const char *what, const AyRankList *mine, gsize *count,
                       GError **error)
{
  guint n = self != NULL ? self->size : 1;
  guint64 own = mine->count;
  g_autofree guint64 *counts = g_new (guint64, n);
  g_autofree gsize *sizes = g_new (gsize, n);
  g_autofree char *all = NULL;

  *count = 0;
  if (!ay_ranks_gather_each (self, what, &own, sizeof own, counts, error))
    return NULL;
  for (guint r = 0; r < n; r++)
    {
      sizes[r] = counts[r] * mine->size;
      *count += counts[r];
    }
  all = ay_try_alloc (MAX (*count, 1), mine->size, what, error);
  return all != NULL && ay_ranks_gather (self, what, mine->items, sizes, all, error)
             ? g_steal_pointer (&all) : NULL;
}

static void
say_difference (const AyRanksFact *fact, guint rank, guint64 value, guint64 first, GError **error)
{
  if (fact->is_hash)
    g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                 "rank %u reads other %s than rank 0: the files are not the same", rank,
                 fact->what);
  else
    g_set_error (error, AY_ERROR, AY_ERROR_CHANGED,
                 "rank %u reads %" G_GUINT64_FORMAT " %s, rank 0 %" G_GUINT64_FORMAT
                 ": the files are not the same", rank, value, fact->what, first);
}

gboolean
ay_ranks_agree (AyRanks *self, const AyRanksFact *facts, guint n, GError **error)
{
  guint size = self != NULL ? self->size : 1;
  g_autofree guint64 *mine = g_new (guint64, n);
  g_autofree guint64 *all = g_new (guint64, (gsize) size * n);

  for (guint k = 0; k < n; k++)
    mine[k] = facts[k].value;
  if (!ay_ranks_gather_each (self, "facts of the data", mine, n * sizeof *mine, all, error))
    return FALSE;
  for (guint r = 1; r < size; r++)
    for (guint k = 0; k < n; k++)
      if (all[r * n + k] != all[k])
        {
          say_difference (facts + k, r, all[r * n + k], all[k], error);
          return FALSE;
        }
  return TRUE;
}

/* --- ranks that are threads --- */

/* Every call meets the others twice: all have shown their bytes; all have copied them. */
typedef struct
{
  guint size, arrived, turn;
  gboolean failed;
  const void **shown; /* size */
  pthread_mutex_t lock;
  pthread_cond_t meet;
  AyRankFunc func;
  gpointer data;
} Room;

typedef struct
{
  AyRanks ranks;
  Room *room;
  gboolean done;
  GError *error;
} Member;

/* FALSE where a rank has failed. */
static gboolean
meet (Room *self)
{
  guint turn;
  gboolean failed;

  pthread_mutex_lock (&self->lock);
  turn = self->turn;
  if (++self->arrived == self->size)
    {
      self->arrived = 0;
      self->turn++;
      pthread_cond_broadcast (&self->meet);
    }
  while (turn == self->turn && !self->failed)
    pthread_cond_wait (&self->meet, &self->lock);
  failed = self->failed;
  pthread_mutex_unlock (&self->lock);
  return !failed;
}

static gboolean
gather_in_process (AyRanks *ranks, const void *mine, const gsize *sizes, void *all,
                   GError **error)
{
  Room *self = ranks->data;
  char *to = all;

  self->shown[ranks->rank] = mine;
  if (meet (self))
    {
      for (guint r = 0; r < ranks->size; to += sizes[r], r++)
        if (sizes[r] > 0)
          memcpy (to, self->shown[r], sizes[r]);
      if (meet (self))
        return TRUE;
    }
  g_set_error (error, AY_ERROR, AY_ERROR_CANCELLED, "rank %u: another rank has failed",
               ranks->rank);
  return FALSE;
}

static gpointer
member_main (gpointer data)
{
  Member *self = data;
  Room *room = self->room;

  self->done = room->func (&self->ranks, room->data, &self->error);
  if (self->done)
    return NULL;
  pthread_mutex_lock (&room->lock);
  room->failed = TRUE;
  pthread_cond_broadcast (&room->meet);
  pthread_mutex_unlock (&room->lock);
  return NULL;
}

/* The error of a rank that failed by itself, else that of any. */
static gboolean
take_error (Member *members, guint size, GError **error)
{
  Member *worst = NULL;

  for (guint r = 0; r < size; r++)
    if (!members[r].done
        && (worst == NULL
            || (g_error_matches (worst->error, AY_ERROR, AY_ERROR_CANCELLED)
                && !g_error_matches (members[r].error, AY_ERROR, AY_ERROR_CANCELLED))))
      worst = members + r;
  if (worst != NULL && worst->error != NULL)
    g_propagate_error (error, g_steal_pointer (&worst->error));
  for (guint r = 0; r < size; r++)
    g_clear_error (&members[r].error);
  return worst == NULL;
}

gboolean
ay_ranks_in_process (guint size, AyRankFunc func, gpointer data, GError **error)
{
  g_autofree const void **shown = g_new0 (const void *, size);
  g_autofree Member *members = g_new0 (Member, size);
  g_autofree GThread **threads = g_new0 (GThread *, size);
  Room room = { .size = size, .shown = shown, .func = func, .data = data };

  pthread_mutex_init (&room.lock, NULL);
  pthread_cond_init (&room.meet, NULL);
  for (guint r = 0; r < size; r++)
    {
      members[r].room = &room;
      members[r].ranks = (AyRanks) { .rank = r, .size = size, .gather = gather_in_process,
                                     .data = &room };
      threads[r] = g_thread_new ("rank", member_main, members + r);
    }
  for (guint r = 0; r < size; r++)
    {
      g_thread_join (threads[r]);
      ay_ranks_clear_log (&members[r].ranks);
    }
  pthread_mutex_destroy (&room.lock);
  pthread_cond_destroy (&room.meet);
  return take_error (members, size, error);
}
