/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/presenter.h"

#include "app/widgets/chart.h"
#include "app/widgets/outcome_draw.h"
#include "app/widgets/point_colors.h"
#include "app/widgets/retention_view.h"
#include "app/widgets/row_card.h"
#include "app/widgets/set_name.h"
#include "app/widgets/taught.h"
#include "core/base/json_text.h"
#include "core/select/strategy_curves.h"
#include "core/work/gains_steps.h"
#include "core/work/work_gains.h"
#include "core/work/work_history.h"
#include "core/work/work_select.h"
#include "figure/figure.h"

#include <glib/gi18n.h>

#define SAMPLES 6
#define SAMPLE_COLUMNS 2

struct _AssayPresenter
{
  AssaySessionBin parent;
  AssaySession *session;    /* kept by the parent */
  GtkLabel *sentence, *place;
  GtkDrawingArea *area;
  GtkGrid *samples;
  GtkButton *previous, *next, *live, *close;
  GPtrArray *findings;      /* (nullable) of AyFinding */
  guint at;

  AyFigureSpec spec;        /* of the finding that is shown; borrows the following */
  AyFigureTheme theme;
  gboolean drawn;           /* there is something to draw */
  AssayPointColors *colors; /* (nullable) of a map */
  float *x, *y;
  AyStrategyCurves *curves; /* (nullable) */
  AyFigureCurve *lines;
  AyBitset *visible;        /* (nullable) of a map */
  AyGainsSteps *steps;      /* (nullable) */
  AssayTaught *taught;      /* (nullable) */
  AyRetention *kept;        /* (nullable) */
  AyRetentionSeries *series;
  AssayRetentionDrawing retention;
  AssayOutcomeDrawing outcome;
};

G_DEFINE_FINAL_TYPE (AssayPresenter, assay_presenter, ASSAY_TYPE_SESSION_BIN)

enum { LIVE, CLOSE, N_SIGNALS };

static guint signals[N_SIGNALS];

static const AyFinding *
shown (AssayPresenter *self)
{
  return self->findings != NULL && self->at < self->findings->len
             ? self->findings->pdata[self->at]
             : NULL;
}

/* --- the figure --- */

static void
clear_figure (AssayPresenter *self)
{
  self->spec = (AyFigureSpec) AY_FIGURE_SPEC_INIT;
  self->drawn = FALSE;
  g_clear_pointer (&self->colors, assay_point_colors_unref);
  g_clear_pointer (&self->x, g_free);
  g_clear_pointer (&self->y, g_free);
  g_clear_pointer (&self->curves, ay_strategy_curves_free);
  g_clear_pointer (&self->lines, g_free);
  g_clear_pointer (&self->visible, ay_bitset_free);
  g_clear_pointer (&self->steps, ay_gains_steps_free);
  g_clear_pointer (&self->taught, assay_taught_free);
  g_clear_pointer (&self->series, ay_retention_series_free);
  g_clear_pointer (&self->kept, ay_retention_free);
  assay_outcome_drawing_clear (&self->outcome);
}

/* Coloured as it was when it was pinned; else as the session is now. */
static void
color_map (AssayPresenter *self, JsonObject *state, AyFigureScatter *scatter)
{
  const char *now = assay_session_get_color_by (self->session);
  const char *name = state != NULL
                         ? json_object_get_string_member_with_default (state, "color_by", now)
                         : now;

  self->colors = assay_point_colors_new (self->session, name, FALSE);
  assay_point_colors_figure (self->colors, scatter);
}

/* (transfer full) (nullable): none of a finding of the command line. */
static JsonObject *
dup_state (const AyFinding *finding)
{
  g_autoptr (JsonNode) node
      = finding->state != NULL && g_strcmp0 (finding->view, "cli") != 0
            ? ay_json_read (finding->state, -1, NULL) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_dup_object (node) : NULL;
}

/* What the page added when it was pinned. (transfer none) (nullable) */
static JsonObject *
page_of (JsonObject *state)
{
  return state != NULL && json_object_has_member (state, "page")
             ? json_object_get_object_member (state, "page") : NULL;
}

