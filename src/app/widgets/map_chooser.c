/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/map_chooser.h"

#include "app/application.h"
#include "app/model/map_run.h"
#include "app/say.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/map_asked.h"
#include "app/widgets/set_name.h"
#include "core/base/error.h"

#include <glib/gi18n.h>

#define TRUST_COLUMN "map_trust"
#define TRUE_NEIGHBOURS 15

struct _AssayMapChooser
{
  AdwBin parent;
  AssaySession *session;
  AssayMapView *view;
  GtkDropDown *maps;
  GtkToggleButton *honesty, *groups, *options;
  AssayMapAsked *asked;
  GtkLabel *trust, *progress;
  GtkWidget *stop, *cancel;
  AssayMapRun *run;       /* (nullable) the map in the making */
  AssayTask *task;        /* (nullable) its */
  AssayTask *search;      /* (nullable) for the true neighbours of the selected row */
  char *color_before;     /* (nullable) what coloured before the honesty layer */
  gboolean following;     /* the drop-down follows the workspace: no choice of a person */
};

G_DEFINE_FINAL_TYPE (AssayMapChooser, assay_map_chooser, ADW_TYPE_BIN)

/* ---- the map shown ---- */

static JsonObject *
shown_certificate (AssayMapChooser *self)
{
  const AyScoreInfo *info = assay_session_find_score (self->session, "map_x");

  return info != NULL ? info->certificate : NULL;
}

static const char *
shown_method (AssayMapChooser *self)
{
  JsonObject *certificate = shown_certificate (self);

  return certificate != NULL
             ? json_object_get_string_member_with_default (certificate, "map", "pca")
             : "";
}

static void
follow (AssayMapChooser *self, const char *method)
{
  guint n;
  const AyMapMethod *methods = ay_map_methods (&n);

  self->following = TRUE;
  for (guint i = 0; i < n; i++)
    if (g_str_equal (methods[i].id, method))
      gtk_drop_down_set_selected (self->maps, i);
  self->following = FALSE;
}

static void
describe_trust (AssayMapChooser *self)
{
  JsonObject *certificate = shown_certificate (self);
  g_autoptr (GString) text = g_string_new (NULL);

  if (certificate != NULL && json_object_has_member (certificate, "trustworthiness"))
    assay_say_append (
        text, _ ("Trustworthiness %.3f, continuity %.3f"),
        json_object_get_double_member_with_default (certificate, "trustworthiness", 0.0),
        json_object_get_double_member_with_default (certificate, "continuity", 0.0));
  if (certificate != NULL && json_object_has_member (certificate, "finished")
      && !json_object_get_boolean_member (certificate, "finished"))
    g_string_append_printf (
        text, _ (" · unfinished: %d of %d rounds"),
        (int) json_object_get_int_member_with_default (certificate, "rounds_done", 0),
        (int) json_object_get_int_member_with_default (certificate, "rounds_planned", 0));
  if (certificate != NULL
      && g_str_equal (json_object_get_string_member_with_default (certificate, "neighbours_method",
                                                                  "exact"),
                      "cells"))
    assay_say_append (
        text, _ (" · approximate neighbours, %.1f percent true"),
        100.0
            * json_object_get_double_member_with_default (certificate, "neighbours_recall", 0.0));
  gtk_label_set_text (self->trust, text->str);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->trust), text->len > 0 ? text->str : NULL);
  assay_map_asked_describe (self->asked, certificate, certificate != NULL && self->task == NULL);
}

/* ---- the honesty layer ---- */

static void
drop_search (AssayMapChooser *self)
{
  if (self->search != NULL)
    assay_task_cancel (self->search);
  g_clear_object (&self->search);
  assay_map_view_set_links (self->view, -1, NULL, 0);
}

typedef struct
{
  GWeakRef chooser;
  gsize row;
  guint32 *rows;
  guint count;
} Search;

static void
search_free (gpointer data)
{
  Search *self = data;

  g_weak_ref_clear (&self->chooser);
  g_free (self->rows);
  g_free (self);
}

static gboolean
search_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Search *self = data;

  self->rows = ay_work_nearest (work, self->row, TRUE_NEIGHBOURS, &self->count, job, error);
  return self->rows != NULL;
}

