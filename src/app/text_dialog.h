/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

typedef void (*AssayTextAccepted) (gpointer data, const char *text);

typedef struct
{
  const char *title;
  const char *label;          /* the field's accessible name */
  const char *const *choices; /* (nullable) offered in a list, the first ones reached by typing */
  const char *text;           /* (nullable) what the entry holds at first */
  AssayTextAccepted accepted; /* with data and the text, unless cancelled or empty */
  gpointer data;
  GDestroyNotify destroy;     /* (nullable) of data, once the dialog is answered */
} AssayTextQuestion;

/* Asks for one line of text. */
void assay_text_dialog_show (GtkWindow *parent, const AssayTextQuestion *question);

G_END_DECLS