/* The part of the map that was seen, and how. */
static void
look_as_pinned (JsonObject *page, AyFigureScatter *scatter)
{
  scatter->x_axis.low = json_object_get_double_member_with_default (page, "x0", 0.0);
  scatter->x_axis.high = json_object_get_double_member_with_default (page, "x1", 0.0);
  scatter->y_axis.low = json_object_get_double_member_with_default (page, "y0", 0.0);
  scatter->y_axis.high = json_object_get_double_member_with_default (page, "y1", 0.0);
  scatter->density = json_object_get_boolean_member_with_default (page, "density", FALSE);
}

static void
describe_map (AssayPresenter *self, const AyFinding *finding)
{
  g_autoptr (JsonObject) state = dup_state (finding);
  JsonObject *page = page_of (state);
  AyTable *columns = assay_session_get_columns (self->session);
  AyColumn *x = columns != NULL ? ay_table_find (columns, "map_x") : NULL;
  AyColumn *y = columns != NULL ? ay_table_find (columns, "map_y") : NULL;
  AyFigureScatter *scatter = &self->spec.scatter;

  if (x == NULL || y == NULL)
    return;
  self->x = ay_column_dup_floats (x);
  self->y = ay_column_dup_floats (y);
  self->spec.kind = AY_FIGURE_SCATTER;
  *scatter = (AyFigureScatter) { .n = ay_column_rows (x), .x = self->x, .y = self->y, .map = TRUE };
  self->visible = assay_pinned_visible (self->session, finding);
  scatter->visible = self->visible;
  if (!ay_bitset_equal (finding->rows, self->visible))
    scatter->selected = finding->rows;
  if (page != NULL)
    look_as_pinned (page, scatter);
  color_map (self, state, scatter);
  self->drawn = TRUE;
}

/* Curves of the simulation (no name) or of histories, as they are now. */
static void
describe_curves (AssayPresenter *self, const char *name)
{
  AyWork *work = assay_session_get_work (self->session);
  g_autoptr (JsonObject) object = *name == '\0' ? ay_work_comparison (work, NULL) : NULL;
  g_autoptr (GPtrArray) histories
      = *name != '\0' ? ay_work_histories_called (work, name, NULL) : NULL;

  self->curves = object != NULL      ? ay_strategy_curves_of_comparison (object, FALSE)
                 : histories != NULL ? ay_strategy_curves_of_histories (histories, NULL)
                                     : NULL;
  if (self->curves == NULL)
    return;
  self->lines = g_new0 (AyFigureCurve, self->curves->n);
  for (guint k = 0; k < self->curves->n; k++)
    {
      const AyStrategyCurve *one = &self->curves->each[k];

      self->lines[k] = (AyFigureCurve) { .name = one->name, .n = one->n, .x = one->labels,
                                         .y = one->value, .low = one->low, .high = one->high,
                                         .reference = one->reference };
    }
  self->spec.kind = AY_FIGURE_LINES;
  self->spec.lines = (AyFigureLines) { .n_curves = self->curves->n, .curves = self->lines,
                                       .x_axis = { .label = _ ("labels"), .integral = TRUE },
                                       .y_axis = { .label = self->curves->metric },
                                       .band_label = self->curves->band };
  self->drawn = TRUE;
}

/* The waterfall of a history's rounds, the pinned one marked. */
static void
describe_gains (AssayPresenter *self, const char *history, int round)
{
  g_autoptr (JsonObject) gains
      = ay_work_stored_gains (assay_session_get_work (self->session), history, NULL);

  if (gains == NULL)
    return;
  self->steps = ay_gains_steps_new (gains);
  self->spec.kind = AY_FIGURE_WATERFALL;
  self->spec.waterfall = (AyFigureWaterfall) {
    .n = self->steps->n, .names = (const char *const *) self->steps->names,
    .before = self->steps->before, .after = self->steps->after, .residual = self->steps->residual,
    .x_label = _ ("round"), .label = _ ("validation loss (nats)"), .current = round,
  };
  self->drawn = TRUE;
}

/* What a teacher did in the last simulation. */
static void
describe_teacher (AssayPresenter *self, const char *name)
{
  g_autoptr (JsonObject) object
      = ay_work_comparison (assay_session_get_work (self->session), NULL);
  g_autoptr (GPtrArray) names = object != NULL ? ay_teaching_names (object) : NULL;

  if (names == NULL || !g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL))
    return;
  self->taught = assay_taught_new (ay_teaching_curves_new (object, name));
  self->spec = self->taught->spec;
  self->spec.title = self->taught->heading;
  self->spec.subtitle = self->taught->said;
  self->drawn = TRUE;
}

