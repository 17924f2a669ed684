/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figure/figure.h"

#include "core/base/error.h"
#include "core/base/file.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <string.h>

#define MIN_SIDE 64.0
#define MAX_SIDE 8192.0
#define MAX_SCALE 4.0
#define MAX_PIXELS 1e8

/* ---- the kinds ---- */

typedef struct
{
  const char *name, *meaning;
  void (*draw) (AyFigureCanvas *canvas, const AyFigureSpec *spec, const AyFigureBox *box);
  char *(*summary) (const AyFigureSpec *spec, const AyFigureTheme *theme);
} Kind;

#define DEFINE_KIND(NAME)                                                                         \
  static void NAME##_draw (AyFigureCanvas *canvas, const AyFigureSpec *spec,                      \
                           const AyFigureBox *box)                                                \
  {                                                                                               \
    ay_figure_##NAME##_draw (canvas, &spec->NAME, box);                                           \
  }                                                                                               \
                                                                                                  \
  static char *NAME##_summary (const AyFigureSpec *spec, const AyFigureTheme *theme)              \
  {                                                                                               \
    return ay_figure_##NAME##_summary (&spec->NAME, theme);                                       \
  }

DEFINE_KIND (scatter)
DEFINE_KIND (histogram)
DEFINE_KIND (bars)
DEFINE_KIND (lines)
DEFINE_KIND (strip)
DEFINE_KIND (waterfall)
DEFINE_KIND (panels)

static const Kind kinds[AY_FIGURE_N_KINDS] = {
  { "scatter", "points by two coordinates, coloured by class or number", scatter_draw,
    scatter_summary },
  { "histogram", "how often values of one number occur", histogram_draw, histogram_summary },
  { "bars", "one number for each of a few names", bars_draw, bars_summary },
  { "lines", "curves with bands", lines_draw, lines_summary },
  { "strip", "what wholes are made of, column by column", strip_draw, strip_summary },
  { "waterfall", "how a level fell and rose, step by step", waterfall_draw, waterfall_summary },
  { "panels", "curves of different quantities below each other", panels_draw, panels_summary },
};

const char *
ay_figure_kind_name (AyFigureKind kind)
{
  return kinds[kind].name;
}

const char *
ay_figure_kind_meaning (AyFigureKind kind)
{
  return kinds[kind].meaning;
}

char *
ay_figure_summary (const AyFigureSpec *self, const AyFigureTheme *theme)
{
  return kinds[self->kind].summary (self, theme);
}

/* ---- drawing ---- */

/* Lines of text from y on; returns the y below them. */
static double
draw_lines (AyFigureCanvas *canvas, const char *text, const AyFigureTextStyle *style,
            const AyFigureBox *box, guint max_lines)
{
  g_auto (GStrv) lines = ay_figure_text_wrap (canvas, text, style, box->width, max_lines);
  double line = style->size * 1.35, y = box->y;

  for (guint i = 0; lines[i] != NULL; i++, y += line)
    ay_figure_text_show (canvas, lines[i], style, box->x, y + line / 2.0);
  return y;
}

/* Title and subtitle above, caption below; what is left for the drawing. */
static AyFigureBox
draw_words (AyFigureCanvas *canvas, const AyFigureSpec *self)
{
  double size = canvas->theme->font_size, pad = MIN (16.0, self->width / 20.0), bottom;
  AyFigureTextStyle style
      = { canvas->theme->foreground, size * 1.35, TRUE, AY_FIGURE_START, FALSE };
  AyFigureBox box = { pad, pad, self->width - 2.0 * pad, self->height - 2.0 * pad };
  gboolean roomy = self->height >= 160.0;

  if (self->title != NULL && roomy)
    box.y = draw_lines (canvas, self->title, &style, &box, self->height >= 300.0 ? 2 : 1);
  style = (AyFigureTextStyle) { canvas->theme->muted, size, FALSE, AY_FIGURE_START, FALSE };
  if (self->subtitle != NULL && roomy)
    box.y = draw_lines (canvas, self->subtitle, &style, &box, self->height >= 300.0 ? 2 : 1);
  if (box.y > pad)
    box.y += 8.0;
  bottom = self->height - pad;
  if (self->caption != NULL && roomy)
    {
      guint most = self->height >= 300.0 ? 3 : 1;
      g_auto (GStrv) lines = NULL;

      style.size = size * 0.92;
      lines = ay_figure_text_wrap (canvas, self->caption, &style, box.width, most);
      bottom -= style.size * 1.35 * g_strv_length (lines);
      draw_lines (canvas, self->caption, &style,
                  &(AyFigureBox) { box.x, bottom, box.width, 0.0 }, most);
      bottom -= 8.0;
    }
  box.height = MAX (bottom - box.y, 1.0);
  return box;
}

static void
draw_on (AyFigureCanvas *canvas, const AyFigureSpec *self)
{
  AyFigureBox all = { 0.0, 0.0, self->width, self->height }, box;

  ay_figure_fill_box (canvas, &all, canvas->theme->background);
  box = draw_words (canvas, self);
  kinds[self->kind].draw (canvas, self, &box);
}

