/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/ranks.h"

#include <math.h>
#include <string.h>

/* Everything that ranks give to the one way in which they talk, kept; and searches of it. */
typedef struct
{
  GPtrArray *mine; /* of GBytes: what this rank sent, in order */
  GPtrArray *all;  /* of GBytes: what it got */
  gboolean (*gather) (AyRanks *self, const void *mine, const gsize *sizes, void *all,
                      GError **error); /* (nullable) the real one; NULL: `all` is played again */
  gpointer data;
  guint next;      /* of `all`, where it is played */
} Capture;

static inline void
capture_init (Capture *self)
{
  *self = (Capture) { .mine = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref),
                      .all = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref) };
}

static inline void
capture_clear (Capture *self)
{
  g_ptr_array_unref (self->mine);
  g_ptr_array_unref (self->all);
}

static inline gboolean
capture_gather (AyRanks *ranks, const void *mine, const gsize *sizes, void *all, GError **error)
{
  Capture *self = ranks->data;
  gsize total = 0;

  for (guint r = 0; r < ranks->size; r++)
    total += sizes[r];
  g_ptr_array_add (self->mine, g_bytes_new (mine, sizes[ranks->rank]));
  if (self->gather == NULL) /* the others say what they said */
    {
      GBytes *said;

      if (self->next == self->all->len) /* they had failed by then */
        {
          g_set_error_literal (error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "the others have ended");
          return FALSE;
        }
      said = self->all->pdata[self->next++];
      g_assert_cmpuint (g_bytes_get_size (said), ==, total);
      memcpy (all, g_bytes_get_data (said, NULL), total);
      return TRUE;
    }
  ranks->data = self->data;
  if (!self->gather (ranks, mine, sizes, all, error))
    {
      ranks->data = self;
      return FALSE;
    }
  ranks->data = self;
  g_ptr_array_add (self->all, g_bytes_new (all, total));
  return TRUE;
}

/* From now on what passes through ranks is kept. */
static inline void
capture_begin (Capture *self, AyRanks *ranks)
{
  self->gather = ranks->gather;
  self->data = ranks->data;
  ranks->gather = capture_gather;
  ranks->data = self;
}

/* Whether the bytes lie in a message. */
static inline gboolean
capture_has (const Capture *self, const void *bytes, gsize size)
{
  for (guint k = 0; k < self->mine->len; k++)
    {
      gsize length;
      const char *data = g_bytes_get_data (self->mine->pdata[k], &length);

      if (length >= size && memmem (data, length, bytes, size) != NULL)
        return TRUE;
    }
  return FALSE;
}

/* Whether d doubles that follow each other in a message are a multiple of x, to 1e-9. */
static inline gboolean
capture_has_direction (const Capture *self, const double *x, gsize d)
{
  double own = 0.0;

  for (gsize j = 0; j < d; j++)
    own += x[j] * x[j];
  for (guint k = 0; k < self->mine->len; k++)
    {
      gsize length;
      const double *data = g_bytes_get_data (self->mine->pdata[k], &length);

      for (gsize at = 0; at + d <= length / sizeof (double); at++)
        {
          double dot = 0.0, square = 0.0;

          for (gsize j = 0; j < d; j++)
            {
              dot += data[at + j] * x[j];
              square += data[at + j] * data[at + j];
            }
          if (square > 0.0 && dot * dot > (1.0 - 1e-9) * own * square)
            return TRUE;
        }
    }
  return FALSE;
}
