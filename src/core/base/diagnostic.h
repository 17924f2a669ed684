/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Findings that are no failure: shown by the CLI on stderr and by the window, kept in the
 * workspace. `id` is a stable slug ("seen-labels", "constant-column"), `text` one sentence. */
typedef struct
{
  char *id;
  char *text;
} AyDiagnostic;

typedef struct _AyDiagnostics AyDiagnostics;

AyDiagnostics *ay_diagnostics_new (void);
AyDiagnostics *ay_diagnostics_ref (AyDiagnostics *self);
void ay_diagnostics_unref (AyDiagnostics *self);

/* NULL self is allowed: the finding is dropped. Not thread-safe: add from one thread. */
void ay_diagnostics_add (AyDiagnostics *self, const char *id, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
gsize ay_diagnostics_count (const AyDiagnostics *self);
const AyDiagnostic *ay_diagnostics_get (const AyDiagnostics *self, gsize i);
/* Forgets all but the first n. */
void ay_diagnostics_truncate (AyDiagnostics *self, gsize n);
/* (nullable) (transfer none): the first with this id. */
const AyDiagnostic *ay_diagnostics_find (const AyDiagnostics *self, const char *id);

#define AY_DIAGNOSTIC_NAMES 5 /* that a finding lists; then "..." */
/* One more name, number `at` from 0, for a finding's list of them: "a", "b", ... */
void ay_diagnostic_list_name (GString *list, guint at, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyDiagnostics, ay_diagnostics_unref)

G_END_DECLS
