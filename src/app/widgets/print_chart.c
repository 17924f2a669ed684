/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/print_chart.h"

#include "app/widgets/printing.h"

#include <glib/gi18n.h>

#define PIXEL 0.75      /* points of a logical pixel */
#define SHAPE 0.66      /* height of a figure by its width */

/* The figure takes the page's width, and its summary stands below it. */
static void
draw_page (GtkPrintOperation *operation, GtkPrintContext *context, int page, AssayChart *chart)
{
  cairo_t *cr = gtk_print_context_get_cairo_context (context);
  double width = gtk_print_context_get_width (context) / PIXEL;
  double height = gtk_print_context_get_height (context) / PIXEL;
  g_autofree char *summary = NULL;
  AyFigureSpec spec;

  if (!assay_chart_describe (chart, &spec))
    return;
  summary = ay_figure_summary (&spec, NULL);
  if (spec.caption == NULL)
    spec.caption = summary;
  spec.width = CLAMP (width, 64.0, 8192.0);
  spec.height = CLAMP (MIN (height, width * SHAPE), 64.0, 8192.0);
  cairo_scale (cr, PIXEL, PIXEL);
  ay_figure_draw (&spec, cr);
}

GtkPrintOperation *
assay_print_operation (AssayChart *chart)
{
  GtkPrintOperation *operation = gtk_print_operation_new ();

  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_n_pages (operation, 1);
  gtk_print_operation_set_job_name (operation, _ ("Assay figure"));
  g_signal_connect_object (operation, "draw-page", G_CALLBACK (draw_page), chart, 0);
  return operation;
}

void
assay_print_chart (AssayChart *chart)
{
  assay_print (assay_print_operation (chart), "figure", GTK_WIDGET (chart));
}
