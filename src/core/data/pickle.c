/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The stack machine of Python's pickles, without Python.
 *
 * A pickle is a program for a machine with a stack and a memo (Lib/pickletools.py of CPython
 * describes each operation). Plain values are made in pickle_plain.c; operations that name a class
 * or call something go to pickle_names.c, which knows a short list. Values live in
 * chunks and are freed together, so shared and circular ones are no problem; nothing here recurses.
 * One pass; 24 bytes a value; texts and arrays stay where they lie in the file. */
#include "core/data/pickle_private.h"

#include "core/base/words.h"
#include "core/shim/number.h"

#include <string.h>

#define CHUNK 4096

gboolean
ay_pickle_fail (AyPickle *self, int code, GError **error, const char *format, ...)
{
  g_autofree char *text = NULL, *valid = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  valid = g_utf8_make_valid (text, -1);
  g_strdelimit (valid, "\n\r", ' ');
  g_set_error (error, AY_ERROR, code, N_ ("%s: byte %zu: %s"), self->path, self->op,
               valid);
  return FALSE;
}

gboolean
ay_pickle_malformed (AyPickle *self, GError **error, const char *what)
{
  return ay_pickle_fail (self, AY_ERROR_INPUT, error, "%s", what);
}

AyPickleValue *
ay_pickle_new_value (AyPickle *self, AyPickleKind kind)
{
  AyPickleValue *value;

  if (self->chunks->len == 0 || self->n_in_chunk == CHUNK)
    {
      g_ptr_array_add (self->chunks, g_new0 (AyPickleValue, CHUNK));
      self->n_in_chunk = 0;
    }
  value = (AyPickleValue *) g_ptr_array_index (self->chunks, self->chunks->len - 1)
          + self->n_in_chunk++;
  value->kind = kind;
  return value;
}

AyPickleValue *
ay_pickle_new_items (AyPickle *self, AyPickleKind kind)
{
  AyPickleValue *value = ay_pickle_new_value (self, kind);

  value->is.items = g_ptr_array_new ();
  g_ptr_array_add (self->lists, value->is.items);
  return value;
}

AyPickleValue *
ay_pickle_new_text (AyPickle *self, AyPickleKind kind, const char *bytes, gsize length)
{
  AyPickleValue *value = ay_pickle_new_value (self, kind);

  value->is.bytes = bytes;
  value->length = (guint32) length;
  return value;
}

gboolean
ay_pickle_make (AyPickle *self, AyPickleValue *value, const char *bytes, gsize length,
                GError **error)
{
  GBytes *copy;

  if (length > 4 * self->size + 4096 - MIN (self->made_size, 4 * self->size + 4096))
    return ay_pickle_malformed (self, error, N_ ("the same bytes are used over and over"));
  self->made_size += length + 16;
  copy = g_bytes_new (bytes, length);
  g_ptr_array_add (self->made, copy);
  value->is.bytes = length > 0 ? g_bytes_get_data (copy, NULL) : "";
  value->length = (guint32) length;
  return TRUE;
}

AyPickleValue *
ay_pickle_new_array (AyPickle *self, AyArray *array)
{
  AyPickleValue *value = ay_pickle_new_value (self, AY_PICKLE_ARRAY);

  value->is.array = array;
  g_ptr_array_add (self->arrays, array);
  return value;
}

gboolean
ay_pickle_is (const AyPickleValue *value, const char *text)
{
  return value != NULL && value->length == strlen (text)
         && memcmp (value->is.bytes, text, value->length) == 0;
}

/* (nullable): the value on top, with or without taking it; a mark or nothing is an error. */
static AyPickleValue *
top (AyPickle *self, gboolean pop, GError **error)
{
  AyPickleValue *value = self->stack->len > 0
                             ? g_ptr_array_index (self->stack, self->stack->len - 1) : NULL;

  if (value == NULL)
    ay_pickle_malformed (self, error, N_ ("a value is missing on the stack"));
  else if (pop)
    g_ptr_array_set_size (self->stack, (gint) self->stack->len - 1);
  return value;
}

/* Position of the uppermost mark. */
static gboolean
find_mark (AyPickle *self, guint *mark, GError **error)
{
  for (guint i = self->stack->len; i > 0; i--)
    if (g_ptr_array_index (self->stack, i - 1) == NULL)
      {
        *mark = i - 1;
        return TRUE;
      }
  return ay_pickle_malformed (self, error, N_ ("a mark is missing on the stack"));
}

