/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/step_row.h"

#include "app/say.h"
#include "app/sentence.h"
#include "app/widgets/set_name.h"

#include <glib/gi18n.h>

#define WAITS "…" /* before what is not known yet */

struct _AssayStepRow
{
  AdwExpanderRow parent;
  AyStep *step; /* borrowed */
  GtkButton *select_button;
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (AssayStepRow, assay_step_row, ADW_TYPE_EXPANDER_ROW)

static guint changed_signal, dropped_signal;

static void
emit (AssayStepRow *self, AssayStepChange change)
{
  if (!self->filling)
    g_signal_emit (self, changed_signal, 0, change);
}

/* One parameter, or the reason (parameter NULL). */
typedef struct
{
  AssayStepRow *row;
  const AyStepParameter *parameter;
} Field;

static void
field_free (gpointer data, GClosure *closure)
{
  g_free (data);
}

static void
on_apply (AdwEntryRow *entry, Field *field)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (entry));
  AyStep *step = field->row->step;

  if (field->parameter == NULL)
    {
      g_free (step->why);
      step->why = *text != '\0' ? g_strdup (text) : NULL;
    }
  else if (!ay_step_set (step, field->parameter->name, text, NULL))
    {
      gtk_widget_add_css_class (GTK_WIDGET (entry), "error");
      return;
    }
  gtk_widget_remove_css_class (GTK_WIDGET (entry), "error");
  emit (field->row, ASSAY_STEP_EDITED);
}

static void
add_field (AssayStepRow *self, const AyStepParameter *parameter)
{
  GtkWidget *entry = adw_entry_row_new ();
  Field *field = g_new0 (Field, 1);
  const char *text = parameter != NULL ? ay_step_text (self->step, parameter->name)
                     : self->step->why != NULL ? self->step->why : "";

  field->row = self;
  field->parameter = parameter;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (entry),
                                 parameter != NULL ? parameter->name : _ ("reason"));
  if (parameter != NULL)
    gtk_widget_set_tooltip_text (entry, assay_word (parameter->sentence));
  gtk_editable_set_text (GTK_EDITABLE (entry), text);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (entry), TRUE);
  g_signal_connect_data (entry, "apply", G_CALLBACK (on_apply), field, field_free, 0);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), entry);
}

static void
on_switched (GtkSwitch *button, GParamSpec *pspec, AssayStepRow *self)
{
  gboolean on = gtk_switch_get_active (button);

  if (on == self->step->on)
    return;
  self->step->on = on;
  emit (self, ASSAY_STEP_EDITED);
}

static void
on_up (AssayStepRow *self)
{
  emit (self, ASSAY_STEP_UP);
}

static void
on_down (AssayStepRow *self)
{
  emit (self, ASSAY_STEP_DOWN);
}

static gboolean
key_pressed (AssayStepRow *self, guint key, guint code, GdkModifierType state)
{
  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SHIFT_MASK)) != GDK_ALT_MASK
      || (key != GDK_KEY_Up && key != GDK_KEY_Down))
    return GDK_EVENT_PROPAGATE;
  emit (self, key == GDK_KEY_Up ? ASSAY_STEP_UP : ASSAY_STEP_DOWN);
  return GDK_EVENT_STOP;
}

/* --- dragged --- */

static GdkContentProvider *
prepare_drag (GtkDragSource *source, double x, double y, AssayStepRow *self)
{
  return gdk_content_provider_new_typed (ASSAY_TYPE_STEP_ROW, self);
}

static void
begin_drag (GtkDragSource *source, GdkDrag *drag, AssayStepRow *self)
{
  GtkWidget *label = gtk_label_new (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (self)));

  gtk_widget_add_css_class (label, "heading");
  gtk_drag_icon_set_child (GTK_DRAG_ICON (gtk_drag_icon_get_for_drag (drag)), label);
}

static gboolean
on_drop (GtkDropTarget *target, const GValue *value, double x, double y, AssayStepRow *self)
{
  AssayStepRow *from = g_value_get_object (value);

  if (from == NULL || from == self)
    return FALSE;
  g_signal_emit (self, dropped_signal, 0, from);
  return TRUE;
}

