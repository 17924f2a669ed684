/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/map_page.h"

#include "app/widgets/cluster_list.h"
#include "app/widgets/column_chooser.h"
#include "app/widgets/map_chooser.h"
#include "app/widgets/map_gestures.h"
#include "app/widgets/map_view.h"
#include "app/widgets/row_card.h"

#include <glib/gi18n.h>

/* The card lies above the pointer, within the edges. */
#define CARD_GAP 14

struct _AssayMapPage
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  AssayMapView *map_view;
  AssayChart *chart;
  GtkBox *head;
  AssayRowCard *card;
  AssayColumnChooser *color_chooser;
  AssayMapChooser *map_chooser;
  AssayClusterList *cluster_list;
  GtkToggleButton *pan_button, *rectangle_button, *lasso_button, *density_button;
  GtkButton *fit_button, *fit_selection_button, *back_button;
  GtkWidget *empty_label;
};

G_DEFINE_FINAL_TYPE (AssayMapPage, assay_map_page, ASSAY_TYPE_SESSION_BIN)

static void
choose_tool (AssayMapPage *self)
{
  AssayTool tool = gtk_toggle_button_get_active (self->lasso_button)       ? ASSAY_TOOL_LASSO
                   : gtk_toggle_button_get_active (self->rectangle_button) ? ASSAY_TOOL_RECTANGLE
                                                                           : ASSAY_TOOL_PAN;

  g_object_set (self->map_view, "tool", tool, NULL);
}

static void
fit (AssayMapPage *self)
{
  assay_map_view_fit (self->map_view, FALSE);
}

static void
fit_selection (AssayMapPage *self)
{
  assay_map_view_fit (self->map_view, TRUE);
}

static void
on_hover (AssayMapPage *self, gint64 row, double x, double y)
{
  GtkWidget *card = GTK_WIDGET (self->card), *view = GTK_WIDGET (self->map_view);
  int width, height, left, top;

  if (row < 0)
    {
      gtk_widget_set_visible (card, FALSE);
      return;
    }
  assay_row_card_set_row (self->card, self->session, row);
  gtk_widget_set_visible (card, TRUE);
  gtk_widget_set_margin_start (card, 0); /* else measured with it, from where it was before */
  gtk_widget_set_margin_top (card, 0);
  gtk_widget_measure (card, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
  gtk_widget_measure (card, GTK_ORIENTATION_VERTICAL, width, NULL, &height, NULL, NULL);
  left = CLAMP ((int) x - width / 2, 0, MAX (gtk_widget_get_width (view) - width, 0));
  top = (int) y - height - CARD_GAP;
  if (top < 0)
    top = MIN ((int) y + CARD_GAP, MAX (gtk_widget_get_height (view) - height, 0));
  gtk_widget_set_margin_start (card, left);
  gtk_widget_set_margin_top (card, top);
}

static void
on_columns_changed (AssayMapPage *self)
{
  gtk_widget_set_visible (self->empty_label,
                          assay_session_find_column (self->session, "map_x") == NULL);
}

/* Back to the page that led here: once. */
static void
hide_back (AssayMapPage *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->back_button), FALSE);
}

static void
assay_map_page_visit (AssaySessionBin *bin, const char *from, const char *title)
{
  AssayMapPage *self = ASSAY_MAP_PAGE (bin);
  g_autofree char *label = g_strdup_printf (_ ("_Back to %s"), title);

  gtk_button_set_label (self->back_button, label);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->back_button), "s", from);
  gtk_widget_set_visible (GTK_WIDGET (self->back_button), TRUE);
}

static void
assay_map_page_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "columns-changed", NULL };
  static const char *const loaded[] = { "notify::title", NULL };
  AssayMapPage *self = ASSAY_MAP_PAGE (bin);

  self->session = session;
  g_object_set (self->map_view, "session", session, NULL);
  g_object_bind_property (self->density_button, "active", session, "density",
                          G_BINDING_SYNC_CREATE);
  assay_column_chooser_bind_color (self->color_chooser, session);
  g_object_set (self->cluster_list, "session", session, NULL);
  assay_map_chooser_bind (self->map_chooser, session, self->map_view);
  assay_session_bin_watch (bin, changes, G_CALLBACK (on_columns_changed));
  assay_session_bin_watch (bin, loaded, G_CALLBACK (hide_back));
  on_columns_changed (self);
}

