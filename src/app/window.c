/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/window.h"

#include "app/keep_focus.h"
#include "app/opener.h"
#include "app/pinning.h"
#include "app/roles_dialog.h"
#include "app/search_bar.h"
#include "app/sentence.h"
#include "app/window_actions.h"
#include "app/window_state.h"
#include "core/base/error.h"

#include <glib/gi18n.h>

struct _AssayWindow
{
  AdwApplicationWindow parent;
  AssaySession *session;
  AssayTask *opening_task; /* (nullable) */
  char *opening;           /* (nullable) name of what is being opened */
  GFile *opening_file;     /* (nullable) likewise */
  AyLoadOptions *roles;    /* (nullable) likewise, chosen by the person */

  GtkStack *stack, *title_stack;
  AdwWindowTitle *window_title;
  AdwViewStack *pages;
  AdwFlap *side_flap, *inspector_flap;
  GtkToggleButton *search_button;
  GtkMenuButton *recent_button;
  AssayDecisionBar *decision_bar;
  AssaySearchBar *search_bar;
  GtkWidget *header, *back_button;
  AssayPresenter *presenter;
  AssayPresenting presenting;
};

G_DEFINE_FINAL_TYPE (AssayWindow, assay_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_0,
  PROP_SESSION,
  PROP_OPENING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
show_state (AssayWindow *self)
{
  gboolean loaded = assay_session_get_work (self->session) != NULL;

  if (!loaded || self->opening != NULL)
    self->presenting = ASSAY_PRESENT_NOT;
  gtk_stack_set_visible_child_name (
      self->stack, self->opening != NULL                          ? "opening"
                   : self->presenting == ASSAY_PRESENT_FINDINGS   ? "present"
                   : loaded                                       ? "data"
                                                                  : "empty");
  gtk_widget_set_visible (self->header, self->presenting != ASSAY_PRESENT_FINDINGS);
  gtk_widget_set_visible (self->back_button, self->presenting == ASSAY_PRESENT_LIVE);
  gtk_stack_set_visible_child_name (self->title_stack,
                                    loaded && self->opening == NULL ? "switcher" : "title");
  assay_window_actions_update (self);
}

static void
set_opening (AssayWindow *self, const char *name)
{
  g_free (self->opening);
  self->opening = g_strdup (name);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OPENING]);
  show_state (self);
}

static void
on_title (AssayWindow *self)
{
  g_autofree char *title = NULL;
  g_autofree char *full = NULL;

  g_object_get (self->session, "title", &title, NULL);
  full = *title != '\0' ? g_strdup_printf (_ ("%s — Assay"), title) : g_strdup (_ ("Assay"));
  gtk_window_set_title (GTK_WINDOW (self), full);
  show_state (self);
}

static void
on_failed (AssayWindow *self, const char *text)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("That did not work"), text);

  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

/* In at most two lines; all of it in a tooltip. */
static GtkWidget *
message_label (const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (label), 2);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_widget_set_tooltip_text (label, text);
  return label;
}

static void
on_message (AssayWindow *self, const char *text, gboolean offer_undo)
{
  AdwToast *toast;

  if (assay_session_get_work (self->session) == NULL)
    {
      on_failed (self, text); /* the bar that tells it does not show yet */
      return;
    }
  toast = adw_toast_new ("");
  if (offer_undo)
    {
      adw_toast_set_button_label (toast, _ ("Undo"));
      adw_toast_set_action_name (toast, "win.undo");
    }
  adw_toast_set_custom_title (toast, message_label (text));
  assay_decision_bar_tell (self->decision_bar, toast);
}

/* The data was read but could not be made sense of. */
static gboolean
roles_may_help (AssayWindow *self, const GError *error)
{
  g_autofree char *path = g_file_get_path (self->opening_file);

  return !assay_opener_is_workspace (path)
         && (g_error_matches (error, AY_ERROR, AY_ERROR_INPUT)
             || g_error_matches (error, AY_ERROR, AY_ERROR_RANGE));
}

static void
ask_roles (AssayWindow *self, const GError *error)
{
  const char *advice = strstr (error->message, ": name it with --"); /* of the command line */
  g_autofree char *plain
      = advice == NULL ? g_strdup (error->message)
                       : g_strndup (error->message, (gsize) (advice - error->message));
  g_autofree char *why = assay_sentence (plain);

  assay_roles_dialog_ask (self, self->opening_file, self->roles, why);
}

static void
opened (gpointer user, const GError *error)
{
  AssayWindow *self = user;

  self->opening_task = NULL;
  set_opening (self, NULL);
  if (error != NULL && roles_may_help (self, error))
    ask_roles (self, error);
  else if (error != NULL)
    assay_session_fail (self->session, error);
  g_object_unref (self);
}

static void
remember (GFile *file)
{
  g_autofree char *uri = g_file_get_uri (file);

  gtk_recent_manager_add_item (gtk_recent_manager_get_default (), uri);
}

void
assay_window_open_with (AssayWindow *self, GFile *file, const AyLoadOptions *roles)
{
  g_autofree char *name = g_file_get_basename (file);

  if (!g_file_is_native (file))
    {
      on_failed (self, _ ("Only files of this computer can be opened."));
      return;
    }
  remember (file);
  assay_window_cancel_open (self);
  set_opening (self, name);
  g_set_object (&self->opening_file, file);
  g_clear_pointer (&self->roles, ay_load_options_free);
  self->roles = roles != NULL ? ay_load_options_copy (roles) : NULL;
  self->opening_task
      = assay_opener_start (self->session, file, roles, opened, g_object_ref (self));
}

