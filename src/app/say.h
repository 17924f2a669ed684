/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a person reads: numbers with the decimal mark of the person's locale, core's words in the
 * person's language. The process itself keeps the C locale for numbers: files, filters in SQL,
 * certificates and what is typed into entries are the same everywhere. Main thread. */

/* Learns the person's locale; once, after setlocale and before LC_NUMERIC is set back. */
void assay_say_init (void);

/* The decimal mark of the person. (transfer none) */
const char *assay_say_decimal (void);

/* As g_strdup_printf (); where lines run from right to left a minus stays before its number.
 * (transfer full) */
char *assay_say (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* As g_string_append_printf (). */
void assay_say_append (GString *out, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* The translation of a text that core's tables hold, which N_ () marks there; what has none, such
 * as the name of an imported score, as it is. NULL and "" stay. (transfer none) */
const char *assay_word (const char *text) G_GNUC_FORMAT (1);

G_END_DECLS
