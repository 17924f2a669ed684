/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/shim/jsonlines.h"

G_BEGIN_DECLS

#define AY_JSON_DEPTH 101 /* of objects in objects, the outermost counted */

/* The fields that objects have, as a tree of keys, and what their values were so far. */
typedef struct _AyJsonField AyJsonField;
struct _AyJsonField
{
  AyJsonField *parent;
  char *key;
  gsize length;
  GPtrArray *children; /* (nullable) of AyJsonField* */
  GHashTable *index;   /* (nullable) of children, when they are many */
  guint kinds;         /* 1 << AyJsonKind of each kind of value seen; 0: only objects were */
  gboolean exact;      /* every number fits a double, as far as it is whole */
  gsize width;         /* VECTOR: numbers of each, 0 when they differ */
  gsize vectors;       /* values of kind VECTOR */
  gint column;         /* for the caller; -1 at first */
};

typedef struct
{
  AyJsonField *root;
  GPtrArray *leaves; /* of AyJsonField*: those with values, by first appearance */
} AyJsonFields;

AyJsonFields *ay_json_fields_new (void);
void ay_json_fields_free (AyJsonFields *self);

/* The child of that key. *hint: its likely place among the children, moved on to the next one's.
 * NULL when there is none and add is FALSE. */
AyJsonField *ay_json_field_child (AyJsonField *self, const char *key, gsize length, guint *hint,
                                  gboolean add);
/* Takes note of a value. */
void ay_json_fields_note (AyJsonFields *self, AyJsonField *field, const AyJsonValue *value);
/* Adds the fields of another, after one's own. */
void ay_json_fields_merge (AyJsonFields *self, const AyJsonFields *other);
/* "a.b.c" (transfer full) */
char *ay_json_field_name (const AyJsonField *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AyJsonFields, ay_json_fields_free)

G_END_DECLS
