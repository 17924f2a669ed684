/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The operations of a pickle that make one plain value of the bytes after them: numbers, texts,
 * bytes, in the binary forms and in the lines of protocol 0. */
#include "core/data/pickle_private.h"

#include "core/base/words.h"
#include "core/shim/number.h"

#include <string.h>

/* --- reading the operations' arguments --- */

const char *
ay_pickle_take (AyPickle *self, guint64 n, GError **error)
{
  const char *at = (const char *) self->data + self->at;

  if (n > self->size - self->at)
    {
      ay_pickle_malformed (self, error, N_ ("the file ends inside of a value"));
      return NULL;
    }
  self->at += (gsize) n;
  return at;
}

/* An unsigned little-endian number of 1 to 8 bytes. */
gboolean
ay_pickle_take_unsigned (AyPickle *self, guint bytes, guint64 *value, GError **error)
{
  const char *at = ay_pickle_take (self, bytes, error);

  *value = 0;
  for (guint i = 0; at != NULL && i < bytes; i++)
    *value |= (guint64) (guint8) at[i] << (8 * i);
  return at != NULL;
}

/* Up to the end of the line, which is passed. */
const char *
ay_pickle_take_line (AyPickle *self, gsize *length, GError **error)
{
  const char *at = (const char *) self->data + self->at;
  const char *end = memchr (at, '\n', self->size - self->at);

  if (end == NULL)
    {
      ay_pickle_malformed (self, error, N_ ("the file ends inside of a line"));
      return NULL;
    }
  *length = (gsize) (end - at);
  self->at += *length + 1;
  if (*length > 0 && at[*length - 1] == '\r')
    (*length)--;
  return at;
}

void
ay_pickle_push (AyPickle *self, AyPickleValue *value)
{
  g_ptr_array_add (self->stack, value);
}

/* --- the values --- */

/* NUL is a character as others are. */
static gboolean
is_utf8 (const char *at, gsize n)
{
  const char *end = at + n;

  while (!g_utf8_validate (at, end - at, &at))
    if (at >= end || *at++ != '\0')
      return FALSE;
  return TRUE;
}

static gboolean
push_sized (AyPickle *self, guint bytes, AyPickleKind kind, GError **error)
{
  guint64 n;
  const char *at;

  if (!ay_pickle_take_unsigned (self, bytes, &n, error)
      || (at = ay_pickle_take (self, n, error)) == NULL)
    return FALSE;
  if (n > G_MAXINT32)
    return ay_pickle_fail (self, AY_ERROR_UNSUPPORTED, error, N_ ("a value of more than 2 GiB"));
  if (kind == AY_PICKLE_TEXT && !is_utf8 (at, (gsize) n))
    return ay_pickle_malformed (self, error, N_ ("a text is not UTF-8"));
  ay_pickle_push (self, ay_pickle_new_text (self, kind, at, (gsize) n));
  return TRUE;
}

static void
push_integer (AyPickle *self, AyPickleKind kind, gint64 integer)
{
  AyPickleValue *value = ay_pickle_new_value (self, kind);

  value->is.integer = integer;
  ay_pickle_push (self, value);
}

static void
push_number (AyPickle *self, double number)
{
  AyPickleValue *value = ay_pickle_new_value (self, AY_PICKLE_FLOAT);

  value->is.number = number;
  ay_pickle_push (self, value);
}

/* A two's complement number of n bytes; beyond 64 bits as a double. */
static gboolean
push_long (AyPickle *self, guint size_bytes, GError **error)
{
  guint64 n, bits = 0;
  const guint8 *at;
  double number = 0.0;

  if (!ay_pickle_take_unsigned (self, size_bytes, &n, error)
      || (at = (const guint8 *) ay_pickle_take (self, n, error)) == NULL)
    return FALSE;
  if (n <= 8)
    {
      for (guint i = 0; i < 8; i++)
        bits |= (guint64) (i < n ? at[i] : n > 0 && (at[n - 1] & 0x80) ? 0xff : 0) << (8 * i);
      push_integer (self, AY_PICKLE_INT, (gint64) bits);
      return TRUE;
    }
  if (n > 100)
    return ay_pickle_fail (self, AY_ERROR_UNSUPPORTED, error, N_ ("an integer of %u bytes"),
                           (guint) n);
  for (guint64 i = n; i > 0; i--)
    number = number * 256.0 + at[i - 1] - (i == n && (at[i - 1] & 0x80) ? 256.0 : 0.0);
  push_number (self, number);
  return TRUE;
}

