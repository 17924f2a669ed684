/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/csv_head.h"

#include "core/base/error.h"
#include "core/base/words.h"
#include "core/data/cell_style.h"

#include <string.h>

#define SAMPLE_ROWS 256
#define SAMPLE_BYTES ((gsize) 1 << 20)
#define DELIMITER_ROWS 100

/* The first rows, cell by cell. */
typedef struct
{
  GStringChunk *texts;
  GPtrArray *cells;   /* of char*: of all rows, one after another */
  GArray *first;      /* of guint: index in cells of each row's first, and of the end */
  GArray *start;      /* of gsize: where each row begins, and where the last ends */
} Sample;

static void
sample_init (Sample *self)
{
  guint zero = 0;

  self->texts = g_string_chunk_new (4096);
  self->cells = g_ptr_array_new ();
  self->first = g_array_new (FALSE, FALSE, sizeof (guint));
  self->start = g_array_new (FALSE, FALSE, sizeof (gsize));
  g_array_append_val (self->first, zero);
}

static void
sample_clear (Sample *self)
{
  g_string_chunk_free (self->texts);
  g_ptr_array_unref (self->cells);
  g_array_unref (self->first);
  g_array_unref (self->start);
}

static guint
sample_rows (const Sample *self)
{
  return self->first->len - 1;
}

static guint
sample_fields (const Sample *self, guint row)
{
  return g_array_index (self->first, guint, row + 1) - g_array_index (self->first, guint, row);
}

/* (nullable): a field that the row has not. */
static const char *
sample_cell (const Sample *self, guint row, guint column)
{
  if (column >= sample_fields (self, row))
    return NULL;
  return self->cells->pdata[g_array_index (self->first, guint, row) + column];
}

static void
sample_add_row (Sample *self, const AyCsvText *text, const AyCells *cells, guint fields)
{
  guint end;

  for (guint c = 0; c < fields; c++)
    {
      gsize length;
      const char *cell = ay_cells_get (cells, 0, c, &length);
      g_autofree char *plain = NULL;

      if (text->quotes && !ay_cell_strip_quotes (&cell, &length))
        {
          plain = g_malloc (length + 1);
          length = ay_cell_unquote (cell, length, plain);
          cell = plain;
        }
      /* A NUL ends the copy here; the survey of the whole text refuses it. */
      g_ptr_array_add (self->cells, g_string_chunk_insert_len (self->texts, cell, (gssize) length));
    }
  end = self->cells->len;
  g_array_append_val (self->first, end);
}

/* Rows up to a number of rows or bytes, at least two where there are two; blank lines are skipped.
 * A row that the text's end cuts is taken, one that the sample's limit would cut is read on. */
static void
sample_read (Sample *self, const AyCsvText *text, guint most_rows)
{
  AyCsvIndex index = { 0 };
  gboolean more = TRUE;

  ay_csv_index_begin (&index, text, 0);
  while (more && sample_rows (self) < most_rows
         && (index.at < SAMPLE_BYTES || sample_rows (self) < 2))
    {
      more = ay_csv_index_more (&index);
      for (gsize r = 0; r < index.n_rows && sample_rows (self) < most_rows; r++)
        {
          guint32 first = r == 0 ? 1 : index.row_ends[r - 1] + 1;
          guint fields = index.row_ends[r] - first + 1;
          AyCells cells
              = { text->data, text->data + text->size, index.ends, &first, 1, fields - 1 };
          gsize start = (guint32) (index.ends[first - 1] + 1), length;

          ay_cells_get (&cells, 0, 0, &length);
          if (fields == 1 && length == 0)
            continue;
          g_array_append_val (self->start, start);
          sample_add_row (self, text, &cells, fields);
        }
      ay_csv_index_drop (&index);
    }
  ay_csv_index_clear (&index);
}

/* The most frequent number of fields from row `from` on, and how many rows have it. */
static guint
usual_fields (const Sample *sample, guint from, guint *rows)
{
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  guint best = 0;

  *rows = 0;
  for (guint r = from; r < sample_rows (sample); r++)
    {
      gpointer fields = GUINT_TO_POINTER (sample_fields (sample, r));
      guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, fields)) + 1;

      g_hash_table_insert (counts, fields, GUINT_TO_POINTER (count));
      if (count > *rows)
        {
          *rows = count;
          best = GPOINTER_TO_UINT (fields);
        }
    }
  return best;
}

