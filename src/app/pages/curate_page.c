/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/pages/curate_page.h"

#include "app/pages/curate_jobs.h"
#include "app/print_report.h"
#include "app/savings_dialog.h"
#include "app/say.h"
#include "app/sentence.h"
#include "app/widgets/fold.h"
#include "app/widgets/printing.h"
#include "app/widgets/retention_view.h"
#include "app/widgets/step_row.h"

#include <glib/gi18n.h>
#include <math.h>

/* A change is planned once nothing was changed for so long. */
#define REST_MS 250

struct _AssayCuratePage
{
  AssaySessionBin parent;
  AssaySession *session;
  AyRecipe *recipe;
  AyPlan *plan;          /* (nullable) of the recipe as it is shown */
  AssayTask *planning;   /* (nullable) */
  AssayTask *estimating; /* (nullable) what the steps of the plan would do */
  guint rest;
  GPtrArray *rows;       /* of AssayStepRow */
  GtkListBox *step_list;
  GtkLabel *summary_label, *coverage_label, *warning_label, *proof_label, *effects_label;
  GtkMenuButton *add_button;
  GtkButton *prove_button, *apply_button, *write_button, *open_button, *save_button;
  GtkButton *savings_button, *report_button;
  GtkSwitch *representatives_switch;
  AssayRetentionView *retention_view;
};

G_DEFINE_FINAL_TYPE (AssayCuratePage, assay_curate_page, ASSAY_TYPE_SESSION_BIN)

/* --- what is shown --- */

static void
show_warnings (AssayCuratePage *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *said = NULL;

  for (gsize i = 0; self->plan != NULL && i < ay_diagnostics_count (self->plan->warnings); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "\n" : "",
                            ay_diagnostics_get (self->plan->warnings, i)->text);
  said = assay_sentence (text->str);
  gtk_label_set_text (self->warning_label, said);
  assay_fold_show (self->warning_label, text->len > 0);
}

static void
show_coverage (AssayCuratePage *self)
{
  g_autofree char *text = NULL;

  if (self->plan != NULL && self->plan->coverage.k > 0)
    text = assay_say (
        _ ("Coverage: %.2f %% of the rows stay, or have one that stays among their %u nearest"),
        100.0 * self->plan->coverage.share, self->plan->coverage.k);
  gtk_label_set_text (self->coverage_label, text != NULL ? text : "");
}

static void
show_plan (AssayCuratePage *self)
{
  AyWork *work = assay_session_get_work (self->session);
  gboolean writable = work != NULL && !ay_workspace_is_read_only (ay_work_store (work));
  gboolean drops = self->plan != NULL && ay_bitset_count (self->plan->dropped) > 0;
  g_autofree char *text = NULL;

  if (self->plan != NULL)
    text = g_strdup_printf (_ ("%u of %u rows stay, %u are relabelled"),
                            (guint) self->plan->n_left, (guint) self->plan->n_before,
                            (guint) ay_bitset_count (self->plan->relabelled));
  gtk_label_set_text (self->summary_label, text != NULL ? text
                                           : work != NULL ? _ ("Planning…") : "");
  for (guint s = 0; s < self->rows->len; s++)
    assay_step_row_show (self->rows->pdata[s],
                         self->plan != NULL && s < self->plan->n_steps ? &self->plan->steps[s]
                                                                       : NULL,
                         NULL);
  show_coverage (self);
  show_warnings (self);
  gtk_widget_set_sensitive (GTK_WIDGET (self->prove_button), drops);
  gtk_widget_set_sensitive (GTK_WIDGET (self->apply_button), self->plan != NULL && writable);
  gtk_widget_set_sensitive (GTK_WIDGET (self->write_button), self->plan != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->savings_button), self->plan != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->report_button), self->plan != NULL);
}

/* --- planning --- */

/* Of an earlier plan they say nothing. */
static void
take_effects (gpointer page, const AyPlan *plan, const AyStepEffect *effects)
{
  AssayCuratePage *self = page;

  if (plan != self->plan)
    return;
  self->estimating = NULL;
  for (guint s = 0; effects != NULL && s < self->rows->len; s++)
    assay_step_row_show (self->rows->pdata[s], &plan->steps[s], &effects[s]);
}

static void
stop_estimating (AssayCuratePage *self)
{
  AssayTask *task = g_steal_pointer (&self->estimating);

  if (task != NULL)
    assay_task_cancel (task);
}