/* Moves what lies above the mark to the end of items and takes the mark away. */
static void
collect (AyPickle *self, guint mark, GPtrArray *items)
{
  for (guint i = mark + 1; i < self->stack->len; i++)
    g_ptr_array_add (items, g_ptr_array_index (self->stack, i));
  g_ptr_array_set_size (self->stack, (gint) mark);
}

static gboolean
memo_get (AyPickle *self, guint64 key, GError **error)
{
  AyPickleValue *value = key <= G_MAXUINT32
                             ? g_hash_table_lookup (self->memo, GUINT_TO_POINTER (key)) : NULL;

  if (value == NULL)
    return ay_pickle_malformed (self, error, N_ ("a value is used that was not remembered"));
  ay_pickle_push (self, value);
  return TRUE;
}

static gboolean
memo_put (AyPickle *self, guint64 key, GError **error)
{
  AyPickleValue *value = top (self, FALSE, error);

  if (value == NULL || key > G_MAXUINT32)
    return value != NULL
           && ay_pickle_malformed (self, error, N_ ("too many values are remembered"));
  g_hash_table_insert (self->memo, GUINT_TO_POINTER (key), value);
  return TRUE;
}

static gboolean
memo_line (AyPickle *self, gboolean put, GError **error)
{
  gsize length;
  const char *at = ay_pickle_take_line (self, &length, error);
  double key;

  if (at == NULL)
    return FALSE;
  if (!ay_number_parse (at, length, &key) || !(key >= 0.0 && key <= G_MAXUINT32))
    return ay_pickle_malformed (self, error, N_ ("a place to remember is not a number"));
  return put ? memo_put (self, (guint64) key, error) : memo_get (self, (guint64) key, error);
}

static gboolean
memo_sized (AyPickle *self, guint bytes, gboolean put, GError **error)
{
  guint64 key;

  return ay_pickle_take_unsigned (self, bytes, &key, error)
         && (put ? memo_put (self, key, error) : memo_get (self, key, error));
}

/* LIST, TUPLE, DICT, FROZENSET: all above the mark. */
static gboolean
make_of_mark (AyPickle *self, AyPickleKind kind, GError **error)
{
  AyPickleValue *value;
  guint mark = 0;

  if (!find_mark (self, &mark, error))
    return FALSE;
  value = ay_pickle_new_items (self, kind);
  collect (self, mark, value->is.items);
  if (kind == AY_PICKLE_DICT && value->is.items->len % 2 != 0)
    return ay_pickle_malformed (self, error, N_ ("a dict has a key without a value"));
  ay_pickle_push (self, value);
  return TRUE;
}

/* APPENDS, SETITEMS, ADDITEMS: all above the mark go into the value below it. */
static gboolean
extend (AyPickle *self, AyPickleKind kind, GError **error)
{
  AyPickleValue *value;
  guint mark = 0;

  if (!find_mark (self, &mark, error))
    return FALSE;
  value = mark > 0 ? g_ptr_array_index (self->stack, mark - 1) : NULL;
  if (value == NULL || value->kind != kind
      || (kind == AY_PICKLE_DICT && (self->stack->len - mark - 1) % 2 != 0))
    return ay_pickle_malformed (self, error,
                                N_ ("items without the list, set or dict that they belong to"));
  collect (self, mark, value->is.items);
  return TRUE;
}

static gboolean
append_few (AyPickle *self, AyPickleKind kind, guint n, GError **error)
{
  AyPickleValue *items[2] = { NULL, NULL }, *value;

  for (guint i = n; i > 0; i--)
    if ((items[i - 1] = top (self, TRUE, error)) == NULL)
      return FALSE;
  if ((value = top (self, FALSE, error)) == NULL)
    return FALSE;
  if (value->kind != kind)
    return ay_pickle_malformed (self, error,
                                N_ ("an item without the list or dict that it belongs to"));
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (value->is.items, items[i]);
  return TRUE;
}

static gboolean
push_tuple (AyPickle *self, guint n, GError **error)
{
  AyPickleValue *value = ay_pickle_new_items (self, AY_PICKLE_TUPLE);

  g_ptr_array_set_size (value->is.items, (gint) n);
  for (guint i = n; i > 0; i--)
    if ((g_ptr_array_index (value->is.items, i - 1) = top (self, TRUE, error)) == NULL)
      return FALSE;
  ay_pickle_push (self, value);
  return TRUE;
}