/* The retention curve as it is kept now, the point marked that keeps so many rows (0: none). */
static void
describe_retention (AssayPresenter *self, gsize rows)
{
  int marked = -1;

  self->kept = ay_work_kept_retention (assay_session_get_work (self->session));
  if (self->kept == NULL)
    return;
  for (guint k = 0; k < self->kept->n_points; k++)
    if (rows > 0 && self->kept->points[k].n == rows)
      marked = (int) k;
  self->series = ay_retention_series (self->kept);
  assay_retention_draw_as (&self->retention, self->kept, self->series, marked);
  self->spec.kind = AY_FIGURE_LINES;
  self->spec.lines = self->retention.lines;
  self->drawn = TRUE;
}

/* An outcome curve as it was pinned. */
static void
describe_outcome (AssayPresenter *self, JsonObject *curve)
{
  self->drawn = assay_outcome_drawing_from_json (&self->outcome, curve, NULL)
                && assay_outcome_drawing_describe (&self->outcome, &self->spec);
}

/* What the page drew when it was pinned, with the data as they are now; a page that drew no figure
 * of its own has the map. */
static void
describe (AssayPresenter *self, const AyFinding *finding)
{
  g_autoptr (JsonObject) state = dup_state (finding);
  JsonObject *page = page_of (state);
  const char *curves = NULL, *history = NULL, *teacher = NULL;

  if (page != NULL)
    {
      curves = json_object_get_string_member_with_default (page, "curves", NULL);
      history = json_object_get_string_member_with_default (page, "history", NULL);
      teacher = json_object_get_string_member_with_default (page, "teacher", NULL);
    }
  if (page != NULL && json_object_has_member (page, "retention"))
    describe_retention (self, (gsize) json_object_get_int_member (page, "retention"));
  else if (page != NULL && json_object_has_member (page, "outcome"))
    describe_outcome (self, json_object_get_object_member (page, "outcome"));
  else if (curves != NULL)
    describe_curves (self, curves);
  else if (teacher != NULL)
    describe_teacher (self, teacher);
  else if (history != NULL)
    describe_gains (self, history,
                    (int) json_object_get_int_member_with_default (page, "round", -1));
  if (!self->drawn)
    describe_map (self, finding);
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user)
{
  AssayPresenter *self = user;

  if (!self->drawn || width < 64 || height < 64)
    return;
  self->spec.width = width;
  self->spec.height = height;
  self->spec.scale = gtk_widget_get_scale_factor (GTK_WIDGET (area));
  assay_chart_theme (&self->theme);
  self->spec.theme = &self->theme;
  ay_figure_draw (&self->spec, cr);
}

static void
show_figure (AssayPresenter *self, const AyFinding *finding)
{
  g_autofree char *summary = NULL;

  clear_figure (self);
  describe (self, finding);
  gtk_widget_set_visible (GTK_WIDGET (self->area), self->drawn);
  if (!self->drawn)
    return;
  summary = assay_chart_summary (&self->spec);
  assay_set_name (self->area, summary);
  gtk_widget_queue_draw (GTK_WIDGET (self->area));
}

/* --- the rest of the page --- */

/* The first of the rows; none where all of the data is meant. */
static void
show_samples (AssayPresenter *self, const AyFinding *finding)
{
  GtkWidget *child;
  int at = 0;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->samples))) != NULL)
    gtk_grid_remove (self->samples, child);
  gtk_widget_set_visible (GTK_WIDGET (self->samples),
                          ay_bitset_count (finding->rows) < finding->rows->n);
  if (ay_bitset_count (finding->rows) == finding->rows->n)
    return;
  for (gsize row = ay_bitset_next (finding->rows, 0); row < finding->rows->n && at < SAMPLES;
       row = ay_bitset_next (finding->rows, row + 1), at++)
    {
      GtkWidget *card = g_object_new (ASSAY_TYPE_ROW_CARD, NULL);

      assay_row_card_set_row (ASSAY_ROW_CARD (card), self->session, (gint64) row);
      gtk_grid_attach (self->samples, card, at % SAMPLE_COLUMNS, at / SAMPLE_COLUMNS, 1, 1);
    }
}

