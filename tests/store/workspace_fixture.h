/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/store/journal.h"

#include <math.h>

/* What tests/fixtures/workspace-N.assay holds: written by make_workspace_fixture.c with schema N,
 * read by the tests of every later one. Never written again. */

#define FIXTURE_SCHEMAS 2

#define FIXTURE_ROWS 5
static const double fixture_influence[FIXTURE_ROWS] = { 0.1, -0.0, NAN, 1e-310, -INFINITY };
static const char fixture_certificate[] = "{\"meaning\": \"größer ist besser\"}";
static const char fixture_load[] = "{\"inputs\": [\"digits.csv\"]}";
static const char fixture_thumbnail[] = "\0\1\2binary";
static const char *const fixture_labels[] = { "cat", "dog", NULL };
static const guint32 fixture_codes[FIXTURE_ROWS] = { 0, 1, AY_CODE_MISSING, 1, 0 };
