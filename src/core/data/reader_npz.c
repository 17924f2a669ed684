/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/reader_npz.h"

#include "core/base/error.h"
#include "core/base/gunzip.h"
#include "core/base/words.h"
#include "core/data/npy_header.h"
#include "core/data/plain_name.h"
#include "core/data/reader_npy.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <string.h>

/* libarchive reads the zip file out of the mapping. For a stored member the block that it hands out
 * is the mapping itself, so the array is used where it lies. */

#define CHUNK (1 << 22) /* the job is looked at once a chunk */
#define MAX_RATIO 1032 /* the most that deflate can shrink, with room for a member's overhead */

typedef struct
{
  char *key;    /* without .npy */
  char *label;  /* "FILE:KEY" */
  guint entry;  /* position in the archive */
  guint64 size; /* inflated, as the archive states */
} Member;

struct _AyNpz
{
  AyMappedFile *file;
  GPtrArray *members;
};

static void
member_free (gpointer data)
{
  Member *self = data;

  g_free (self->key);
  g_free (self->label);
  g_free (self);
}

static void
close_archive (struct archive *archive)
{
  if (archive != NULL)
    archive_read_free (archive);
}

typedef struct archive Archive;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Archive, close_archive)

static gboolean
fail (const char *name, const char *what, Archive *archive, GError **error)
{
  const char *detail = archive != NULL ? archive_error_string (archive) : NULL;
  g_autofree char *text = detail != NULL ? ay_plain_name (detail) : NULL;

  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, "%s: %s%s%s", name, what, text != NULL ? ": " : "",
               text != NULL ? text : "");
  return FALSE;
}

static Archive *
open_archive (AyMappedFile *file, gboolean check, GError **error)
{
  g_autoptr (Archive) archive = archive_read_new ();
  gsize size;
  const char *data = ay_mapped_file_data (file, &size);

  archive_read_support_format_zip_seekable (archive);
  if (!check)
    archive_read_set_options (archive, "zip:ignorecrc32");
  if (data == NULL || archive_read_open_memory (archive, data, size) != ARCHIVE_OK)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: byte %zu: is no zip archive, or is cut short: it ends "
                       "without a directory"),
                   ay_mapped_file_path (file), size);
      return NULL;
    }
  return g_steal_pointer (&archive);
}

static Member *
find_member (AyNpz *self, const char *key)
{
  for (guint i = 0; i < self->members->len; i++)
    if (strcmp (((Member *) self->members->pdata[i])->key, key) == 0)
      return self->members->pdata[i];
  return NULL;
}

static gboolean
add_member (AyNpz *self, struct archive_entry *entry, guint position, GError **error)
{
  const char *path = ay_mapped_file_path (self->file);
  const char *name = archive_entry_pathname_utf8 (entry);
  g_autofree char *key = NULL, *label = NULL;
  Member *member;

  name = name != NULL ? name : archive_entry_pathname (entry);
  if (name == NULL || !ay_is_plain_name (name))
    return fail (path, N_ ("a member's name is no text"), NULL, error);
  if (archive_entry_filetype (entry) != AE_IFREG || !g_str_has_suffix (name, ".npy"))
    return TRUE;
  key = g_strndup (name, strlen (name) - 4);
  label = g_strdup_printf ("%s:%s", path, key);
  if (archive_entry_is_encrypted (entry))
    return fail (label, N_ ("is encrypted"), NULL, error);
  if (!archive_entry_size_is_set (entry) || archive_entry_size (entry) < 0)
    return fail (label, N_ ("has no size in the archive"), NULL, error);
  if (find_member (self, key) != NULL)
    return fail (label, N_ ("occurs twice in the archive"), NULL, error);
  member = g_new0 (Member, 1);
  member->key = g_steal_pointer (&key);
  member->label = g_steal_pointer (&label);
  member->entry = position;
  member->size = (guint64) archive_entry_size (entry);
  g_ptr_array_add (self->members, member);
  return TRUE;
}

