/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/model/session.h"
#include "app/widgets/chart.h"

G_BEGIN_DECLS

/* Asks for a file, offering name, and writes the figure to it as its ending says; failures are told
 * by the session. data lives as long as view: when view is gone nothing is written. */
void assay_write_figure (GtkWidget *view, AssaySession *session, const char *name,
                         AssayDescribeFigure *describe, gpointer data);

G_END_DECLS