static AyFigureCanvas
canvas_for (const AyFigureSpec *self, cairo_t *cr)
{
  return (AyFigureCanvas) { cr, self->theme != NULL ? self->theme : ay_figure_theme (FALSE),
                            CLAMP (self->scale, 1.0, MAX_SCALE), NULL };
}

void
ay_figure_draw (const AyFigureSpec *self, cairo_t *cr)
{
  AyFigureCanvas canvas = canvas_for (self, cr);

  draw_on (&canvas, self);
}

void
ay_figure_draw_alone (const AyFigureSpec *self, AyFigureCanvas *canvas, const AyFigureBox *box)
{
  kinds[self->kind].draw (canvas, self, box);
}

/* ---- files ---- */

gboolean
ay_figure_format_of_path (const char *path, AyFigureFormat *format, GError **error)
{
  static const struct { const char *ending; AyFigureFormat format; } endings[]
      = { { ".svg", AY_FIGURE_SVG }, { ".pdf", AY_FIGURE_PDF }, { ".png", AY_FIGURE_PNG } };
  g_autofree char *lower = g_ascii_strdown (path, -1);

  for (gsize k = 0; k < G_N_ELEMENTS (endings); k++)
    if (g_str_has_suffix (lower, endings[k].ending))
      {
        *format = endings[k].format;
        return TRUE;
      }
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
               "%s: a figure is written as .svg, .pdf or .png", path);
  return FALSE;
}

static cairo_status_t
append_bytes (void *closure, const unsigned char *data, unsigned int length)
{
  g_string_append_len (closure, (const char *) data, length);
  return CAIRO_STATUS_SUCCESS;
}

void
ay_figure_give_up (cairo_t *cr)
{
  cairo_pop_group_to_source (cr); /* there is none: the one way to put a context into an error */
}

gboolean
ay_figure_check (cairo_status_t status, const char *what, GError **error)
{
  gboolean memory = status == CAIRO_STATUS_NO_MEMORY || status == CAIRO_STATUS_INVALID_POP_GROUP;

  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, AY_ERROR, memory ? AY_ERROR_NOMEM : AY_ERROR_IO, "%s: %s", what,
               memory ? "not enough memory for the drawing" : cairo_status_to_string (status));
  return FALSE;
}

/* Finishes; FALSE with the reason when anything went wrong on the surface or the context. */
static gboolean
finish (cairo_surface_t *surface, cairo_t *cr, const char *path, GError **error)
{
  cairo_status_t status = cairo_status (cr);

  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  return ay_figure_check (status, path, error);
}

static gboolean
render_png (const AyFigureSpec *self, const char *path, GString *out, GError **error)
{
  double scale = CLAMP (self->scale, 1.0, MAX_SCALE);
  cairo_surface_t *surface = cairo_image_surface_create (
      CAIRO_FORMAT_RGB24, (int) ceil (self->width * scale), (int) ceil (self->height * scale));
  cairo_t *cr = cairo_create (surface);
  cairo_status_t written = CAIRO_STATUS_SUCCESS;

  cairo_scale (cr, scale, scale);
  ay_figure_draw (self, cr);
  if (cairo_status (cr) == CAIRO_STATUS_SUCCESS)
    written = cairo_surface_write_to_png_stream (surface, append_bytes, out);
  return finish (surface, cr, path, error) && ay_figure_check (written, path, error);
}

static gboolean
render_pdf (const AyFigureSpec *self, const char *path, GString *out, GError **error)
{
  /* a point is 1/72 inch, a logical pixel 1/96 */
  cairo_surface_t *surface = cairo_pdf_surface_create_for_stream (
      append_bytes, out, self->width * 0.75, self->height * 0.75);
  g_autofree char *summary = ay_figure_summary (self, NULL);
  cairo_t *cr = cairo_create (surface);

  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE,
                                  self->title != NULL ? self->title : summary);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_SUBJECT, summary);
  cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATE_DATE, "");
  cairo_scale (cr, 0.75, 0.75);
  ay_figure_draw (self, cr);
  cairo_show_page (cr);
  return finish (surface, cr, path, error);
}

/* Cairo numbers the parts of a drawing by a counter of the whole process; here they are numbered
 * anew, for the same bytes every time. */
static char *
renumber (const char *svg)
{
  g_autoptr (GRegex) regex = g_regex_new ("(?<=id=\"|\"#|url\\(#)([a-z]+-?)([0-9]+)", 0, 0, NULL);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GMatchInfo) match = NULL;
  GString *out = g_string_new (NULL);
  int done = 0, from, to;

  g_regex_match (regex, svg, 0, &match);
  while (g_match_info_matches (match))
    {
      char *id = g_match_info_fetch (match, 0);
      g_autofree char *stem = g_match_info_fetch (match, 1);
      gpointer number = g_hash_table_lookup (seen, id);

      if (number == NULL)
        {
          number = GUINT_TO_POINTER (g_hash_table_size (seen) + 1);
          g_hash_table_insert (seen, id, number);
        }
      else
        g_free (id);
      g_match_info_fetch_pos (match, 0, &from, &to);
      g_string_append_len (out, svg + done, from - done);
      g_string_append_printf (out, "%s%u", stem, GPOINTER_TO_UINT (number));
      done = to;
      g_match_info_next (match, NULL);
    }
  g_string_append (out, svg + done);
  return g_string_free (out, FALSE);
}

