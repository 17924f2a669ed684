/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One file of HTML 5: words as they are, drawings as SVG, pictures as PNG within. */
#include "report/report_private.h"

#include "core/base/error.h"

#include <string.h>

#define FIGURE_WIDTH 640.0 /* logical pixels */
#define HALF_WIDTH 330.0
#define LEAST_SIDE 96 /* smaller pictures are shown in whole multiples of theirs */

static const char style[]
  = "body{font:16px/1.45 'DejaVu Sans',sans-serif;color:#1c1c1c;background:#fff;"
    "max-width:50em;margin:2em auto;padding:0 1em}\n"
    "h1{font-size:1.7em;margin:.2em 0 .6em}h2{font-size:1.2em;margin:1.6em 0 .4em}\n"
    ".lead{font-size:1.15em;font-weight:bold;margin:.5em 0}\n"
    "table{border-collapse:collapse;width:100%;margin:.4em 0}\n"
    "th,td{text-align:left;padding:.2em .6em;border-bottom:1px solid #ccc;vertical-align:top;"
    "overflow-wrap:anywhere}\n"
    "th{border-bottom:2px solid #555}.r{text-align:right;white-space:nowrap}\n"
    "p.caption,figcaption{color:#555;font-size:.92em;margin:.3em 0}\n"
    "figure{margin:.6em 0}svg{max-width:100%;height:auto}\n"
    ".halves{display:grid;grid-template-columns:repeat(auto-fit,minmax(19em,1fr));gap:0 1.5em}"
    ".halves>div{min-width:0}.halves table{font-size:.92em}"
    ".halves th,.halves td{padding:.2em .3em}\n"
    ".samples{display:grid;grid-template-columns:repeat(6,1fr);gap:.8em;margin:.5em 0}"
    ".samples.texts{grid-template-columns:repeat(3,1fr)}\n"
    ".samples figure{margin:0;border:1px solid #ccc;padding:.5em;overflow-wrap:anywhere;"
    "font-size:.85em}\n"
    ".samples img{display:block;max-width:100%;height:auto;image-rendering:pixelated}"
    ".samples p{margin:0}\n"
    "footer{color:#555;font-size:.85em;margin-top:2em}\n"
    "@media print{body{max-width:none;margin:0;font-size:11pt}h2{break-after:avoid}"
    "table,figure,.samples figure{break-inside:avoid}.page{break-before:page}}\n";

static void
append (GString *out, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  g_autofree char *escaped = g_markup_escape_text (valid, -1);

  g_string_append (out, escaped);
}

static void
append_in (GString *out, const char *open, const char *text, const char *close)
{
  g_string_append (out, open);
  append (out, text);
  g_string_append (out, close);
}

static void
append_row (GString *out, const AyBlock *block, guint row)
{
  const char *tag = row == 0 ? "th" : "td";

  g_string_append (out, row == 0 ? "<thead><tr>" : "<tr>");
  for (guint c = 0; c < block->n_columns; c++)
    {
      g_string_append_printf (out, "<%s%s%s>", tag, row == 0 ? " scope=\"col\"" : "",
                              block->align[c] == 'r' ? " class=\"r\"" : "");
      append (out, block->cells->pdata[row * block->n_columns + c]);
      g_string_append_printf (out, "</%s>", tag);
    }
  g_string_append (out, row == 0 ? "</tr></thead>\n<tbody>\n" : "</tr>\n");
}

static void
append_rows (GString *out, const AyBlock *block, guint first, guint end)
{
  g_string_append (out, "<table>\n");
  append_row (out, block, 0);
  for (guint row = first; row < end; row++)
    append_row (out, block, row);
  g_string_append (out, "</tbody></table>\n");
}

static void
append_table (GString *out, const AyBlock *block)
{
  guint rows = block->cells->len / block->n_columns, half = rows / 2 + 1;

  if (block->text != NULL)
    append_in (out, "<p class=\"caption\">", block->text, "</p>\n");
  if (!block->folded || half >= rows)
    {
      append_rows (out, block, 1, rows);
      return;
    }
  g_string_append (out, "<div class=\"halves\"><div>\n");
  append_rows (out, block, 1, half);
  g_string_append (out, "</div>\n<div>\n");
  append_rows (out, block, half, rows);
  g_string_append (out, "</div></div>\n");
}

/* Parts of the drawing are named apart from those of others on the page. */
static void
append_svg (GString *out, const char *svg, guint number)
{
  static const char *const names[] = { "id=\"", "href=\"#", "url(#" };
  const char *at = strstr (svg, "<svg");

  while (at != NULL && *at != '\0')
    {
      gsize found = 0;

      while (found < G_N_ELEMENTS (names) && !g_str_has_prefix (at, names[found]))
        found++;
      if (g_str_has_prefix (at, "px\"")) /* HTML takes no unit there */
        at += 2;
      else if (found == G_N_ELEMENTS (names))
        g_string_append_c (out, *at++);
      else
        {
          g_string_append_printf (out, "%sf%u-", names[found], number);
          at += strlen (names[found]);
        }
    }
}

