/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/history_page.h"

#include "app/widgets/curves_view.h"
#include "app/widgets/replay_view.h"
#include "app/widgets/round_view.h"

struct _AssayHistoryPage
{
  AssaySessionBin parent;
  AssayCurvesView *curves;
  AssayReplayView *replay;
  AssayRoundView *round;
};

G_DEFINE_FINAL_TYPE (AssayHistoryPage, assay_history_page, ASSAY_TYPE_SESSION_BIN)

static void
assay_history_page_bind (AssaySessionBin *bin, AssaySession *session)
{
  AssayHistoryPage *self = ASSAY_HISTORY_PAGE (bin);

  g_object_set (self->curves, "session", session, NULL);
  g_object_set (self->replay, "session", session, NULL);
  g_object_set (self->round, "session", session, NULL);
}

static void
assay_history_page_class_init (AssayHistoryPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_history_page_bind;
  g_type_ensure (ASSAY_TYPE_CURVES_VIEW);
  g_type_ensure (ASSAY_TYPE_REPLAY_VIEW);
  g_type_ensure (ASSAY_TYPE_ROUND_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/history_page.ui");
  gtk_widget_class_bind_template_child (widget_class, AssayHistoryPage, curves);
  gtk_widget_class_bind_template_child (widget_class, AssayHistoryPage, replay);
  gtk_widget_class_bind_template_child (widget_class, AssayHistoryPage, round);
}

static void
assay_history_page_init (AssayHistoryPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
