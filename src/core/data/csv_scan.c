/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Fields and rows by bit masks. Whether a byte is inside quotes depends on everything before it; a
 * stretch of text that begins after a line feed can begin in two states only, at a row's start or
 * inside quotes, so that stretches are surveyed at the same time for both, and one pass over their
 * results says which was true (the speculation of Ge, Li, Eilebrecht, Chandramouli and Kossmann,
 * "Speculative distributed CSV data parsing", SIGMOD 2019, with both answers kept). Blocks of
 * 64 bytes without a quote cost a few instructions; each quote costs one step.
 * Memory: 4 bytes a field of the rows that are indexed. Threads: the caller's, a stretch each. */

#include "core/data/csv_scan.h"

#include <string.h>

#define PIECE (AY_TEXT_BLOCK * AY_TEXT_BLOCKS)

static gboolean
ends_field (const AyCsvText *text, gsize at)
{
  char c = at < text->size ? text->data[at] : '\n';

  return c == text->delimiter || c == '\n' || c == '\r';
}

static gboolean
begins_field (const AyCsvText *text, gsize at)
{
  return at == 0 || text->data[at - 1] == text->delimiter || text->data[at - 1] == '\n';
}

/* Whether the quote that closes at `place` is a suspicious one. */
static gboolean
is_stray (const AyCsvText *text, const AyCsvQuotes *state, gsize place)
{
  const char *from = text->data + state->opened;
  gsize size = place - state->opened;

  if (!ends_field (text, place + 1))
    return TRUE;
  return text->delimiter == '\t' && memchr (from, '\n', size) != NULL
         && memchr (from, '\t', size) != NULL;
}

/* The bits of the block at `at` that are inside quotes, given its quotes. */
static guint64
walk_quotes (const AyCsvText *text, AyCsvQuotes *state, gsize at, guint64 quote)
{
  guint64 inside = state->inside ? G_MAXUINT64 : 0;

  for (; quote != 0; quote &= quote - 1)
    {
      guint bit = ay_bits_lowest (quote);
      gsize place = at + bit;

      if (place == state->second)
        continue;
      if (!state->inside)
        {
          if (!begins_field (text, place))
            continue;
          state->opened = place;
        }
      else if (place + 1 < text->size && text->data[place + 1] == '"')
        {
          state->second = place + 1;
          continue;
        }
      else
        state->stray += is_stray (text, state, place);
      state->inside = !state->inside;
      inside ^= G_MAXUINT64 << bit;
    }
  return inside;
}

static void
survey_block (const AyCsvText *text, AyCsvStretch *stretch, gsize at, guint64 quote,
              guint64 newline)
{
  guint64 inside = stretch->end.inside ? G_MAXUINT64 : 0;

  if (quote != 0)
    inside = walk_quotes (text, &stretch->end, at, quote);
  newline &= ~inside;
  if (newline == 0)
    return;
  if (stretch->first == G_MAXSIZE)
    stretch->first = at + ay_bits_lowest (newline) + 1;
  stretch->newlines += ay_bits_count (newline);
}

/* Position of the first byte of from .. to-1 that no text has. */
static gsize
find_fault (const AyCsvText *text, gsize from, gsize to)
{
  const char *end;

  if (from == to || g_utf8_validate_len (text->data + from, to - from, &end))
    return G_MAXSIZE;
  return (gsize) (end - text->data);
}

void
ay_csv_survey (const AyCsvText *text, gsize from, gsize to, AyCsvSurvey *survey)
{
  AyTextMasks masks;
  gsize foreign = G_MAXSIZE; /* where a run of pieces that are not plain ASCII began */

  memset (survey, 0, sizeof *survey);
  survey->fault = G_MAXSIZE;
  for (int k = 0; k < 2; k++)
    {
      survey->outside_inside[k].first = survey->outside_inside[k].end.second = G_MAXSIZE;
      survey->outside_inside[k].end.inside = k;
      survey->outside_inside[k].end.opened = from;
    }
  for (gsize at = from; at < to; at += PIECE)
    {
      gsize size = MIN (to - at, PIECE);

      ay_text_masks (text->data + at, size, text->delimiter, &masks);
      if ((masks.nul || masks.high) && foreign == G_MAXSIZE)
        foreign = at;
      if (!(masks.nul || masks.high) && foreign != G_MAXSIZE)
        {
          survey->fault = MIN (survey->fault, find_fault (text, foreign, at));
          foreign = G_MAXSIZE;
        }
      for (gsize b = 0; b * AY_TEXT_BLOCK < size; b++)
        for (int k = 0; k < 2; k++)
          survey_block (text, &survey->outside_inside[k], at + b * AY_TEXT_BLOCK,
                        text->quotes ? masks.quote[b] : 0, masks.newline[b]);
    }
  if (foreign != G_MAXSIZE)
    survey->fault = MIN (survey->fault, find_fault (text, foreign, to));
}