static void
take_plan (gpointer page, AyRecipe *recipe, AyPlan *plan)
{
  AssayCuratePage *self = page;

  self->planning = NULL;
  if (plan == NULL || recipe->steps->len != self->rows->len || self->rest != 0)
    {
      if (plan == NULL)
        gtk_label_set_text (self->summary_label, _ ("Not planned"));
      ay_plan_free (plan);
      ay_recipe_free (recipe);
      return; /* another one comes, or none */
    }
  /* The steps that are edited stay the same objects: only what was taken is handed over. */
  for (guint s = 0; s < recipe->steps->len; s++)
    {
      AyStep *mine = self->recipe->steps->pdata[s], *planned = recipe->steps->pdata[s];

      g_clear_pointer (&mine->took, g_ptr_array_unref);
      g_clear_pointer (&mine->relabelled, g_ptr_array_unref);
      g_clear_pointer (&mine->labels, g_ptr_array_unref);
      mine->took = g_steal_pointer (&planned->took);
      mine->relabelled = g_steal_pointer (&planned->relabelled);
      mine->labels = g_steal_pointer (&planned->labels);
    }
  ay_recipe_free (recipe);
  ay_plan_free (self->plan);
  self->plan = plan;
  show_plan (self);
  self->estimating = assay_curate_jobs_estimate (self->session, plan, take_effects, self);
}

static gboolean
plan_now (gpointer page)
{
  AssayCuratePage *self = page;

  self->rest = 0;
  if (self->planning != NULL)
    assay_task_cancel (self->planning);
  self->planning = NULL;
  if (assay_session_get_work (self->session) != NULL)
    {
      gtk_label_set_text (self->summary_label, _ ("Planning…"));
      self->planning = assay_curate_jobs_plan (self->session, self->recipe, take_plan, self);
    }
  return G_SOURCE_REMOVE;
}

/* What the recipe leaves by the curve that is shown; 0: it has no such budget. */
static gsize
budget_of_curve (AssayCuratePage *self)
{
  const AyRetention *curve = assay_retention_view_get (self->retention_view);

  return curve != NULL ? ay_recipe_budget (self->recipe, curve->score, curve->low_first) : 0;
}

/* The curve's point that the recipe's budget is. */
static void
mark_point (AssayCuratePage *self)
{
  assay_retention_view_mark (self->retention_view, budget_of_curve (self));
}

/* What there is can be selected and is a stop of Tab; nothing is none. */
static void
tell_proof (AssayCuratePage *self, const char *text)
{
  gtk_label_set_text (self->proof_label, text);
  gtk_label_set_selectable (self->proof_label, *text != '\0');
}

/* The recipe is another one now. */
static void
changed (AssayCuratePage *self)
{
  mark_point (self);
  g_clear_pointer (&self->plan, ay_plan_free);
  stop_estimating (self);
  tell_proof (self, "");
  show_plan (self);
  g_clear_handle_id (&self->rest, g_source_remove);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    self->rest = g_timeout_add (REST_MS, plan_now, self);
}

/* Nothing is planned while the page is not looked at. */
static void
on_map (AssayCuratePage *self)
{
  if (self->plan == NULL && self->planning == NULL && self->rest == 0)
    changed (self);
}

/* --- the steps --- */

static void fill (AssayCuratePage *self);

/* A step gets the place of another one; the focus goes with it. */
static void
move_step (AssayCuratePage *self, guint from, guint to)
{
  gpointer step;

  if (from >= self->recipe->steps->len || to >= self->recipe->steps->len || from == to)
    return;
  step = g_ptr_array_steal_index (self->recipe->steps, from);
  g_ptr_array_insert (self->recipe->steps, (gint) to, step);
  fill (self);
  assay_step_row_take_focus (self->rows->pdata[to]);
  changed (self);
}

static void
on_dropped (AssayCuratePage *self, AssayStepRow *row, AssayStepRow *to)
{
  guint from, at;

  if (g_ptr_array_find (self->rows, row, &from) && g_ptr_array_find (self->rows, to, &at))
    move_step (self, from, at);
}