static void
add_dragging (AssayStepRow *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (ASSAY_TYPE_STEP_ROW, GDK_ACTION_MOVE);
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  g_signal_connect (source, "prepare", G_CALLBACK (prepare_drag), self);
  g_signal_connect (source, "drag-begin", G_CALLBACK (begin_drag), self);
  g_signal_connect (target, "drop", G_CALLBACK (on_drop), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

static void
on_remove (AssayStepRow *self)
{
  emit (self, ASSAY_STEP_REMOVE);
}

static void
on_select (AssayStepRow *self)
{
  emit (self, ASSAY_STEP_SELECT);
}

static GtkButton *
add_button (AssayStepRow *self, const char *icon, const char *text, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);
  g_autofree char *name = g_strdup_printf ("%s: %s", text, _ (ay_step_type (self->step)->title));

  gtk_widget_set_tooltip_text (button, text);
  assay_set_name (button, name);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (button, "clicked", callback, self);
  adw_expander_row_add_action (ADW_EXPANDER_ROW (self), button);
  return GTK_BUTTON (button);
}

/* The expander keeps its header in a list of its own, which takes the focus, and the fields in
 * another one within a revealer. */
static void
name_header (AssayStepRow *self, const char *name)
{
  GtkWidget *box = gtk_widget_get_first_child (GTK_WIDGET (self));
  GtkWidget *list = box != NULL ? gtk_widget_get_first_child (box) : NULL;

  assay_set_name (self, name);
  if (GTK_IS_LIST_BOX (list))
    assay_set_name (list, name);
  for (; list != NULL; list = gtk_widget_get_next_sibling (list))
    if (GTK_IS_REVEALER (list))
      {
        GtkWidget *fields = gtk_revealer_get_child (GTK_REVEALER (list));
        g_autofree char *label = g_strdup_printf (_ ("Parameters: %s"), name);

        if (fields != NULL)
          assay_set_name (fields, label);
      }
}

static void
add_switch (AssayStepRow *self)
{
  GtkWidget *button = gtk_switch_new ();
  g_autofree char *name
      = g_strdup_printf ("%s: %s", _ ("Use Step"), _ (ay_step_type (self->step)->title));

  gtk_switch_set_active (GTK_SWITCH (button), self->step->on);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  assay_set_name (button, name);
  g_signal_connect (button, "notify::active", G_CALLBACK (on_switched), self);
  adw_expander_row_add_prefix (ADW_EXPANDER_ROW (self), button);
}

GtkWidget *
assay_step_row_new (AyStep *step, gboolean is_first, gboolean is_last)
{
  AssayStepRow *self = g_object_new (ASSAY_TYPE_STEP_ROW, NULL);
  const AyStepType *type = ay_step_type (step);

  self->step = step;
  self->filling = TRUE;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _ (type->title));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), _ (type->sentence));
  name_header (self, _ (type->title));
  add_switch (self);
  add_button (self, "user-trash-symbolic", _ ("Remove Step"), G_CALLBACK (on_remove));
  if (!is_last)
    add_button (self, "go-down-symbolic", _ ("Move Step Down"), G_CALLBACK (on_down));
  if (!is_first)
    add_button (self, "go-up-symbolic", _ ("Move Step Up"), G_CALLBACK (on_up));
  self->select_button = add_button (self, "edit-select-all-symbolic",
                                    _ ("Select What It Would Take"), G_CALLBACK (on_select));
  for (const AyStepParameter *p = type->parameters; p->name != NULL; p++)
    add_field (self, p);
  add_field (self, NULL);
  add_dragging (self);
  self->filling = FALSE;
  return GTK_WIDGET (self);
}

/* The first that can have it is the header. */
void
assay_step_row_take_focus (AssayStepRow *self)
{
  gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

/* Two lines, whatever is known: a row that grows would move the others under the pointer. */
static char *
describe (const AssayStepRow *self, const AyStepPlan *plan, const AyStepEffect *effect)
{
  g_autofree char *said = NULL;
  GString *line;

  if (!self->step->on)
    return g_strdup (_ ("off\nno effect is estimated"));
  line = g_string_new (NULL);
  /* Translators: of a step of a recipe; parts of one line: "takes 12 (alone 15), relabels 3". */
  g_string_append_printf (line, _ ("takes %u (alone %u)"), (guint) plan->n_took,
                          (guint) plan->n_alone);
  if (plan->n_relabelled > 0)
    g_string_append_printf (line, _ (", relabels %u"), (guint) plan->n_relabelled);
  if (plan->n_protected > 0)
    g_string_append_printf (line, _ (", %u kept by decision"), (guint) plan->n_protected);
  if (plan->n_spared > 0)
    g_string_append_printf (line, _ (", %u spared"), (guint) plan->n_spared);
  g_string_append_printf (line, _ ("; %u rows left"), (guint) plan->n_left);
  said = assay_sentence (effect != NULL ? effect->sentence : NULL);
  g_string_append_printf (line, "\n%s", said != NULL ? said : _ ("estimating its effect…"));
  return g_string_free (line, FALSE);
}

void
assay_step_row_show (AssayStepRow *self, const AyStepPlan *plan, const AyStepEffect *effect)
{
  const char *shown = adw_expander_row_get_subtitle (ADW_EXPANDER_ROW (self));
  g_autofree char *text = NULL;

  if (plan != NULL || !self->step->on)
    text = describe (self, plan, effect);
  else if (*shown == '\0' || g_str_has_prefix (shown, WAITS))
    text = g_strdup (*shown == '\0' ? WAITS "\n" WAITS : shown);
  else /* what it was, marked: the row keeps its height */
    text = g_strconcat (WAITS " ", shown, NULL);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), text);
  gtk_widget_set_sensitive (GTK_WIDGET (self->select_button), plan != NULL && plan->n_alone > 0);
}

static void
assay_step_row_class_init (AssayStepRowClass *class)
{
  changed_signal = g_signal_new ("changed", ASSAY_TYPE_STEP_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  dropped_signal = g_signal_new ("dropped", ASSAY_TYPE_STEP_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 1, ASSAY_TYPE_STEP_ROW);
}

static void
assay_step_row_init (AssayStepRow *self)
{
}