/* The part of the map that is seen. */
static void
assay_map_page_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayMapPage *self = ASSAY_MAP_PAGE (bin);
  const AyFigureView *seen = assay_map_view_get_view (self->map_view);

  json_object_set_double_member (view->state, "x0", seen->x0);
  json_object_set_double_member (view->state, "y0", seen->y0);
  json_object_set_double_member (view->state, "x1", seen->x1);
  json_object_set_double_member (view->state, "y1", seen->y1);
  json_object_set_boolean_member (view->state, "density",
                                  gtk_toggle_button_get_active (self->density_button));
}

static void
assay_map_page_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssayMapPage *self = ASSAY_MAP_PAGE (bin);
  AyFigureView view = { json_object_get_double_member_with_default (state, "x0", 0.0),
                        json_object_get_double_member_with_default (state, "y0", 0.0),
                        json_object_get_double_member_with_default (state, "x1", 0.0),
                        json_object_get_double_member_with_default (state, "y1", 0.0) };

  assay_map_view_set_view (self->map_view, &view); /* none: as it is */
  gtk_toggle_button_set_active (
      self->density_button,
      json_object_get_boolean_member_with_default (state, "density", FALSE));
}

/* Points are walked by arrows. */
static void
assay_map_page_enter (AssaySessionBin *bin)
{
  gtk_widget_grab_focus (GTK_WIDGET (ASSAY_MAP_PAGE (bin)->map_view));
}

static void
assay_map_page_class_init (AssayMapPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_map_page_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_map_page_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_map_page_restore;
  ASSAY_SESSION_BIN_CLASS (class)->enter = assay_map_page_enter;
  ASSAY_SESSION_BIN_CLASS (class)->visit = assay_map_page_visit;
  g_type_ensure (ASSAY_TYPE_CHART);
  g_type_ensure (ASSAY_TYPE_MAP_VIEW);
  g_type_ensure (ASSAY_TYPE_CLUSTER_LIST);
  g_type_ensure (ASSAY_TYPE_ROW_CARD);
  g_type_ensure (ASSAY_TYPE_COLUMN_CHOOSER);
  g_type_ensure (ASSAY_TYPE_MAP_CHOOSER);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/map_page.ui");
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, map_view);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, chart);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, head);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, card);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, color_chooser);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, map_chooser);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, cluster_list);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, pan_button);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, rectangle_button);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, lasso_button);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, density_button);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, fit_button);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, fit_selection_button);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, back_button);
  gtk_widget_class_bind_template_child (widget_class, AssayMapPage, empty_label);
}

static void
assay_map_page_init (AssayMapPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  assay_map_view_chart (self->map_view, self->chart);
  gtk_box_append (self->head, assay_chart_take_button (self->chart));
  g_signal_connect_swapped (self->pan_button, "toggled", G_CALLBACK (choose_tool), self);
  g_signal_connect_swapped (self->rectangle_button, "toggled", G_CALLBACK (choose_tool), self);
  g_signal_connect_swapped (self->lasso_button, "toggled", G_CALLBACK (choose_tool), self);
  g_signal_connect_swapped (self->fit_button, "clicked", G_CALLBACK (fit), self);
  g_signal_connect_swapped (self->fit_selection_button, "clicked", G_CALLBACK (fit_selection),
                            self);
  g_signal_connect_swapped (self->back_button, "clicked", G_CALLBACK (hide_back), self);
  g_signal_connect_swapped (self->map_view, "hover-at", G_CALLBACK (on_hover), self);
  g_object_bind_property (self->density_button, "active", self->map_view, "density", 0);
}
