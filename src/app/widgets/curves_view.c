/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/curves_view.h"

#include "app/say.h"
#include "app/widgets/drop_down.h"
#include "app/widgets/write_figure.h"
#include "core/select/strategy_curves.h"
#include "core/select/teaching.h"
#include "core/work/work_history.h"
#include "core/work/work_select.h"

#include <glib/gi18n.h>
#include <string.h>

#define TARGET 0.9

struct _AssayCurvesView
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkDropDown *source, *strategy;
  GtkSpinButton *rounds, *repeats;
  GtkButton *simulate, *write;
  GtkToggleButton *stops;
  GtkLabel *sentence;
  GtkStack *stack;
  AssayChart *chart;
  GPtrArray *names;          /* of char*: a name an entry of source; "" the comparison */
  AyStrategyCurves *curves;  /* (nullable) */
  AyFigureCurve *lines;
  AyFigureFlag *flags;
  guint n_flags;
  AssayTask *task;           /* (nullable) */
};

G_DEFINE_FINAL_TYPE (AssayCurvesView, assay_curves_view, ASSAY_TYPE_SESSION_BIN)

/* --- what is drawn --- */

static AyFigureLines
describe (AssayCurvesView *self)
{
  return (AyFigureLines) {
    .n_curves = self->curves->n, .curves = self->lines,
    .x_axis = { .label = _ ("labels"), .integral = TRUE },
    .y_axis = { .label = self->curves->metric }, .band_label = self->curves->band,
    .n_flags = gtk_toggle_button_get_active (self->stops) ? self->n_flags : 0,
    .flags = self->flags,
  };
}

static void
take_curves (AssayCurvesView *self, AyStrategyCurves *curves)
{
  guint n = curves != NULL ? curves->n : 0, at = 0;

  ay_strategy_curves_free (self->curves);
  g_free (self->lines);
  g_free (self->flags);
  self->curves = curves;
  self->lines = g_new0 (AyFigureCurve, n + 1);
  self->n_flags = 0;
  for (guint k = 0; k < n; k++)
    {
      const AyStrategyCurve *one = &curves->each[k];

      self->lines[k] = (AyFigureCurve) { .name = one->name, .n = one->n, .x = one->labels,
                                         .y = one->value, .low = one->low, .high = one->high,
                                         .reference = one->reference };
      self->n_flags += one->n_marks;
    }
  self->flags = g_new0 (AyFigureFlag, self->n_flags + 1);
  for (guint k = 0; k < n; k++)
    for (guint m = 0; m < curves->each[k].n_marks; m++)
      {
        const AyCurveMark *mark = &curves->each[k].marks[m];

        self->flags[at++] = (AyFigureFlag) { k, mark->labels, mark->value, mark->text };
      }
}

static void
say (AssayCurvesView *self)
{
  g_autofree char *summary = NULL, *text = NULL;

  if (self->curves != NULL)
    {
      AyFigureLines lines = describe (self);

      summary = assay_chart_summary (&(AyFigureSpec) { .kind = AY_FIGURE_LINES, .lines = lines });
      text = g_strdup_printf ("%s. %s", self->curves->title, summary);
    }
  else
    text = g_strdup (_ ("Nothing was simulated yet, and no history imported"));
  gtk_label_set_text (self->sentence, text);
  gtk_widget_set_visible (GTK_WIDGET (self->sentence), self->curves != NULL);
  gtk_stack_set_visible_child_name (self->stack, self->curves != NULL ? "curves" : "empty");
  assay_chart_update (self->chart, text);
  gtk_widget_set_sensitive (GTK_WIDGET (self->write), self->curves != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->stops), self->n_flags > 0);
}

static AyStrategyCurves *
read_histories (AyWork *work, const char *name)
{
  g_autoptr (GPtrArray) found = ay_work_histories_called (work, name, NULL);

  return found != NULL ? ay_strategy_curves_of_histories (found, NULL) : NULL;
}