static AyCellKind
cell_kind (const char *text)
{
  double value;

  return ay_cell_number (text, strlen (text), &value);
}

/* What the column's cells from a row on have in common, AY_STYLE_ bits. strict: rows of another
 * width than this (unless 0) do not count. *present (nullable): cells that are not missing. */
static guint
styles_of (const Sample *sample, guint column, guint from, guint strict, guint *present)
{
  guint bits = AY_STYLE_ALL, count = 0;

  for (guint r = from; r < sample_rows (sample); r++)
    {
      const char *cell = sample_cell (sample, r, column);

      if (cell == NULL || ay_cell_is_missing (cell, strlen (cell))
          || (strict != 0 && sample_fields (sample, r) != strict))
        continue;
      count++;
      bits &= ay_cell_styles (cell, strlen (cell));
    }
  if (present != NULL)
    *present = count;
  return bits;
}

/* Blanks may be in any text: they delimit rows of numbers alone (the first row may be names). */
static gboolean
is_all_numbers (const Sample *sample)
{
  for (guint i = g_array_index (sample->first, guint, 1); i < sample->cells->len; i++)
    if (cell_kind (sample->cells->pdata[i]) != AY_CELL_NUMBER)
      return FALSE;
  return sample_rows (sample) > 1;
}

/* Whether a column's cells are numbers that nothing but a decimal comma explains. */
static gboolean
has_decimal_commas (const Sample *sample, guint fields)
{
  for (guint c = 0; c < fields; c++)
    {
      guint bits = styles_of (sample, c, 1, 0, NULL);

      if ((bits & AY_STYLE_NUMBER) == AY_STYLE_BIT (AY_STYLE_COMMA)
          && (bits & AY_STYLE_NO_COMMA) == 0)
        return TRUE;
    }
  return FALSE;
}

/* The one of , ; tab | (and of blanks, where nothing but numbers is between them) by which the
 * first rows have the most regular number of fields, more than one; `preferred` breaks ties, but
 * between numbers of as many decimal commas each a semicolon wins over the comma. */
static char
best_delimiter (const char *data, gsize size, char preferred)
{
  const char candidates[] = { preferred, ',', '\t', ';', '|', ' ' };
  double best = 0;
  char chosen = preferred;

  for (guint i = 0; i < G_N_ELEMENTS (candidates); i++)
    {
      AyCsvText text = { data, size, candidates[i], TRUE };
      guint fields, rows;
      double share;
      Sample sample;

      if (candidates[i] == ' ' && best > 0)
        break;
      sample_init (&sample);
      sample_read (&sample, &text, DELIMITER_ROWS);
      fields = usual_fields (&sample, 0, &rows);
      share = fields > 1 ? (double) rows / sample_rows (&sample) : 0;
      if ((share > best && (candidates[i] != ' ' || is_all_numbers (&sample)))
          || (share == 1.0 && candidates[i] == ';' && chosen == ','
              && has_decimal_commas (&sample, fields)))
        {
          best = share;
          chosen = candidates[i];
        }
      sample_clear (&sample);
    }
  return chosen;
}

char
ay_csv_guess_delimiter (const char *path, const char *data, gsize size)
{
  g_autofree char *name = g_ascii_strdown (path, -1);
  gboolean tabs = g_str_has_suffix (name, ".tsv") || g_str_has_suffix (name, ".tab")
                  || g_str_has_suffix (name, ".tsv.gz") || g_str_has_suffix (name, ".tab.gz");

  return best_delimiter (data, size, tabs ? '\t' : ',');
}

/* Whether the column's cells below the first row are numbers, at least one of them. */
static gboolean
is_number_below (const Sample *sample, guint column)
{
  guint present;

  return (styles_of (sample, column, 1, 0, &present) & AY_STYLE_NUMBER) != 0 && present > 0;
}

/* 0, 1, 2, ... after an empty cell or not: the names of a frame that was given none. */
static gboolean
is_numbered (const Sample *sample)
{
  guint fields = sample_fields (sample, 0), from = *sample_cell (sample, 0, 0) == '\0';

  for (guint c = from; c < fields; c++)
    {
      g_autofree char *number = g_strdup_printf ("%u", c - from);

      if (!g_str_equal (number, sample_cell (sample, 0, c)))
        return FALSE;
    }
  return fields - from >= 3;
}

