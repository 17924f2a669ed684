/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages of a story: blocks flow from top to bottom; a paragraph breaks between its lines, a table
 * between its rows with its head again, drawings and pictures go to the next page whole; two halves
 * stand side by side. The first page is made smaller until it holds what it is to hold. Text is
 * shown in reading order and stays text; its fonts are embedded as subsets by cairo. Lengths are
 * points. */
#include "report/report_private.h"

#include "core/base/error.h"

#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define MARGIN 51.0     /* 18 mm */
#define FOOT 28.0       /* of the margin's, for the page's number */
#define SIZE 9.5        /* of the text */
#define GAP 5.0         /* between blocks */
#define CELL 3.0        /* around a table's cell */
#define SAMPLES 6       /* pictures side by side */
#define TEXTS 3
#define COLUMN_GAP 18.0 /* between the halves */
#define N_SCALES 9      /* tried for the first page, */
#define SCALE_STEP 0.04 /* each so much smaller */
#define LEAST_SHEET 216.0 /* a page narrower or lower is cut */
#define LEAST_LINES 40.0 /* a heading is not left at a page's foot */

typedef struct
{
  const AyStory *story;
  GPtrArray *sheets;    /* (nullable) recordings of the pages, instead of a PDF */
  double sheet_width, sheet_height; /* points */
  cairo_surface_t *surface;
  cairo_t *cr;
  double scale;         /* of all lengths: below 1 to fit more on a page */
  double width, height; /* of the page, margins within, as all that follow in scaled points */
  double margin;
  double x, column;     /* of what is set now: from where, and how wide */
  double y;
  double y_left, y_right; /* where the halves began; how far the left one came */
  guint page;
} Page;

typedef struct
{
  double size;
  gboolean bold, muted, right;
} Look;

static const Look plain = { SIZE, FALSE, FALSE, FALSE };
static const Look caption = { SIZE * 0.92, FALSE, TRUE, FALSE };

static PangoLayout *
make_layout (Page *self, const char *text, const Look *look, double width)
{
  PangoLayout *layout = pango_cairo_create_layout (self->cr);
  PangoFontDescription *font
      = pango_font_description_from_string (ay_figure_theme (FALSE)->font);
  cairo_font_options_t *options = cairo_font_options_create ();
  PangoAttrList *attributes = pango_attr_list_new ();
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);

  cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (pango_layout_get_context (layout), options);
  pango_context_set_round_glyph_positions (pango_layout_get_context (layout), FALSE);
  cairo_font_options_destroy (options);
  pango_font_description_set_absolute_size (font, look->size * PANGO_SCALE);
  if (look->bold)
    pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_alignment (layout, look->right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  pango_layout_set_text (layout, valid, -1);
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE)); /* ids stay whole */
  pango_layout_set_attributes (layout, attributes);
  pango_attr_list_unref (attributes);
  return layout;
}

static double
layout_height (PangoLayout *layout)
{
  int height;

  pango_layout_get_size (layout, NULL, &height);
  return (double) height / PANGO_SCALE;
}

static void
set_color (Page *self, const Look *look)
{
  const AyFigureTheme *theme = ay_figure_theme (FALSE);

  ay_figure_set_color (self->cr, look->muted ? theme->muted : theme->foreground);
}

/* --- pages --- */

static double
bottom (const Page *self)
{
  return self->height - self->margin;
}

static void
draw_foot (Page *self)
{
  g_autofree char *text = g_strdup_printf ("%s \302\267 %s \302\267 %u", self->story->title,
                                           self->story->date, self->page);
  PangoLayout *layout = make_layout (self, text, &caption,
                                     self->width - 2.0 * self->margin);

  set_color (self, &caption);
  cairo_move_to (self->cr, self->margin,
                 self->height - FOOT / self->scale - layout_height (layout));
  pango_cairo_show_layout (self->cr, layout);
  g_object_unref (layout);
}

static void
start_sheet (Page *self)
{
  const cairo_rectangle_t whole = { 0.0, 0.0, self->sheet_width, self->sheet_height };

  self->surface = cairo_recording_surface_create (CAIRO_CONTENT_COLOR_ALPHA, &whole);
  self->cr = cairo_create (self->surface);
  cairo_scale (self->cr, self->scale, self->scale);
}