void
ay_csv_index_begin (AyCsvIndex *self, const AyCsvText *text, gsize from)
{
  self->text = text;
  self->base = self->at = from;
  self->quotes = (AyCsvQuotes){ .second = G_MAXSIZE };
  self->n_rows = 0;
  self->n_ends = 0;
  ay_csv_index_reserve (self, PIECE);
  self->ends[self->n_ends++] = G_MAXUINT32; /* the byte before base */
}

void
ay_csv_index_reserve (AyCsvIndex *self, gsize more)
{
  if (self->n_ends + more > self->ends_room)
    {
      self->ends_room = (self->n_ends + more) * 2;
      self->ends = g_renew (guint32, self->ends, self->ends_room);
    }
  if (self->n_rows + PIECE + 1 > self->rows_room)
    {
      self->rows_room = (self->n_rows + PIECE + 1) * 2;
      self->row_ends = g_renew (guint32, self->row_ends, self->rows_room);
    }
}

static void
index_block (AyCsvIndex *self, gsize at, guint64 structural, guint64 newline)
{
  guint32 *ends = self->ends + self->n_ends;
  guint32 from = (guint32) (at - self->base);

  for (guint64 rest = newline; rest != 0; rest &= rest - 1)
    self->row_ends[self->n_rows++]
        = (guint32) (self->n_ends + ay_bits_count (structural & ((rest & -rest) - 1)));
  self->n_ends += ay_bits_count (structural);
  /* Four at a time: the number of a block's fields is hard to foresee, that of fours is not. */
  while (structural != 0)
    for (int k = 0; k < 4; k++)
      {
        *ends++ = from + ay_bits_lowest (structural | (guint64) 1 << 63);
        structural &= structural - 1;
      }
}

gboolean
ay_csv_index_more (AyCsvIndex *self)
{
  const AyCsvText *text = self->text;
  gsize size = MIN (text->size - self->at, PIECE);
  AyTextMasks masks;

  if (self->at + size - self->base >= G_MAXUINT32)
    return FALSE;
  ay_csv_index_reserve (self, PIECE + 4);
  if (size == 0)
    {
      /* The last row need not end in a line feed. */
      guint32 last = self->ends[self->n_rows > 0 ? self->row_ends[self->n_rows - 1] : 0];

      if ((guint32) (last + 1) < self->at - self->base)
        {
          self->row_ends[self->n_rows++] = (guint32) self->n_ends;
          self->ends[self->n_ends++] = (guint32) (self->at - self->base);
        }
      return FALSE;
    }
  ay_text_masks (text->data + self->at, size, text->delimiter, &masks);
  for (gsize b = 0; b * AY_TEXT_BLOCK < size; b++)
    {
      gsize at = self->at + b * AY_TEXT_BLOCK;
      guint64 inside = self->quotes.inside ? G_MAXUINT64 : 0;

      if (masks.quote[b] != 0 && text->quotes)
        inside = walk_quotes (text, &self->quotes, at, masks.quote[b]);
      index_block (self, at, (masks.delimiter[b] | masks.newline[b]) & ~inside,
                   masks.newline[b] & ~inside);
    }
  self->at += size;
  return TRUE;
}

void
ay_csv_index_drop (AyCsvIndex *self)
{
  gsize last;

  if (self->n_rows == 0)
    return;
  last = self->row_ends[self->n_rows - 1];
  self->n_ends -= last;
  memmove (self->ends, self->ends + last, self->n_ends * sizeof *self->ends);
  self->n_rows = 0;
}

void
ay_csv_index_clear (AyCsvIndex *self)
{
  g_clear_pointer (&self->ends, g_free);
  g_clear_pointer (&self->row_ends, g_free);
}
