/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/teacher_view.h"

#include "app/widgets/write_figure.h"
#include "core/select/teaching_curves.h"
#include "core/work/work_select.h"

#include <glib/gi18n.h>

#define HEIGHT 460 /* of one teacher */

struct _AssayTeacherView
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkBox *box;
};

G_DEFINE_FINAL_TYPE (AssayTeacherView, assay_teacher_view, ASSAY_TYPE_SESSION_BIN)

/* One teacher's drawing and what it points into; belongs to its drawing area. */
typedef struct
{
  AssaySession *session; /* borrowed */
  char *file;            /* the name that is offered */
  AyTeachingCurves *of;
  AyFigurePanel panels[AY_TEACHING_PANELS];
  AyFigureCurve *curves[AY_TEACHING_PANELS];
  AyFigureSpec spec;
} Taught;

static void
taught_free (gpointer data)
{
  Taught *self = data;

  for (guint p = 0; p < AY_TEACHING_PANELS; p++)
    g_free (self->curves[p]);
  ay_teaching_curves_free (self->of);
  g_free (self->file);
  g_free (self);
}

static Taught *
taught_new (AyTeachingCurves *of)
{
  Taught *self = g_new0 (Taught, 1);

  self->of = of;
  for (guint p = 0; p < of->n; p++)
    {
      const AyTeachingPanel *panel = &of->panel[p];

      self->curves[p] = g_new0 (AyFigureCurve, panel->n);
      for (guint k = 0; k < panel->n; k++)
        self->curves[p][k] = (AyFigureCurve) {
          .name = panel->each[k].name, .n = panel->each[k].n, .x = panel->each[k].labels,
          .y = panel->each[k].value, .low = panel->each[k].low, .high = panel->each[k].high,
        };
      self->panels[p] = (AyFigurePanel) {
        panel->title,
        { .n_curves = panel->n, .curves = self->curves[p],
          .x_axis = { .label = _ ("round"), .integral = TRUE }, .y_axis = { .label = panel->unit },
          .band_label = panel->band },
      };
    }
  self->spec = (AyFigureSpec) AY_FIGURE_SPEC_INIT;
  self->spec.title = of->title;
  self->spec.subtitle = of->sentence;
  self->spec.kind = AY_FIGURE_PANELS;
  self->spec.panels = (AyFigurePanels) { of->n, self->panels };
  return self;
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user)
{
  AyFigureSpec spec = ((Taught *) user)->spec;

  if (width < 64 || height < 64)
    return;
  spec.width = width;
  spec.height = height;
  spec.scale = gtk_widget_get_scale_factor (GTK_WIDGET (area));
  spec.theme = ay_figure_theme (adw_style_manager_get_dark (adw_style_manager_get_default ()));
  ay_figure_draw (&spec, cr);
}

static gboolean
describe_file (gpointer data, AyFigureSpec *spec)
{
  *spec = ((Taught *) data)->spec;
  return TRUE;
}

static void
write_clicked (GtkButton *button, Taught *taught)
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
add_teacher (AssayTeacherView *self, AyTeachingCurves *of, const char *name)
{
  Taught *taught = taught_new (of);
  GtkWidget *area = gtk_drawing_area_new ();
  GtkWidget *write = gtk_button_new_with_mnemonic (_ ("_Write Figure…"));
  g_autofree char *summary = ay_figure_summary (&taught->spec);

  taught->session = self->session;
  taught->file = g_strdup_printf ("%s.svg", name);
  gtk_widget_set_halign (write, GTK_ALIGN_START);
  g_signal_connect (write, "clicked", G_CALLBACK (write_clicked), taught);
  gtk_widget_set_size_request (area, -1, HEIGHT);
  gtk_accessible_update_property (GTK_ACCESSIBLE (area), GTK_ACCESSIBLE_PROPERTY_LABEL, summary,
                                  -1);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (area), draw, taught, taught_free);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), area, G_CONNECT_SWAPPED);
  add_words (self, taught->of->sentence);
  add_words (self, summary);
  gtk_box_append (self->box, write);
  gtk_box_append (self->box, area);
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

static void
assay_teacher_view_class_init (AssayTeacherViewClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_teacher_view_bind;
}

static void
assay_teacher_view_init (AssayTeacherView *self)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  self->box = GTK_BOX (gtk_box_new (GTK_ORIENTATION_VERTICAL, 12));
  gtk_widget_add_css_class (GTK_WIDGET (self->box), "side-pane");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), GTK_WIDGET (self->box));
  adw_bin_set_child (ADW_BIN (self), scrolled);
}