static void
on_step (AssayCuratePage *self, AssayStepChange change, AssayStepRow *row)
{
  guint at;

  if (!g_ptr_array_find (self->rows, row, &at))
    return;
  if (change == ASSAY_STEP_SELECT)
    {
      if (self->plan != NULL && self->plan->steps[at].alone != NULL)
        assay_session_select (self->session, self->plan->steps[at].alone, ASSAY_SELECT_REPLACE);
      return;
    }
  if (change == ASSAY_STEP_UP || change == ASSAY_STEP_DOWN)
    {
      move_step (self, at, change == ASSAY_STEP_UP ? at - 1 : at + 1);
      return;
    }
  if (change == ASSAY_STEP_REMOVE)
    {
      g_ptr_array_remove_index (self->recipe->steps, at);
      fill (self);
    }
  changed (self);
}

static void
fill (AssayCuratePage *self)
{
  for (guint s = 0; s < self->rows->len; s++)
    gtk_list_box_remove (self->step_list, self->rows->pdata[s]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint s = 0; s < self->recipe->steps->len; s++)
    {
      GtkWidget *row = assay_step_row_new (self->recipe->steps->pdata[s], s == 0,
                                           s + 1 == self->recipe->steps->len);

      g_ptr_array_add (self->rows, row);
      g_signal_connect_swapped (row, "changed", G_CALLBACK (on_step), self);
      g_signal_connect_swapped (row, "dropped", G_CALLBACK (on_dropped), self);
      gtk_list_box_append (self->step_list, row);
    }
  gtk_switch_set_active (self->representatives_switch, self->recipe->keep_representatives);
}

static void
add_step (GtkWidget *widget, const char *action, GVariant *parameter)
{
  AssayCuratePage *self = ASSAY_CURATE_PAGE (widget);
  guint n;

  ay_step_types (&n);
  if (g_variant_get_uint32 (parameter) >= n)
    return;
  ay_recipe_add (self->recipe, (AyStepKind) g_variant_get_uint32 (parameter));
  fill (self);
  changed (self);
}

/* A point of the retention curve is a budget of as many rows by its score. */
static void
on_point (AssayCuratePage *self, guint point)
{
  const AyRetention *curve = assay_retention_view_get (self->retention_view);

  ay_recipe_set_budget (self->recipe, curve->points[point].n, curve->score, curve->low_first);
  fill (self);
  changed (self);
}

static void
on_representatives (AssayCuratePage *self)
{
  gboolean active = gtk_switch_get_active (self->representatives_switch);

  if (active == self->recipe->keep_representatives)
    return;
  self->recipe->keep_representatives = active;
  changed (self);
}

static GMenuModel *
make_add_menu (void)
{
  GMenu *menu = g_menu_new ();
  guint n;
  const AyStepType *types = ay_step_types (&n);

  for (guint k = 0; k < n; k++)
    {
      g_autofree char *action = g_strdup_printf ("curate.add(uint32 %u)", k);

      g_menu_append (menu, _ (types[k].title), action);
    }
  return G_MENU_MODEL (menu);
}

/* --- what is done with it --- */

static void
take_proof (gpointer page, JsonObject *proof)
{
  AssayCuratePage *self = page;
  g_autofree char *words = ay_proof_to_text (proof);
  g_autofree char *text = g_strdup_printf (_ ("Proof: %s"), words);

  tell_proof (self, text);
}

static void
prove (AssayCuratePage *self)
{
  if (self->plan != NULL)
    assay_curate_jobs_prove (self->session, self->recipe, take_proof, self);
}

static void
show_savings (AssayCuratePage *self)
{
  if (self->plan != NULL)
    assay_savings_dialog_show (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), self->session,
                               self->plan);
}

static gboolean
decide (const AyDecision *decision, gpointer session, GError **error)
{
  return assay_session_decide_rows (session, decision->rows, decision->kind, decision->value,
                                    decision->why);
}

static void
apply (AssayCuratePage *self)
{
  /* What fails is told by the session. */
  if (self->plan != NULL
      && ay_plan_each_decision (assay_session_get_work (self->session), self->recipe, decide,
                                self->session, NULL))
    assay_session_tell (self->session, _ ("The recipe is recorded as decisions"), TRUE);
}

static void
file_to_write (GtkNativeDialog *native, int response, AssayCuratePage *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
      g_autofree char *path = g_file_get_path (file);

      assay_curate_jobs_write (self->session, self->recipe, path);
    }
  g_object_unref (native);
}