static AyNpz *
read_members (AyMappedFile *file, GError **error)
{
  g_autoptr (AyNpz) self = g_new0 (AyNpz, 1);
  g_autoptr (Archive) archive = open_archive (file, TRUE, error);
  struct archive_entry *entry;
  int status;

  self->file = ay_mapped_file_ref (file);
  self->members = g_ptr_array_new_with_free_func (member_free);
  if (archive == NULL)
    return NULL;
  for (guint i = 0; (status = archive_read_next_header (archive, &entry)) >= ARCHIVE_WARN; i++)
    {
      if (status == ARCHIVE_EOF)
        break;
      if (!add_member (self, entry, i, error))
        return NULL;
    }
  if (status != ARCHIVE_EOF)
    {
      fail (ay_mapped_file_path (file), N_ ("the archive is damaged"), archive, error);
      return NULL;
    }
  if (self->members->len == 0)
    {
      fail (ay_mapped_file_path (file), N_ ("the archive holds no .npy arrays"), NULL, error);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/* libarchive brings names into the thread's locale, and cannot where that is C, as it is in a
 * program that never set one. */
AyNpz *
ay_npz_open (AyMappedFile *file, GError **error)
{
  locale_t utf8 = newlocale (LC_CTYPE_MASK, "C.UTF-8", (locale_t) 0);
  locale_t before = utf8 != (locale_t) 0 ? uselocale (utf8) : (locale_t) 0;
  AyNpz *self = read_members (file, error);

  if (utf8 != (locale_t) 0)
    {
      uselocale (before);
      freelocale (utf8);
    }
  return self;
}

void
ay_npz_free (AyNpz *self)
{
  if (self == NULL)
    return;
  ay_mapped_file_unref (self->file);
  g_ptr_array_unref (self->members);
  g_free (self);
}

guint
ay_npz_count (const AyNpz *self)
{
  return self->members->len;
}

const char *
ay_npz_name (const AyNpz *self, guint i)
{
  return ((Member *) self->members->pdata[i])->key;
}

/* The archive, positioned on the member's data. */
static Archive *
open_member (AyNpz *self, const Member *member, gboolean check, GError **error)
{
  g_autoptr (Archive) archive = open_archive (self->file, check, error);
  struct archive_entry *entry;

  for (guint i = 0; archive != NULL && i <= member->entry; i++)
    if (archive_read_next_header (archive, &entry) < ARCHIVE_WARN)
      {
        fail (member->label, N_ ("the archive is damaged"), archive, error);
        return NULL;
      }
  return g_steal_pointer (&archive);
}

/* Where the member's bytes lie as they are in the mapping; FALSE when they do not. */
static gboolean
find_stored (AyNpz *self, const Member *member, gsize *offset)
{
  g_autoptr (Archive) archive = open_member (self, member, FALSE, NULL);
  const void *block;
  size_t block_size, size;
  la_int64_t at;
  const char *data = ay_mapped_file_data (self->file, &size);

  if (archive == NULL || archive_read_data_block (archive, &block, &block_size, &at) != ARCHIVE_OK
      || at != 0 || (const char *) block < data || (const char *) block >= data + size
      || block_size != member->size)
    return FALSE;
  *offset = (gsize) ((const char *) block - data);
  return TRUE;
}

/* Reads until `size` bytes are there or the member ends. */
static gboolean
read_bytes (Archive *archive, const Member *member, char *out, gsize size, AyJob *job,
            GError **error)
{
  gsize got = 0;

  while (got < size)
    {
      la_ssize_t count;

      if (!ay_job_check (job, error))
        return FALSE;
      count = archive_read_data (archive, out + got, MIN (size - got, CHUNK));
      if (count < 0)
        return fail (member->label, N_ ("the compressed data is damaged"), archive, error);
      if (count == 0)
        return fail (member->label, N_ ("the compressed data ends early"), NULL, error);
      got += (gsize) count;
    }
  return TRUE;
}

/* At the end: nothing more may come, and the checksum is compared. */
static gboolean
check_end (Archive *archive, const Member *member, GError **error)
{
  char more;
  la_ssize_t count = archive_read_data (archive, &more, 1);

  if (count < 0)
    return fail (member->label, N_ ("the compressed data is damaged"), archive, error);
  return count == 0 || fail (member->label, N_ ("is longer than the archive says"), NULL, error);
}

static gboolean
check_size (AyNpz *self, const Member *member, GError **error)
{
  gsize file_size;

  ay_mapped_file_data (self->file, &file_size);
  if (member->size == 0)
    return fail (member->label, N_ ("is empty"), NULL, error);
  if (member->size / MAX_RATIO > file_size)
    return fail (member->label, N_ ("claims a size that its compressed data cannot hold"), NULL,
                 error);
  if (!ay_check_inflated (member->size, file_size, member->label, error))
    return FALSE;
  return ay_check_memory (member->size, member->label, error);
}

/* The first bytes, which hold the header. (transfer full) */
static char *
read_start (Archive *archive, const Member *member, gsize *length, AyJob *job, GError **error)
{
  g_autofree char *start = NULL;

  *length = MIN (member->size, AY_NPY_MAX_HEADER + 12);
  start = g_malloc (*length);
  return read_bytes (archive, member, start, *length, job, error) ? g_steal_pointer (&start) : NULL;
}

static AyMappedFile *
inflate_member (AyNpz *self, const Member *member, AyJob *job, GError **error)
{
  g_autoptr (Archive) archive = NULL;
  g_autofree char *start = NULL, *data = NULL;
  AyNpyHeader header;
  gsize length;

  if (!check_size (self, member, error)
      || (archive = open_member (self, member, TRUE, error)) == NULL
      || (start = read_start (archive, member, &length, job, error)) == NULL
      || !ay_npy_header_read (&header, start, length, member->label, error)
      || !ay_npy_header_check (&header, member->size, member->label, error)
      || (data = ay_try_alloc (member->size, 1, member->label, error)) == NULL)
    return NULL;
  memcpy (data, start, length);
  if (!read_bytes (archive, member, data + length, member->size - length, job, error)
      || !check_end (archive, member, error))
    return NULL;
  return ay_mapped_file_new_take (member->label, g_steal_pointer (&data), member->size);
}

AyArray *
ay_npz_read (AyNpz *self, guint i, AyJob *job, GError **error)
{
  const Member *member = self->members->pdata[i];
  AyNpySpan span = { self->file, 0, member->size, member->label };
  g_autoptr (AyMappedFile) inflated = NULL;

  if (!find_stored (self, member, &span.offset))
    {
      inflated = inflate_member (self, member, job, error);
      if (inflated == NULL)
        return NULL;
      span.file = inflated;
      span.offset = 0;
    }
  return ay_npy_read_span (&span, error);
}

gboolean
ay_npz_read_shape (AyNpz *self, guint i, AyShape *shape, gboolean *is_text, GError **error)
{
  const Member *member = self->members->pdata[i];
  AyNpySpan span = { self->file, 0, member->size, member->label };
  g_autoptr (Archive) archive = NULL;
  g_autofree char *start = NULL;
  AyNpyHeader header;
  gsize length;

  if (member->size == 0)
    return fail (member->label, N_ ("is empty"), NULL, error);
  if (find_stored (self, member, &span.offset))
    return ay_npy_read_shape (&span, shape, is_text, error);
  archive = open_member (self, member, FALSE, error);
  if (archive == NULL || (start = read_start (archive, member, &length, NULL, error)) == NULL
      || !ay_npy_header_read (&header, start, length, member->label, error))
    return FALSE;
  *shape = header.shape;
  if (is_text != NULL)
    *is_text = header.kind != AY_NPY_NUMBER;
  return TRUE;
}