/* The page is done; of sheets another one begins. */
static void
turn (Page *self)
{
  draw_foot (self);
  self->page++;
  if (self->sheets == NULL)
    cairo_show_page (self->cr);
  else
    {
      cairo_destroy (self->cr);
      g_ptr_array_add (self->sheets, self->surface);
      start_sheet (self);
    }
  self->y = self->y_left = self->y_right = self->margin;
}

/* Room for so much, on this page or the next. */
static void
need (Page *self, double height)
{
  if (self->y + height > bottom (self) && self->y > self->margin)
    turn (self);
}

/* --- text --- */

static void
show_lines (Page *self, const char *text, const Look *look)
{
  PangoLayout *layout = make_layout (self, text, look, self->column);
  int n = pango_layout_get_line_count (layout);

  for (int i = 0; i < n; i++)
    {
      PangoLayoutLine *line = pango_layout_get_line_readonly (layout, i);
      PangoRectangle logical;
      double height;

      pango_layout_line_get_extents (line, NULL, &logical);
      height = (double) logical.height / PANGO_SCALE;
      need (self, height);
      set_color (self, look);
      cairo_move_to (self->cr, self->x, self->y - (double) logical.y / PANGO_SCALE);
      pango_cairo_show_layout_line (self->cr, line);
      self->y += height;
    }
  g_object_unref (layout);
  self->y += GAP;
}

/* Room that a heading asks for below it, so as not to be left alone. */
static double
room_below (const Page *self, const AyBlock *heading)
{
  const GPtrArray *blocks = self->story->blocks;
  const AyBlock *next
      = heading->number + 1 < blocks->len ? blocks->pdata[heading->number + 1] : NULL;
  g_auto (AyReportDrawing) drawing = { 0 };

  if (next == NULL || (next->kind != AY_BLOCK_STEPS && next->kind != AY_BLOCK_CURVES
                       && next->kind != AY_BLOCK_MAP))
    return LEAST_LINES;
  ay_report_drawing_init (&drawing, next, self->column / AY_REPORT_PIXEL);
  return drawing.spec.height * AY_REPORT_PIXEL + LEAST_LINES;
}

static void
show_heading (Page *self, const AyBlock *block, double size)
{
  g_autofree char *link = NULL;

  if (self->y > self->margin)
    self->y += 1.5 * GAP;
  need (self, size + room_below (self, block));
  if (self->sheets == NULL)
    {
      link = g_strdup_printf ("page=%u pos=[%.1f %.1f]", self->page, self->x * self->scale,
                              self->y * self->scale);
      cairo_pdf_surface_add_outline (self->surface, CAIRO_PDF_OUTLINE_ROOT, block->text, link,
                                     CAIRO_PDF_OUTLINE_FLAG_OPEN);
    }
  show_lines (self, block->text, &(Look) { size, TRUE, FALSE, FALSE });
}

/* --- tables --- */

/* Widths of the columns: what their longest cells ask for, the widest one giving way. */
static double *
column_widths (Page *self, const AyBlock *block)
{
  guint n = block->n_columns;
  double all = self->column, sum = 0.0, most = 0.0, fixed = 0.0;
  double *width = g_new0 (double, n);
  guint wide = 0;

  for (guint i = 0; i < block->cells->len; i++)
    {
      Look look = { SIZE, i < n, FALSE, FALSE };
      PangoLayout *layout = make_layout (self, block->cells->pdata[i], &look, all * 4.0);
      int w;

      pango_layout_get_size (layout, &w, NULL);
      width[i % n] = MAX (width[i % n], (double) w / PANGO_SCALE + 2.0 * CELL + 0.5);
      g_object_unref (layout);
    }
  for (guint c = 0; c < n; c++)
    {
      sum += width[c];
      if (width[c] > most)
        {
          most = width[c];
          wide = c;
        }
    }
  if (sum <= all)
    return width;
  for (guint c = 0; c < n; c++)
    {
      if (c != wide)
        width[c] = MIN (width[c], all / n);
      fixed += c != wide ? width[c] : 0.0;
    }
  width[wide] = all - fixed;
  return width;
}

