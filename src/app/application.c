/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/application.h"

#include "app/preferences.h"
#include "app/window.h"
#include "assay-config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>

struct _AssayApplication
{
  AdwApplication parent;
  GSettings *settings;
};

G_DEFINE_FINAL_TYPE (AssayApplication, assay_application, ADW_TYPE_APPLICATION)

static AssayWindow *
empty_window (AssayApplication *self)
{
  GtkWindow *active = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (active != NULL && ASSAY_IS_WINDOW (active) && assay_window_is_empty (ASSAY_WINDOW (active)))
    return ASSAY_WINDOW (active);
  return assay_window_new (self);
}

static void
assay_application_activate (GApplication *application)
{
  gtk_window_present (GTK_WINDOW (empty_window (ASSAY_APPLICATION (application))));
}

static void
assay_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  for (int i = 0; i < n_files; i++)
    {
      AssayWindow *window = empty_window (ASSAY_APPLICATION (application));

      gtk_window_present (GTK_WINDOW (window));
      assay_window_open (window, files[i]);
    }
}

static void
show_about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GtkWindow *window = gtk_application_get_active_window (data);

  adw_show_about_window (window, "application-name", _("Assay"), "application-icon", AY_APP_ID,
                         "version", AY_VERSION, "developer-name", _("The Assay developers"),
                         "license-type", GTK_LICENSE_GPL_3_0, "comments",
                         _("Finds out what each sample of a training set is worth to a model. "
                           "Everything stays on this computer: there is no network code."),
                         NULL);
}

static void
new_window (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  gtk_window_present (GTK_WINDOW (assay_window_new (data)));
}

static void
quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  GList *windows = gtk_application_get_windows (data);

  while (windows != NULL)
    {
      GtkWindow *window = windows->data;

      windows = windows->next;
      gtk_window_close (window);
    }
}

static const GActionEntry actions[] = {
  { "about", show_about },
  { "new-window", new_window },
  { "quit", quit },
};

typedef struct
{
  const char *action;
  const char *keys[3];
} Shortcut;

static const Shortcut shortcuts[] = {
  { "app.quit", { "<Ctrl>q" } },
  { "app.new-window", { "<Ctrl>n" } },
  { "window.close", { "<Ctrl>w" } },
  { "win.open", { "<Ctrl>o" } },
  { "win.open-roles", { "<Ctrl><Shift>o" } },
  { "win.export", { "<Ctrl>s", "<Ctrl>e" } },
  { "win.import-scores", { "<Ctrl>i" } },
  { "win.search", { "<Ctrl>f" } },
  { "win.undo", { "<Ctrl>z" } },
  { "win.redo", { "<Ctrl><Shift>z" } },
  { "win.select-all", { "<Ctrl>a" } },
  { "win.select-none", { "<Ctrl><Shift>a" } },
  { "win.copy", { "<Ctrl>c" } },
  { "win.grow", { "<Ctrl>g" } },
  { "win.shrink", { "<Ctrl><Shift>g" } },
  { "win.keep", { "<Ctrl>k" } },
  { "win.drop", { "<Ctrl>d" } },
  { "win.relabel", { "<Ctrl>l" } },
  { "win.tag", { "<Ctrl>t" } },
  { "win.prove", { "<Ctrl>Return" } },
  { "win.prove-folds", { "<Ctrl><Shift>Return" } },
  { "win.prove-pipeline", { "<Ctrl><Alt>Return" } },
  { "win.pin", { "<Ctrl>b" } },
  { "win.present", { "F5" } },
  { "win.present-back", { "Escape" } },
  { "win.score", { "<Ctrl>r" } },
  { "win.side-pane", { "F9" } },
  { "win.inspector", { "<Shift>F9" } },
  { "win.page::overview", { "<Ctrl>1" } },
  { "win.page::map", { "<Ctrl>2" } },
  { "win.page::samples", { "<Ctrl>3" } },
  { "win.page::redundancy", { "<Ctrl>4" } },
  { "win.page::curate", { "<Ctrl>5" } },
  { "win.page::scores", { "<Ctrl>6" } },
  { "win.page::history", { "<Ctrl>7" } },
  { "win.page::gains", { "<Ctrl>8" } },
  { "win.page::report", { "<Ctrl>9" } },
  { "win.page::review", { "<Ctrl>0" } },
  { "win.preferences", { "<Ctrl>comma" } },
  { "win.show-help-overlay", { "<Ctrl>question" } },
  { "win.page-help", { "F1" } },
  { "win.print", { "<Ctrl>p" } },
  { "win.print-report", { "<Ctrl><Shift>p" } },
  { "win.figure-table", { "<Ctrl><Shift>t" } },
  { "win.figure-copy", { "<Ctrl><Shift>c" } },
  { "win.fullscreen", { "F11" } },
};

/* The session ends, or whoever started the program ends it: as by closing every window. The same
 * signal once more ends the process at once. */
static gboolean
end (gpointer data)
{
  quit (NULL, NULL, data);
  return G_SOURCE_REMOVE;
}

static void
assay_application_startup (GApplication *application)
{
  static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
  AssayApplication *self = ASSAY_APPLICATION (application);

  G_APPLICATION_CLASS (assay_application_parent_class)->startup (application);
  self->settings = g_settings_new (AY_APP_ID);
  assay_preferences_apply (self->settings);
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (gsize i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), shortcuts[i].action,
                                           shortcuts[i].keys);
  gtk_window_set_default_icon_name (AY_APP_ID);
  for (gsize i = 0; i < G_N_ELEMENTS (signals); i++)
    g_unix_signal_add (signals[i], end, self);
}

static void
assay_application_finalize (GObject *object)
{
  g_clear_object (&ASSAY_APPLICATION (object)->settings);
  G_OBJECT_CLASS (assay_application_parent_class)->finalize (object);
}

static void
assay_application_class_init (AssayApplicationClass *class)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (class);

  G_OBJECT_CLASS (class)->finalize = assay_application_finalize;
  application_class->startup = assay_application_startup;
  application_class->activate = assay_application_activate;
  application_class->open = assay_application_open;
}

static void
assay_application_init (AssayApplication *self)
{
}

AssayApplication *
assay_application_new (void)
{
  return g_object_new (ASSAY_TYPE_APPLICATION, "application-id", AY_APP_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path",
                       "/io/github/assay_app/Assay", NULL);
}

GSettings *
assay_application_get_settings (AssayApplication *self)
{
  return self->settings;
}
