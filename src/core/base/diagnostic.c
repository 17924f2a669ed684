/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/diagnostic.h"

struct _AyDiagnostics
{
  gatomicrefcount ref;
  GPtrArray *items;
};

static void
diagnostic_free (gpointer data)
{
  AyDiagnostic *item = data;

  g_free (item->id);
  g_free (item->text);
  g_free (item);
}

AyDiagnostics *
ay_diagnostics_new (void)
{
  AyDiagnostics *self = g_new0 (AyDiagnostics, 1);

  g_atomic_ref_count_init (&self->ref);
  self->items = g_ptr_array_new_with_free_func (diagnostic_free);
  return self;
}

AyDiagnostics *
ay_diagnostics_ref (AyDiagnostics *self)
{
  g_atomic_ref_count_inc (&self->ref);
  return self;
}

void
ay_diagnostics_unref (AyDiagnostics *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref))
    return;
  g_ptr_array_unref (self->items);
  g_free (self);
}

void
ay_diagnostics_add (AyDiagnostics *self, const char *id, const char *format, ...)
{
  AyDiagnostic *item;
  va_list args;

  if (self == NULL)
    return;
  item = g_new0 (AyDiagnostic, 1);
  item->id = g_strdup (id);
  va_start (args, format);
  item->text = g_strdup_vprintf (format, args);
  va_end (args);
  g_ptr_array_add (self->items, item);
}

gsize
ay_diagnostics_count (const AyDiagnostics *self)
{
  return self != NULL ? self->items->len : 0;
}

void
ay_diagnostics_truncate (AyDiagnostics *self, gsize n)
{
  if (n < ay_diagnostics_count (self))
    g_ptr_array_set_size (self->items, (gint) n);
}

const AyDiagnostic *
ay_diagnostics_get (const AyDiagnostics *self, gsize i)
{
  g_return_val_if_fail (i < self->items->len, NULL);
  return self->items->pdata[i];
}

const AyDiagnostic *
ay_diagnostics_find (const AyDiagnostics *self, const char *id)
{
  for (gsize i = 0; i < ay_diagnostics_count (self); i++)
    {
      const AyDiagnostic *item = self->items->pdata[i];

      if (g_str_equal (item->id, id))
        return item;
    }
  return NULL;
}

void
ay_diagnostic_list_name (GString *list, guint at, const char *name)
{
  if (at < AY_DIAGNOSTIC_NAMES)
    g_string_append_printf (list, "%s\"%s\"", at > 0 ? ", " : "", name);
  else if (at == AY_DIAGNOSTIC_NAMES)
    g_string_append (list, ", ...");
}
