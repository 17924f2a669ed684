/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one error domain. A message is one line that names file, row or field, and value. */
#define AY_ERROR (ay_error_quark ())

typedef enum
{
  AY_ERROR_INPUT,         /* what came from outside is malformed or contradicts itself */
  AY_ERROR_RANGE,         /* a parameter or index is outside what the method allows */
  AY_ERROR_NOMEM,         /* a checked allocation failed */
  AY_ERROR_IO,            /* the operating system refused to read or write */
  AY_ERROR_CANCELLED,     /* the job was cancelled; nothing was changed */
  AY_ERROR_UNSUPPORTED,   /* built without it, or not defined for this data */
  AY_ERROR_CHANGED,       /* a file is not the one the workspace was made from */
  AY_ERROR_NOT_CONVERGED, /* an iteration ended before its tolerance */
} AyErrorCode;

GQuark ay_error_quark (void);

/* Allocates count x size zeroed bytes. NULL with AY_ERROR_NOMEM when the product overflows or
 * memory is short, for 16 MB and more as ay_check_memory() says; `what` names the thing in the
 * message. (transfer full): g_free(). */
gpointer ay_try_alloc (gsize count, gsize size, const char *what, GError **error);
/* For sizes that a file claims, and before large things are made: FALSE with AY_ERROR_NOMEM "WHAT:
 * needs N MB of memory, M MB are free" when bytes are more than ay_memory_free(), which malloc
 * would grant and the kernel not give. */
gboolean ay_check_memory (guint64 bytes, const char *what, GError **error);

G_END_DECLS
