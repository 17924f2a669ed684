/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/overview_page.h"

#include "app/note_title.h"
#include "app/sentence.h"
#include "app/widgets/class_balance.h"
#include "app/widgets/set_name.h"

#include <glib/gi18n.h>

/* One thing that the page says: it can be pinned. */
typedef struct
{
  const char *id;    /* interned: the same in every language */
  char *title, *text;
  char *where;       /* (nullable) the condition of the rows behind it */
  GtkWidget *widget; /* borrowed: takes the focus */
} Fact;

struct _AssayOverviewPage
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  AdwPreferencesPage *page;
  GPtrArray *groups;  /* shown now, borrowed */
  GPtrArray *facts;   /* of Fact: in them */
  char *fitness;      /* (nullable) the head's line */
  gboolean judges;    /* the head may judge labels */
  gboolean weak;      /* it may make no findings */
  gboolean asked;     /* the fitness was asked for */
  guint pending;
};

G_DEFINE_FINAL_TYPE (AssayOverviewPage, assay_overview_page, ASSAY_TYPE_SESSION_BIN)

static void schedule (AssayOverviewPage *self);

/* --- the head's fitness, in the background --- */

typedef struct
{
  AssayOverviewPage *page;
  char *sentence;
  gboolean judges, weak;
} Fitness;

static void
fitness_free (gpointer data)
{
  Fitness *self = data;

  g_object_unref (self->page);
  g_free (self->sentence);
  g_free (self);
}

static gboolean
fitness_in_thread (AyJob *job, AyWork *work, gpointer data, GError **error)
{
  Fitness *self = data;
  const AyFitness *fitness = ay_work_fitness (work, job, error);

  if (fitness == NULL)
    return FALSE;
  self->sentence = g_strdup (fitness->sentence);
  self->judges = !fitness->weak && !fitness->may_have_seen;
  self->weak = fitness->weak;
  return TRUE;
}

static void
fitness_done (GObject *session, gpointer data, const GError *error)
{
  Fitness *self = data;

  g_free (self->page->fitness);
  self->page->fitness = assay_sentence (error == NULL ? self->sentence : error->message);
  self->page->judges = error == NULL && self->judges;
  self->page->weak = error != NULL || self->weak;
  schedule (self->page);
}

static void
ask_fitness (AssayOverviewPage *self)
{
  Fitness *fitness;

  if (self->asked || assay_session_get_work (self->session) == NULL)
    return;
  self->asked = TRUE;
  fitness = g_new0 (Fitness, 1);
  fitness->page = g_object_ref (self);
  assay_session_run (self->session, _ ("Judging the head"), fitness_in_thread, fitness_done,
                     fitness, fitness_free);
}

/* --- rows of facts --- */

static AdwPreferencesGroup *
add_group (AssayOverviewPage *self, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_page_add (self->page, ADW_PREFERENCES_GROUP (group));
  g_ptr_array_add (self->groups, group);
  return ADW_PREFERENCES_GROUP (group);
}

static void
fact_free (gpointer data)
{
  Fact *self = data;

  g_free (self->title);
  g_free (self->text);
  g_free (self->where);
  g_free (self);
}

static Fact *
keep_fact (AssayOverviewPage *self, const char *id, const char *title, const char *text)
{
  Fact *fact = g_new0 (Fact, 1);

  fact->id = g_intern_string (id);
  fact->title = g_strdup (title);
  fact->text = g_strdup (text);
  g_ptr_array_add (self->facts, fact);
  return fact;
}

/* A click on a row says which one is meant, as the arrow keys do. */
static void
focus_on_click (GtkWidget *widget)
{
  GtkGesture *click = gtk_gesture_click_new ();

  g_signal_connect_swapped (click, "pressed", G_CALLBACK (gtk_widget_grab_focus), widget);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
}

static Fact *
add_fact (AssayOverviewPage *self, AdwPreferencesGroup *group, const char *id, const char *title,
          const char *text)
{
  Fact *fact = keep_fact (self, id, title, text);
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), escaped);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  adw_preferences_group_add (group, row);
  fact->widget = row;
  focus_on_click (row);
  return fact;
}

