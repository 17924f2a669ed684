/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/round_strip.h"

#include "app/widgets/drop_down.h"
#include "app/widgets/write_figure.h"
#include "core/select/round_parts.h"

#include <glib/gi18n.h>

#define HEIGHT 170

struct _AssayRoundStrip
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkDropDown *by;
  GtkWidget *write;
  AssayChart *chart;
  GtkWidget *area;       /* the chart's */
  AyHistory *history;    /* (nullable) */
  AyRoundParts *parts;   /* (nullable) */
  int round;
};

G_DEFINE_FINAL_TYPE (AssayRoundStrip, assay_round_strip, ASSAY_TYPE_SESSION_BIN)

static guint chosen_signal;

static AyFigureStrip
describe (AssayRoundStrip *self)
{
  AyFigureStrip strip = { .n = self->parts->n, .x = self->parts->number,
                          .n_parts = self->parts->n_parts,
                          .names = (const char *const *) self->parts->names,
                          .values = self->parts->counts, .x_label = _ ("round"),
                          .label = _ ("percent of the rows"), .has_rest = TRUE, .current = -1 };

  for (guint k = 0; k < self->parts->n; k++)
    if ((int) self->parts->round[k] == self->round)
      strip.current = (gint) k;
  return strip;
}

static gboolean
describe_figure (gpointer data, AyFigureSpec *spec)
{
  AssayRoundStrip *self = data;

  if (self->parts == NULL)
    return FALSE;
  spec->title = self->parts->title;
  spec->kind = AY_FIGURE_STRIP;
  spec->strip = describe (self);
  return TRUE;
}

static void
say (AssayRoundStrip *self)
{
  assay_chart_update (self->chart, self->parts != NULL ? NULL : _ ("No rounds"));
  gtk_widget_set_sensitive (self->write, self->parts != NULL);
}

static void
make (AssayRoundStrip *self)
{
  const char *name = gtk_drop_down_get_selected (self->by) == 1 ? "cluster" : "label";
  AyColumn *column = assay_session_find_column (self->session, name);

  g_clear_pointer (&self->parts, ay_round_parts_free);
  if (self->history != NULL && column != NULL && ay_column_rows (column) == self->history->n_rows)
    self->parts = ay_round_parts_new (self->history, column, NULL);
  say (self);
}

void
assay_round_strip_set_history (AssayRoundStrip *self, AyHistory *history)
{
  g_clear_pointer (&self->history, ay_history_unref);
  self->history = history != NULL ? ay_history_ref (history) : NULL;
  make (self);
}

void
assay_round_strip_set_round (AssayRoundStrip *self, int round)
{
  self->round = round;
  gtk_widget_queue_draw (self->area);
}

static void
pressed (GtkGestureClick *gesture, int n_press, double x, double y, AssayRoundStrip *self)
{
  int at = assay_chart_at (self->chart, x);

  if (at >= 0)
    g_signal_emit (self, chosen_signal, 0, self->parts->round[at]);
}

static gboolean
describe_file (gpointer data, AyFigureSpec *spec)
{
  gboolean has = describe_figure (data, spec);

  spec->strip.current = -1;
  return has;
}

static void
write_clicked (AssayRoundStrip *self)
{
  assay_write_figure (GTK_WIDGET (self), self->session, "rounds.svg", describe_file, self);
}

static void
assay_round_strip_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "columns-changed", NULL };
  AssayRoundStrip *self = ASSAY_ROUND_STRIP (bin);

  self->session = session;
  assay_session_bin_watch (bin, changes, G_CALLBACK (make));
}

static void
assay_round_strip_finalize (GObject *object)
{
  AssayRoundStrip *self = ASSAY_ROUND_STRIP (object);

  g_clear_pointer (&self->history, ay_history_unref);
  g_clear_pointer (&self->parts, ay_round_parts_free);
  G_OBJECT_CLASS (assay_round_strip_parent_class)->finalize (object);
}

static void
assay_round_strip_class_init (AssayRoundStripClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_round_strip_bind;
  G_OBJECT_CLASS (class)->finalize = assay_round_strip_finalize;
  chosen_signal = g_signal_new ("chosen", ASSAY_TYPE_ROUND_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
}

static void
assay_round_strip_init (AssayRoundStrip *self)
{
  const char *const kinds[] = { _ ("Class"), _ ("Cluster"), NULL };
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkGesture *click = gtk_gesture_click_new ();

  self->round = -1;
  self->by = GTK_DROP_DOWN (gtk_drop_down_new_from_strings (kinds));
  assay_drop_down_set_name (self->by, _ ("Rounds by"));
  self->write = gtk_button_new_with_mnemonic (_ ("_Write Figure…"));
  self->chart = assay_chart_new ();
  self->area = assay_chart_get_area (self->chart);
  assay_chart_set_height (self->chart, HEIGHT);
  assay_chart_set_figure (self->chart, describe_figure, self, NULL);
  gtk_box_append (GTK_BOX (line), gtk_label_new (_ ("Rounds by")));
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (self->by));
  gtk_box_append (GTK_BOX (line), self->write);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->chart));
  adw_bin_set_child (ADW_BIN (self), box);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed), self);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (click));
  g_signal_connect_swapped (self->by, "notify::selected", G_CALLBACK (make), self);
  g_signal_connect_swapped (self->write, "clicked", G_CALLBACK (write_clicked), self);
}
