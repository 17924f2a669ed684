/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/column.h"
#include "core/base/diagnostic.h"
#include "core/data/class_names.h"

G_BEGIN_DECLS

/* A label column as classes: the distinct values present, sorted as numbers when all are integers,
 * else bytewise. */
typedef struct
{
  guint n_classes;
  char **names;  /* n_classes, NULL-terminated */
  gint32 *label; /* a row: 0..n_classes-1 or AY_LABEL_MISSING (-1) */
} AyLabels;

#define AY_MAX_CLASSES 65536

/* names (nullable) renames codes; where it is a list and the column holds the names themselves, it
 * gives the order instead, and names without a row are said ("class-unused"). `where` names the
 * column in messages. Errors: AY_ERROR_INPUT for a number that is no integer, a code without a
 * name, one class only, no label at all, nearly as many classes as rows. Free with
 * ay_labels_clear(). */
gboolean ay_labels_code (const AyColumn *column, const char *where, const AyClassNames *names,
                         AyDiagnostics *diagnostics, AyLabels *labels, GError **error);
void ay_labels_clear (AyLabels *labels);

/* Sorts texts in place as class names are sorted. */
void ay_sort_names (char **names, gsize n);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AyLabels, ay_labels_clear)

G_END_DECLS
