/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/session_bin.h"

typedef struct
{
  AssaySession *session;
} AssaySessionBinPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (AssaySessionBin, assay_session_bin, ADW_TYPE_BIN)

static void
assay_session_bin_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AssaySessionBin *self = ASSAY_SESSION_BIN (object);
  AssaySessionBinPrivate *private = assay_session_bin_get_instance_private (self);

  if (g_set_object (&private->session, g_value_get_object (value)) && private->session != NULL)
    ASSAY_SESSION_BIN_GET_CLASS (self)->bind (self, private->session);
}

static void
assay_session_bin_finalize (GObject *object)
{
  AssaySessionBinPrivate *private
      = assay_session_bin_get_instance_private (ASSAY_SESSION_BIN (object));

  g_clear_object (&private->session);
  G_OBJECT_CLASS (assay_session_bin_parent_class)->finalize (object);
}

static void
assay_session_bin_class_init (AssaySessionBinClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->set_property = assay_session_bin_set_property;
  object_class->finalize = assay_session_bin_finalize;
  g_object_class_install_property (
      object_class, 1,
      g_param_spec_object ("session", NULL, NULL, ASSAY_TYPE_SESSION,
                           G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
}

static void
assay_session_bin_init (AssaySessionBin *self)
{
}

void
assay_session_bin_watch (AssaySessionBin *self, const char *const *signals, GCallback func)
{
  AssaySessionBinPrivate *private = assay_session_bin_get_instance_private (self);

  for (; *signals != NULL; signals++)
    g_signal_connect_object (private->session, *signals, func, self, G_CONNECT_SWAPPED);
}

void
assay_session_bin_save_into (AssaySessionBin *self, AssayPinnedView *view)
{
  if (ASSAY_SESSION_BIN_GET_CLASS (self)->save != NULL)
    ASSAY_SESSION_BIN_GET_CLASS (self)->save (self, view);
}

AssayPinnedView
assay_session_bin_save (AssaySessionBin *self)
{
  AssayPinnedView view = { .state = json_object_new () };

  assay_session_bin_save_into (self, &view);
  return view;
}

void
assay_session_bin_restore (AssaySessionBin *self, JsonObject *state)
{
  if (ASSAY_SESSION_BIN_GET_CLASS (self)->restore != NULL)
    ASSAY_SESSION_BIN_GET_CLASS (self)->restore (self, state);
}

gboolean
assay_has_focus (GtkWidget *widget)
{
  return (gtk_widget_get_state_flags (widget) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0;
}

void
assay_session_bin_enter (AssaySessionBin *self)
{
  if (ASSAY_SESSION_BIN_GET_CLASS (self)->enter != NULL)
    ASSAY_SESSION_BIN_GET_CLASS (self)->enter (self);
}

void
assay_session_bin_visit (AssaySessionBin *self, const char *from, const char *title)
{
  assay_session_bin_enter (self);
  if (ASSAY_SESSION_BIN_GET_CLASS (self)->visit != NULL)
    ASSAY_SESSION_BIN_GET_CLASS (self)->visit (self, from, title);
}
