/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/role_plan.h"

#include "core/data/roles.h"
#include "core/data/source.h"

#include <glib/gi18n.h>

#define SHOWN_ROWS 6

#define ROLE(member) G_STRUCT_OFFSET (AyLoadOptions, member)

const AssayRole assay_roles[] = {
  { N_ ("Label"), N_ ("The class of each row, to be learned"), ROLE (label) },
  { N_ ("Target"), N_ ("A number to be learned, instead of a label"), ROLE (target) },
  { N_ ("Id"), N_ ("A name of each row that stays; without one, its number"), ROLE (id) },
  { N_ ("Split"), N_ ("Which rows are fitted (train), chosen by (valid), reported by (test)"),
    ROLE (split) },
  { N_ ("Time"), N_ ("When the row came to be: later rows are tested"), ROLE (time) },
  { N_ ("Text"), N_ ("Shown, and made into features where there are none"), ROLE (text) },
  { N_ ("Image"), N_ ("File names of images: shown, and made into features"), ROLE (image) },
  { N_ ("Probabilities"), N_ ("Of each class, as your own model predicts them"),
    ROLE (probabilities) },
  { N_ ("Weight"), N_ ("How much a row counts"), ROLE (weight) },
  { N_ ("Group"), N_ ("Rows that belong together and stay in one part"), ROLE (group) },
};
const guint assay_n_roles = G_N_ELEMENTS (assay_roles);

static char **
member (const AssayRolePlan *self, guint role)
{
  return G_STRUCT_MEMBER_P (self->roles, assay_roles[role].offset);
}

const char *
assay_role_plan_get (const AssayRolePlan *self, guint role)
{
  return *member (self, role);
}

void
assay_role_plan_set (AssayRolePlan *self, guint role, const char *source)
{
  char **at = member (self, role);

  if (g_strcmp0 (*at, source) == 0)
    return;
  g_free (*at);
  *at = g_strdup (source);
  if (source == NULL)
    return;
  if (at == &self->roles->label)
    g_clear_pointer (&self->roles->target, g_free);
  else if (at == &self->roles->target)
    g_clear_pointer (&self->roles->label, g_free);
}

int
assay_role_plan_find (const AssayRolePlan *self, const char *source)
{
  for (guint i = 0; source != NULL && i < self->sources->len; i++)
    if (g_str_equal (self->sources->pdata[i], source))
      return (int) i;
  return -1;
}

const char *
assay_role_plan_add_file (AssayRolePlan *self, const char *path)
{
  g_autofree char *source = g_strconcat ("file:", path, NULL);
  int at = assay_role_plan_find (self, source);

  if (at >= 0)
    return self->sources->pdata[at];
  g_ptr_array_add (self->names, g_path_get_basename (path));
  g_ptr_array_add (self->sources, g_steal_pointer (&source));
  return self->sources->pdata[self->sources->len - 1];
}

void
assay_role_plan_take (AssayRolePlan *self, AyLoadOptions *roles)
{
  ay_load_options_free (self->roles);
  self->roles = roles;
  for (guint role = 0; role < assay_n_roles; role++)
    {
      const char *source = assay_role_plan_get (self, role);

      if (source != NULL && assay_role_plan_find (self, source) < 0)
        {
          g_ptr_array_add (self->names, g_path_get_basename (source));
          g_ptr_array_add (self->sources, g_strdup (source));
        }
    }
}

static void
add_table (AssayRolePlan *self, AyTable *table)
{
  self->n_columns = ay_table_n_columns (table);
  self->n_rows = (guint) MIN (ay_table_rows (table), SHOWN_ROWS);
  for (guint i = 0; i < self->n_columns; i++)
    {
      const char *name = ay_column_name (ay_table_column (table, i));

      g_ptr_array_add (self->names, g_strdup (name));
      g_ptr_array_add (self->sources, g_strconcat ("col:", name, NULL));
    }
  for (guint row = 0; row < self->n_rows; row++)
    for (guint i = 0; i < self->n_columns; i++)
      {
        AyColumn *column = ay_table_column (table, i);

        g_ptr_array_add (self->cells, ay_column_is_missing (column, row)
                                          ? g_strdup ("–")
                                          : ay_column_dup_text (column, row));
      }
}

static void
add_arrays (AssayRolePlan *self, const AySource *source)
{
  for (guint i = 0; i < source->keys->len; i++)
    {
      const char *key = source->keys->pdata[i];

      g_ptr_array_add (self->names, *key != '\0' ? g_strdup (key)
                                                 : g_path_get_basename (self->path));
      g_ptr_array_add (self->sources, *key != '\0'
                                          ? g_strconcat ("file:", self->path, ":", key, NULL)
                                          : g_strconcat ("file:", self->path, NULL));
    }
}

AssayRolePlan *
assay_role_plan_read (const char *path, AyJob *job, GError **error)
{
  AySourceOptions options = AY_SOURCE_OPTIONS_INIT;
  g_autoptr (AyDiagnostics) diagnostics = ay_diagnostics_new ();
  g_autoptr (AySource) source = NULL;
  const char *const inputs[] = { path, NULL };
  AssayRolePlan *self;

  options.latin1 = TRUE; /* where it is not UTF-8; that is said once the file is opened */
  source = ay_source_open (path, &options, diagnostics, job, error);
  if (source == NULL)
    return NULL;
  self = g_new0 (AssayRolePlan, 1);
  self->path = g_strdup (path);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->sources = g_ptr_array_new_with_free_func (g_free);
  self->cells = g_ptr_array_new_with_free_func (g_free);
  self->roles = ay_load_options_new ();
  g_strfreev (self->roles->inputs);
  self->roles->inputs = g_strdupv ((char **) inputs);
  if (source->table != NULL)
    {
      ay_roles_guess (source->table, self->roles, diagnostics);
      add_table (self, source->table);
    }
  add_arrays (self, source);
  return self;
}

void
assay_role_plan_free (AssayRolePlan *self)
{
  if (self == NULL)
    return;
  g_free (self->path);
  ay_load_options_free (self->roles);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->sources);
  g_ptr_array_unref (self->cells);
  g_free (self);
}