static double
row_height (Page *self, const AyBlock *block, guint row, const double *width)
{
  double height = 0.0;

  for (guint c = 0; c < block->n_columns; c++)
    {
      Look look = { SIZE, row == 0, FALSE, FALSE };
      PangoLayout *layout = make_layout (self, block->cells->pdata[row * block->n_columns + c],
                                         &look, width[c] - 2.0 * CELL);

      height = MAX (height, layout_height (layout));
      g_object_unref (layout);
    }
  return height + CELL;
}

static void
show_row (Page *self, const AyBlock *block, guint row, const double *width)
{
  double x = self->x, height = row_height (self, block, row, width);

  for (guint c = 0; c < block->n_columns; c++)
    {
      Look look = { SIZE, row == 0, FALSE, block->align[c] == 'r' };
      PangoLayout *layout = make_layout (self, block->cells->pdata[row * block->n_columns + c],
                                         &look, width[c] - 2.0 * CELL);

      set_color (self, &look);
      cairo_move_to (self->cr, x + CELL, self->y);
      pango_cairo_show_layout (self->cr, layout);
      g_object_unref (layout);
      x += width[c];
    }
  self->y += height;
  ay_figure_set_color (self->cr, ay_figure_theme (FALSE)->grid);
  cairo_set_line_width (self->cr, row == 0 ? 1.0 : 0.4);
  cairo_move_to (self->cr, self->x, self->y - 0.5 * CELL);
  cairo_line_to (self->cr, x, self->y - 0.5 * CELL);
  cairo_stroke (self->cr);
}

/* Two rows side by side, or one (right: 0). */
static void
show_row_pair (Page *self, const AyBlock *block, guint left, guint right, const double *width)
{
  double x = self->x, y = self->y, below;

  show_row (self, block, left, width);
  below = self->y;
  if (right > 0 || left == 0)
    {
      self->x += self->column + COLUMN_GAP;
      self->y = y;
      show_row (self, block, right, width);
      self->x = x;
      self->y = MAX (self->y, below);
    }
}

static void
show_rows (Page *self, const AyBlock *block, const double *width)
{
  guint rows = block->cells->len / block->n_columns;
  guint half = block->folded ? rows / 2 + 1 : rows; /* the head and the rows of the left half */

  if (rows > 1) /* the head is not left alone */
    need (self, row_height (self, block, 0, width) + row_height (self, block, 1, width));
  for (guint row = 0; row < half; row++)
    {
      guint right = block->folded && row > 0 && half + row - 1 < rows ? half + row - 1 : 0;
      double height = MAX (row_height (self, block, row, width),
                           row_height (self, block, right, width));

      if (self->y + height > bottom (self) && self->y > self->margin)
        {
          turn (self);
          if (row > 0 && block->folded)
            show_row_pair (self, block, 0, 0, width);
          else if (row > 0)
            show_row (self, block, 0, width);
        }
      if (block->folded)
        show_row_pair (self, block, row, right, width);
      else
        show_row (self, block, row, width);
    }
}

static void
show_table (Page *self, const AyBlock *block)
{
  double column = self->column;
  g_autofree double *width = NULL;

  if (block->text != NULL)
    show_lines (self, block->text, &caption);
  if (block->folded)
    self->column = (column - COLUMN_GAP) / 2.0;
  width = column_widths (self, block);
  show_rows (self, block, width);
  self->column = column;
  self->y += GAP;
}

/* --- drawings and pictures --- */

static void
show_drawing (Page *self, const AyBlock *block)
{
  g_auto (AyReportDrawing) drawing = { 0 };

  ay_report_drawing_init (&drawing, block, self->column / AY_REPORT_PIXEL);
  need (self, drawing.spec.height * AY_REPORT_PIXEL + 2.0 * SIZE);
  cairo_save (self->cr);
  cairo_translate (self->cr, self->x, self->y);
  cairo_scale (self->cr, AY_REPORT_PIXEL, AY_REPORT_PIXEL);
  ay_figure_draw (&drawing.spec, self->cr);
  cairo_restore (self->cr);
  self->y += drawing.spec.height * AY_REPORT_PIXEL;
  show_lines (self, block->text, &caption);
}

static double
picture_scale (const AyStorySample *sample, double width)
{
  return MIN (width / sample->width, width / sample->height);
}

