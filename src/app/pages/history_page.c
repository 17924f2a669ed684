/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/history_page.h"

#include "app/widgets/curves_view.h"
#include "app/widgets/replay_view.h"
#include "app/widgets/round_view.h"
#include "app/widgets/teacher_view.h"

struct _AssayHistoryPage
{
  AssaySessionBin parent;
  GtkStack *stack;
  AssayCurvesView *curves;
  AssayReplayView *replay;
  AssayRoundView *round;
  AssayTeacherView *teachers;
};

G_DEFINE_FINAL_TYPE (AssayHistoryPage, assay_history_page, ASSAY_TYPE_SESSION_BIN)

static void
assay_history_page_bind (AssaySessionBin *bin, AssaySession *session)
{
  AssayHistoryPage *self = ASSAY_HISTORY_PAGE (bin);

  g_object_set (self->curves, "session", session, NULL);
  g_object_set (self->replay, "session", session, NULL);
  g_object_set (self->round, "session", session, NULL);
  g_object_set (self->teachers, "session", session, NULL);
}

/* Which of the three is seen, and what that one says. */
static void
assay_history_page_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayHistoryPage *self = ASSAY_HISTORY_PAGE (bin);
  AssaySessionBin *seen = ASSAY_SESSION_BIN (gtk_stack_get_visible_child (self->stack));

  json_object_set_string_member (view->state, "part",
                                 gtk_stack_get_visible_child_name (self->stack));
  assay_session_bin_save_into (seen, view);
}

static void
assay_history_page_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssayHistoryPage *self = ASSAY_HISTORY_PAGE (bin);
  const char *part = json_object_get_string_member_with_default (state, "part", "curves");

  if (gtk_stack_get_child_by_name (self->stack, part) == NULL)
    return;
  gtk_stack_set_visible_child_name (self->stack, part);
  assay_session_bin_restore (
      ASSAY_SESSION_BIN (gtk_stack_get_visible_child (self->stack)), state);
}

static void
assay_history_page_class_init (AssayHistoryPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_history_page_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_history_page_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_history_page_restore;
  g_type_ensure (ASSAY_TYPE_CURVES_VIEW);
  g_type_ensure (ASSAY_TYPE_REPLAY_VIEW);
  g_type_ensure (ASSAY_TYPE_ROUND_VIEW);
  g_type_ensure (ASSAY_TYPE_TEACHER_VIEW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/history_page.ui");
  gtk_widget_class_bind_template_child (widget_class, AssayHistoryPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AssayHistoryPage, curves);
  gtk_widget_class_bind_template_child (widget_class, AssayHistoryPage, replay);
  gtk_widget_class_bind_template_child (widget_class, AssayHistoryPage, round);
  gtk_widget_class_bind_template_child (widget_class, AssayHistoryPage, teachers);
}

static void
assay_history_page_init (AssayHistoryPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
