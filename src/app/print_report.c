/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/print_report.h"

#include "report/report.h"

#include <glib/gi18n.h>

typedef struct
{
  AyStory *story;
  GPtrArray *sheets; /* (nullable) once the paper is known */
} Printed;

static void
printed_free (gpointer data, GClosure *closure)
{
  Printed *self = data;

  g_clear_pointer (&self->sheets, g_ptr_array_unref);
  ay_story_unref (self->story);
  g_free (self);
}

/* The report has margins of its own, so the whole sheet is the page. */
static void
begin_print (GtkPrintOperation *operation, GtkPrintContext *context, Printed *self)
{
  g_clear_pointer (&self->sheets, g_ptr_array_unref);
  self->sheets = ay_report_sheets (self->story, gtk_print_context_get_width (context),
                                   gtk_print_context_get_height (context));
  gtk_print_operation_set_n_pages (operation, (int) self->sheets->len);
}

static void
draw_page (GtkPrintOperation *operation, GtkPrintContext *context, int page, Printed *self)
{
  cairo_t *cr = gtk_print_context_get_cairo_context (context);

  if (self->sheets == NULL || page < 0 || (guint) page >= self->sheets->len)
    return;
  cairo_set_source_surface (cr, self->sheets->pdata[page], 0.0, 0.0);
  cairo_paint (cr);
}

GtkPrintOperation *
assay_print_report_operation (AyStory *story)
{
  GtkPrintOperation *operation = gtk_print_operation_new ();
  Printed *self = g_new0 (Printed, 1);

  self->story = ay_story_ref (story);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_use_full_page (operation, TRUE);
  gtk_print_operation_set_job_name (operation, _ ("Assay report"));
  g_signal_connect_data (operation, "begin-print", G_CALLBACK (begin_print), self, printed_free,
                         0);
  g_signal_connect (operation, "draw-page", G_CALLBACK (draw_page), self);
  return operation;
}
