/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/apart.h"
#include "core/base/file.h"
#include "core/data/array.h"

G_BEGIN_DECLS

/* What of HDF5 files is done with libhdf5, which damaged ones bring down: in a process of its own
 * (core/base/apart.h). What it hands back is not to be trusted either. Built with libhdf5 only. */

typedef enum
{
  AY_HDF5_NUMBERS,
  AY_HDF5_FIXED_TEXT,
  AY_HDF5_LONG_TEXT,
  AY_HDF5_OTHER,
  AY_HDF5_N_KINDS,
} AyHdf5Kind;

/* A data set as it is listed, followed by `name_length` bytes of its path. */
typedef struct
{
  AyShape shape;
  guint32 kind, dtype;  /* AyHdf5Kind; AyDtype of numbers */
  guint32 name_length;
  char refused[64];     /* why it cannot be read; empty: it can */
} AyHdf5Set;

/* What was read, followed by item_size x count bytes: numbers, or guint32 lengths of texts
 * (AY_CODE_MISSING: there is none) and then the texts. */
#define AY_HDF5_HEAD 256
typedef struct
{
  guint64 count, item_size;
  gint32 code;          /* AyErrorCode, or -1: it was read */
  char why[96];
} AyHdf5Read;

typedef struct
{
  AyMappedFile *file;
  gboolean in_memory;   /* its bytes are taken from memory */
  const char *name;     /* the data set to read; NULL: list all */
  AyJob *job;           /* (nullable) */
} AyHdf5Work;

/* AyHdf5Set after AyHdf5Set, or one AyHdf5Read; NULL: no such file, or damaged. One call at a
 * time. (transfer full) (nullable) */
GBytes *ay_hdf5_apart (const AyHdf5Work *work);

G_END_DECLS
