/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/story.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define MINUS "\342\210\222"
#define NOT_KNOWN "not known"

static void
sample_free (AyStorySample *self)
{
  g_free (self->caption);
  g_free (self->text);
  g_free (self->rgb);
  g_clear_pointer (&self->jpeg, g_bytes_unref);
  g_free (self);
}

static void
curve_free (AyStoryCurve *self)
{
  g_free (self->name);
  g_free (self->x);
  g_free (self->y);
  g_free (self->low);
  g_free (self->high);
  g_free (self);
}

static void
map_free (AyStoryMap *self)
{
  g_free (self->x);
  g_free (self->y);
  g_free (self->codes);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  ay_bitset_free (self->marked);
  g_free (self);
}

static void
block_free (AyBlock *self)
{
  g_free (self->text);
  g_free (self->align);
  g_free (self->label);
  g_free (self->x_label);
  g_free (self->mark);
  g_clear_pointer (&self->curves, g_ptr_array_unref);
  g_clear_pointer (&self->map, map_free);
  g_clear_pointer (&self->cells, g_ptr_array_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  g_clear_pointer (&self->values, g_array_unref);
  g_clear_pointer (&self->samples, g_ptr_array_unref);
  g_free (self);
}

static void
fact_free (AyStoryFact *self)
{
  g_free (self->id);
  g_free (self->text);
  g_free (self);
}

static void
rows_free (AyStoryRows *self)
{
  g_free (self->words);
  ay_bitset_free (self->rows);
  g_free (self);
}

AyStory *
ay_story_new (const AyStoryNumbers *numbers)
{
  AyStory *self = g_new0 (AyStory, 1);

  g_atomic_ref_count_init (&self->n_refs);
  self->numbers = *numbers;
  self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) block_free);
  self->facts = g_ptr_array_new_with_free_func ((GDestroyNotify) fact_free);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) rows_free);
  return self;
}

AyStory *
ay_story_ref (AyStory *self)
{
  g_atomic_ref_count_inc (&self->n_refs);
  return self;
}

void
ay_story_unref (AyStory *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->n_refs))
    return;
  g_ptr_array_unref (self->blocks);
  g_ptr_array_unref (self->facts);
  g_ptr_array_unref (self->rows);
  g_free (self->title);
  g_free (self->date);
  g_free (self->language);
  g_free (self);
}

/* Facts that were made since something was added stand in what is added now. */
static void
place_facts (AyBlock *block, guint row)
{
  AyStory *self = block->story;

  for (; self->n_placed < self->facts->len; self->n_placed++)
    {
      AyStoryFact *fact = self->facts->pdata[self->n_placed];

      fact->block = block->number;
      fact->row = row;
    }
}

static AyBlock *
add_block (AyStory *self, AyBlockKind kind, const char *text)
{
  AyBlock *block = g_new0 (AyBlock, 1);

  block->kind = kind;
  block->text = g_strdup (text);
  block->story = self;
  block->number = self->blocks->len;
  g_ptr_array_add (self->blocks, block);
  place_facts (block, 0);
  return block;
}

void
ay_story_add (AyStory *self, AyBlockKind kind, const char *text)
{
  add_block (self, kind, text);
}

void
ay_story_addf (AyStory *self, AyBlockKind kind, const char *format, ...)
{
  va_list arguments;
  g_autofree char *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  add_block (self, kind, text);
}

AyBlock *
ay_story_table (AyStory *self, const char *align, const char *sentence)
{
  AyBlock *block = add_block (self, AY_BLOCK_TABLE, sentence);

  block->n_columns = (guint) strlen (align);
  block->align = g_strdup (align);
  block->cells = g_ptr_array_new_with_free_func (g_free);
  return block;
}

void
ay_story_row (AyBlock *table, ...)
{
  va_list arguments;
  const char *text;
  guint n = 0;

  va_start (arguments, table);
  while ((text = va_arg (arguments, const char *)) != NULL && n++ < table->n_columns)
    g_ptr_array_add (table->cells, g_strdup (text));
  va_end (arguments);
  for (; n < table->n_columns; n++)
    g_ptr_array_add (table->cells, g_strdup (""));
  place_facts (table, table->cells->len / table->n_columns - 1);
}

AyBlock *
ay_story_steps (AyStory *self, const char *label, double start, const char *sentence)
{
  AyBlock *block = add_block (self, AY_BLOCK_STEPS, sentence);

  block->label = g_strdup (label);
  block->names = g_ptr_array_new_with_free_func (g_free);
  block->values = g_array_new (FALSE, FALSE, sizeof (double));
  g_array_append_val (block->values, start);
  return block;
}

void
ay_story_step (AyBlock *steps, const char *name, double after)
{
  g_ptr_array_add (steps->names, g_strdup (name));
  g_array_append_val (steps->values, after);
}

AyBlock *
ay_story_curves (AyStory *self, const char *label, const char *x_label, const char *sentence)
{
  AyBlock *block = add_block (self, AY_BLOCK_CURVES, sentence);

  block->label = g_strdup (label);
  block->x_label = g_strdup (x_label);
  block->curves = g_ptr_array_new_with_free_func ((GDestroyNotify) curve_free);
  return block;
}

void
ay_story_mark (AyBlock *curves, double x, double y, const char *name)
{
  curves->mark = g_strdup (name);
  curves->mark_x = x;
  curves->mark_y = y;
}