static gboolean
push_float (AyPickle *self, GError **error)
{
  const char *at = ay_pickle_take (self, 8, error);
  guint64 bits;
  double number;

  if (at == NULL)
    return FALSE;
  memcpy (&bits, at, 8);
  bits = GUINT64_FROM_BE (bits);
  memcpy (&number, &bits, 8);
  push_number (self, number);
  return TRUE;
}

/* INT and LONG of protocol 0: "12", "12L", "00", "01"; FLOAT: "1.5". */
static gboolean
push_decimal (AyPickle *self, char op, GError **error)
{
  gsize length;
  const char *at = ay_pickle_take_line (self, &length, error);
  double number;
  g_autofree char *text = NULL;
  char *end;

  if (at == NULL)
    return FALSE;
  if (op == 'I' && length == 2 && at[0] == '0' && (at[1] == '0' || at[1] == '1'))
    {
      push_integer (self, AY_PICKLE_BOOL, at[1] - '0');
      return TRUE;
    }
  if (op == 'L' && length > 0 && at[length - 1] == 'L')
    length--;
  text = g_strndup (at, length);
  if (op == 'F' && (strcmp (text, "nan") == 0 || g_str_has_suffix (text, "inf")))
    {
      push_number (self, g_ascii_strtod (text, NULL));
      return TRUE;
    }
  if (!ay_number_parse (text, length, &number))
    return ay_pickle_malformed (self, error, N_ ("a line is not a number"));
  if (op == 'F' || number < -9.2e18 || number > 9.2e18)
    push_number (self, number);
  else
    {
      push_integer (self, AY_PICKLE_INT, g_ascii_strtoll (text, &end, 10));
      if (*end != '\0')
        return ay_pickle_malformed (self, error, N_ ("a line is not a whole number"));
    }
  return TRUE;
}

/* STRING of protocol 0: a quoted text with the escapes of Python; kept as bytes when not UTF-8. */
static gboolean
push_quoted (AyPickle *self, GError **error)
{
  gsize length;
  const char *at = ay_pickle_take_line (self, &length, error);
  g_autoptr (GString) text = g_string_new (NULL);
  AyPickleValue *value;

  if (at == NULL)
    return FALSE;
  if (length < 2 || at[0] != at[length - 1] || (at[0] != '\'' && at[0] != '"'))
    return ay_pickle_malformed (self, error, N_ ("a text is not quoted"));
  for (gsize i = 1; i + 1 < length; i++)
    {
      static const char from[] = "nrtabfv0", to[] = "\n\r\t\a\b\f\v";
      const char *known;

      if (at[i] != '\\' || i + 2 >= length)
        g_string_append_c (text, at[i]);
      else if (at[i + 1] == 'x' && i + 4 < length && g_ascii_isxdigit (at[i + 2])
               && g_ascii_isxdigit (at[i + 3]))
        {
          g_string_append_c (text, (char) (g_ascii_xdigit_value (at[i + 2]) * 16
                                           + g_ascii_xdigit_value (at[i + 3])));
          i += 3;
        }
      else
        {
          known = strchr (from, at[i + 1]);
          g_string_append_c (text, known != NULL ? to[known - from] : at[i + 1]);
          i++;
        }
    }
  value = ay_pickle_new_value (self, is_utf8 (text->str, text->len)
                                         ? AY_PICKLE_TEXT : AY_PICKLE_BYTES);
  ay_pickle_push (self, value);
  return ay_pickle_make (self, value, text->str, text->len, error);
}