static void
show_source (AssayCurvesView *self)
{
  AyWork *work = assay_session_get_work (self->session);
  guint at = gtk_drop_down_get_selected (self->source);
  const char *name = at < self->names->len ? self->names->pdata[at] : NULL;
  g_autoptr (JsonObject) object = NULL;

  if (work != NULL && name != NULL && *name == '\0')
    object = ay_work_comparison (work, NULL);
  take_curves (self, object != NULL ? ay_strategy_curves_of_comparison (object, TRUE)
                     : work != NULL && name != NULL && *name != '\0' ? read_histories (work, name)
                                                                     : NULL);
  say (self);
}

/* The simulated comparison first, then what was imported or labelled, a file's runs as one. */
static void
fill (AssayCurvesView *self)
{
  AyWork *work = assay_session_get_work (self->session);
  g_autoptr (GPtrArray) names = work != NULL ? ay_work_history_names (work, NULL) : NULL;
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  g_autoptr (JsonObject) object = work != NULL ? ay_work_comparison (work, NULL) : NULL;
  guint before = gtk_drop_down_get_selected (self->source);
  g_autofree char *chosen = before < self->names->len ? g_strdup (self->names->pdata[before])
                                                      : NULL;
  guint at = 0;

  g_ptr_array_set_size (self->names, 0);
  if (object != NULL)
    {
      g_ptr_array_add (self->names, g_strdup (""));
      gtk_string_list_append (list, _ ("Simulated strategies"));
    }
  for (guint i = 0; names != NULL && i < names->len; i++)
    {
      const char *colon = strstr (names->pdata[i], ": ");
      g_autofree char *name = colon != NULL
                                  ? g_strndup (names->pdata[i], colon - (char *) names->pdata[i])
                                  : g_strdup (names->pdata[i]);

      if (g_str_has_prefix (name, "simulated ")
          || g_ptr_array_find_with_equal_func (self->names, name, g_str_equal, NULL))
        continue;
      if (g_strcmp0 (name, chosen) == 0)
        at = self->names->len;
      g_ptr_array_add (self->names, g_strdup (name));
      gtk_string_list_append (list, name);
    }
  gtk_drop_down_set_model (self->source, G_LIST_MODEL (list));
  gtk_widget_set_sensitive (GTK_WIDGET (self->source), self->names->len > 0);
  if (self->names->len > 0)
    gtk_drop_down_set_selected (self->source, at);
  show_source (self);
}

/* --- simulating --- */

typedef struct
{
  AssayCurvesView *view;
  GPtrArray *strategies; /* of const AyStrategy *: random first */
  AySimulateOptions options;
} Simulate;

static void
simulate_free (gpointer data)
{
  Simulate *self = data;

  g_object_unref (self->view);
  g_ptr_array_unref (self->strategies);
  g_free (self);
}

static gboolean
simulate_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Simulate *self = data;
  g_autoptr (AySimulation) done
      = ay_work_simulate (work, (const AyStrategy *const *) self->strategies->pdata,
                          self->strategies->len, &self->options, TARGET, job, error);

  return done != NULL;
}

static void
simulate_done (GObject *session, gpointer data, const GError *error)
{
  Simulate *self = data;

  g_clear_object (&self->view->task);
  gtk_button_set_label (self->view->simulate, _ ("_Simulate"));
  if (error != NULL)
    assay_session_fail (ASSAY_SESSION (session), error);
  assay_session_columns_changed (ASSAY_SESSION (session));
  if (error == NULL) /* what was asked for is what is seen: the simulation is the first entry */
    gtk_drop_down_set_selected (self->view->source, 0);
}

static void
simulate_clicked (AssayCurvesView *self)
{
  AyWork *work = assay_session_get_work (self->session);
  guint n;
  const AyStrategy *table = ay_strategies (&n);
  Simulate *data;

  if (self->task != NULL)
    {
      assay_task_cancel (self->task);
      return;
    }
  if (work == NULL)
    return;
  data = g_new0 (Simulate, 1);
  data->view = g_object_ref (self);
  data->options = (AySimulateOptions) AY_SIMULATE_OPTIONS_INIT;
  data->options.seed = ay_work_load_options (work)->seed;
  data->options.rounds = (guint) gtk_spin_button_get_value_as_int (self->rounds);
  data->options.repeats = (guint) gtk_spin_button_get_value_as_int (self->repeats);
  data->strategies = g_ptr_array_new ();
  ay_strategies_add (data->strategies, ay_strategy_find ("random"));
  ay_strategies_add (data->strategies,
                     &table[MIN (gtk_drop_down_get_selected (self->strategy), n - 1)]);
  g_set_object (&self->task, assay_session_run (self->session, _ ("Simulating"),
                                                simulate_in_thread, simulate_done, data,
                                                simulate_free));
  gtk_button_set_label (self->simulate, _ ("_Cancel"));
}

