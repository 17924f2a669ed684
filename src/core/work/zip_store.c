/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/work/zip_store.h"

#include <string.h>
#include <zlib.h>

#define MAX_32 0xffffffffu
#define MAX_16 0xffffu
#define CRC_OFFSET 14         /* in a local header */
#define FIRST_DATE 0x0021     /* 1 January 1980, as DOS counts */
#define FLAG_UTF8 0x0800

typedef struct
{
  char *name;
  guint64 size;
  guint64 offset; /* of its local header */
  guint32 crc;
} Member;

struct _AyZipStore
{
  FILE *stream;
  guint64 at;      /* bytes written */
  GArray *members; /* of Member; the last one may be open */
};

static void
member_clear (gpointer member)
{
  g_free (((Member *) member)->name);
}

AyZipStore *
ay_zip_store_new (FILE *stream)
{
  AyZipStore *self = g_new0 (AyZipStore, 1);

  self->stream = stream;
  self->members = g_array_new (FALSE, FALSE, sizeof (Member));
  g_array_set_clear_func (self->members, member_clear);
  return self;
}

void
ay_zip_store_free (AyZipStore *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->members);
  g_free (self);
}

/* Little-endian, `width` bytes. */
static void
put (GByteArray *to, guint64 value, int width)
{
  for (int i = 0; i < width; i++)
    {
      guint8 byte = (guint8) (value >> (8 * i));

      g_byte_array_append (to, &byte, 1);
    }
}

static gboolean
flush (AyZipStore *self, GByteArray *bytes)
{
  gsize length = bytes->len;
  gboolean ok = fwrite (bytes->data, 1, length, self->stream) == length;

  self->at += length;
  g_byte_array_unref (bytes);
  return ok;
}

/* What local header and directory entry have in common: from "version needed" to the sizes. */
static void
put_common (GByteArray *to, const Member *member, gboolean large)
{
  put (to, large ? 45 : 20, 2);
  put (to, FLAG_UTF8, 2);
  put (to, 0, 2); /* stored */
  put (to, 0, 2);
  put (to, FIRST_DATE, 2);
  put (to, member->crc, 4);
  put (to, large ? MAX_32 : member->size, 4);
  put (to, large ? MAX_32 : member->size, 4);
  put (to, strlen (member->name), 2);
}

gboolean
ay_zip_store_begin (AyZipStore *self, const char *name, guint64 size)
{
  Member member = { g_strdup (name), size, self->at, (guint32) crc32 (0, NULL, 0) };
  gboolean large = size >= MAX_32;
  GByteArray *header = g_byte_array_new ();

  put (header, 0x04034b50, 4);
  put_common (header, &member, large);
  put (header, large ? 20 : 0, 2);
  g_byte_array_append (header, (const guint8 *) name, (guint) strlen (name));
  if (large)
    {
      put (header, 1, 2);
      put (header, 16, 2);
      put (header, size, 8);
      put (header, size, 8);
    }
  g_array_append_val (self->members, member);
  return flush (self, header);
}

static Member *
last_member (AyZipStore *self)
{
  return &g_array_index (self->members, Member, self->members->len - 1);
}

gboolean
ay_zip_store_write (AyZipStore *self, gconstpointer data, gsize size)
{
  Member *member = last_member (self);

  member->crc = (guint32) crc32_z (member->crc, data, size);
  self->at += size;
  return fwrite (data, 1, size, self->stream) == size;
}

gboolean
ay_zip_store_end (AyZipStore *self)
{
  Member *member = last_member (self);
  guint32 crc = GUINT32_TO_LE (member->crc);

  return fseeko (self->stream, (off_t) (member->offset + CRC_OFFSET), SEEK_SET) == 0
         && fwrite (&crc, 1, 4, self->stream) == 4
         && fseeko (self->stream, (off_t) self->at, SEEK_SET) == 0;
}

static void
put_entry (GByteArray *to, const Member *member)
{
  gboolean large = member->size >= MAX_32, far = member->offset >= MAX_32;
  guint extra = (large ? 16 : 0) + (far ? 8 : 0);

  put (to, 0x02014b50, 4);
  put (to, large || far ? 45 : 20, 2); /* made by */
  put_common (to, member, large);
  put (to, extra > 0 ? extra + 4 : 0, 2);
  put (to, 0, 2 + 2 + 2); /* no comment, first disk, plain data */
  put (to, 0, 4);         /* no attributes */
  put (to, far ? MAX_32 : member->offset, 4);
  g_byte_array_append (to, (const guint8 *) member->name, (guint) strlen (member->name));
  if (extra == 0)
    return;
  put (to, 1, 2);
  put (to, extra, 2);
  if (large)
    {
      put (to, member->size, 8);
      put (to, member->size, 8);
    }
  if (far)
    put (to, member->offset, 8);
}

/* The ZIP64 end record, and the locator that points to it. */
static void
put_large_end (GByteArray *to, guint64 n, guint64 size, guint64 start)
{
  put (to, 0x06064b50, 4);
  put (to, 44, 8);
  put (to, 45, 2);
  put (to, 45, 2);
  put (to, 0, 8); /* disks */
  put (to, n, 8);
  put (to, n, 8);
  put (to, size, 8);
  put (to, start, 8);
  put (to, 0x07064b50, 4);
  put (to, 0, 4);
  put (to, start + size, 8);
  put (to, 1, 4);
}

gboolean
ay_zip_store_finish (AyZipStore *self)
{
  GByteArray *directory = g_byte_array_new ();
  guint64 n = self->members->len, start = self->at, size;

  for (guint i = 0; i < self->members->len; i++)
    put_entry (directory, &g_array_index (self->members, Member, i));
  size = directory->len;
  if (n >= MAX_16 || start >= MAX_32)
    put_large_end (directory, n, size, start);
  put (directory, 0x06054b50, 4);
  put (directory, 0, 4);
  put (directory, MIN (n, MAX_16), 2);
  put (directory, MIN (n, MAX_16), 2);
  put (directory, size, 4);
  put (directory, MIN (start, MAX_32), 4);
  put (directory, 0, 2);
  return flush (self, directory);
}