static gboolean
push_name (AyPickle *self, gboolean of_stack, GError **error)
{
  gsize module_length = 0, name_length = 0;
  const char *module = NULL, *name = NULL;
  AyPickleValue *value;

  if (of_stack)
    {
      AyPickleValue *second = top (self, TRUE, error);
      AyPickleValue *first = second != NULL ? top (self, TRUE, error) : NULL;

      if (first == NULL)
        return FALSE;
      if (first->kind != AY_PICKLE_TEXT || second->kind != AY_PICKLE_TEXT)
        return ay_pickle_malformed (self, error, N_ ("a name is not a text"));
      module = first->is.bytes;
      module_length = first->length;
      name = second->is.bytes;
      name_length = second->length;
    }
  else if ((module = ay_pickle_take_line (self, &module_length, error)) == NULL
           || (name = ay_pickle_take_line (self, &name_length, error)) == NULL)
    return FALSE;
  value = ay_pickle_name (self, module, module_length, name, name_length, error);
  if (value == NULL)
    return FALSE;
  ay_pickle_push (self, value);
  return TRUE;
}

static gboolean
apply (AyPickle *self, GError **error)
{
  AyPickleValue *arguments = top (self, TRUE, error);
  AyPickleValue *callee = arguments != NULL ? top (self, TRUE, error) : NULL;
  AyPickleValue *value;

  if (callee == NULL)
    return FALSE;
  if (arguments->kind != AY_PICKLE_TUPLE || callee->kind != AY_PICKLE_NAME)
    return ay_pickle_malformed (self, error, N_ ("a call of something that is not a name"));
  value = ay_pickle_apply (self, callee, arguments, error);
  if (value == NULL)
    return FALSE;
  ay_pickle_push (self, value);
  return TRUE;
}

static gboolean
build (AyPickle *self, GError **error)
{
  AyPickleValue *state = top (self, TRUE, error);
  AyPickleValue *value = state != NULL ? top (self, FALSE, error) : NULL;

  return value != NULL && ay_pickle_build (self, value, state, error);
}

static gboolean
pop_mark (AyPickle *self, GError **error)
{
  guint mark = 0;

  if (!find_mark (self, &mark, error))
    return FALSE;
  g_ptr_array_set_size (self->stack, (gint) mark);
  return TRUE;
}

static gboolean
pop (AyPickle *self, GError **error)
{
  if (self->stack->len == 0)
    return ay_pickle_malformed (self, error, N_ ("a value is missing on the stack"));
  g_ptr_array_set_size (self->stack, (gint) self->stack->len - 1);
  return TRUE;
}

static gboolean
duplicate (AyPickle *self, GError **error)
{
  AyPickleValue *value = top (self, FALSE, error);

  if (value != NULL)
    ay_pickle_push (self, value);
  return value != NULL;
}

