/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Real examples of what a recipe takes, a step after the other, in turns. */
#include "core/work/tell_private.h"

#include "core/data/thumbnail.h"

#include <string.h>

#define SIDE 320       /* pixels: those of a small print at 300 to the inch */
#define SMALL 64       /* pictures up to here stay as they are, pixel by pixel */
#define CHARACTERS 140
#define FRONT 6        /* on page one; the rest follows it */
#define FINDING_ROWS 6
#define COLUMNS 6      /* shown of a row that is neither picture nor text */

static char *
shorten (char *text)
{
  g_autofree char *mine = g_strstrip (g_utf8_make_valid (text, -1)); /* no empty lines around */
  char *end;

  g_free (text);
  if (g_utf8_strlen (mine, -1) <= CHARACTERS)
    return g_steal_pointer (&mine);
  end = g_utf8_offset_to_pointer (mine, CHARACTERS);
  *end = '\0';
  return g_strconcat (mine, "\342\200\246", NULL);
}

static char *
text_of (const AyTelling *self, gsize row)
{
  const AyDataset *data = self->data;
  GString *text;

  if (data->text != NULL)
    return shorten (ay_column_dup_text (data->text, row));
  text = g_string_new (NULL);
  for (guint i = 0; data->table != NULL && i < ay_table_n_columns (data->table) && i < COLUMNS; i++)
    {
      const AyColumn *column = ay_table_column (data->table, i);
      g_autofree char *value = ay_column_dup_text (column, row);

      g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", ay_column_name (column), value);
    }
  return shorten (g_string_free (text, FALSE));
}

/* One plain clause: why the row goes, or what its label becomes. */
static char *
reason_of (const AyTelling *self, const AyStep *step, gsize row, const char *label)
{
  g_autofree char *given = ay_dataset_dup_label (self->data, row);

  if (label != NULL)
    return g_strdup_printf ("labelled %s, now %s", given, label);
  switch (step->kind)
    {
    case AY_STEP_DROP_DUPLICATES: return g_strdup ("a near copy of another example");
    case AY_STEP_DROP_LABEL_ISSUES: return g_strdup_printf ("labelled %s, which is doubted", given);
    case AY_STEP_DECISIONS: return g_strdup ("somebody decided to leave it out");
    default: return step->why != NULL ? g_strdup (step->why)
                                      : g_utf8_strdown (ay_step_type (step)->title, -1);
    }
}

/* The k-th row that a step takes or relabels; NULL beyond the last. */
static const char *
nth_id (const AyStep *step, guint k, const char **label)
{
  guint took = step->took != NULL ? step->took->len : 0;

  *label = NULL;
  if (k < took)
    return step->took->pdata[k];
  if (step->relabelled == NULL || k - took >= step->relabelled->len)
    return NULL;
  *label = step->labels->pdata[k - took];
  return step->relabelled->pdata[k - took];
}

/* A row by its picture, or in words. */
static void
add_row (AyTelling *self, AyBlock *block, const char *caption, gsize row)
{
  g_autoptr (AyRgb) picture = ay_dataset_has_images (self->data)
                                  ? ay_thumbnail_new (self->data, row, SIDE, NULL) : NULL;
  g_autofree char *text = picture == NULL ? text_of (self, row) : NULL;
  AyStorySample sample = { (char *) caption, text, NULL, 0, 0, NULL };

  if (picture != NULL)
    {
      sample.rgb = g_memdup2 (picture->rgb, (gsize) 3 * picture->width * picture->height);
      sample.width = picture->width;
      sample.height = picture->height;
      if (MAX (picture->width, picture->height) > SMALL)
        sample.jpeg = ay_rgb_to_jpeg (picture, NULL); /* without it the pixels go in */
    }
  ay_story_sample (block, &sample);
}

static void
add_sample (AyTelling *self, AyBlock *block, const AyStep *step, const char *id, const char *label,
            gsize row)
{
  g_autofree char *reason = reason_of (self, step, row, label);
  g_autofree char *caption = g_strdup_printf ("%s: %s", id, reason);

  add_row (self, block, caption, row);
}

/* What somebody pinned, with its first rows. */
void
ay_tell_findings (AyTelling *self)
{
  for (guint i = 0; i < self->findings->len; i++)
    {
      const AyFinding *finding = self->findings->pdata[i];
      g_autofree char *id = g_strdup_printf ("finding.findings.%u.n", i);
      g_autofree char *sentence = NULL;
      AyBlock *block;
      guint shown = 0;

      if (i == 0)
        ay_story_add (self->story, AY_BLOCK_HEADING, "What else was found");
      ay_story_add (self->story, AY_BLOCK_PARAGRAPH, finding->sentence);
      ay_story_about (self->story, finding->sentence, ay_bitset_copy (finding->rows));
      sentence = g_strdup_printf ("Behind it: %s examples, the first of them here.",
                                  ay_story_count (self->story, id,
                                                  ay_bitset_count (finding->rows)));
      block = ay_story_samples (self->story, sentence);
      for (gsize row = ay_bitset_next (finding->rows, 0);
           row < finding->rows->n && shown < FINDING_ROWS;
           row = ay_bitset_next (finding->rows, row + 1), shown++)
        {
          g_autofree char *caption = ay_column_dup_text (self->data->id, row);

          add_row (self, block, caption, row);
        }
    }
}

/* A row that is shown: the step that takes it, its id and its new label. */
typedef struct
{
  const AyStep *step;
  const char *id, *label;
} Shown;

/* Those that the steps take first, in turns. */
static GArray *
choose_samples (const AyTelling *self)
{
  const AyRecipe *recipe = self->recipe;
  GArray *chosen = g_array_new (FALSE, FALSE, sizeof (Shown));
  gboolean more = TRUE;

  for (guint k = 0; more && chosen->len < self->options->n_samples; k++)
    {
      more = FALSE;
      for (guint s = 0; s < recipe->steps->len && chosen->len < self->options->n_samples; s++)
        {
          Shown one = { .step = recipe->steps->pdata[s] };

          if (one.step->on)
            one.id = nth_id (one.step, k, &one.label);
          if (one.id == NULL)
            continue;
          g_array_append_val (chosen, one);
          more = TRUE;
        }
    }
  return chosen;
}

void
ay_tell_samples (AyTelling *self, gboolean front)
{
  g_autoptr (GHashTable) row_of = ay_dataset_index_ids (self->data);
  g_autoptr (GArray) chosen = choose_samples (self);
  guint first = front ? 0 : FRONT, end = front ? MIN (FRONT, chosen->len) : chosen->len;
  AyBlock *block;

  if (first >= end)
    return;
  ay_story_add (self->story, AY_BLOCK_HEADING,
                front ? "Some of the examples" : "More of the examples");
  block = ay_story_samples (self->story, front ? "The first that each step takes."
                                               : "The next that each step takes.");
  for (guint i = first; i < end; i++)
    {
      const Shown *one = &g_array_index (chosen, Shown, i);

      add_sample (self, block, one->step, one->id, one->label,
                  GPOINTER_TO_SIZE (g_hash_table_lookup (row_of, one->id)) - 1);
    }
}