void
ay_story_curve (AyBlock *curves, const AyStoryCurve *curve)
{
  AyStoryCurve *copy = g_memdup2 (curve, sizeof *curve);
  gsize bytes = curve->n * sizeof (double);

  copy->name = g_strdup (curve->name);
  copy->x = g_memdup2 (curve->x, bytes);
  copy->y = g_memdup2 (curve->y, bytes);
  copy->low = g_memdup2 (curve->low, curve->low != NULL ? bytes : 0);
  copy->high = g_memdup2 (curve->high, curve->high != NULL ? bytes : 0);
  g_ptr_array_add (curves->curves, copy);
}

void
ay_story_map (AyStory *self, AyStoryMap *map, const char *label, const char *sentence)
{
  AyBlock *block = add_block (self, AY_BLOCK_MAP, sentence);

  block->map = map;
  block->label = g_strdup (label);
}

AyBlock *
ay_story_samples (AyStory *self, const char *sentence)
{
  AyBlock *block = add_block (self, AY_BLOCK_SAMPLES, sentence);

  block->samples = g_ptr_array_new_with_free_func ((GDestroyNotify) sample_free);
  return block;
}

void
ay_story_sample (AyBlock *samples, const AyStorySample *sample)
{
  AyStorySample *copy = g_memdup2 (sample, sizeof *sample);

  copy->caption = g_strdup (sample->caption);
  copy->text = g_strdup (sample->text);
  g_ptr_array_add (samples->samples, copy);
}

/* --- rows behind the numbers --- */

void
ay_story_about (AyStory *self, const char *words, AyBitset *rows)
{
  AyStoryRows *set = g_new (AyStoryRows, 1);

  *set = (AyStoryRows) { g_strdup (words), rows };
  g_ptr_array_add (self->rows, set);
  self->about = self->rows->len - 1;
}

void
ay_story_about_again (AyStory *self, guint rows)
{
  g_return_if_fail (rows < self->rows->len);
  self->about = rows;
}

const AyStoryFact *
ay_story_find (const AyStory *self, const char *id)
{
  for (guint i = 0; i < self->facts->len; i++)
    if (strcmp (((const AyStoryFact *) self->facts->pdata[i])->id, id) == 0)
      return self->facts->pdata[i];
  return NULL;
}

const AyBitset *
ay_story_set (const AyStory *self, guint rows)
{
  g_return_val_if_fail (rows < self->rows->len, NULL);
  return ((const AyStoryRows *) self->rows->pdata[rows])->rows;
}

const AyStoryRows *
ay_story_rows (const AyStory *self, const AyStoryFact *fact)
{
  return fact->rows < self->rows->len ? self->rows->pdata[fact->rows] : NULL;
}

char *
ay_story_statement (const AyStory *self, const AyStoryFact *fact)
{
  const AyBlock *block = self->blocks->pdata[fact->block];
  GString *out;

  if (fact->row == 0 || block->kind != AY_BLOCK_TABLE)
    return g_strdup (block->text != NULL ? block->text : "");
  out = g_string_new (NULL);
  for (guint c = 0; c < block->n_columns; c++)
    {
      const char *head = block->cells->pdata[c];
      const char *cell = block->cells->pdata[fact->row * block->n_columns + c];

      if (*cell != '\0')
        g_string_append_printf (out, "%s%s%s%s", out->len > 0 ? "; " : "", c > 0 ? head : "",
                                c > 0 && *head != '\0' ? " " : "", cell);
    }
  return g_string_free (out, FALSE);
}

/* --- numbers --- */

/* In the story's locale, digits in groups of three. (transfer full) */
static char *
format (const AyStory *self, double value, guint decimals, gboolean sign)
{
  g_autofree char *plain = NULL;
  GString *out = g_string_new (NULL);
  char *point;
  gsize digits;

  if (isnan (value))
    {
      g_string_append (out, NOT_KNOWN);
      return g_string_free (out, FALSE);
    }
  plain = g_strdup_printf ("%.*f", (int) decimals, fabs (value));
  point = strchr (plain, '.');
  digits = point != NULL ? (gsize) (point - plain) : strlen (plain);
  if (strspn (plain, "0.") == strlen (plain))
    value = 0.0; /* no sign before a nought */
  g_string_append (out, value < 0.0 ? MINUS : sign ? "+" : "");
  for (gsize i = 0; i < digits; i++)
    {
      if (i > 0 && (digits - i) % 3 == 0)
        g_string_append (out, self->numbers.group);
      g_string_append_c (out, plain[i]);
    }
  if (point != NULL)
    g_string_append_printf (out, "%s%s", self->numbers.decimal, point + 1);
  return g_string_free (out, FALSE);
}

/* Takes text. */
static const char *
add_fact (AyStory *self, const char *id, double value, char *text)
{
  AyStoryFact *fact = g_new (AyStoryFact, 1);

  *fact = (AyStoryFact) { g_strdup (id), value, text, 0, 0, self->about };
  g_ptr_array_add (self->facts, fact);
  return text;
}

const char *
ay_story_count (AyStory *self, const char *id, gsize value)
{
  return add_fact (self, id, (double) value, format (self, (double) value, 0, FALSE));
}

const char *
ay_story_number (AyStory *self, const char *id, double value, guint decimals)
{
  return add_fact (self, id, value, format (self, value, decimals, FALSE));
}

const char *
ay_story_percent (AyStory *self, const char *id, double share, guint decimals)
{
  char *text = format (self, 100.0 * share, decimals, FALSE);

  if (!isnan (share))
    {
      char *whole = g_strconcat (text, "\302\240%", NULL);

      g_free (text);
      text = whole;
    }
  return add_fact (self, id, share, text);
}

const char *
ay_story_points (AyStory *self, const char *id, double share, guint decimals)
{
  return add_fact (self, id, share, format (self, 100.0 * share, decimals, TRUE));
}
