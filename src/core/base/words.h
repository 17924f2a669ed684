/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Marks a string of a table for the window's catalogues (po/). Core, the command line, files and
 * certificates say it as it stands here: they are records, and the same everywhere. The window
 * translates where it shows it. The same text as in GLib's own header, so that both may be read. */
#ifndef N_
#define N_(String) (String)
#endif