/* Of a table of texts alone: names are short, and no value of their columns. */
static gboolean
looks_like_names (const Sample *sample)
{
  for (guint c = 0; c < sample_fields (sample, 0); c++)
    {
      const char *name = sample_cell (sample, 0, c);

      if (strlen (name) > 64)
        return FALSE;
      for (guint r = 1; *name != '\0' && r < sample_rows (sample); r++)
        if (g_strcmp0 (name, sample_cell (sample, r, c)) == 0)
          return FALSE;
    }
  return TRUE;
}

static gboolean
guess_header (const Sample *sample)
{
  gboolean number = FALSE;

  for (guint c = 0; c < sample_fields (sample, 0); c++)
    {
      const char *cell = sample_cell (sample, 0, c);
      gboolean missing = ay_cell_is_missing (cell, strlen (cell));
      gboolean text = !missing && (ay_cell_styles (cell, strlen (cell)) & AY_STYLE_NUMBER) == 0;

      if (text && is_number_below (sample, c))
        return TRUE;
      number |= !missing && !text;
    }
  return number ? is_numbered (sample) : looks_like_names (sample);
}

/* A name that no column has yet: the wish itself, or with .1, .2 ... as pandas does. */
static char *
distinct_name (GHashTable *seen, const char *wish)
{
  char *name = g_strdup (wish);

  for (guint k = 1; g_hash_table_contains (seen, name); k++)
    {
      g_free (name);
      name = g_strdup_printf ("%s.%u", wish, k);
    }
  return name;
}

static void
make_names (AyCsvHead *self, const Sample *sample)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  self->names = g_new0 (char *, (gsize) self->width + 1);
  self->given = g_new0 (char *, (gsize) self->width + 1);
  for (guint c = 0; c < self->width; c++)
    {
      const char *given = self->header ? sample_cell (sample, 0, c) : NULL;
      g_autofree char *position = g_strdup_printf ("c%u", c);

      self->given[c] = g_strstrip (g_strdup (given != NULL ? given : ""));
      self->names[c] = distinct_name (seen, *self->given[c] != '\0' ? self->given[c] : position);
      g_hash_table_add (seen, self->names[c]);
    }
}

/* One finding for the columns that the header leaves without a name, or names again. */
static void
say_names (const AyCsvHead *self, const char *path, gboolean blank, AyDiagnostics *diagnostics)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint count = 0;

  for (guint c = 0; self->header && c < self->width; c++)
    {
      if ((*self->given[c] == '\0') != blank || g_str_equal (self->given[c], self->names[c]))
        continue;
      if (count++ < 5)
        g_string_append_printf (list, "%s%u as \"%s\"", count > 1 ? ", " : "", c + 1,
                                self->names[c]);
    }
  if (count > 5)
    g_string_append (list, ", ...");
  if (count > 0)
    ay_diagnostics_add (diagnostics, blank ? "blank-header" : "duplicate-header",
                        N_ ("%s: the header %s: column %s"), path,
                        blank ? N_ ("leaves columns without a name") : N_ ("gives a name twice"),
                        list->str);
}

/* The columns whose numbers are written otherwise than 1234.5. */
static void
say_style (const AyCsvHead *self, AyCellStyle style, const char *path, AyDiagnostics *diagnostics)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint count = 0;

  for (guint c = 0; c < self->width; c++)
    if (self->kinds[c] == AY_BUILD_NUMBER && self->styles[c] == style)
      ay_diagnostic_list_name (list, count++, self->names[c]);
  if (count > 0)
    ay_diagnostics_add (diagnostics,
                        style == AY_STYLE_COMMA ? "decimal-comma" : "digit-groups",
                        style == AY_STYLE_COMMA
                            ? N_ ("%s: the comma is read as the decimal mark in column %s")
                            : N_ ("%s: commas are read as marks between thousands in column %s"),
                        path, list->str);
}

void
ay_csv_head_say (const AyCsvHead *self, const char *path, const AySourceOptions *options,
                 AyDiagnostics *diagnostics)
{
  if (!self->header && !options->no_header)
    ay_diagnostics_add (diagnostics, "header-guessed",
                        N_ ("%s: the first line looks like data, not names: columns are c0, c1, "
                            "..."), path);
  say_names (self, path, TRUE, diagnostics);
  say_names (self, path, FALSE, diagnostics);
  say_style (self, AY_STYLE_COMMA, path, diagnostics);
  say_style (self, AY_STYLE_GROUPED, path, diagnostics);
}

