/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/teacher_view.h"

#include "app/widgets/taught.h"
#include "app/widgets/write_figure.h"
#include "core/work/work_select.h"

#include <glib/gi18n.h>

#define HEIGHT 460 /* of one teacher */

struct _AssayTeacherView
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkScrolledWindow *scrolled;
  GtkBox *box;
  GPtrArray *names;      /* of char *: the teachers, from top to bottom */
  GPtrArray *summaries;  /* of char *: what each drawing says */
};

G_DEFINE_FINAL_TYPE (AssayTeacherView, assay_teacher_view, ASSAY_TYPE_SESSION_BIN)

/* Title and subtitle are labels on the screen. */
static gboolean
describe_figure (gpointer data, AyFigureSpec *spec)
{
  *spec = ((AssayTaught *) data)->spec;
  spec->title = ((AssayTaught *) data)->heading;
  spec->subtitle = NULL;
  return TRUE;
}

static gboolean
describe_file (gpointer data, AyFigureSpec *spec)
{
  *spec = ((AssayTaught *) data)->spec;
  return TRUE;
}

static void
write_clicked (GtkButton *button, AssayTaught *taught)
{
  GtkWidget *area = gtk_widget_get_next_sibling (GTK_WIDGET (button));

  assay_write_figure (area, taught->session, taught->file, describe_file, taught);
}

static void
add_words (AssayTeacherView *self, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0.0f);
  gtk_box_append (self->box, label);
}

static void
add_heading (AssayTeacherView *self, const char *text)
{
  add_words (self, text);
  gtk_widget_add_css_class (gtk_widget_get_last_child (GTK_WIDGET (self->box)), "heading");
}

static void
add_teacher (AssayTeacherView *self, AyTeachingCurves *of, const char *name)
{
  AssayTaught *taught = assay_taught_new (of);
  AssayChart *chart = assay_chart_new ();
  GtkWidget *write = gtk_button_new_with_mnemonic (_ ("_Write Figure…"));
  g_autofree char *summary = assay_chart_summary (&taught->spec);

  taught->session = self->session;
  taught->file = g_strdup_printf ("%s.svg", name);
  gtk_widget_set_halign (write, GTK_ALIGN_START);
  g_signal_connect (write, "clicked", G_CALLBACK (write_clicked), taught);
  assay_chart_set_height (chart, HEIGHT);
  assay_chart_set_figure (chart, describe_figure, taught, assay_taught_free);
  assay_chart_update (chart, summary);
  add_heading (self, taught->heading);
  add_words (self, taught->said);
  add_words (self, summary);
  g_ptr_array_add (self->names, g_strdup (name));
  g_ptr_array_add (self->summaries, g_strdup (summary));
  gtk_box_append (self->box, write);
  gtk_box_append (self->box, GTK_WIDGET (chart));
}

static void
fill (AssayTeacherView *self)
{
  AyWork *work = assay_session_get_work (self->session);
  g_autoptr (JsonObject) object = work != NULL ? ay_work_comparison (work, NULL) : NULL;
  g_autoptr (GPtrArray) names = object != NULL ? ay_teaching_names (object) : NULL;
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->box))) != NULL)
    gtk_box_remove (self->box, child);
  g_ptr_array_set_size (self->names, 0);
  g_ptr_array_set_size (self->summaries, 0);
  if (names == NULL || names->len == 0)
    add_words (self, _ ("No teacher was simulated last: Hedge, EXP4.P and Policy are strategies "
                        "of Learning Curves"));
  for (guint i = 0; names != NULL && i < names->len; i++)
    add_teacher (self, ay_teaching_curves_new (object, names->pdata[i]), names->pdata[i]);
}

static void
assay_teacher_view_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "columns-changed", NULL };

  ASSAY_TEACHER_VIEW (bin)->session = session;
  assay_session_bin_watch (bin, changes, G_CALLBACK (fill));
  fill (ASSAY_TEACHER_VIEW (bin));
}

/* --- pinned, and shown again --- */

/* The drawing in the middle of what is seen is the teacher that is looked at: they are equally
 * high. */
static void
assay_teacher_view_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayTeacherView *self = ASSAY_TEACHER_VIEW (bin);
  GtkAdjustment *place = gtk_scrolled_window_get_vadjustment (self->scrolled);
  double middle = gtk_adjustment_get_value (place) + gtk_adjustment_get_page_size (place) / 2.0;
  double whole = MAX (gtk_adjustment_get_upper (place), 1.0);
  guint n = self->names->len, at;

  if (n == 0)
    return;
  at = (guint) CLAMP (middle / whole * n, 0.0, n - 1.0);
  json_object_set_string_member (view->state, "teacher", self->names->pdata[at]);
  view->sentence = g_strdup (self->summaries->pdata[at]);
  view->rows = ay_bitset_new (assay_session_get_data (self->session)->n);
  ay_bitset_fill (view->rows); /* simulated on all of the data */
}

static void
assay_teacher_view_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssayTeacherView *self = ASSAY_TEACHER_VIEW (bin);
  GtkAdjustment *place = gtk_scrolled_window_get_vadjustment (self->scrolled);
  const char *name = json_object_get_string_member_with_default (state, "teacher", "");
  guint at;

  if (g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, &at))
    gtk_adjustment_set_value (place, gtk_adjustment_get_upper (place) * at / self->names->len);
}

static void
assay_teacher_view_finalize (GObject *object)
{
  AssayTeacherView *self = ASSAY_TEACHER_VIEW (object);

  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->summaries);
  G_OBJECT_CLASS (assay_teacher_view_parent_class)->finalize (object);
}

static void
assay_teacher_view_class_init (AssayTeacherViewClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_teacher_view_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_teacher_view_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_teacher_view_restore;
  G_OBJECT_CLASS (class)->finalize = assay_teacher_view_finalize;
}

static void
assay_teacher_view_init (AssayTeacherView *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->scrolled = GTK_SCROLLED_WINDOW (scrolled);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->summaries = g_ptr_array_new_with_free_func (g_free);
  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 12));
  gtk_widget_add_css_class (GTK_WIDGET (self->box), "side-pane");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->box));
  adw_bin_set_child (ADW_BIN (self), scrolled);
}
