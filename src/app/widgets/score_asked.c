/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/score_asked.h"

#include "app/widgets/drop_down.h"
#include "app/widgets/fold.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

typedef enum { ASKED_ALL, ASKED_CLASS, ASKED_FILTER, ASKED_ROW, N_ASKED } Asked;

struct _AssayScoreAsked
{
  AssaySessionBin parent;
  AssaySession *session;  /* kept by the parent */
  const AyScoreMethod *method; /* (nullable) */
  GtkWidget *box;
  GtkDropDown *whom, *class;
  Asked kinds[N_ASKED];   /* of the entries of `whom` */
  guint n_kinds;
  GtkLabel *said;
  char *name, *value;     /* (nullable) the parameter that is asked */
  const char *why;        /* (nullable) why not */
  gboolean filling;
};

G_DEFINE_FINAL_TYPE (AssayScoreAsked, assay_score_asked, ASSAY_TYPE_SESSION_BIN)

static guint changed_signal;

static Asked
chosen (AssayScoreAsked *self)
{
  guint at = gtk_drop_down_get_selected (self->whom);

  return at < self->n_kinds ? self->kinds[at] : ASKED_ALL;
}

/* --- the condition --- */

static void
ask_class (AssayScoreAsked *self, AyDataset *data)
{
  guint at = gtk_drop_down_get_selected (self->class);
  g_auto (GStrv) parts
      = at < data->n_classes ? g_strsplit (data->class_names[at], "'", -1) : NULL;
  g_autofree char *name = parts != NULL ? g_strjoinv ("''", parts) : NULL;

  self->name = g_strdup ("slice");
  self->value = name != NULL ? g_strdup_printf ("label = '%s'", name) : NULL;
}

static void
ask_filter (AssayScoreAsked *self)
{
  self->name = g_strdup ("slice");
  self->value = assay_session_dup_where (self->session);
  if (self->value == NULL)
    self->why = _ ("No filter is set: set one, by words, SQL, a class or a brush");
}

static void
ask_row (AssayScoreAsked *self, AyDataset *data)
{
  const AyBitset *selection = assay_session_get_selection (self->session);
  gsize row = ay_bitset_next (selection, 0);

  self->name = g_strdup ("of");
  if (ay_bitset_count (selection) != 1)
    self->why = _ ("Select one row, of the validation or the train part");
  else if (data->split[row] == AY_SPLIT_TEST)
    self->why = _ ("A test row is kept for the report: nothing is chosen by it");
  else if (data->label != NULL ? data->label[row] == AY_LABEL_MISSING : isnan (data->target[row]))
    self->why = _ ("The selected row has no label");
  else
    self->value = ay_column_dup_text (data->id, row);
}

static void
say (AssayScoreAsked *self)
{
  g_autofree char *text
      = self->why != NULL                    ? g_strdup (self->why)
        : self->value == NULL                ? NULL
        : g_str_equal (self->name, "of")     ? g_strdup_printf (_ ("By row %s alone"), self->value)
                                             : g_strdup_printf (_ ("By validation rows where %s"),
                                                                self->value);

  gtk_label_set_text (self->said, text != NULL ? text : "");
  assay_fold_show (self->said, text != NULL);
  assay_fold_show (self->class, chosen (self) == ASKED_CLASS);
}

static void
update (AssayScoreAsked *self)
{
  AyDataset *data = assay_session_get_data (self->session);

  if (self->filling)
    return;
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->value, g_free);
  self->why = NULL;
  if (data != NULL && self->method != NULL && (self->method->needs & AY_NEEDS_VALID))
    switch (chosen (self))
      {
      case ASKED_CLASS: ask_class (self, data); break;
      case ASKED_FILTER: ask_filter (self); break;
      case ASKED_ROW: ask_row (self, data); break;
      default: break;
      }
  say (self);
  g_signal_emit (self, changed_signal, 0);
}

/* --- the choices --- */

