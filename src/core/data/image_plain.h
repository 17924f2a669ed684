/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/file.h"

#include <stdio.h>

G_BEGIN_DECLS

/* Writes a PNG or JPEG file without what a camera or a program noted in it: EXIF with its
 * coordinates, XMP, IPTC, comments, texts, times, previews, and whatever lies behind the picture.
 * Of a JPEG stay its own segments, JFIF, the colour profile and Adobe's mark of the colour
 * space; of a PNG the chunks that the pixels and their colours need, and those of an animation. The
 * pixels are not encoded again; which way up the picture is shown is kept. Errors of writing are
 * left on `out`. AY_ERROR_INPUT "FILE: byte N: what" for a file that is not whole. */
gboolean ay_image_write_plain (AyMappedFile *file, FILE *out, GError **error);

G_END_DECLS
