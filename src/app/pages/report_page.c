/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/report_page.h"

#include "app/text_dialog.h"
#include "app/widgets/lead_row.h"
#include "app/widgets/set_name.h"

#include <glib/gi18n.h>
#include <string.h>

struct _AssayReportPage
{
  AssaySessionBin parent;
  AssaySession *session; /* kept by the parent */
  GtkStack *stack;
  AdwPreferencesGroup *group, *numbers;
  GPtrArray *findings;   /* (nullable) of AyFinding, as shown */
  GPtrArray *rows;       /* of their widgets, borrowed */
  GPtrArray *facts;      /* widgets of the report's numbers, in their order, borrowed */
};

G_DEFINE_FINAL_TYPE (AssayReportPage, assay_report_page, ASSAY_TYPE_SESSION_BIN)

static const AyFinding *
find (AssayReportPage *self, guint number)
{
  for (guint i = 0; self->findings != NULL && i < self->findings->len; i++)
    if (((const AyFinding *) self->findings->pdata[i])->number == number)
      return self->findings->pdata[i];
  return NULL;
}

/* --- what can be done with one --- */

static void
unpin (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AssayReportPage *self = ASSAY_REPORT_PAGE (widget);
  guint number = g_variant_get_uint32 (parameter);
  const AyFinding *finding = find (self, number);
  g_autofree char *text = g_strdup_printf (_ ("Finding %u is taken down"), number);

  if (finding != NULL && assay_pinned_remove (self->session, finding))
    assay_session_tell (self->session, text, TRUE);
}

/* A sentence that is being changed. */
typedef struct
{
  AssayReportPage *page;
  guint number;
} Saying;

static void
saying_free (gpointer data)
{
  Saying *saying = data;

  g_object_unref (saying->page);
  g_free (saying);
}

static void
said (gpointer data, const char *text)
{
  Saying *saying = data;
  const AyFinding *finding = find (saying->page, saying->number);

  if (finding != NULL)
    assay_pinned_say (saying->page->session, finding, text);
}

static void
say (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AssayReportPage *self = ASSAY_REPORT_PAGE (widget);
  guint number = g_variant_get_uint32 (parameter);
  const AyFinding *finding = find (self, number);
  Saying *saying = g_new0 (Saying, 1);
  AssayTextQuestion question = { .title = _ ("Say It in Other Words"),
                                 .label = _ ("Sentence"),
                                 .text = finding != NULL ? finding->sentence : "",
                                 .accepted = said,
                                 .data = saying,
                                 .destroy = saying_free };

  saying->page = g_object_ref (self);
  saying->number = number;
  assay_text_dialog_show (GTK_WINDOW (gtk_widget_get_root (widget)), &question);
}

/* --- the list --- */

static void
add_button (GtkWidget *row, const char *icon, const char *label, const char *action, guint number)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "u", number);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, label);
  assay_set_name (button, label);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

/* A row that leads somewhere: what it says, where from, and the action of a click with a number. */
static GtkWidget *
make_row (const char *title, const char *subtitle, const char *action, guint number)
{
  GtkWidget *row = g_object_new (ASSAY_TYPE_LEAD_ROW, NULL);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), action);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "u", number);
  return row;
}

static void
add_row (AssayReportPage *self, const AyFinding *finding)
{
  guint n = (guint) ay_bitset_count (finding->rows);
  g_autofree char *title = g_strdup_printf ("%u. %s", finding->number, finding->sentence);
  g_autofree char *reword
      = g_strdup_printf (_ ("Say Finding %u in Other Words"), finding->number);
  g_autofree char *remove = g_strdup_printf (_ ("Take Down Finding %u"), finding->number);
  g_autofree char *subtitle = g_strdup_printf (
      g_dngettext (NULL, "%s, %u row, %s", "%s, %u rows, %s", n), finding->view, n, finding->time);
  GtkWidget *row = make_row (title, subtitle, "win.show-finding", finding->number);

  add_button (row, "document-edit-symbolic", reword, "report.say", finding->number);
  add_button (row, "user-trash-symbolic", remove, "report.unpin", finding->number);
  adw_preferences_group_add (self->group, row);
  g_ptr_array_add (self->rows, row);
}

/* --- the report's numbers --- */

static void
show_rows (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AssaySession *session = ASSAY_REPORT_PAGE (widget)->session;
  const AyStory *story = assay_session_get_story (session);
  guint at = g_variant_get_uint32 (parameter);
  const AyStoryRows *rows;

  if (story == NULL || at >= story->facts->len)
    return;
  rows = ay_story_rows (story, story->facts->pdata[at]);
  assay_session_clear_filters (session);
  assay_session_select (session, rows->rows, ASSAY_SELECT_REPLACE);
  gtk_widget_activate_action (widget, "win.page", "s", "samples");
}

static void
add_number (AssayReportPage *self, const AyStory *story, guint at)
{
  const AyStoryFact *fact = story->facts->pdata[at];
  const AyStoryRows *rows = ay_story_rows (story, fact);
  guint n = (guint) ay_bitset_count (rows->rows);
  g_autofree char *statement = ay_story_statement (story, fact);
  g_autofree char *title = g_strdup_printf ("%s: %s", fact->text, statement);
  g_autofree char *subtitle = g_strdup_printf (
      g_dngettext (NULL, "%s, %u row: %s", "%s, %u rows: %s", n), fact->id, n, rows->words);
  GtkWidget *row = make_row (title, subtitle, "report.rows", at);

  adw_preferences_group_add (self->numbers, row);
  g_ptr_array_add (self->facts, row);
}