static void
show_rows (GtkButton *button, AssayOverviewPage *self)
{
  const char *where = gtk_widget_get_name (GTK_WIDGET (button));
  g_autoptr (AyBitset) rows = NULL;
  g_autoptr (GError) error = NULL;

  rows = ay_work_select (assay_session_get_work (self->session), where, NULL, &error);
  if (rows == NULL)
    {
      assay_session_fail (self->session, error);
      return;
    }
  assay_session_clear_filters (self->session);
  assay_session_select (self->session, rows, ASSAY_SELECT_REPLACE);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "map");
}

/* A number that leads to its rows. */
static void
add_finding (AssayOverviewPage *self, AdwPreferencesGroup *group, const char *title,
             const char *text, const char *where)
{
  Fact *fact = add_fact (self, group, where, title, text);
  GtkWidget *button = gtk_button_new_with_label (_ ("Select"));
  g_autofree char *label = g_strdup_printf (_ ("Select: %s"), title);

  gtk_widget_set_name (button, where);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, where);
  assay_set_name (button, label);
  g_signal_connect (button, "clicked", G_CALLBACK (show_rows), self);
  fact->where = g_strdup (where);
  adw_action_row_add_suffix (ADW_ACTION_ROW (fact->widget), button);
}

static void
add_data (AssayOverviewPage *self, AyDataset *data)
{
  AdwPreferencesGroup *group = add_group (self, _ ("What is in this data"));
  gsize parts[4] = { 0 };
  g_autofree char *rows = NULL;
  g_autofree char *split = NULL;

  for (gsize i = 0; i < data->n; i++)
    parts[data->split[i]]++;
  rows = data->n_classes > 0
             ? g_strdup_printf (_ ("%u rows, %u features, %u classes"), (guint) data->n,
                                (guint) ay_matrix_cols (data->features), data->n_classes)
             : g_strdup_printf (_ ("%u rows, %u features, a numeric target"), (guint) data->n,
                                (guint) ay_matrix_cols (data->features));
  split = g_strdup_printf (
      _ ("%u train (fitted), %u validation (chosen by), %u test (reported by), %u without a label; "
         "%s"),
      (guint) parts[0], (guint) parts[1], (guint) parts[2], (guint) parts[3],
      !data->test_drawn ? _ ("as given")
      : data->time != NULL ? _ ("validation and test drawn from the latest rows")
                           : _ ("drawn with the seed"));
  add_fact (self, group, "size", _ ("Size"), rows);
  add_fact (self, group, "parts", _ ("Parts"), split);
  if (data->features_from != NULL)
    {
      g_autofree char *said = assay_sentence (data->features_from);

      add_fact (self, group, "features", _ ("Features"), said);
    }
  add_fact (self, group, "head", _ ("Head"),
            self->fitness != NULL ? self->fitness : _ ("being judged…"));
}

static guint
count_where (AssayOverviewPage *self, const char *where)
{
  g_autoptr (AyBitset) rows
      = ay_work_select (assay_session_get_work (self->session), where, NULL, NULL);

  return rows != NULL ? (guint) ay_bitset_count (rows) : 0;
}

