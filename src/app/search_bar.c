/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/search_bar.h"

#include "app/sentence.h"
#include "app/widgets/fold.h"
#include "app/widgets/set_name.h"

#include <glib/gi18n.h>
#include <string.h>

struct _AssaySearchBar
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkSearchBar *bar;
  GtkSearchEntry *entry;
  GtkLabel *error;
};

G_DEFINE_FINAL_TYPE (AssaySearchBar, assay_search_bar, ASSAY_TYPE_SESSION_BIN)

/* Words of a person rarely hold these; a condition needs one. */
static gboolean
reads_as_sql (const char *text)
{
  static const char *const words[] = { " like ", " in ", " is ", " between ", " glob ", NULL };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  if (strpbrk (text, "<>=") != NULL)
    return TRUE;
  for (gsize i = 0; words[i] != NULL; i++)
    if (strstr (lower, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

static char *
quote (const char *text, char mark)
{
  GString *quoted = g_string_new (NULL);

  g_string_append_c (quoted, mark);
  for (; *text != '\0'; text++)
    {
      if (*text == mark)
        g_string_append_c (quoted, mark);
      g_string_append_c (quoted, *text);
    }
  g_string_append_c (quoted, mark);
  return g_string_free (quoted, FALSE);
}

static void
append_word (GString *where, const char *word, AyTable *columns)
{
  g_autofree char *literal = quote (word, '\'');
  gboolean first = TRUE;

  g_string_append (where, where->len > 0 ? " AND (" : "(");
  for (guint i = 0; i < ay_table_n_columns (columns); i++)
    {
      AyColumn *column = ay_table_column (columns, i);
      g_autofree char *name = quote (ay_column_name (column), '"');

      if (i > 0 && ay_column_type (column) == AY_COLUMN_NUMBER)
        continue;
      g_string_append_printf (where, "%sinstr(lower(%s), lower(%s)) > 0", first ? "" : " OR ", name,
                              literal);
      first = FALSE;
    }
  g_string_append_c (where, ')');
}

char *
assay_search_bar_condition (const char *text, AyTable *columns)
{
  g_auto (GStrv) words = NULL;
  GString *where;

  if (text == NULL || *text == '\0')
    return NULL;
  if (reads_as_sql (text))
    return g_strdup (text);
  words = g_strsplit_set (text, " \t", -1);
  where = g_string_new (NULL);
  for (gsize i = 0; words[i] != NULL; i++)
    if (*words[i] != '\0')
      append_word (where, words[i], columns);
  return g_string_free (where, where->len == 0);
}

static void
apply (AssaySearchBar *self, gboolean typing)
{
  AyTable *columns = assay_session_get_columns (self->session);
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autofree char *where
      = columns != NULL ? assay_search_bar_condition (text, columns) : NULL;
  g_autoptr (GError) error = NULL;
  gboolean ok = typing ? assay_session_type_filter (self->session, where, &error)
                       : assay_session_set_filter (self->session, where, &error);

  assay_sentence_show (self->error, ok ? NULL : error->message);
  assay_fold_show (self->error, !ok);
}

static void
changed (AssaySearchBar *self)
{
  apply (self, TRUE);
}

static void
entered (AssaySearchBar *self)
{
  apply (self, FALSE);
}

static void
stopped (AssaySearchBar *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  gtk_search_bar_set_search_mode (self->bar, FALSE);
  apply (self, FALSE);
}

static void
shown (AssaySearchBar *self)
{
  if (gtk_search_bar_get_search_mode (self->bar))
    gtk_widget_grab_focus (GTK_WIDGET (self->entry));
}

void
assay_search_bar_open (AssaySearchBar *self)
{
  gtk_search_bar_set_search_mode (self->bar, TRUE);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry)); /* also when it was open already */
}

void
assay_search_bar_bind_button (AssaySearchBar *self, GtkToggleButton *button)
{
  g_object_bind_property (button, "active", self->bar, "search-mode-enabled",
                          G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
}

static void
assay_search_bar_bind (AssaySessionBin *bin, AssaySession *session)
{
  ASSAY_SEARCH_BAR (bin)->session = session;
}

static void
assay_search_bar_class_init (AssaySearchBarClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_search_bar_bind;
}

static void
assay_search_bar_init (AssaySearchBar *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);

  self->bar = GTK_SEARCH_BAR (gtk_search_bar_new ());
  self->entry = GTK_SEARCH_ENTRY (gtk_search_entry_new ());
  self->error = GTK_LABEL (gtk_label_new (NULL));
  g_object_set (self->entry, "placeholder-text", _ ("Words, or a condition: influence < 0 AND "
                                                    "label = '7'"),
                "width-request", 420, NULL);
  assay_set_name (self->entry, _ ("Search Rows"));
  gtk_widget_add_css_class (GTK_WIDGET (self->error), "error");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->entry));
  gtk_box_append (GTK_BOX (box), assay_fold_new (GTK_WIDGET (self->error)));
  gtk_search_bar_set_child (self->bar, box);
  gtk_search_bar_connect_entry (self->bar, GTK_EDITABLE (self->entry));
  g_signal_connect_swapped (self->entry, "search-changed", G_CALLBACK (changed), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (entered), self);
  g_signal_connect_swapped (self->entry, "stop-search", G_CALLBACK (stopped), self);
  g_signal_connect_swapped (self->bar, "notify::search-mode-enabled", G_CALLBACK (shown), self);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->bar));
}
