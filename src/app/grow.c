/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/grow.h"

#include <glib/gi18n.h>

typedef struct
{
  AyBitset *before, *after;
  gboolean shrink;
} Growing;

static void
growing_free (gpointer data)
{
  Growing *self = data;

  ay_bitset_free (self->before);
  g_clear_pointer (&self->after, ay_bitset_free);
  g_free (self);
}

static gboolean
grow_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Growing *self = data;

  self->after = ay_work_grow (work, self->before, self->shrink, job, error);
  return self->after != NULL;
}

static void
grown (GObject *object, gpointer data, const GError *error)
{
  AssaySession *session = ASSAY_SESSION (object);
  Growing *self = data;

  if (error != NULL)
    assay_session_fail (session, error);
  else if (!ay_bitset_equal (self->before, assay_session_get_selection (session)))
    return; /* another one was made meanwhile */
  else if (ay_bitset_count (self->after) == 0)
    assay_session_tell (session, _ ("Not shrunk: each selected row is at the rim"), FALSE);
  else
    assay_session_select (session, self->after, ASSAY_SELECT_REPLACE);
}

void
assay_grow_selection (AssaySession *session, gboolean shrink)
{
  Growing *self = g_new0 (Growing, 1);

  self->before = ay_bitset_copy (assay_session_get_selection (session));
  self->shrink = shrink;
  assay_session_run (session, _ ("Finding the nearest rows"), grow_in_thread, grown, self,
                     growing_free);
}
