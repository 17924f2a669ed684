/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Prints the strategies and their parameters: --list of the commands that take one. */
void cmd_list_strategies (gboolean json);

G_END_DECLS