/* Rows of negative influence: those told from zero, as the others may be noise alone. */
static void
add_harmful (AssayOverviewPage *self, AdwPreferencesGroup *group)
{
  g_autofree char *text = NULL;
  guint n = count_where (self, "influence < 0"), told;

  if (assay_session_find_column (self->session, "influence") == NULL)
    return;
  if (self->weak)
    {
      text = g_strdup_printf (_ ("%u training rows rank below 0; no finding: this head is too "
                                 "weak"), n);
      add_finding (self, group, _ ("Negative influence"), text, "influence < 0");
      return;
    }
  if (assay_session_find_column (self->session, "influence_told") == NULL)
    {
      text = g_strdup_printf (
          ngettext ("%u training row raises the validation loss by its influence; much of that is "
                    "noise: select, then prove",
                    "%u training rows raise the validation loss by their influence; much of that "
                    "is noise: select, then prove", n), n);
      add_finding (self, group, _ ("Negative influence"), text, "influence < 0");
      return;
    }
  told = count_where (self, "influence < 0 AND influence_told = 1");
  text = told > 0
             ? g_strdup_printf (_ ("%u training rows raise the validation loss, told from noise at "
                                   "a false discovery rate of 10 %%; %u others are below 0 and may "
                                   "be noise"), told, n - told)
             : g_strdup_printf (_ ("no finding: %u training rows are below 0, and none of them can "
                                   "be told from noise with these validation rows"), n);
  add_finding (self, group, _ ("Negative influence"), text,
               told > 0 ? "influence < 0 AND influence_told = 1" : "influence < 0");
}

static void
add_copies (AssayOverviewPage *self, AdwPreferencesGroup *group)
{
  g_autofree char *text = NULL;
  guint n;

  if (assay_session_find_column (self->session, "redundant") == NULL)
    return;
  n = count_where (self, "redundant = 1");
  text = n > 0 ? g_strdup_printf (ngettext ("%u row may go: another of its group of near copies "
                                            "stays; what that costs is for a proof to say",
                                            "%u rows may go: one of each group of near copies "
                                            "stays; what that costs is for a proof to say", n), n)
               : g_strdup (_ ("none found: no row is a near copy of another"));
  add_finding (self, group, _ ("Near copies"), text, "redundant = 1");
}

static void
add_findings (AssayOverviewPage *self)
{
  AdwPreferencesGroup *group = add_group (self, _ ("Findings to follow"));
  g_autofree char *issues = NULL;
  g_autofree char *dropped = NULL;
  guint n;

  if (assay_session_find_column (self->session, "label_issue") != NULL)
    {
      n = count_where (self, "label_issue = 1");
      issues = self->judges
                   ? g_strdup_printf (ngettext ("%u row whose label the head contradicts, out of "
                                                "sample",
                                                "%u rows whose label the head contradicts, out of "
                                                "sample", n), n)
                   : g_strdup_printf (_ ("%u rows rank lowest; no finding: this head may not judge "
                                         "labels"),
                                      n);
      add_finding (self, group, _ ("Possible label errors"), issues, "label_issue = 1");
    }
  add_harmful (self, group);
  add_copies (self, group);
  n = count_where (self, "decision = 'drop'");
  if (n > 0)
    {
      dropped = g_strdup_printf (ngettext ("%u row is to be left out",
                                           "%u rows are to be left out", n), n);
      add_finding (self, group, _ ("Decided"), dropped, "decision = 'drop'");
    }
}

static void
add_diagnostics (AssayOverviewPage *self, AyDataset *data)
{
  AdwPreferencesGroup *group;

  if (ay_diagnostics_count (data->diagnostics) == 0)
    return;
  group = add_group (self, _ ("To know about this data"));
  for (gsize i = 0; i < ay_diagnostics_count (data->diagnostics); i++)
    {
      const AyDiagnostic *item = ay_diagnostics_get (data->diagnostics, i);
      g_autofree char *text = assay_sentence (item->text);

      add_fact (self, group, item->id, assay_note_title (item->id), text);
    }
}

static void
add_balance (AssayOverviewPage *self, AyDataset *data)
{
  g_autofree char *summary = NULL;
  AssayChart *balance = assay_class_balance_new (data, &summary);
  GtkWidget *area = assay_chart_get_area (balance);

  keep_fact (self, "balance", _ ("Class balance"), summary)->widget = area;
  gtk_widget_set_focusable (area, TRUE);
  focus_on_click (area);
  adw_preferences_group_add (add_group (self, _ ("Class balance")), GTK_WIDGET (balance));
}

