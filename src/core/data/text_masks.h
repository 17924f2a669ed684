/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Where the few bytes that matter to a reader of text are: bit b of word i stands for byte
 * 64 i + b. The widest instructions of this machine are chosen at run time. */
#define AY_TEXT_BLOCK 64  /* bytes of a word of bits */
#define AY_TEXT_BLOCKS 64 /* most words at a time */

typedef struct
{
  guint64 quote[AY_TEXT_BLOCKS];     /* '"' */
  guint64 delimiter[AY_TEXT_BLOCKS];
  guint64 newline[AY_TEXT_BLOCKS];   /* '\n' */
  gboolean nul;                      /* some byte is 0 */
  gboolean high;                     /* some byte is not ASCII */
} AyTextMasks;

/* Fills the first ceil (size / 64) words from the size <= 4096 bytes at text; bits beyond are 0. */
void ay_text_masks (const char *text, gsize size, char delimiter, AyTextMasks *masks);

static inline guint
ay_bits_lowest (guint64 bits)
{
  return (guint) __builtin_ctzll (bits);
}

/* Number of set bits, without the instruction that the oldest machines lack. */
static inline guint
ay_bits_count (guint64 bits)
{
  bits -= (bits >> 1) & 0x5555555555555555u;
  bits = (bits & 0x3333333333333333u) + ((bits >> 2) & 0x3333333333333333u);
  bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
  return (guint) ((bits * 0x0101010101010101u) >> 56);
}

G_END_DECLS