static void
search_done (GObject *object, gpointer data, const GError *error)
{
  Search *search = data;
  g_autoptr (AssayMapChooser) self = g_weak_ref_get (&search->chooser);

  if (self == NULL || error != NULL)
    return;
  g_clear_object (&self->search);
  assay_map_view_set_links (self->view, (gint64) search->row, search->rows, search->count);
}

/* Joins the row when it is the only one selected. */
static void
link_selected (AssayMapChooser *self)
{
  const AyBitset *selection;
  Search *search;

  drop_search (self);
  if (!gtk_toggle_button_get_active (self->honesty)
      || assay_session_get_work (self->session) == NULL)
    return;
  selection = assay_session_get_selection (self->session);
  if (ay_bitset_count (selection) != 1)
    return;
  search = g_new0 (Search, 1);
  g_weak_ref_init (&search->chooser, self);
  while (!ay_bitset_get (selection, search->row))
    search->row++;
  self->search = g_object_ref (assay_session_run (self->session, _ ("Finding true neighbours"),
                                                  search_in_thread, search_done, search,
                                                  search_free));
}

static void start_map (AssayMapChooser *self, const char *method);

static void
on_honesty (AssayMapChooser *self)
{
  if (self->session == NULL || assay_session_get_work (self->session) == NULL)
    return;
  if (!gtk_toggle_button_get_active (self->honesty))
    {
      if (g_strcmp0 (assay_session_get_color_by (self->session), TRUST_COLUMN) == 0)
        assay_session_set_color_by (self->session, self->color_before);
      g_clear_pointer (&self->color_before, g_free);
      drop_search (self);
      return;
    }
  if (assay_session_find_column (self->session, TRUST_COLUMN) == NULL)
    {
      if (self->task == NULL)
        start_map (self, *shown_method (self) != '\0' ? shown_method (self) : "pca");
      return;
    }
  if (g_strcmp0 (assay_session_get_color_by (self->session), TRUST_COLUMN) != 0)
    {
      g_free (self->color_before);
      self->color_before = g_strdup (assay_session_get_color_by (self->session));
      assay_session_set_color_by (self->session, TRUST_COLUMN);
    }
  link_selected (self);
}

/* ---- making one ---- */

static void
show_making (AssayMapChooser *self)
{
  gboolean making = self->task != NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->progress), making);
  gtk_widget_set_visible (self->cancel, making);
  gtk_widget_set_visible (self->stop, making && self->run != NULL
                                          && !g_str_equal (assay_map_run_get_method (self->run),
                                                           "pca"));
  if (self->session != NULL)
    describe_trust (self);
}

static void
end_making (AssayMapChooser *self)
{
  if (self->run != NULL)
    assay_map_run_forget (self->run);
  g_clear_pointer (&self->run, assay_map_run_unref);
  g_clear_object (&self->task);
  assay_map_view_show_places (self->view, NULL, 0);
  show_making (self);
}

static void
places_changed (gpointer data)
{
  AssayMapChooser *self = data;
  const AyMapMethod *method = ay_map_find (assay_map_run_get_method (self->run));
  g_autofree char *text = NULL;
  g_autofree float *places = NULL;
  guint rounds, planned;
  gsize n;

  places = assay_map_run_dup_places (self->run, &n, &rounds, &planned);
  if (places == NULL)
    return;
  text = g_strdup_printf (_ ("%s: round %u of %u"), method->title, rounds, planned);
  gtk_label_set_text (self->progress, text);
  assay_map_view_show_places (self->view, places, n);
}

typedef struct
{
  GWeakRef chooser;
  AssayMapRun *run;   /* NULL: show a stored map */
  char *method;
} Making;

static void
making_free (gpointer data)
{
  Making *self = data;

  g_weak_ref_clear (&self->chooser);
  g_clear_pointer (&self->run, assay_map_run_unref);
  g_free (self->method);
  g_free (self);
}

static gboolean
make_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Making *self = data;

  return self->run != NULL ? assay_map_run_in_thread (job, work, self->run, error)
                           : ay_work_show_map (work, self->method, error);
}