static void
fill (AssayScoreAsked *self)
{
  static const char *const names[N_ASKED]
      = { N_ ("All Validation Rows"), N_ ("Those of a Class"), N_ ("Those That the Filters Leave"),
          N_ ("The Selected Row") };
  AyDataset *data = assay_session_get_data (self->session);
  gboolean any = data != NULL && self->method != NULL && (self->method->needs & AY_NEEDS_VALID);
  gboolean can[N_ASKED] = { TRUE, any && data->n_classes > 0, TRUE,
                            any && ay_score_method_takes (self->method, "of") };
  Asked before = chosen (self);
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  guint at = 0;

  assay_fold_show (self->box, any);
  if (!any) /* what was chosen is there for the next score that asks */
    {
      update (self);
      return;
    }
  self->n_kinds = 0;
  for (guint k = 0; k < N_ASKED; k++)
    if (can[k])
      {
        at = k == before ? self->n_kinds : at;
        self->kinds[self->n_kinds++] = k;
        gtk_string_list_append (list, _ (names[k]));
      }
  self->filling = TRUE;
  gtk_drop_down_set_model (self->whom, G_LIST_MODEL (list));
  gtk_drop_down_set_selected (self->whom, at);
  self->filling = FALSE;
  update (self);
}

static void
fill_classes (AssayScoreAsked *self)
{
  AyDataset *data = assay_session_get_data (self->session);
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  for (guint c = 0; data != NULL && c < data->n_classes; c++)
    gtk_string_list_append (list, data->class_names[c]);
  self->filling = TRUE;
  gtk_drop_down_set_model (self->class, G_LIST_MODEL (list));
  self->filling = FALSE;
  fill (self);
}

void
assay_score_asked_set_method (AssayScoreAsked *self, const AyScoreMethod *method)
{
  if (self->method == method)
    return;
  self->method = method;
  fill (self);
}

const char *
assay_score_asked_why_not (AssayScoreAsked *self)
{
  return self->why;
}

GHashTable *
assay_score_asked_dup_parameters (AssayScoreAsked *self)
{
  GHashTable *parameters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (self->name != NULL && self->value != NULL)
    g_hash_table_insert (parameters, g_strdup (self->name), g_strdup (self->value));
  return parameters;
}

static void
assay_score_asked_bind (AssaySessionBin *bin, AssaySession *session)
{
  static const char *const opened[] = { "notify::title", NULL };
  static const char *const changes[]
      = { "selection-changed", "visible-changed", "columns-changed", NULL };

  ASSAY_SCORE_ASKED (bin)->session = session;
  assay_session_bin_watch (bin, opened, G_CALLBACK (fill_classes));
  assay_session_bin_watch (bin, changes, G_CALLBACK (update));
  fill_classes (ASSAY_SCORE_ASKED (bin));
}

static void
assay_score_asked_finalize (GObject *object)
{
  AssayScoreAsked *self = ASSAY_SCORE_ASKED (object);

  g_free (self->name);
  g_free (self->value);
  G_OBJECT_CLASS (assay_score_asked_parent_class)->finalize (object);
}

static void
assay_score_asked_class_init (AssayScoreAskedClass *class)
{
  ASSAY_SESSION_BIN_CLASS (class)->bind = assay_score_asked_bind;
  G_OBJECT_CLASS (class)->finalize = assay_score_asked_finalize;
  changed_signal = g_signal_new ("changed", ASSAY_TYPE_SCORE_ASKED, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 0);
}

static GtkDropDown *
add_choice (AssayScoreAsked *self, const char *name)
{
  GtkDropDown *drop_down = GTK_DROP_DOWN (gtk_drop_down_new (NULL, NULL));

  assay_drop_down_set_name (drop_down, name);
  g_signal_connect_swapped (drop_down, "notify::selected", G_CALLBACK (update), self);
  return drop_down;
}

static void
assay_score_asked_init (AssayScoreAsked *self)
{
  GtkBox *line = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6));
  GtkWidget *label = gtk_label_new (_ ("Judged by"));

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->whom = add_choice (self, _ ("Judged By"));
  self->class = add_choice (self, _ ("Judging Class"));
  assay_drop_down_shorten (self->class);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_box_append (line, label);
  gtk_box_append (line, GTK_WIDGET (self->whom));
  gtk_box_append (line, assay_fold_new (GTK_WIDGET (self->class)));
  self->said = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->said, 0.0f);
  gtk_label_set_wrap (self->said, TRUE);
  gtk_label_set_wrap_mode (self->said, PANGO_WRAP_WORD_CHAR);
  gtk_widget_add_css_class (GTK_WIDGET (self->said), "caption");
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (line));
  gtk_box_append (GTK_BOX (self->box), assay_fold_new (GTK_WIDGET (self->said)));
  adw_bin_set_child (ADW_BIN (self), assay_fold_new (self->box));
}