static gboolean
append_drawing (GString *out, const AyBlock *block, gboolean half, GError **error)
{
  g_auto (AyReportDrawing) drawing = { 0 };
  g_autofree char *svg = NULL;

  ay_report_drawing_init (&drawing, block, half ? HALF_WIDTH : FIGURE_WIDTH);
  svg = ay_figure_svg (&drawing.spec, error);
  if (svg == NULL)
    return FALSE;
  g_string_append (out, "<figure>\n");
  append_svg (out, svg, block->number);
  append_in (out, "<figcaption>", block->text, "</figcaption>\n</figure>\n");
  return TRUE;
}

static cairo_status_t
append_bytes (void *closure, const unsigned char *data, unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static void
append_picture (GString *out, const AyStorySample *sample)
{
  g_autoptr (GByteArray) png = g_byte_array_new ();
  g_autofree char *base64 = NULL;
  guint times = MAX (1, LEAST_SIDE / MAX (MAX (sample->width, sample->height), 1));

  if (sample->jpeg != NULL)
    base64 = g_base64_encode (g_bytes_get_data (sample->jpeg, NULL),
                              g_bytes_get_size (sample->jpeg));
  else
    {
      cairo_surface_t *surface = ay_report_picture (sample);
      cairo_status_t status = cairo_surface_write_to_png_stream (surface, append_bytes, png);

      cairo_surface_destroy (surface);
      if (status != CAIRO_STATUS_SUCCESS)
        {
          g_string_append (out, "<p>(not enough memory for this picture)</p>");
          return;
        }
      base64 = g_base64_encode (png->data, png->len);
    }
  g_string_append_printf (out, "<img width=\"%u\" height=\"%u\" src=\"data:image/%s;base64,%s\"",
                          times * sample->width, times * sample->height,
                          sample->jpeg != NULL ? "jpeg" : "png", base64);
  append_in (out, " alt=\"", sample->caption, "\">");
}

static void
append_samples (GString *out, const AyBlock *block)
{
  append_in (out, "<p class=\"caption\">", block->text, "</p>\n");
  g_string_append_printf (out, "<div class=\"samples%s\">\n",
                          ay_report_has_pictures (block) ? "" : " texts");
  for (guint i = 0; i < block->samples->len; i++)
    {
      const AyStorySample *sample = block->samples->pdata[i];

      g_string_append (out, "<figure>");
      if (sample->rgb != NULL)
        append_picture (out, sample);
      else
        append_in (out, "<p>", sample->text, "</p>");
      append_in (out, "<figcaption>", sample->caption, "</figcaption></figure>\n");
    }
  g_string_append (out, "</div>\n");
}

/* Where the next block stands. */
typedef struct
{
  gboolean fresh;     /* on a new page */
  gboolean half;      /* in one of two halves */
} Place;

static void
append_place (GString *out, AyBlockKind kind, Place *place)
{
  place->half = kind != AY_BLOCK_WHOLE;
  g_string_append (out, kind == AY_BLOCK_LEFT    ? "<div class=\"halves\"><div>\n"
                        : kind == AY_BLOCK_RIGHT ? "</div>\n<div>\n"
                                                 : "</div></div>\n");
}

static gboolean
append_block (GString *out, const AyBlock *block, Place *place, GError **error)
{
  const char *page = place->fresh ? " class=\"page\"" : "";

  place->fresh = FALSE;
  switch (block->kind)
    {
    case AY_BLOCK_TITLE:
      g_string_append_printf (out, "<h1%s>", page);
      append_in (out, "", block->text, "</h1>\n");
      break;
    case AY_BLOCK_HEADING:
      g_string_append_printf (out, "<h2%s>", page);
      append_in (out, "", block->text, "</h2>\n");
      break;
    case AY_BLOCK_LEAD: append_in (out, "<p class=\"lead\">", block->text, "</p>\n"); break;
    case AY_BLOCK_PARAGRAPH: append_in (out, "<p>", block->text, "</p>\n"); break;
    case AY_BLOCK_TABLE: append_table (out, block); break;
    case AY_BLOCK_STEPS:
    case AY_BLOCK_CURVES:
    case AY_BLOCK_MAP: return append_drawing (out, block, place->half, error);
    case AY_BLOCK_SAMPLES: append_samples (out, block); break;
    case AY_BLOCK_BREAK: place->fresh = TRUE; break;
    case AY_BLOCK_LEFT:
    case AY_BLOCK_RIGHT:
    case AY_BLOCK_WHOLE: append_place (out, block->kind, place); break;
    default: g_return_val_if_reached (FALSE);
    }
  return TRUE;
}

gboolean
ay_report_html (const AyStory *story, AyPaper paper, GString *out, GError **error)
{
  Place place = { FALSE, FALSE };

  g_string_append (out, "<!DOCTYPE html>\n<html lang=\"");
  append (out, story->language);
  append_in (out, "\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
             "content=\"width=device-width\">\n<meta name=\"color-scheme\" content=\"light\">\n"
             "<title>", story->title, "</title>\n");
  g_string_append_printf (out, "<style>\n@page{size:%s;margin:18mm}\n%s</style>\n</head>\n<body>\n"
                          "<main>\n", paper == AY_PAPER_LETTER ? "letter" : "A4", style);
  for (guint i = 0; i < story->blocks->len; i++)
    if (!append_block (out, story->blocks->pdata[i], &place, error))
      return FALSE;
  append_in (out, "</main>\n<footer>", story->title, ", ");
  append_in (out, "", story->date, ", made with Assay</footer>\n</body>\n</html>\n");
  return TRUE;
}