void
assay_window_open (AssayWindow *self, GFile *file)
{
  assay_window_open_with (self, file, NULL);
}

void
assay_window_cancel_open (AssayWindow *self)
{
  if (self->opening_task != NULL)
    assay_task_cancel (self->opening_task);
}

gboolean
assay_window_is_empty (AssayWindow *self)
{
  return self->opening == NULL && assay_session_get_work (self->session) == NULL;
}

AssaySession *
assay_window_get_session (AssayWindow *self)
{
  return self->session;
}

AdwViewStack *
assay_window_get_pages (AssayWindow *self)
{
  return self->pages;
}

AdwFlap *
assay_window_get_pane (AssayWindow *self, gboolean inspector)
{
  return inspector ? self->inspector_flap : self->side_flap;
}

AssayDecisionBar *
assay_window_get_decision_bar (AssayWindow *self)
{
  return self->decision_bar;
}

AssaySearchBar *
assay_window_get_search_bar (AssayWindow *self)
{
  return self->search_bar;
}

AssayPresenter *
assay_window_get_presenter (AssayWindow *self)
{
  return self->presenter;
}

AssayPresenting
assay_window_get_presenting (AssayWindow *self)
{
  return self->presenting;
}

void
assay_window_set_presenting (AssayWindow *self, AssayPresenting presenting)
{
  self->presenting = presenting;
  show_state (self);
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, gpointer data)
{
  GSList *files = g_value_get_boxed (value);

  if (files == NULL)
    return FALSE;
  assay_window_open (data, files->data);
  return TRUE;
}

static void
assay_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AssayWindow *self = ASSAY_WINDOW (object);

  switch (id)
    {
    case PROP_SESSION: g_value_set_object (value, self->session); break;
    case PROP_OPENING: g_value_set_string (value, self->opening); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
assay_window_dispose (GObject *object)
{
  AssayWindow *self = ASSAY_WINDOW (object);
  GListModel *tasks = assay_session_get_tasks (self->session);

  for (guint i = 0; i < g_list_model_get_n_items (tasks); i++)
    {
      g_autoptr (AssayTask) task = g_list_model_get_item (tasks, i);

      assay_task_cancel (task);
    }
  G_OBJECT_CLASS (assay_window_parent_class)->dispose (object);
}

static void
assay_window_finalize (GObject *object)
{
  AssayWindow *self = ASSAY_WINDOW (object);

  g_clear_object (&self->session);
  g_clear_object (&self->opening_file);
  g_clear_pointer (&self->roles, ay_load_options_free);
  g_free (self->opening);
  G_OBJECT_CLASS (assay_window_parent_class)->finalize (object);
}

static void
assay_window_class_init (AssayWindowClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->get_property = assay_window_get_property;
  object_class->dispose = assay_window_dispose;
  object_class->finalize = assay_window_finalize;
  properties[PROP_SESSION]
      = g_param_spec_object ("session", NULL, NULL, ASSAY_TYPE_SESSION,
                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_OPENING] = g_param_spec_string ("opening", NULL, NULL, NULL,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  assay_window_ensure_types ();
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/window.ui");
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, title_stack);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, window_title);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, side_flap);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, inspector_flap);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, search_button);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, recent_button);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, decision_bar);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, search_bar);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, header);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, back_button);
  gtk_widget_class_bind_template_child (widget_class, AssayWindow, presenter);
  assay_window_actions_install (widget_class);
}

static gboolean
follow_folds (gpointer data)
{
  AssayWindow *self = data;

  assay_decision_bar_set_narrow (self->decision_bar, adw_flap_get_folded (self->side_flap)
                                                         || adw_flap_get_folded (
                                                             self->inspector_flap));
  return G_SOURCE_REMOVE;
}

/* The panes fold where the window is narrow; they say so amid their allocation, where nothing can
 * ask for another size. */
static void
on_folded (AssayWindow *self)
{
  g_idle_add_full (G_PRIORITY_HIGH_IDLE, follow_folds, g_object_ref (self), g_object_unref);
}

static void
assay_window_init (AssayWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  self->session = assay_session_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
  g_signal_connect_object (self->session, "notify::title", G_CALLBACK (on_title), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "message", G_CALLBACK (on_message), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "failed", G_CALLBACK (on_failed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify", G_CALLBACK (assay_window_actions_update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self->side_flap, "notify::folded", G_CALLBACK (on_folded), self);
  g_signal_connect_swapped (self->inspector_flap, "notify::folded", G_CALLBACK (on_folded), self);
  assay_keep_focus (GTK_WINDOW (self));
  assay_pinning_bind (self);
  assay_search_bar_bind_button (self->search_bar, self->search_button);
  assay_window_make_recent_menu (self, self->recent_button);
  show_state (self);
}

AssayWindow *
assay_window_new (AssayApplication *application)
{
  AssayWindow *self = g_object_new (ASSAY_TYPE_WINDOW, "application", application, NULL);

  assay_window_state_follow (self);
  return self;
}