/* --- the file --- */

static gboolean
describe_file (gpointer data, AyFigureSpec *spec)
{
  AssayCurvesView *self = data;

  if (self->curves == NULL)
    return FALSE;
  spec->title = self->curves->title;
  spec->kind = AY_FIGURE_LINES;
  spec->lines = describe (self);
  return TRUE;
}

static void
write_clicked (AssayCurvesView *self)
{
  assay_write_figure (GTK_WIDGET (self), self->session, "curves.svg", describe_file, self);
}

/* --- the widget --- */

static void
assay_curves_view_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "columns-changed", NULL };
  AssayCurvesView *self = ASSAY_CURVES_VIEW (bin);

  self->session = session;
  assay_session_bin_watch (bin, changes, G_CALLBACK (fill));
  fill (self);
}

static void
assay_curves_view_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayCurvesView *self = ASSAY_CURVES_VIEW (bin);
  guint at = gtk_drop_down_get_selected (self->source);

  if (at < self->names->len)
    json_object_set_string_member (view->state, "curves", self->names->pdata[at]);
  if (self->curves == NULL)
    return;
  view->sentence = g_strdup (gtk_label_get_text (self->sentence));
  view->rows = ay_bitset_new (assay_session_get_data (self->session)->n);
  ay_bitset_fill (view->rows); /* loops over all of the data */
}

static void
assay_curves_view_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssayCurvesView *self = ASSAY_CURVES_VIEW (bin);
  const char *name = json_object_get_string_member_with_default (state, "curves", NULL);

  for (guint i = 0; i < self->names->len; i++)
    if (g_strcmp0 (self->names->pdata[i], name) == 0)
      gtk_drop_down_set_selected (self->source, i);
}

static void
assay_curves_view_finalize (GObject *object)
{
  AssayCurvesView *self = ASSAY_CURVES_VIEW (object);

  g_clear_object (&self->task);
  g_ptr_array_unref (self->names);
  ay_strategy_curves_free (self->curves);
  g_free (self->lines);
  g_free (self->flags);
  G_OBJECT_CLASS (assay_curves_view_parent_class)->finalize (object);
}

#define BIND(NAME) gtk_widget_class_bind_template_child (widget_class, AssayCurvesView, NAME)

static void
assay_curves_view_class_init (AssayCurvesViewClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_curves_view_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_curves_view_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_curves_view_restore;
  G_OBJECT_CLASS (class)->finalize = assay_curves_view_finalize;
  g_type_ensure (ASSAY_TYPE_CHART);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/curves_view.ui");
  BIND (source);
  BIND (strategy);
  BIND (rounds);
  BIND (repeats);
  BIND (simulate);
  BIND (write);
  BIND (stops);
  BIND (sentence);
  BIND (stack);
  BIND (chart);
}

static void
assay_curves_view_init (AssayCurvesView *self)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  guint n;
  const AyStrategy *table = ay_strategies (&n);

  self->names = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint k = 0; k < n; k++)
    gtk_string_list_append (list, assay_word (table[k].title));
  gtk_drop_down_set_model (self->strategy, G_LIST_MODEL (list));
  assay_drop_down_shorten (self->strategy);
  assay_drop_down_shorten (self->source);
  assay_drop_down_set_name (self->strategy, _ ("Strategy to Simulate"));
  assay_drop_down_set_name (self->source, _ ("Curves Of"));
  assay_chart_set_figure (self->chart, describe_file, self, NULL);
  g_signal_connect_swapped (self->source, "notify::selected", G_CALLBACK (show_source), self);
  g_signal_connect_swapped (self->stops, "toggled", G_CALLBACK (say), self);
  g_signal_connect_swapped (self->simulate, "clicked", G_CALLBACK (simulate_clicked), self);
  g_signal_connect_swapped (self->write, "clicked", G_CALLBACK (write_clicked), self);
}