static void
made (GObject *object, gpointer data, const GError *error)
{
  Making *making = data;
  g_autoptr (AssayMapChooser) self = g_weak_ref_get (&making->chooser);

  if (self != NULL)
    end_making (self);
  assay_session_columns_changed (ASSAY_SESSION (object));
  if (error != NULL && !g_error_matches (error, AY_ERROR, AY_ERROR_CANCELLED))
    assay_session_fail (ASSAY_SESSION (object), error);
  if (self != NULL && error != NULL && gtk_toggle_button_get_active (self->honesty)
      && assay_session_find_column (self->session, TRUST_COLUMN) == NULL)
    gtk_toggle_button_set_active (self->honesty, FALSE);
}

static void
run_making (AssayMapChooser *self, const char *method, AssayMapRun *run)
{
  const AyMapMethod *found = ay_map_find (method);
  g_autofree char *title = g_strdup_printf (run != NULL ? _ ("Making the %s map")
                                                        : _ ("Showing the %s map"),
                                            found->title);
  Making *making = g_new0 (Making, 1);

  g_weak_ref_init (&making->chooser, self);
  making->method = g_strdup (method);
  making->run = run != NULL ? assay_map_run_ref (run) : NULL;
  self->run = run;
  gtk_label_set_text (self->progress, title);
  self->task = g_object_ref (assay_session_run (self->session, title, make_in_thread, made, making,
                                                making_free));
  show_making (self);
}

static void
start_map (AssayMapChooser *self, const char *method)
{
  g_autoptr (GHashTable) parameters = assay_map_asked_dup_parameters (self->asked);

  run_making (self, method, assay_map_run_new (method, parameters, places_changed, self));
}

static void
make_anew (AssayMapChooser *self)
{
  if (self->task == NULL && *shown_method (self) != '\0')
    start_map (self, shown_method (self));
}

static gboolean
is_stored (AssayMapChooser *self, const char *method)
{
  g_autoptr (GPtrArray) maps = ay_work_maps (assay_session_get_work (self->session), NULL);
  gboolean found = FALSE;

  for (guint i = 0; maps != NULL && i < maps->len; i++)
    found = found || g_str_equal (((AyMapInfo *) maps->pdata[i])->id, method);
  return found;
}

static void
on_chosen (AssayMapChooser *self)
{
  guint n, chosen = gtk_drop_down_get_selected (self->maps);
  const AyMapMethod *methods = ay_map_methods (&n);

  if (self->following || self->session == NULL || chosen >= n
      || assay_session_get_work (self->session) == NULL)
    return;
  if (self->task != NULL)
    {
      follow (self, shown_method (self)); /* one at a time */
      return;
    }
  if (g_str_equal (methods[chosen].id, shown_method (self)))
    return;
  if (is_stored (self, methods[chosen].id))
    run_making (self, methods[chosen].id, NULL);
  else
    start_map (self, methods[chosen].id);
}

static void
on_groups (AssayMapChooser *self)
{
  assay_map_view_show_groups (self->view, gtk_toggle_button_get_active (self->groups));
}

static void
on_options (AssayMapChooser *self)
{
  assay_map_asked_show (self->asked, gtk_toggle_button_get_active (self->options));
}

static void
on_stop (AssayMapChooser *self)
{
  if (self->run != NULL)
    assay_map_run_stop (self->run);
  gtk_label_set_text (self->progress, _ ("Stopping"));
}

static void
on_cancel (AssayMapChooser *self)
{
  if (self->task != NULL)
    assay_task_cancel (self->task);
}

/* ---- the widget ---- */

static void
on_columns_changed (AssayMapChooser *self)
{
  gboolean loaded = assay_session_get_work (self->session) != NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (self), loaded);
  gtk_widget_set_sensitive (GTK_WIDGET (self->groups),
                            assay_session_find_column (self->session, "group") != NULL);
  if (self->task == NULL)
    follow (self, shown_method (self));
  describe_trust (self);
  if (!loaded && self->task != NULL)
    end_making (self);
  if (gtk_toggle_button_get_active (self->honesty) && self->task == NULL)
    on_honesty (self);
}