static gboolean
refuse (AyPickle *self, guint8 op, GError **error)
{
  static const struct { guint8 op; const char *what; } known[] = {
    { 'P', "a persistent id, which points out of the file" },
    { 'Q', "a persistent id, which points out of the file" },
    { 0x82, "an extension code, which stands for a class" },
    { 0x83, "an extension code, which stands for a class" },
    { 0x84, "an extension code, which stands for a class" },
    { 0x97, "a buffer that is kept outside of the file" },
    { 'i', "an instance of a class (old form)" }, { 'o', "an instance of a class (old form)" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    if (known[i].op == op)
      return ay_pickle_fail (self, AY_ERROR_UNSUPPORTED, error, N_ ("refused: %s"), known[i].what);
  return ay_pickle_fail (self, AY_ERROR_INPUT, error, N_ ("0x%02x is no operation of a pickle"),
                         op);
}

/* Operations on the stack, the memo, and on values that hold others. */
static gboolean
run_other (AyPickle *self, guint8 op, GError **error)
{
  guint64 unused;

  switch (op)
    {
    case 0x80: return ay_pickle_take_unsigned (self, 1, &unused, error);
    case 0x95: return ay_pickle_take_unsigned (self, 8, &unused, error);
    case '(': ay_pickle_push (self, NULL); return TRUE;
    case '0': return pop (self, error);
    case '1': return pop_mark (self, error);
    case '2': return duplicate (self, error);
    case ']': ay_pickle_push (self, ay_pickle_new_items (self, AY_PICKLE_LIST)); return TRUE;
    case ')': ay_pickle_push (self, ay_pickle_new_items (self, AY_PICKLE_TUPLE)); return TRUE;
    case '}': ay_pickle_push (self, ay_pickle_new_items (self, AY_PICKLE_DICT)); return TRUE;
    case 0x8f: ay_pickle_push (self, ay_pickle_new_items (self, AY_PICKLE_SET)); return TRUE;
    case 'l': return make_of_mark (self, AY_PICKLE_LIST, error);
    case 't': return make_of_mark (self, AY_PICKLE_TUPLE, error);
    case 'd': return make_of_mark (self, AY_PICKLE_DICT, error);
    case 0x91: return make_of_mark (self, AY_PICKLE_SET, error);
    case 0x85: case 0x86: case 0x87: return push_tuple (self, op - 0x84u, error);
    case 'a': return append_few (self, AY_PICKLE_LIST, 1, error);
    case 's': return append_few (self, AY_PICKLE_DICT, 2, error);
    case 'e': return extend (self, AY_PICKLE_LIST, error);
    case 'u': return extend (self, AY_PICKLE_DICT, error);
    case 0x90: return extend (self, AY_PICKLE_SET, error);
    case 'g': return memo_line (self, FALSE, error);
    case 'p': return memo_line (self, TRUE, error);
    case 'h': return memo_sized (self, 1, FALSE, error);
    case 'j': return memo_sized (self, 4, FALSE, error);
    case 'q': return memo_sized (self, 1, TRUE, error);
    case 'r': return memo_sized (self, 4, TRUE, error);
    case 0x94: return memo_put (self, g_hash_table_size (self->memo), error);
    case 'c': return push_name (self, FALSE, error);
    case 0x93: return push_name (self, TRUE, error);
    case 'R': case 0x81: return apply (self, error);
    case 'b': return build (self, error);
    default: return refuse (self, op, error);
    }
}

static gboolean
run (AyPickle *self, GError **error)
{
  for (;;)
    {
      gboolean known;
      guint8 op;

      self->op = self->at;
      if (self->at >= self->size)
        return ay_pickle_malformed (self, error, N_ ("the file ends before the pickle does"));
      op = self->data[self->at++];
      if (op == '.')
        break;
      if (!ay_pickle_run_plain (self, op, &known, error)
          || (!known && !run_other (self, op, error)))
        return FALSE;
    }
  self->root = top (self, TRUE, error);
  if (self->root == NULL)
    return FALSE;
  if (self->at < self->size)
    {
      self->op = self->at;
      return ay_pickle_fail (self, AY_ERROR_UNSUPPORTED, error,
                             N_ ("more follows after the pickle"));
    }
  return TRUE;
}

static void
free_items (gpointer items)
{
  g_ptr_array_unref (items);
}

static void
free_array (gpointer array)
{
  ay_array_unref (array);
}

static void
free_bytes (gpointer bytes)
{
  g_bytes_unref (bytes);
}

AyPickle *
ay_pickle_read (AyMappedFile *file, GError **error)
{
  g_autoptr (AyPickle) self = g_new0 (AyPickle, 1);

  self->file = ay_mapped_file_ref (file);
  self->path = ay_mapped_file_path (file);
  self->data = (const guint8 *) ay_mapped_file_data (file, &self->size);
  self->chunks = g_ptr_array_new_with_free_func (g_free);
  self->lists = g_ptr_array_new_with_free_func (free_items);
  self->arrays = g_ptr_array_new_with_free_func (free_array);
  self->made = g_ptr_array_new_with_free_func (free_bytes);
  self->stack = g_ptr_array_new ();
  self->memo = g_hash_table_new (NULL, NULL);
  return run (self, error) ? g_steal_pointer (&self) : NULL;
}

void
ay_pickle_free (AyPickle *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->chunks);
  g_ptr_array_unref (self->lists);
  g_ptr_array_unref (self->arrays);
  g_ptr_array_unref (self->made);
  g_ptr_array_unref (self->stack);
  g_hash_table_unref (self->memo);
  ay_mapped_file_unref (self->file);
  g_free (self);
}

const AyPickleValue *
ay_pickle_root (const AyPickle *self)
{
  return self->root;
}