/* Puts title, description and the text elements into what cairo wrote. */
static gboolean
dress_svg (const AyFigureSpec *self, const GString *drawn, const GString *text, GString *out)
{
  g_autofree char *summary = ay_figure_summary (self, NULL), *numbered = renumber (drawn->str);
  const AyFigureTheme *theme = self->theme != NULL ? self->theme : ay_figure_theme (FALSE);
  g_autofree char *title
      = g_markup_escape_text (self->title != NULL ? self->title : summary, -1);
  g_autofree char *desc = g_markup_escape_text (summary, -1);
  g_autofree char *font = g_markup_escape_text (theme->font, -1);
  char *open = strstr (numbered, "<svg"), *inside = open != NULL ? strchr (open, '>') : NULL;
  char *end = g_strrstr (numbered, "</svg>");

  if (inside == NULL || end == NULL)
    return FALSE;
  g_string_append_len (out, numbered, inside - numbered);
  g_string_append_printf (out, " role=\"img\">\n<title>%s</title>\n<desc>%s</desc>", title, desc);
  g_string_append_len (out, inside + 1, end - inside - 1);
  g_string_append_printf (out, "<g font-family=\"%s, DejaVu Sans, sans-serif\">\n%s</g>\n</svg>\n",
                          font, text->str);
  return TRUE;
}

static gboolean
render_svg (const AyFigureSpec *self, const char *path, GString *out, GError **error)
{
  g_autoptr (GString) drawn = g_string_new (NULL), text = g_string_new (NULL);
  cairo_surface_t *surface
      = cairo_svg_surface_create_for_stream (append_bytes, drawn, self->width, self->height);
  cairo_t *cr = cairo_create (surface);
  AyFigureCanvas canvas = canvas_for (self, cr);

  cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  canvas.svg_text = text;
  draw_on (&canvas, self);
  if (!finish (surface, cr, path, error))
    return FALSE;
  if (dress_svg (self, drawn, text, out))
    return TRUE;
  g_set_error (error, AY_ERROR, AY_ERROR_IO, "%s: cairo wrote no SVG", path);
  return FALSE;
}

static gboolean
check_spec (const AyFigureSpec *self, const char *path, GError **error)
{
  double scale = CLAMP (self->scale, 1.0, MAX_SCALE);

  if (self->width >= MIN_SIDE && self->width <= MAX_SIDE && self->height >= MIN_SIDE
      && self->height <= MAX_SIDE && (guint) self->kind < AY_FIGURE_N_KINDS)
    {
      if (self->width * self->height * scale * scale <= MAX_PIXELS)
        return TRUE;
      g_set_error (error, AY_ERROR, AY_ERROR_RANGE,
                   "%s: a figure of %g x %g at scale %g has more than %g pixels", path, self->width,
                   self->height, scale, MAX_PIXELS);
      return FALSE;
    }
  g_set_error (error, AY_ERROR, AY_ERROR_RANGE, "%s: a figure of %g x %g: %g to %g each", path,
               self->width, self->height, MIN_SIDE, MAX_SIDE);
  return FALSE;
}

static gboolean
render (const AyFigureSpec *self, AyFigureFormat format, const char *path, GString *out,
        GError **error)
{
  static gboolean (*const renders[]) (const AyFigureSpec *, const char *, GString *, GError **)
      = { render_svg, render_pdf, render_png };

  return check_spec (self, path, error) && renders[format] (self, path, out, error);
}

char *
ay_figure_svg (const AyFigureSpec *self, GError **error)
{
  GString *out = g_string_new (NULL);
  gboolean ok = render (self, AY_FIGURE_SVG, "the figure", out, error);

  return g_string_free (out, !ok);
}

GBytes *
ay_figure_bytes (const AyFigureSpec *self, AyFigureFormat format, GError **error)
{
  g_autoptr (GString) bytes = g_string_new (NULL);

  if (!render (self, format, "the figure", bytes, error))
    return NULL;
  return g_string_free_to_bytes (g_steal_pointer (&bytes));
}

gboolean
ay_figure_write (const AyFigureSpec *self, const char *path, AyFigureFormat format, GError **error)
{
  g_autoptr (GString) bytes = g_string_new (NULL);
  g_autoptr (AyOutput) output = NULL;

  if (!render (self, format, path, bytes, error))
    return FALSE;
  output = ay_output_new (path, error);
  if (output == NULL)
    return FALSE;
  fwrite (bytes->str, 1, bytes->len, ay_output_stream (output));
  return ay_output_commit (output, error);
}
