/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/model/class_keys.h"

#include <gdk/gdk.h>

const char *
assay_class_of_key (const AyDataset *data, guint key)
{
  guint digit = key >= GDK_KEY_0 && key <= GDK_KEY_9         ? key - GDK_KEY_0
                : key >= GDK_KEY_KP_0 && key <= GDK_KEY_KP_9 ? key - GDK_KEY_KP_0
                                                             : 10;
  char name[2] = { (char) ('0' + digit), '\0' };

  if (data == NULL || data->n_classes == 0 || digit > 9)
    return NULL;
  for (guint k = 0; k < data->n_classes; k++)
    if (g_str_equal (data->class_names[k], name))
      return data->class_names[k];
  return digit >= 1 && digit <= data->n_classes ? data->class_names[digit - 1] : NULL;
}