/* Of a column that is no numbers; strict as in styles_of(). */
static AyBuildKind
guess_text_kind (const Sample *sample, guint column, guint from, guint strict)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint rows = sample_rows (sample), texts = 0;
  gboolean brief = TRUE;

  for (guint r = from; r < rows; r++)
    {
      const char *cell = sample_cell (sample, r, column);

      if (cell == NULL || ay_cell_is_missing (cell, strlen (cell))
          || (strict != 0 && sample_fields (sample, r) != strict))
        continue;
      brief = brief && strlen (cell) <= AY_BUILD_SHORT;
      texts++;
    }
  for (guint r = from; r < rows; r++)
    if (sample_cell (sample, r, column) != NULL)
      g_hash_table_add (seen, (char *) sample_cell (sample, r, column));
  brief = brief && g_hash_table_size (seen) <= MAX (64, texts / 4);
  return brief ? AY_BUILD_CATEGORY : AY_BUILD_TEXT;
}

/* Whether a blank follows each delimiter, as in "a, b, c". */
static gboolean
begins_with_blanks (const Sample *sample)
{
  gboolean any = FALSE;

  for (guint r = 0; r < sample_rows (sample); r++)
    for (guint c = 1; c < sample_fields (sample, r); c++)
      {
        if (*sample_cell (sample, r, c) != ' ')
          return FALSE;
        any = TRUE;
      }
  return any;
}

/* Kinds and styles. strict: rows of another width than this (unless 0) are going to be left out. */
static void
guess_kinds (AyCsvHead *self, const Sample *sample, guint strict, char delimiter)
{
  g_autofree guint *bits = g_new (guint, self->width);

  self->kinds = g_new (guint8, self->width);
  self->styles = g_new (guint8, self->width);
  for (guint c = 0; c < self->width; c++)
    bits[c] = styles_of (sample, c, self->header, strict, NULL);
  ay_cell_choose_styles (bits, self->width, delimiter, self->styles);
  for (guint c = 0; c < self->width; c++)
    self->kinds[c] = (bits[c] & AY_STYLE_BIT (self->styles[c])) != 0
                         ? AY_BUILD_NUMBER
                         : (guint8) guess_text_kind (sample, c, self->header, strict);
}

/* Fields of a row: those of the header, or of the first row; where rows of other counts are to be
 * mended, of most rows. */
static gboolean
decide_width (AyCsvHead *self, const Sample *sample, const char *path,
              const AySourceOptions *options, GError **error)
{
  guint first = sample_fields (sample, 0), rows;
  guint usual = usual_fields (sample, self->header, &rows);

  self->width = first;
  if (options->ragged == AY_RAGGED_ERROR || usual == 0 || usual == first)
    return TRUE;
  if (options->ragged == AY_RAGGED_PAD)
    self->width = MAX (first, usual);
  else if (options->has_header)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s:1: the header has %u fields, most rows have %u"), path, first, usual);
      return FALSE;
    }
  else
    {
      self->width = usual;
      self->header = FALSE; /* it is one of the rows to skip */
    }
  return TRUE;
}

gboolean
ay_csv_head_read (AyCsvHead *self, const AyCsvText *text, const char *path,
                  const AySourceOptions *options, GError **error)
{
  gboolean good;
  Sample sample;

  memset (self, 0, sizeof *self);
  sample_init (&sample);
  sample_read (&sample, text, SAMPLE_ROWS);
  good = sample_rows (&sample) > 0;
  if (!good)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s:1: there are no rows"), path);
  if (good)
    {
      self->header = options->has_header || (!options->no_header && guess_header (&sample));
      good = decide_width (self, &sample, path, options, error);
    }
  if (good)
    {
      self->body = text->size;
      if (!self->header)
        self->body = 0;
      else if (sample_rows (&sample) > 1)
        self->body = g_array_index (sample.start, gsize, 1);
      self->blanks = begins_with_blanks (&sample);
      make_names (self, &sample);
      guess_kinds (self, &sample, options->ragged == AY_RAGGED_SKIP ? self->width : 0,
                   text->delimiter);
    }
  sample_clear (&sample);
  return good;
}

void
ay_csv_head_clear (AyCsvHead *self)
{
  g_clear_pointer (&self->names, g_strfreev);
  g_clear_pointer (&self->given, g_strfreev);
  g_clear_pointer (&self->kinds, g_free);
  g_clear_pointer (&self->styles, g_free);
}