static double
sample_height (Page *self, const AyStorySample *sample, double width)
{
  PangoLayout *words = make_layout (self, sample->caption, &caption, width);
  double height = layout_height (words);

  g_object_unref (words);
  if (sample->rgb != NULL)
    return height + picture_scale (sample, width) * sample->height + GAP;
  words = make_layout (self, sample->text, &plain, width);
  height += layout_height (words) + GAP;
  g_object_unref (words);
  return height;
}

static void
show_sample (Page *self, const AyStorySample *sample, double x, double width)
{
  PangoLayout *words;
  double y = self->y;

  if (sample->rgb != NULL)
    {
      cairo_surface_t *picture = ay_report_picture (sample);
      double scale = picture_scale (sample, width);

      cairo_save (self->cr);
      cairo_translate (self->cr, x, y);
      cairo_scale (self->cr, scale, scale);
      cairo_set_source_surface (self->cr, picture, 0.0, 0.0);
      if (scale > 1.0) /* few pixels are shown as such */
        cairo_pattern_set_filter (cairo_get_source (self->cr), CAIRO_FILTER_NEAREST);
      cairo_paint (self->cr);
      cairo_restore (self->cr);
      cairo_surface_destroy (picture);
      y += scale * sample->height + GAP;
    }
  else
    {
      words = make_layout (self, sample->text, &plain, width);
      set_color (self, &plain);
      cairo_move_to (self->cr, x, y);
      pango_cairo_show_layout (self->cr, words);
      y += layout_height (words) + GAP;
      g_object_unref (words);
    }
  words = make_layout (self, sample->caption, &caption, width);
  set_color (self, &caption);
  cairo_move_to (self->cr, x, y);
  pango_cairo_show_layout (self->cr, words);
  g_object_unref (words);
}

static void
show_samples (Page *self, const AyBlock *block)
{
  guint columns = ay_report_has_pictures (block) ? SAMPLES : TEXTS;
  double step = (self->column + 2.0 * GAP) / columns, width = step - 2.0 * GAP;

  show_lines (self, block->text, &caption);
  for (guint i = 0; i < block->samples->len; i += columns)
    {
      guint n = MIN (columns, block->samples->len - i);
      double height = 0.0;

      for (guint k = 0; k < n; k++)
        height = MAX (height, sample_height (self, block->samples->pdata[i + k], width));
      need (self, height);
      for (guint k = 0; k < n; k++)
        show_sample (self, block->samples->pdata[i + k], self->x + step * k, width);
      self->y += height + GAP;
    }
}

/* --- the order of things --- */

/* What follows stands in the left half, in the right one beside it, or below both. */
static void
go_to (Page *self, AyBlockKind where)
{
  double all = self->width - 2.0 * self->margin, half = (all - COLUMN_GAP) / 2.0;

  self->column = where == AY_BLOCK_WHOLE ? all : half;
  self->x = self->margin + (where == AY_BLOCK_RIGHT ? half + COLUMN_GAP : 0.0);
  if (where == AY_BLOCK_LEFT)
    self->y_left = self->y;
  else if (where == AY_BLOCK_RIGHT)
    {
      self->y_right = self->y;
      self->y = self->y_left;
    }
  else
    self->y = MAX (self->y, self->y_right);
}

static void
show_block (Page *self, const AyBlock *block)
{
  switch (block->kind)
    {
    case AY_BLOCK_TITLE: show_heading (self, block, SIZE * 1.7); break;
    case AY_BLOCK_HEADING: show_heading (self, block, SIZE * 1.2); break;
    case AY_BLOCK_LEAD:
      show_lines (self, block->text, &(Look) { SIZE * 1.15, TRUE, FALSE, FALSE });
      break;
    case AY_BLOCK_PARAGRAPH: show_lines (self, block->text, &plain); break;
    case AY_BLOCK_TABLE: show_table (self, block); break;
    case AY_BLOCK_STEPS:
    case AY_BLOCK_CURVES:
    case AY_BLOCK_MAP: show_drawing (self, block); break;
    case AY_BLOCK_SAMPLES: show_samples (self, block); break;
    case AY_BLOCK_BREAK: turn (self); break;
    case AY_BLOCK_LEFT:
    case AY_BLOCK_RIGHT:
    case AY_BLOCK_WHOLE: go_to (self, block->kind); break;
    default: g_return_if_reached ();
    }
}

