/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/shim/jsonlines.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <new>
#include <utility>

#include <simdjson.h>

using namespace simdjson;

static_assert (SIMDJSON_PADDING <= AY_JSON_PADDING, "room after a text");

static const int deepest = 100;

struct _AyJsonLines
{
  ondemand::parser parser;
  std::string_view key;
  double *numbers; /* of the last vector */
  gsize n_numbers, numbers_room;
};

namespace
{

struct Walk
{
  AyJsonLines *lines;
  ondemand::document *document;
  const AyJsonEvents *events;
  gpointer data;
  const char *problem;
  const char *begin, *end; /* the text */

  std::string_view token (ondemand::value &value) const;
  bool is_not_finite (ondemand::value &value, char first, double *number) const;
  bool fail (error_code code);
  bool fail_with (const char *what);
  bool members (ondemand::object &object, int depth);
  bool member (std::string_view key, ondemand::value &value, int depth);
  bool scalar (ondemand::value &value, AyJsonValue *out);
  bool array (ondemand::value &value, AyJsonValue *out, int depth);
  bool skim (ondemand::value &value, int depth);
};

bool
Walk::fail_with (const char *what)
{
  problem = what;
  return false;
}

bool
Walk::fail (error_code code)
{
  switch (code)
    {
    case UTF8_ERROR: return fail_with ("bytes that are not UTF-8");
    case UNCLOSED_STRING: return fail_with ("a string that does not end");
    case UNESCAPED_CHARS: return fail_with ("a control character in a string");
    case STRING_ERROR: return fail_with ("a wrong escape in a string");
    case NUMBER_ERROR: return fail_with ("a number that is none, or too great");
    case CAPACITY: return fail_with ("an object of more than 4 GiB");
    case MEMALLOC: return fail_with ("not enough memory for the object");
    case INCORRECT_TYPE: return fail_with ("not an object");
    case TRAILING_CONTENT: return fail_with ("something follows the object");
    default: return fail_with ("not a whole JSON object");
    }
}

bool
is_space (char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A value's text without the blanks that follow it. Of text that is no JSON simdjson may say that
 * a value ends, or begins, beyond all of it: that is cut off. */
std::string_view
Walk::token (ondemand::value &value) const
{
  std::string_view token = value.raw_json_token ();

  if (token.data () < begin || token.data () >= end)
    return std::string_view ();
  token = token.substr (0, static_cast<size_t> (end - token.data ()));
  while (!token.empty () && is_space (token.back ()))
    token.remove_suffix (1);
  return token;
}

/* Python's json writes these; simdjson passes over a value that was not asked for. */
bool
Walk::is_not_finite (ondemand::value &value, char first, double *number) const
{
  if (first != 'N' && first != 'I' && first != '-')
    return false;
  std::string_view text = token (value);

  if (text == "NaN")
    *number = std::numeric_limits<double>::quiet_NaN ();
  else if (text == "Infinity" || text == "-Infinity")
    *number = first == '-' ? -HUGE_VAL : HUGE_VAL;
  else
    return false;
  return true;
}

bool
begins_number (char c)
{
  return (c >= '0' && c <= '9') || c == '-' || c == 'N' || c == 'I';
}

void
append (AyJsonLines *lines, double number)
{
  if (lines->n_numbers == lines->numbers_room)
    {
      lines->numbers_room = lines->numbers_room * 2 + 64;
      lines->numbers = g_renew (double, lines->numbers, lines->numbers_room);
    }
  lines->numbers[lines->n_numbers++] = number;
}

bool
Walk::scalar (ondemand::value &value, AyJsonValue *out)
{
  std::string_view token = this->token (value), text;
  bool truth;
  error_code code = SUCCESS;

  if (token.empty ())
    return fail (TAPE_ERROR);
  out->text = token.data ();
  out->length = token.size ();
  switch (token[0])
    {
    case '"':
      out->kind = AY_JSON_STRING;
      if (events->kinds_only)
        return true;
      out->escaped = std::memchr (token.data (), '\\', token.size ()) != nullptr;
      if (out->escaped)
        code = value.get_string ().get (text);
      else if (token.size () >= 2 && token.back () == '"')
        text = token.substr (1, token.size () - 2);
      else
        code = UNCLOSED_STRING;
      out->text = text.data ();
      out->length = text.size ();
      if (code == SUCCESS && out->escaped && text.find ('\0') != text.npos)
        return fail_with ("a NUL character in a string");
      break;
    case 't':
    case 'f':
      out->kind = AY_JSON_BOOL;
      code = value.get_bool ().get (truth);
      out->number = code == SUCCESS && truth;
      break;
    case 'n':
      out->kind = AY_JSON_NULL;
      code = token == "null" ? SUCCESS : N_ATOM_ERROR;
      break;
    default:
      if (!begins_number (token[0]))
        return fail_with ("something that is no JSON value");
      out->kind = AY_JSON_NUMBER;
      if (!is_not_finite (value, token[0], &out->number) && !events->kinds_only)
        code = value.get_double ().get (out->number);
    }
  if (code == INCORRECT_TYPE)
    code = begins_number (token[0]) ? NUMBER_ERROR : TAPE_ERROR;
  return code == SUCCESS || fail (code);
}

/* Passes over a value, looking at all of it. */
bool
Walk::skim (ondemand::value &value, int depth)
{
  ondemand::json_type type;
  AyJsonValue ignored = {};

  if (depth > deepest)
    return fail_with ("values nested too deeply");
  if (value.type ().get (type) || (type != ondemand::json_type::array
                                   && type != ondemand::json_type::object))
    return scalar (value, &ignored);
  if (type == ondemand::json_type::array)
    return array (value, &ignored, depth);

  ondemand::object object;
  error_code code = value.get_object ().get (object);

  if (code)
    return fail (code);
  for (auto each : object)
    {
      ondemand::field field;
      std::string_view key;

      code = std::move (each).get (field);
      if (!code)
        code = field.unescaped_key ().get (key);
      if (code)
        return fail (code);
      if (!skim (field.value (), depth + 1))
        return false;
    }
  return true;
}

bool
Walk::array (ondemand::value &value, AyJsonValue *out, int depth)
{
  const char *start = std::string_view (value.raw_json_token ()).data (), *next;
  ondemand::array array;
  error_code code = value.get_array ().get (array);
  bool plain = depth == 1;

  if (plain)
    lines->n_numbers = 0;
  if (code)
    return fail (code);
  for (auto each : array)
    {
      ondemand::value element;
      double number = 0;

      code = std::move (each).get (element);
      if (code)
        return fail (code);
      std::string_view text = token (element);
      char first = text.empty () ? '\0' : text[0];

      if (plain && begins_number (first))
        {
          if (!is_not_finite (element, first, &number) && !events->kinds_only)
            code = element.get_double ().get (number);
          if (code)
            return fail (NUMBER_ERROR);
          append (lines, number);
          continue;
        }
      plain = false;
      if (!skim (element, depth + 1))
        return false;
    }
  /* The text ends at the bracket before what comes next. */
  code = document->current_location ().get (next);
  if (code || start < begin || next <= start || next > end)
    return fail (TAPE_ERROR);
  while (--next > start && *next != ']')
    continue;
  out->kind = plain && lines->n_numbers > 0 ? AY_JSON_VECTOR : AY_JSON_OTHER;
  out->text = start;
  out->length = static_cast<gsize> (next - start) + 1;
  out->numbers = lines->numbers;
  out->n_numbers = lines->n_numbers;
  return true;
}

bool
Walk::member (std::string_view key, ondemand::value &value, int depth)
{
  ondemand::json_type type;
  AyJsonValue out = {};

  if (value.type ().get (type))
    type = ondemand::json_type::null; /* NaN, or nothing that is known: scalar() says */
  if (type == ondemand::json_type::object)
    {
      ondemand::object object;
      error_code code = value.get_object ().get (object);

      if (code)
        return fail (code);
      events->enter (key.data (), key.size (), data);
      if (!members (object, depth + 1))
        return false;
      events->leave (data);
      return true;
    }
  if (type == ondemand::json_type::array ? !array (value, &out, 1) : !scalar (value, &out))
    return false;
  events->value (key.data (), key.size (), &out, data);
  return true;
}

bool
Walk::members (ondemand::object &object, int depth)
{
  if (depth > deepest)
    return fail_with ("objects nested too deeply");
  for (auto each : object)
    {
      ondemand::field field;
      std::string_view key;
      error_code code = std::move (each).get (field);

      if (!code)
        code = field.unescaped_key ().get (key);
      if (code)
        return fail (code);
      if (key.find ('\0') != key.npos)
        return fail_with ("a NUL character in a key");
      if (depth == 1)
        lines->key = key;
      if (!member (key, field.value (), depth))
        return false;
    }
  return true;
}

}

AyJsonLines *
ay_json_lines_new (void)
{
  return new (std::nothrow) AyJsonLines ();
}

void
ay_json_lines_free (AyJsonLines *self)
{
  if (self == nullptr)
    return;
  g_free (self->numbers);
  delete self;
}

const char *
ay_json_lines_key (const AyJsonLines *self, gsize *length)
{
  *length = self->key.size ();
  return self->key.data ();
}

const char *
ay_json_lines_read (AyJsonLines *self, const char *text, gsize length, const AyJsonEvents *events,
                    gpointer data)
{
  ondemand::document document;
  ondemand::object object;
  Walk walk = { self, &document, events, data, nullptr, text, text + length };
  const char *rest;

  self->key = std::string_view ();
  error_code code = self->parser.iterate (text, length, length + AY_JSON_PADDING).get (document);

  if (!code)
    code = document.get_object ().get (object);
  if (code)
    walk.fail (code);
  else if (walk.members (object, 1) && document.current_location ().get (rest) != OUT_OF_BOUNDS)
    {
      self->key = std::string_view ();
      walk.fail (TRAILING_CONTENT);
    }
  return walk.problem;
}
