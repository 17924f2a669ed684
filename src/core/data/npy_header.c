/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/data/npy_header.h"

#include "core/base/error.h"
#include "core/base/words.h"

#include <string.h>

/* The header is a Python dictionary literal such as
 *   {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 784), }
 * padded with spaces and ended by a line feed. Only this grammar is read, never more. */
typedef struct
{
  const char *name; /* of the file */
  const char *data; /* from the file's start */
  gsize at, end;    /* of the dictionary's text */
} Parser;

#define MAX_STRING 64

gboolean
ay_is_npy (const char *data, gsize size)
{
  return size >= 6 && memcmp (data, "\x93NUMPY", 6) == 0;
}

static gboolean
fail (const Parser *self, GError **error, const char *what)
{
  g_set_error (error, AY_ERROR, AY_ERROR_INPUT, N_ ("%s: byte %zu: %s"), self->name,
               self->at, what);
  return FALSE;
}

static char
peek (Parser *self)
{
  while (self->at < self->end && g_ascii_isspace (self->data[self->at]))
    self->at++;
  return self->at < self->end ? self->data[self->at] : '\0';
}

static gboolean
take (Parser *self, char c)
{
  if (peek (self) != c || self->at >= self->end)
    return FALSE;
  self->at++;
  return TRUE;
}

static gboolean
expect (Parser *self, char c, GError **error)
{
  char what[] = "expected \"?\" in the NPY header";

  if (take (self, c))
    return TRUE;
  what[10] = c;
  return fail (self, error, what);
}

/* A quoted string of plain ASCII without escapes. */
static gboolean
read_string (Parser *self, char out[MAX_STRING], GError **error)
{
  char quote = peek (self);
  gsize length = 0;

  if (quote != '\'' && quote != '"')
    return fail (self, error, N_ ("expected a string in the NPY header"));
  self->at++;
  while (self->at < self->end && self->data[self->at] != quote)
    {
      char c = self->data[self->at];

      if (length + 1 == MAX_STRING || !g_ascii_isprint (c) || c == '\\')
        return fail (self, error, N_ ("malformed string in the NPY header"));
      out[length++] = c;
      self->at++;
    }
  out[length] = '\0';
  return self->at < self->end ? self->at++, TRUE
                              : fail (self, error, N_ ("a string in the NPY header never ends"));
}

static gboolean
read_bool (Parser *self, gboolean *out, GError **error)
{
  static const char *const words[] = { "False", "True" };

  peek (self);
  for (gsize i = 0; i < 2; i++)
    {
      gsize length = strlen (words[i]);

      if (self->end - self->at >= length && memcmp (self->data + self->at, words[i], length) == 0)
        {
          self->at += length;
          *out = (gboolean) i;
          return TRUE;
        }
    }
  return fail (self, error, N_ ("fortran_order is neither True nor False"));
}

static gboolean
read_size (Parser *self, gsize *out, GError **error)
{
  gsize value = 0;

  if (peek (self) == '-')
    return fail (self, error, N_ ("a negative size in the shape"));
  if (!g_ascii_isdigit (peek (self)))
    return fail (self, error, N_ ("expected a whole number in the shape"));
  while (self->at < self->end && g_ascii_isdigit (self->data[self->at]))
    {
      gsize digit = (gsize) (self->data[self->at] - '0');

      if (!g_size_checked_mul (&value, value, 10) || !g_size_checked_add (&value, value, digit))
        return fail (self, error, N_ ("a size in the shape is beyond 64 bits"));
      self->at++;
    }
  if (self->at < self->end && self->data[self->at] == 'L') /* as Python 2 wrote */
    self->at++;
  *out = value;
  return TRUE;
}

static gboolean
read_shape (Parser *self, AyShape *shape, GError **error)
{
  gboolean comma = FALSE;

  shape->n_dims = 0;
  if (!expect (self, '(', error))
    return FALSE;
  while (peek (self) != ')')
    {
      if (shape->n_dims > 0 && !comma)
        return expect (self, ',', error);
      if (shape->n_dims == AY_MAX_DIMS)
        return fail (self, error, N_ ("more than 32 dimensions"));
      if (!read_size (self, &shape->size[shape->n_dims], error))
        return FALSE;
      shape->n_dims++;
      comma = take (self, ',');
    }
  if (shape->n_dims == 1 && !comma)
    return fail (self, error, N_ ("the shape is no tuple"));
  return expect (self, ')', error);
}