static gboolean
rebuild (gpointer user)
{
  AssayOverviewPage *self = user;
  AyDataset *data = assay_session_get_data (self->session);

  self->pending = 0;
  for (guint i = 0; i < self->groups->len; i++)
    adw_preferences_page_remove (self->page, self->groups->pdata[i]);
  g_ptr_array_set_size (self->groups, 0);
  g_ptr_array_set_size (self->facts, 0);
  if (data == NULL)
    return G_SOURCE_REMOVE;
  add_data (self, data);
  add_findings (self);
  if (data->n_classes > 0)
    add_balance (self, data);
  add_diagnostics (self, data);
  return G_SOURCE_REMOVE;
}

static void
schedule (AssayOverviewPage *self)
{
  if (self->pending == 0)
    self->pending = g_idle_add (rebuild, self);
}

static void
on_columns_changed (AssayOverviewPage *self)
{
  ask_fitness (self);
  schedule (self);
}

static void
on_opened (AssayOverviewPage *self)
{
  g_clear_pointer (&self->fitness, g_free);
  self->asked = FALSE;
  schedule (self);
}

static void
assay_overview_page_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const opened[] = { "notify::title", NULL };
  static const char *const columns[] = { "columns-changed", NULL };
  static const char *const decided[] = { "decided", NULL };

  ASSAY_OVERVIEW_PAGE (bin)->session = session;
  assay_session_bin_watch (bin, opened, G_CALLBACK (on_opened));
  assay_session_bin_watch (bin, columns, G_CALLBACK (on_columns_changed));
  assay_session_bin_watch (bin, decided, G_CALLBACK (schedule));
}

/* What has the focus; else what the data are, unless a selection says more. */
static void
assay_overview_page_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayOverviewPage *self = ASSAY_OVERVIEW_PAGE (bin);
  gboolean selected = ay_bitset_count (assay_session_get_selection (self->session)) > 0;
  const Fact *fact = NULL;

  for (guint i = 0; i < self->facts->len && fact == NULL; i++)
    if (assay_has_focus (((const Fact *) self->facts->pdata[i])->widget))
      fact = self->facts->pdata[i];
  if (fact == NULL && !selected && self->facts->len > 0)
    fact = self->facts->pdata[0];
  if (fact == NULL)
    return;
  json_object_set_string_member (view->state, "fact", fact->id);
  view->sentence = g_strdup_printf ("%s: %s", fact->title, fact->text);
  if (fact->where != NULL)
    view->rows = ay_work_select (assay_session_get_work (self->session), fact->where, NULL, NULL);
  else
    {
      view->rows = ay_bitset_new (assay_session_get_data (self->session)->n);
      ay_bitset_fill (view->rows);
    }
}

static void
assay_overview_page_restore (AssaySessionBin *bin, JsonObject *state)
{
  AssayOverviewPage *self = ASSAY_OVERVIEW_PAGE (bin);
  const char *id = json_object_get_string_member_with_default (state, "fact", NULL);

  for (guint i = 0; i < self->facts->len; i++)
    if (g_strcmp0 (((const Fact *) self->facts->pdata[i])->id, id) == 0)
      gtk_widget_grab_focus (((const Fact *) self->facts->pdata[i])->widget);
}

static void
assay_overview_page_finalize (GObject *object)
{
  AssayOverviewPage *self = ASSAY_OVERVIEW_PAGE (object);

  g_clear_handle_id (&self->pending, g_source_remove);
  g_ptr_array_unref (self->groups);
  g_ptr_array_unref (self->facts);
  g_free (self->fitness);
  G_OBJECT_CLASS (assay_overview_page_parent_class)->finalize (object);
}

static void
assay_overview_page_class_init (AssayOverviewPageClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_overview_page_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_overview_page_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_overview_page_restore;
  object_class->finalize = assay_overview_page_finalize;
}

static void
assay_overview_page_init (AssayOverviewPage *self)
{
  self->groups = g_ptr_array_new ();
  self->facts = g_ptr_array_new_with_free_func (fact_free);
  self->page = ADW_PREFERENCES_PAGE (adw_preferences_page_new ());
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->page));
}
