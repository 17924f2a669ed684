/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/chart.h"

G_BEGIN_DECLS

/* What prints the figure of a chart on one page, below it what it says; light, as wide as the page.
 * Nothing is printed where the chart has nothing to show any more. (transfer full) */
GtkPrintOperation *assay_print_operation (AssayChart *chart);
/* Asks for the printer and prints; failures are told by the window. */
void assay_print_chart (AssayChart *chart);

G_END_DECLS
