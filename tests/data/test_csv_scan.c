/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/rng.h"
#include "core/data/csv_scan.h"

#include <string.h>

/* The rules of quotes byte by byte, as Python's csv module has them. */
typedef struct
{
  GArray *ends;     /* of guint32: where fields end */
  GArray *row_ends; /* of guint32: indices in ends, plus 1, of those that end a row */
  gboolean inside;
} Plain;

static void
plain_scan (Plain *self, const AyCsvText *text, gsize from, gsize to, gboolean inside)
{
  gboolean start = TRUE;

  self->ends = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->row_ends = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (gsize i = from; i < to; i++)
    {
      char c = text->data[i];
      guint32 at = (guint32) (i - from);
      gboolean quote = c == '"' && text->quotes;

      if (inside && quote && i + 1 < text->size && text->data[i + 1] == '"')
        i++;
      else if (inside)
        inside = !quote;
      else if (quote && start)
        inside = TRUE;
      else if (c == text->delimiter || c == '\n')
        {
          g_array_append_val (self->ends, at);
          if (c == '\n')
            g_array_append_val (self->row_ends, self->ends->len);
        }
      start = !inside && (c == text->delimiter || c == '\n');
    }
  self->inside = inside;
}

static void
plain_clear (Plain *self)
{
  g_array_unref (self->ends);
  g_array_unref (self->row_ends);
}

static char *
random_text (AyRng *rng, gsize size, guint quotes)
{
  static const char letters[] = "aaaaaaaaaabc1.,,,,,\n\r";
  char *text = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    text[i] = ay_rng_below (rng, 100) < quotes ? '"'
                                               : letters[ay_rng_below (rng, sizeof letters - 1)];
  text[size] = '\0';
  return text;
}

static void
test_masks (void)
{
  AyRng rng;

  ay_rng_init (&rng, 1, 0);
  for (guint round = 0; round < 200; round++)
    {
      gsize size = ay_rng_below (&rng, round % 2 ? 4097 : 200);
      g_autofree char *text = random_text (&rng, size, 20);
      gboolean nul = FALSE, high = FALSE;
      AyTextMasks masks;

      if (size > 0 && round % 5 == 0)
        text[ay_rng_below (&rng, size)] = (char) (round % 2 ? 0 : 0xe9);
      ay_text_masks (text, size, ',', &masks);
      for (gsize i = 0; i < (size + 63) / 64 * 64; i++)
        {
          char c = i < size ? text[i] : 'x';

          g_assert_cmpint (masks.quote[i / 64] >> i % 64 & 1, ==, c == '"');
          g_assert_cmpint (masks.delimiter[i / 64] >> i % 64 & 1, ==, c == ',');
          g_assert_cmpint (masks.newline[i / 64] >> i % 64 & 1, ==, c == '\n');
          nul |= c == '\0';
          high |= (guint8) c >= 0x80;
        }
      g_assert_cmpint (masks.nul, ==, nul);
      g_assert_cmpint (masks.high, ==, high);
    }
}

static void
test_bits (void)
{
  AyRng rng;

  ay_rng_init (&rng, 2, 0);
  for (guint round = 0; round < 1000; round++)
    {
      guint64 bits = ay_rng_next (&rng) & ay_rng_next (&rng) >> ay_rng_below (&rng, 64);

      g_assert_cmpuint (ay_bits_count (bits), ==, __builtin_popcountll (bits));
    }
  g_assert_cmpuint (ay_bits_count (G_MAXUINT64), ==, 64);
}

