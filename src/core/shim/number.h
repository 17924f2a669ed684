/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Numbers to text and back, in the C locale whatever the process's is. */

#define AY_NUMBER_SIZE 32

/* Shortest text that reads back to the same double; "nan", "inf", "-inf". Terminated; returns its
 * length. */
int ay_number_format (double value, char buffer[AY_NUMBER_SIZE]);
/* The same for a float. */
int ay_number_format_f32 (float value, char buffer[AY_NUMBER_SIZE]);
/* Reads the whole of text[0..length-1] as one correctly rounded number (leading '+' allowed;
 * inf, nan and hex are not). FALSE when it is not one. */
gboolean ay_number_parse (const char *text, gsize length, double *value);

G_END_DECLS