void
assay_map_chooser_bind (AssayMapChooser *self, AssaySession *session, AssayMapView *view)
{
  GApplication *application = g_application_get_default ();

  self->session = session;
  self->view = view;
  assay_map_asked_bind (self->asked, session,
                        assay_application_get_settings (ASSAY_APPLICATION (application)));
  g_signal_connect_object (session, "columns-changed", G_CALLBACK (on_columns_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "selection-changed", G_CALLBACK (link_selected), self,
                           G_CONNECT_SWAPPED);
  on_columns_changed (self);
}

static void
assay_map_chooser_dispose (GObject *object)
{
  AssayMapChooser *self = ASSAY_MAP_CHOOSER (object);

  if (self->run != NULL)
    assay_map_run_forget (self->run);
  g_clear_pointer (&self->run, assay_map_run_unref);
  g_clear_object (&self->task);
  g_clear_object (&self->search);
  g_clear_pointer (&self->color_before, g_free);
  G_OBJECT_CLASS (assay_map_chooser_parent_class)->dispose (object);
}

static void
assay_map_chooser_class_init (AssayMapChooserClass *class)
{
  G_OBJECT_CLASS (class)->dispose = assay_map_chooser_dispose;
}

static GtkWidget *
add_button (GtkWidget *box, const char *label, const char *tooltip)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);

  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_widget_set_visible (button, FALSE);
  gtk_box_append (GTK_BOX (box), button);
  return button;
}

static GtkLabel *
add_label (GtkWidget *box)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static void
assay_map_chooser_init (AssayMapChooser *self)
{
  GtkWidget *rows = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkStringList *names = gtk_string_list_new (NULL);
  guint n;
  const AyMapMethod *methods = ay_map_methods (&n);

  gtk_widget_add_css_class (box, "toolbar");
  for (guint i = 0; i < n; i++)
    gtk_string_list_append (names, assay_word (methods[i].title));
  self->following = TRUE;
  self->maps = GTK_DROP_DOWN (gtk_drop_down_new (G_LIST_MODEL (names), NULL));
  self->following = FALSE;
  assay_drop_down_set_name (self->maps, _ ("Map method"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->maps), _ ("Which map is shown; made when new"));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->maps));
  self->options = GTK_TOGGLE_BUTTON (gtk_toggle_button_new ());
  gtk_button_set_icon_name (GTK_BUTTON (self->options), "applications-system-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->options), _ ("What a map is made by"));
  assay_set_name (self->options, _ ("Map Options"));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->options));
  self->honesty = GTK_TOGGLE_BUTTON (gtk_toggle_button_new_with_mnemonic (_ ("_Honesty")));
  gtk_widget_set_tooltip_text (
      GTK_WIDGET (self->honesty),
      _ ("Colour by the share of true neighbours; a selected row is joined to its own"));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->honesty));
  self->groups = GTK_TOGGLE_BUTTON (gtk_toggle_button_new_with_mnemonic (_ ("_Groups")));
  gtk_widget_set_tooltip_text (
      GTK_WIDGET (self->groups),
      _ ("Lines between near copies; the page Redundancy finds and saves their groups"));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->groups));
  self->trust = add_label (box);
  gtk_widget_set_hexpand (GTK_WIDGET (self->trust), TRUE);
  self->progress = add_label (box);
  self->stop = add_button (box, _ ("S_top Here"), _ ("Keep the map as it stands"));
  self->cancel = add_button (box, _ ("Cancel _Map"), _ ("Go back to the map before"));
  self->asked = g_object_new (ASSAY_TYPE_MAP_ASKED, NULL);
  gtk_box_append (GTK_BOX (rows), box);
  gtk_box_append (GTK_BOX (rows), GTK_WIDGET (self->asked));
  adw_bin_set_child (ADW_BIN (self), rows);
  show_making (self);
  g_signal_connect_swapped (self->maps, "notify::selected", G_CALLBACK (on_chosen), self);
  g_signal_connect_swapped (self->options, "toggled", G_CALLBACK (on_options), self);
  g_signal_connect_swapped (self->asked, "make", G_CALLBACK (make_anew), self);
  g_signal_connect_swapped (self->honesty, "toggled", G_CALLBACK (on_honesty), self);
  g_signal_connect_swapped (self->groups, "toggled", G_CALLBACK (on_groups), self);
  g_signal_connect_swapped (self->stop, "clicked", G_CALLBACK (on_stop), self);
  g_signal_connect_swapped (self->cancel, "clicked", G_CALLBACK (on_cancel), self);
}