/* From any row's start, dropping complete rows now and then. */
static void
test_index (void)
{
  AyRng rng;

  ay_rng_init (&rng, 3, 0);
  for (guint round = 0; round < 150; round++)
    {
      gsize size = 1 + ay_rng_below (&rng, 20000), fields = 0, rows = 0;
      g_autofree char *data = random_text (&rng, size, round % 4 * 5);
      AyCsvText text = { data, size, ',', round % 7 != 0 };
      AyCsvIndex index = { 0 };
      gboolean more = TRUE;
      Plain plain;

      plain_scan (&plain, &text, 0, size, FALSE);
      ay_csv_index_begin (&index, &text, 0);
      while (more)
        {
          more = ay_csv_index_more (&index);
          if (more && ay_rng_below (&rng, 2))
            continue;
          for (gsize r = 0; r < index.n_rows; r++)
            if (rows < plain.row_ends->len)
              g_assert_cmpuint (fields + index.row_ends[r], ==,
                                g_array_index (plain.row_ends, guint32, rows++));
            else
              g_assert_false (more); /* the last row, which no line feed ends */
          for (gsize k = 1; index.n_rows > 0 && k <= index.row_ends[index.n_rows - 1]; k++)
            if (fields + k <= plain.ends->len)
              g_assert_cmpuint (index.ends[k], ==,
                                g_array_index (plain.ends, guint32, fields + k - 1));
            else
              g_assert_cmpuint (index.ends[k], ==, size);
          fields += index.n_rows > 0 ? index.row_ends[index.n_rows - 1] : 0;
          ay_csv_index_drop (&index);
        }
      g_assert_cmpuint (rows, ==, plain.row_ends->len);
      ay_csv_index_clear (&index);
      plain_clear (&plain);
    }
}

/* Both states that a stretch after a line feed may begin in. */
static void
test_survey (void)
{
  AyRng rng;

  ay_rng_init (&rng, 4, 0);
  for (guint round = 0; round < 300; round++)
    {
      gsize size = 1 + ay_rng_below (&rng, 20000), from = ay_rng_below (&rng, size), to;
      g_autofree char *data = random_text (&rng, size, round % 4 * 5);
      AyCsvText text = { data, size, ',', TRUE };
      AyCsvSurvey survey;

      while (from > 0 && data[from - 1] != '\n')
        from--;
      for (to = from + 1 + ay_rng_below (&rng, size - from); to < size && data[to - 1] != '\n';)
        to++;
      ay_csv_survey (&text, from, to, &survey);
      g_assert_cmpuint (survey.fault, ==, G_MAXSIZE);
      for (int inside = 0; inside < 2; inside++)
        {
          const AyCsvStretch *stretch = &survey.outside_inside[inside];
          Plain plain;

          plain_scan (&plain, &text, from, to, inside);
          g_assert_cmpuint (stretch->newlines, ==, plain.row_ends->len);
          g_assert_cmpint (stretch->end.inside, ==, plain.inside);
          if (plain.row_ends->len > 0)
            {
              guint32 end = g_array_index (plain.row_ends, guint32, 0) - 1;

              g_assert_cmpuint (stretch->first, ==,
                                from + g_array_index (plain.ends, guint32, end) + 1);
            }
          plain_clear (&plain);
        }
    }
}

/* The first byte that is no text, wherever it is. */
static void
test_fault (void)
{
  AyRng rng;

  ay_rng_init (&rng, 5, 0);
  for (guint round = 0; round < 200; round++)
    {
      gsize size = 1 + ay_rng_below (&rng, 20000), at = ay_rng_below (&rng, size);
      g_autofree char *data = random_text (&rng, size, 5);
      AyCsvText text = { data, size, ',', TRUE };
      AyCsvSurvey survey;

      for (gsize i = 0; round % 3 == 0 && i + 3 < at; i += 50)
        memcpy (data + i, "\xe6\x97\xa5", 3);
      data[at] = (char) (round % 2 ? 0 : 0xff);
      ay_csv_survey (&text, 0, size, &survey);
      g_assert_cmpuint (survey.fault, ==, at);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csv-scan/masks", test_masks);
  g_test_add_func ("/csv-scan/bits", test_bits);
  g_test_add_func ("/csv-scan/index", test_index);
  g_test_add_func ("/csv-scan/survey", test_survey);
  g_test_add_func ("/csv-scan/fault", test_fault);
  return g_test_run ();
}
