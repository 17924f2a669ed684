/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Distinct texts, numbered by first appearance. The texts are borrowed: their bytes outlive it. */
typedef struct
{
  const char *text;
  guint32 length;
  guint32 hash;
} AyInternText;

typedef struct
{
  AyInternText *texts; /* n of them, by code */
  guint n;
  guint room;
  guint32 *slots;      /* code + 1, 0 = free */
  guint32 mask;
} AyIntern;
#define AY_INTERN_INIT { NULL, 0, 0, NULL, 0 }

/* Code of a text, a new one when it is not known. */
guint32 ay_intern_code (AyIntern *self, const char *text, gsize length);
/* Forgets the texts, keeps the memory. */
void ay_intern_reset (AyIntern *self);
void ay_intern_clear (AyIntern *self);

G_END_DECLS