static void
file_to_report (GtkNativeDialog *native, int response, AssayCuratePage *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
      g_autofree char *path = g_file_get_path (file);

      assay_curate_jobs_report (self->session, self->recipe, path);
    }
  g_object_unref (native);
}

static void
file_to_save (GtkNativeDialog *native, int response, AssayCuratePage *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
      g_autofree char *path = g_file_get_path (file);
      g_autoptr (GError) error = NULL;

      if (!ay_recipe_write (self->recipe, path, &error))
        assay_session_fail (self->session, error);
    }
  g_object_unref (native);
}

static void
take_recipe (AssayCuratePage *self, AyRecipe *recipe)
{
  ay_recipe_forget (recipe);
  ay_recipe_free (self->recipe);
  self->recipe = recipe;
  fill (self);
  changed (self);
}

static void
file_to_open (GtkNativeDialog *native, int response, AssayCuratePage *self)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (native));
      g_autofree char *path = g_file_get_path (file);
      g_autoptr (GError) error = NULL;
      AyRecipe *recipe = ay_recipe_read (path, &error);

      if (recipe == NULL)
        assay_session_fail (self->session, error);
      else
        take_recipe (self, recipe);
    }
  g_object_unref (native);
}

static void
ask_file (AssayCuratePage *self, GtkFileChooserAction action, const char *title, const char *name,
          GCallback answered)
{
  gboolean open = action == GTK_FILE_CHOOSER_ACTION_OPEN;
  GtkFileChooserNative *native = gtk_file_chooser_native_new (
      title, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), action,
      open ? _ ("_Open") : _ ("_Save"), NULL);

  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (native), TRUE);
  if (!open)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (native), name);
  g_signal_connect_object (native, "response", answered, self, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (native));
}

static void
ask_write (AssayCuratePage *self)
{
  ask_file (self, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Write Curated Data"), "curated.csv",
            G_CALLBACK (file_to_write));
}

static void
ask_report (AssayCuratePage *self)
{
  ask_file (self, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Write Report (PDF or HTML)"), "report.pdf",
            G_CALLBACK (file_to_report));
}

static void
print_story (gpointer page, AyStory *story)
{
  assay_print (assay_print_report_operation (story), "report", page);
}

/* The report as it would be written now. */
static void
print_report (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AssayCuratePage *self = ASSAY_CURATE_PAGE (widget);

  assay_curate_jobs_tell (self->session, self->recipe, print_story, self);
}

static void
ask_save (AssayCuratePage *self)
{
  ask_file (self, GTK_FILE_CHOOSER_ACTION_SAVE, _ ("Save Recipe"), "recipe.json",
            G_CALLBACK (file_to_save));
}

static void
ask_open (AssayCuratePage *self)
{
  ask_file (self, GTK_FILE_CHOOSER_ACTION_OPEN, _ ("Open Recipe"), NULL,
            G_CALLBACK (file_to_open));
}

/* --- the page --- */

static void
on_decided (AssayCuratePage *self)
{
  changed (self); /* the decisions are a step */
}

static void
on_loaded (AssayCuratePage *self)
{
  gboolean loaded = assay_session_get_work (self->session) != NULL;

  gtk_widget_set_sensitive (GTK_WIDGET (self->add_button), loaded);
  changed (self);
}

static void
assay_curate_page_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const decided[] = { "decided", NULL };
  static const char *const loaded[] = { "notify::loaded", NULL };
  AssayCuratePage *self = ASSAY_CURATE_PAGE (bin);

  self->session = session;
  g_object_set (self->retention_view, "session", session, NULL);
  assay_session_bin_watch (bin, decided, G_CALLBACK (on_decided));
  assay_session_bin_watch (bin, loaded, G_CALLBACK (on_loaded));
  fill (self);
  on_loaded (self);
}