static gboolean
unsupported (const Parser *self, GError **error, const char *what, const char *descr)
{
  g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
               N_ ("%s: byte %zu: arrays of %s (dtype %s) cannot be read"), self->name,
               self->at, what, descr);
  return FALSE;
}

static const char *
name_of_kind (char kind)
{
  switch (kind)
    {
    case 'O': return "Python objects";
    case 'c': return "complex numbers";
    case 'M': return "dates";
    case 'm': return "durations";
    case 'V': return "records";
    case 'f': return "extended floats";
    default: return NULL;
    }
}

static gboolean
number_dtype (char kind, guint64 size, AyDtype *dtype)
{
  static const struct { char kind; guint8 size; AyDtype dtype; } known[] = {
    { 'f', 2, AY_DTYPE_F16 }, { 'f', 4, AY_DTYPE_F32 }, { 'f', 8, AY_DTYPE_F64 },
    { 'b', 1, AY_DTYPE_BOOL },
    { 'i', 1, AY_DTYPE_I8 }, { 'i', 2, AY_DTYPE_I16 }, { 'i', 4, AY_DTYPE_I32 },
    { 'i', 8, AY_DTYPE_I64 },
    { 'u', 1, AY_DTYPE_U8 }, { 'u', 2, AY_DTYPE_U16 }, { 'u', 4, AY_DTYPE_U32 },
    { 'u', 8, AY_DTYPE_U64 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (known[i].kind == kind && known[i].size == size)
      {
        *dtype = known[i].dtype;
        return TRUE;
      }
  return FALSE;
}

/* A dtype string: an optional byte order, a letter, a size ("<f4", "|u1", ">U12"). */
static gboolean
read_descr (Parser *self, AyNpyHeader *header, GError **error)
{
  char descr[MAX_STRING], *end;
  const char *text = descr;
  char order = '=', kind;
  guint64 size;

  if (peek (self) == '[')
    return unsupported (self, error, "records", "structured");
  if (!read_string (self, descr, error))
    return FALSE;
  if (strchr ("<>|=", *text) != NULL && *text != '\0')
    order = *text++;
  kind = *text != '\0' ? *text++ : '\0';
  size = g_ascii_isdigit (*text) ? g_ascii_strtoull (text, &end, 10) : 0;
  header->swapped = order == (G_BYTE_ORDER == G_LITTLE_ENDIAN ? '>' : '<');
  if (kind == 'O' || ((kind == 'M' || kind == 'm') && *text == '8'))
    return unsupported (self, error, name_of_kind (kind), descr);
  if (!g_ascii_isdigit (*text) || *end != '\0' || size > G_MAXINT32)
    return fail (self, error, N_ ("malformed dtype in the NPY header"));
  if (kind == 'U' || kind == 'S')
    {
      header->kind = kind == 'U' ? AY_NPY_UNICODE : AY_NPY_BYTES;
      header->item_size = kind == 'U' ? size * 4 : size;
      return TRUE;
    }
  header->kind = AY_NPY_NUMBER;
  if (number_dtype (kind, size, &header->dtype))
    {
      header->item_size = ay_dtype_size (header->dtype);
      return TRUE;
    }
  if (name_of_kind (kind) != NULL)
    return unsupported (self, error, name_of_kind (kind), descr);
  return fail (self, error, N_ ("unknown dtype in the NPY header"));
}

static gboolean
read_dictionary (Parser *self, AyNpyHeader *header, GError **error)
{
  static const char *const keys[] = { "descr", "fortran_order", "shape" };
  guint seen = 0;
  gboolean comma = TRUE;

  if (!expect (self, '{', error))
    return FALSE;
  while (peek (self) != '}')
    {
      char key[MAX_STRING];
      gsize k = 0;
      gboolean good;

      if (!comma)
        return expect (self, ',', error);
      if (!read_string (self, key, error) || !expect (self, ':', error))
        return FALSE;
      while (k < 3 && strcmp (key, keys[k]) != 0)
        k++;
      if (k == 3 || (seen & (1u << k)) != 0)
        return fail (self, error, k == 3 ? N_ ("unknown key in the NPY header")
                                         : N_ ("a key occurs twice in the NPY header"));
      seen |= 1u << k;
      good = k == 0   ? read_descr (self, header, error)
             : k == 1 ? read_bool (self, &header->fortran, error)
                      : read_shape (self, &header->shape, error);
      if (!good)
        return FALSE;
      comma = take (self, ',');
    }
  if (!expect (self, '}', error))
    return FALSE;
  if (seen != 7)
    return fail (self, error, N_ ("the NPY header lacks descr, fortran_order or shape"));
  peek (self);
  return self->at == self->end
      || fail (self, error, N_ ("text behind the NPY header's dictionary"));
}

/* Magic, version and length; the parser is left on the dictionary. */
static gboolean
read_preamble (Parser *self, gsize size, GError **error)
{
  const guint8 *bytes = (const guint8 *) self->data;
  gsize length;

  if (!ay_is_npy (self->data, size))
    return fail (self, error, size == 0 ? N_ ("the file is empty") : N_ ("this is no NPY file"));
  self->at = 6;
  if (size < 10)
    return fail (self, error, N_ ("the file ends within the NPY header"));
  if (bytes[6] < 1 || bytes[6] > 3 || bytes[7] != 0)
    {
      g_set_error (error, AY_ERROR, AY_ERROR_UNSUPPORTED,
                   N_ ("%s: byte 6: NPY format %u.%u cannot be read (1.0, 2.0 and 3.0 can)"),
                   self->name, bytes[6], bytes[7]);
      return FALSE;
    }
  self->at = 8;
  if (bytes[6] > 1 && size < 12)
    return fail (self, error, N_ ("the file ends within the NPY header"));
  length = bytes[8] | (gsize) bytes[9] << 8;
  if (bytes[6] > 1)
    length |= (gsize) bytes[10] << 16 | (gsize) bytes[11] << 24;
  if (length > AY_NPY_MAX_HEADER)
    return fail (self, error, N_ ("the NPY header claims to be longer than 1 MiB"));
  self->at = bytes[6] > 1 ? 12 : 10;
  if (length > size - self->at)
    return fail (self, error, N_ ("the file ends within the NPY header"));
  self->end = self->at + length;
  return TRUE;
}

gboolean
ay_npy_header_read (AyNpyHeader *self, const char *data, gsize size, const char *name,
                    GError **error)
{
  Parser parser = { name, data, 0, 0 };
  gsize count;

  *self = (AyNpyHeader) { 0 };
  if (!read_preamble (&parser, size, error) || !read_dictionary (&parser, self, error))
    return FALSE;
  self->header_size = parser.end;
  if (!ay_shape_count (&self->shape, &count)
      || !g_size_checked_mul (&self->data_size, count, MAX (self->item_size, 1))
      || self->data_size > G_MAXSSIZE)
    {
      g_autofree char *shape = ay_shape_to_string (&self->shape);

      g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                   N_ ("%s: byte %zu: the shape %s is beyond 64 bits"), name, parser.at,
                   shape);
      return FALSE;
    }
  self->data_size = count * self->item_size;
  for (guint i = 0; i < self->shape.n_dims; i++)
    if (self->shape.size[i] == 0)
      self->data_size = 0;
  return TRUE;
}

gboolean
ay_npy_header_check (const AyNpyHeader *self, gsize length, const char *name, GError **error)
{
  gsize left = length - self->header_size;
  g_autofree char *shape = ay_shape_to_string (&self->shape);

  if (self->data_size == 0)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: byte %zu: the array is empty: its shape is %s"), name,
                 self->header_size, shape);
  else if (left < self->data_size)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: byte %zu: the file ends here, shape %s needs %zu bytes more"), name,
                 length, shape, self->data_size - left);
  else if (left > self->data_size)
    g_set_error (error, AY_ERROR, AY_ERROR_INPUT,
                 N_ ("%s: byte %zu: %zu bytes follow the array, whose shape is %s"), name,
                 self->header_size + self->data_size, left - self->data_size, shape);
  return left == self->data_size && left > 0;
}