static void
fill_numbers (AssayReportPage *self)
{
  const AyStory *story = assay_session_get_story (self->session);

  for (guint i = 0; i < self->facts->len; i++)
    adw_preferences_group_remove (self->numbers, self->facts->pdata[i]);
  g_ptr_array_set_size (self->facts, 0);
  for (guint i = 0; story != NULL && i < story->facts->len; i++)
    add_number (self, story, i);
  gtk_widget_set_visible (GTK_WIDGET (self->numbers), story != NULL);
}

/* Gives the focus to a number of the report. FALSE: the report has none of that id. */
static gboolean
enter_number (AssayReportPage *self, const char *id)
{
  const AyStory *story = assay_session_get_story (self->session);

  for (guint i = 0; id != NULL && story != NULL && i < self->facts->len; i++)
    if (strcmp (((const AyStoryFact *) story->facts->pdata[i])->id, id) == 0)
      return gtk_widget_grab_focus (self->facts->pdata[i]);
  return FALSE;
}

/* The number that has the focus. (nullable) */
static const AyStoryFact *
focused_number (AssayReportPage *self)
{
  const AyStory *story = assay_session_get_story (self->session);

  for (guint i = 0; story != NULL && i < self->facts->len; i++)
    if (assay_has_focus (self->facts->pdata[i]))
      return story->facts->pdata[i];
  return NULL;
}

/* The focus stays on its number, of which a finding is made by a key. */
static void
fill (AssayReportPage *self)
{
  const AyStoryFact *focused = focused_number (self);
  g_autofree char *id = focused != NULL ? g_strdup (focused->id) : NULL;

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  g_clear_pointer (&self->findings, g_ptr_array_unref);
  self->findings = assay_pinned_list (self->session);
  for (guint i = 0; i < self->findings->len; i++)
    add_row (self, self->findings->pdata[i]);
  fill_numbers (self);
  gtk_widget_set_visible (GTK_WIDGET (self->group), self->findings->len > 0);
  gtk_stack_set_visible_child_name (
      self->stack, self->findings->len > 0 || self->facts->len > 0 ? "findings" : "empty");
  enter_number (self, id);
}

/* The number that has the focus. */
static void
assay_report_page_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  const AyStory *story = assay_session_get_story (ASSAY_REPORT_PAGE (bin)->session);
  const AyStoryFact *fact = focused_number (ASSAY_REPORT_PAGE (bin));
  g_autofree char *statement = fact != NULL ? ay_story_statement (story, fact) : NULL;

  if (fact == NULL)
    return;
  json_object_set_string_member (view->state, "number", fact->id);
  view->sentence = g_strdup_printf ("%s: %s", fact->text, statement);
  view->rows = ay_bitset_copy (ay_story_rows (story, fact)->rows);
}

/* The number among the others; before a report is written there is none: its rows, which are
 * selected by now. */
static void
assay_report_page_restore (AssaySessionBin *bin, JsonObject *state)
{
  const char *id = json_object_get_string_member_with_default (state, "number", NULL);

  if (id == NULL || enter_number (ASSAY_REPORT_PAGE (bin), id))
    return;
  gtk_widget_activate_action (GTK_WIDGET (bin), "win.page", "s", "samples");
  assay_session_tell (ASSAY_REPORT_PAGE (bin)->session,
                      _ ("The rows of the number; once a report is written here, it is shown among "
                         "the others"), FALSE);
}

static void
assay_report_page_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const changes[] = { "findings-changed", NULL };
  AssayReportPage *self = ASSAY_REPORT_PAGE (bin);

  self->session = session;
  assay_session_bin_watch (bin, changes, G_CALLBACK (fill));
  fill (self);
}

static void
assay_report_page_finalize (GObject *object)
{
  AssayReportPage *self = ASSAY_REPORT_PAGE (object);

  g_clear_pointer (&self->findings, g_ptr_array_unref);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->facts);
  G_OBJECT_CLASS (assay_report_page_parent_class)->finalize (object);
}

static void
assay_report_page_class_init (AssayReportPageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_report_page_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_report_page_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_report_page_restore;
  G_OBJECT_CLASS (class)->finalize = assay_report_page_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/report_page.ui");
  gtk_widget_class_install_action (widget_class, "report.unpin", "u", unpin);
  gtk_widget_class_install_action (widget_class, "report.say", "u", say);
  gtk_widget_class_bind_template_child (widget_class, AssayReportPage, stack);
  gtk_widget_class_install_action (widget_class, "report.rows", "u", show_rows);
  gtk_widget_class_bind_template_child (widget_class, AssayReportPage, group);
  gtk_widget_class_bind_template_child (widget_class, AssayReportPage, numbers);
}

static void
assay_report_page_init (AssayReportPage *self)
{
  self->rows = g_ptr_array_new ();
  self->facts = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}