/* The rows behind a recipe are those that it drops. */
static void
assay_curate_page_save (AssaySessionBin *bin, AssayPinnedView *view)
{
  AssayCuratePage *self = ASSAY_CURATE_PAGE (bin);
  const char *proof = gtk_label_get_text (self->proof_label);
  g_autoptr (AyRecipe) recipe = ay_recipe_copy (self->recipe);
  g_autofree char *text = NULL;

  if (self->plan == NULL)
    return;
  ay_recipe_forget (recipe);
  text = ay_recipe_to_text (recipe);
  json_object_set_string_member (view->state, "recipe", text);
  view->sentence = g_strdup_printf ("%s%s%s", gtk_label_get_text (self->summary_label),
                                    *proof != '\0' ? ". " : "", proof);
  if (assay_has_focus (GTK_WIDGET (self->retention_view))
      && assay_retention_view_get (self->retention_view) != NULL)
    {
      g_free (view->sentence);
      view->sentence = assay_retention_view_dup_sentence (self->retention_view);
      json_object_set_int_member (view->state, "retention",
                                  (gint64) budget_of_curve (self));
    }
  if (ay_bitset_count (self->plan->dropped) > 0)
    view->rows = ay_bitset_copy (self->plan->dropped);
}

static void
assay_curate_page_restore (AssaySessionBin *bin, JsonObject *state)
{
  const char *text = json_object_get_string_member_with_default (state, "recipe", NULL);
  AyRecipe *recipe = text != NULL ? ay_recipe_parse (text, "recipe", NULL) : NULL;

  if (recipe != NULL)
    take_recipe (ASSAY_CURATE_PAGE (bin), recipe);
  if (json_object_has_member (state, "retention"))
    assay_session_bin_enter (ASSAY_SESSION_BIN (ASSAY_CURATE_PAGE (bin)->retention_view));
}

static void
assay_curate_page_dispose (GObject *object)
{
  AssayCuratePage *self = ASSAY_CURATE_PAGE (object);

  g_clear_handle_id (&self->rest, g_source_remove);
  g_clear_pointer (&self->plan, ay_plan_free);
  g_clear_pointer (&self->recipe, ay_recipe_free);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  G_OBJECT_CLASS (assay_curate_page_parent_class)->dispose (object);
}

#define BIND(NAME) gtk_widget_class_bind_template_child (widget_class, AssayCuratePage, NAME)

static void
assay_curate_page_class_init (AssayCuratePageClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  g_type_ensure (ASSAY_TYPE_RETENTION_VIEW);
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_curate_page_bind;
  ASSAY_SESSION_BIN_CLASS (class)->save = assay_curate_page_save;
  ASSAY_SESSION_BIN_CLASS (class)->restore = assay_curate_page_restore;
  G_OBJECT_CLASS (class)->dispose = assay_curate_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/assay_app/Assay/curate_page.ui");
  gtk_widget_class_install_action (widget_class, "curate.add", "u", add_step);
  gtk_widget_class_install_action (widget_class, "curate.print-report", NULL, print_report);
  BIND (step_list);
  BIND (summary_label);
  BIND (coverage_label);
  BIND (warning_label);
  BIND (proof_label);
  BIND (add_button);
  BIND (prove_button);
  BIND (apply_button);
  BIND (write_button);
  BIND (savings_button);
  BIND (report_button);
  BIND (open_button);
  BIND (save_button);
  BIND (representatives_switch);
  BIND (retention_view);
  BIND (effects_label);
}

static void
assay_curate_page_init (AssayCuratePage *self)
{
  g_autoptr (GMenuModel) menu = make_add_menu ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->rows = g_ptr_array_new ();
  self->recipe = ay_recipe_new_default ();
  gtk_menu_button_set_menu_model (self->add_button, menu);
  gtk_label_set_text (self->effects_label, assay_word (AY_STEP_EFFECTS_NOTE));
  g_signal_connect_swapped (self->prove_button, "clicked", G_CALLBACK (prove), self);
  g_signal_connect_swapped (self->apply_button, "clicked", G_CALLBACK (apply), self);
  g_signal_connect_swapped (self->write_button, "clicked", G_CALLBACK (ask_write), self);
  g_signal_connect_swapped (self->savings_button, "clicked", G_CALLBACK (show_savings), self);
  g_signal_connect_swapped (self->report_button, "clicked", G_CALLBACK (ask_report), self);
  g_signal_connect_swapped (self->open_button, "clicked", G_CALLBACK (ask_open), self);
  g_signal_connect_swapped (self->save_button, "clicked", G_CALLBACK (ask_save), self);
  g_signal_connect_swapped (self->retention_view, "chosen", G_CALLBACK (on_point), self);
  g_signal_connect_swapped (self->retention_view, "shown", G_CALLBACK (mark_point), self);
  g_signal_connect_swapped (self->representatives_switch, "notify::active",
                            G_CALLBACK (on_representatives), self);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
}
