/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/row.h"

struct _AssayRow
{
  GObject parent;
  guint row;
};

G_DEFINE_FINAL_TYPE (AssayRow, assay_row, G_TYPE_OBJECT)

static void
assay_row_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_uint (value, ASSAY_ROW (object)->row);
}

static void
assay_row_class_init (AssayRowClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);

  object_class->get_property = assay_row_get_property;
  g_object_class_install_property (
      object_class, 1,
      g_param_spec_uint ("row", NULL, NULL, 0, G_MAXUINT, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
assay_row_init (AssayRow *self)
{
}

AssayRow *
assay_row_new (guint row)
{
  AssayRow *self = g_object_new (ASSAY_TYPE_ROW, NULL);

  self->row = row;
  return self;
}

guint
assay_row_get_row (AssayRow *self)
{
  return self->row;
}