static void
show_place (AssayPresenter *self, const AyFinding *finding)
{
  guint n = (guint) ay_bitset_count (finding->rows);
  g_autofree char *text = g_strdup_printf (
      g_dngettext (NULL, "%u of %u; %u row, pinned from %s", "%u of %u; %u rows, pinned from %s",
                   n),
      self->at + 1, self->findings->len, n, finding->view);

  gtk_label_set_text (self->place, text);
  gtk_widget_set_sensitive (GTK_WIDGET (self->previous), self->at > 0);
  gtk_widget_set_sensitive (GTK_WIDGET (self->next), self->at + 1 < self->findings->len);
}

static void
turn_to (AssayPresenter *self, int at)
{
  const AyFinding *finding;

  if (self->findings == NULL || self->findings->len == 0)
    return;
  self->at = (guint) CLAMP (at, 0, (int) self->findings->len - 1);
  finding = shown (self);
  gtk_label_set_text (self->sentence, finding->sentence);
  show_figure (self, finding);
  show_samples (self, finding);
  show_place (self, finding);
}

void
assay_presenter_start (AssayPresenter *self)
{
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  self->findings = assay_pinned_list (self->session);
  turn_to (self, (int) self->at);
  gtk_widget_grab_focus (GTK_WIDGET (self));
}

/* --- keys and buttons --- */

static void
go_live (AssayPresenter *self)
{
  const AyFinding *finding = shown (self);

  if (finding != NULL)
    g_signal_emit (self, signals[LIVE], 0, finding->number);
}

static void
end (AssayPresenter *self)
{
  g_signal_emit (self, signals[CLOSE], 0);
}

static void
turn_back (AssayPresenter *self)
{
  turn_to (self, (int) self->at - 1);
}

static void
turn_on (AssayPresenter *self)
{
  turn_to (self, (int) self->at + 1);
}

static gboolean
key_pressed (AssayPresenter *self, guint key, guint code, GdkModifierType state)
{
  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Left: case GDK_KEY_Up: case GDK_KEY_Page_Up: case GDK_KEY_BackSpace:
      turn_back (self);
      break;
    case GDK_KEY_Right: case GDK_KEY_Down: case GDK_KEY_Page_Down: case GDK_KEY_space:
      turn_on (self);
      break;
    case GDK_KEY_Home: turn_to (self, 0); break;
    case GDK_KEY_End: turn_to (self, G_MAXINT); break;
    case GDK_KEY_Return: case GDK_KEY_KP_Enter: go_live (self); break;
    case GDK_KEY_Escape: end (self); break;
    default: return GDK_EVENT_PROPAGATE;
    }
  return GDK_EVENT_STOP;
}

static void
assay_presenter_bind (AssaySessionBin *bin, AssaySession *session)
{
  ASSAY_PRESENTER (bin)->session = session;
}

static void
assay_presenter_finalize (GObject *object)
{
  AssayPresenter *self = ASSAY_PRESENTER (object);

  clear_figure (self);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  G_OBJECT_CLASS (assay_presenter_parent_class)->finalize (object);
}

#define BIND(NAME) gtk_widget_class_bind_template_child (widget_class, AssayPresenter, NAME)

static void
assay_presenter_class_init (AssayPresenterClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_presenter_bind;
  G_OBJECT_CLASS (class)->finalize = assay_presenter_finalize;
  signals[LIVE] = g_signal_new ("live", ASSAY_TYPE_PRESENTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_UINT);
  signals[CLOSE] = g_signal_new ("close", ASSAY_TYPE_PRESENTER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/presenter.ui");
  BIND (sentence);
  BIND (place);
  BIND (area);
  BIND (samples);
  BIND (previous);
  BIND (next);
  BIND (live);
  BIND (close);
}

static void
assay_presenter_init (AssayPresenter *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  clear_figure (self);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  assay_set_name (self, _ ("Presentation"));
  gtk_drawing_area_set_draw_func (self->area, draw, self, NULL);
  g_signal_connect_swapped (self->previous, "clicked", G_CALLBACK (turn_back), self);
  g_signal_connect_swapped (self->next, "clicked", G_CALLBACK (turn_on), self);
  g_signal_connect_swapped (self->live, "clicked", G_CALLBACK (go_live), self);
  g_signal_connect_swapped (self->close, "clicked", G_CALLBACK (end), self);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self->area, G_CONNECT_SWAPPED);
}