static cairo_status_t
append_bytes (void *closure, const unsigned char *data, unsigned int length)
{
  g_string_append_len (closure, (const char *) data, length);
  return CAIRO_STATUS_SUCCESS;
}

/* All lengths by a factor: the page is the same, what stands on it is smaller. */
static void
set_scale (Page *self, double scale)
{
  self->scale = scale;
  self->width = self->sheet_width / scale;
  self->height = self->sheet_height / scale;
  self->margin = MARGIN / scale;
  self->y = self->y_left = self->y_right = self->margin;
  cairo_identity_matrix (self->cr);
  cairo_scale (self->cr, scale, scale);
  go_to (self, AY_BLOCK_WHOLE);
}

static Page
make_page (const AyStory *story, double width, double height)
{
  return (Page) { .story = story, .page = 1, .scale = 1.0, .sheet_width = width,
                  .sheet_height = height };
}

static void
open_page (Page *self, GString *out)
{
  self->surface = cairo_pdf_surface_create_for_stream (append_bytes, out, self->sheet_width,
                                                       self->sheet_height);
  self->cr = cairo_create (self->surface);
}

static cairo_status_t
close_page (Page *self)
{
  cairo_status_t status = cairo_status (self->cr);

  cairo_destroy (self->cr);
  cairo_surface_finish (self->surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (self->surface);
  cairo_surface_destroy (self->surface);
  return status;
}

static guint
first_break (const AyStory *story)
{
  guint i = 0;

  while (i < story->blocks->len
         && ((const AyBlock *) story->blocks->pdata[i])->kind != AY_BLOCK_BREAK)
    i++;
  return i;
}

/* The largest scale at which what stands before the first break fits on one page, tried out on
 * pages that are thrown away; as it is where none does. */
static double
fit_first_page (const AyStory *story, double width, double height)
{
  guint end = first_break (story);

  for (guint k = 0; k < N_SCALES; k++)
    {
      g_autoptr (GString) bytes = g_string_new (NULL);
      Page page = make_page (story, width, height);
      guint pages;

      open_page (&page, bytes);
      set_scale (&page, 1.0 - SCALE_STEP * k);
      for (guint i = 0; i < end; i++)
        show_block (&page, story->blocks->pdata[i]);
      pages = page.page;
      close_page (&page);
      if (pages == 1)
        return 1.0 - SCALE_STEP * k;
    }
  return 1.0;
}

static void
show_story (Page *self)
{
  const AyStory *story = self->story;
  guint end = first_break (story);

  set_scale (self, fit_first_page (story, self->sheet_width, self->sheet_height));
  for (guint i = 0; i < story->blocks->len; i++)
    {
      show_block (self, story->blocks->pdata[i]);
      if (i == end)
        set_scale (self, 1.0);
    }
  draw_foot (self);
}

gboolean
ay_report_pdf (const AyStory *story, AyPaper paper, GString *out, GError **error)
{
  Page page = make_page (story, paper == AY_PAPER_LETTER ? 612.0 : 595.276,
                         paper == AY_PAPER_LETTER ? 792.0 : 841.89);

  open_page (&page, out);
  cairo_pdf_surface_set_metadata (page.surface, CAIRO_PDF_METADATA_TITLE, story->title);
  cairo_pdf_surface_set_metadata (page.surface, CAIRO_PDF_METADATA_CREATE_DATE, story->date);
  show_story (&page);
  cairo_show_page (page.cr);
  return ay_figure_check (close_page (&page), "the report", error);
}

GPtrArray *
ay_report_sheets (const AyStory *story, double width, double height)
{
  g_autoptr (GPtrArray) sheets
      = g_ptr_array_new_with_free_func ((GDestroyNotify) cairo_surface_destroy);
  Page page = make_page (story, MAX (width, LEAST_SHEET), MAX (height, LEAST_SHEET));

  page.sheets = sheets;
  start_sheet (&page);
  show_story (&page);
  cairo_destroy (page.cr);
  g_ptr_array_add (sheets, page.surface);
  return g_steal_pointer (&sheets);
}
