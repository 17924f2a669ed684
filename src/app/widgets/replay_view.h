/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "app/widgets/session_bin.h"

G_BEGIN_DECLS

/* One history replayed on the map, round by round, with what its rounds are made of, what they
 * measured, and its audit; beside another one: the rows that only one of them has, and both. */
#define ASSAY_TYPE_REPLAY_VIEW (assay_replay_view_get_type ())
G_DECLARE_FINAL_TYPE (AssayReplayView, assay_replay_view, ASSAY, REPLAY_VIEW, AssaySessionBin)

G_END_DECLS