/* UNICODE of protocol 0: Latin-1 with \uXXXX escapes. */
static gboolean
push_raw_unicode (AyPickle *self, GError **error)
{
  gsize length;
  const char *at = ay_pickle_take_line (self, &length, error);
  g_autoptr (GString) text = g_string_new (NULL);
  AyPickleValue *value;

  if (at == NULL)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      gunichar c = (guint8) at[i];
      guint digits = at[i] == '\\' && i + 1 < length ? (at[i + 1] == 'u'   ? 4
                                                        : at[i + 1] == 'U' ? 8 : 0) : 0;

      if (digits > 0 && i + 1 + digits < length)
        {
          c = 0;
          for (guint k = 0; k < digits; k++)
            c = c * 16 + (gunichar) MAX (g_ascii_xdigit_value (at[i + 2 + k]), 0);
          i += 1 + digits;
        }
      if (!g_unichar_validate (c))
        return ay_pickle_malformed (self, error, N_ ("a text holds no character"));
      g_string_append_unichar (text, c);
    }
  value = ay_pickle_new_value (self, AY_PICKLE_TEXT);
  ay_pickle_push (self, value);
  return ay_pickle_make (self, value, text->str, text->len, error);
}

/* BINSTRING of protocol 1 and 2, written by Python 2: text where it is UTF-8. */
static gboolean
push_old_string (AyPickle *self, guint bytes, GError **error)
{
  AyPickleValue *value;

  if (!push_sized (self, bytes, AY_PICKLE_BYTES, error))
    return FALSE;
  value = g_ptr_array_index (self->stack, self->stack->len - 1);
  if (is_utf8 (value->is.bytes, value->length))
    value->kind = AY_PICKLE_TEXT;
  return TRUE;
}

/* Operations that make one plain value. */
gboolean
ay_pickle_run_plain (AyPickle *self, guint8 op, gboolean *known, GError **error)
{
  guint64 bits = 0;

  *known = TRUE;
  switch (op)
    {
    case 'N': ay_pickle_push (self, ay_pickle_new_value (self, AY_PICKLE_NONE)); return TRUE;
    case 0x88: push_integer (self, AY_PICKLE_BOOL, 1); return TRUE;
    case 0x89: push_integer (self, AY_PICKLE_BOOL, 0); return TRUE;
    case 'J':
      if (!ay_pickle_take_unsigned (self, 4, &bits, error))
        return FALSE;
      push_integer (self, AY_PICKLE_INT, (gint32) (guint32) bits);
      return TRUE;
    case 'K':
    case 'M':
      if (!ay_pickle_take_unsigned (self, op == 'K' ? 1 : 2, &bits, error))
        return FALSE;
      push_integer (self, AY_PICKLE_INT, (gint64) bits);
      return TRUE;
    case 0x8a: return push_long (self, 1, error);
    case 0x8b: return push_long (self, 4, error);
    case 'G': return push_float (self, error);
    case 'I': case 'L': case 'F': return push_decimal (self, (char) op, error);
    case 'S': return push_quoted (self, error);
    case 'V': return push_raw_unicode (self, error);
    case 'U': return push_old_string (self, 1, error);
    case 'T': return push_old_string (self, 4, error);
    case 0x8c: return push_sized (self, 1, AY_PICKLE_TEXT, error);
    case 'X': return push_sized (self, 4, AY_PICKLE_TEXT, error);
    case 0x8d: return push_sized (self, 8, AY_PICKLE_TEXT, error);
    case 'C': return push_sized (self, 1, AY_PICKLE_BYTES, error);
    case 'B': return push_sized (self, 4, AY_PICKLE_BYTES, error);
    case 0x8e: case 0x96: return push_sized (self, 8, AY_PICKLE_BYTES, error);
    default: *known = FALSE; return TRUE;
    }
}
