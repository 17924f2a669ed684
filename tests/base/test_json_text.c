/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/base/json_text.h"
#include "core/base/rng.h"

#include <math.h>
#include <string.h>

/* What is written reads back, by a parser that is not ours. */
static JsonNode *
read_back (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (text, &error);

  g_assert_no_error (error);
  return node;
}

static void
check_number (double value)
{
  g_autoptr (JsonNode) node = json_node_init_double (json_node_alloc (), value);
  g_autofree char *text = ay_json_to_text (node, FALSE);
  g_autoptr (JsonNode) back = read_back (text);
  double got = g_ascii_strtod (text, NULL);

  /* json-glib's own reader is off by a unit in the last place here and there. */
  g_assert_cmpfloat_with_epsilon (json_node_get_double (back), value, 1e-15 * fabs (value));
  g_assert_cmpmem (&got, sizeof got, &value, sizeof value);
}

static void
test_numbers (void)
{
  static const double values[] = { 1e-8, 1e-08 / 3, 1e22, 1e300, -1e-300, 0.1, 2.5e17, 123456.0 };
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  AyRng rng;

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    check_number (values[i]);
  ay_rng_init (&rng, 1, 0);
  for (int i = 0; i < 2000; i++)
    check_number (ldexp (ay_rng_normal (&rng), (int) (ay_rng_uniform (&rng) * 400.0) - 200));
  node = json_node_init_double (json_node_alloc (), NAN);
  text = ay_json_to_text (node, TRUE);
  g_assert_cmpstr (text, ==, "null");
}

static void
test_texts (void)
{
  static const char strange[] = "\"quoted\" \\ / \n\t\r\b\x01\x1f\x7f caf\u00e9 \xf0\x9f\x98\x80";
  g_autoptr (JsonNode) node = json_node_init_string (json_node_alloc (), strange);
  g_autofree char *text = ay_json_to_text (node, FALSE);
  g_autoptr (JsonNode) back = read_back (text);

  g_assert_cmpstr (json_node_get_string (back), ==, strange);
  for (const char *at = text; *at != '\0'; at++)
    g_assert_cmpuint ((guchar) *at, >=, 0x20);
}

static void
test_shape (void)
{
  static const char *const given
      = "{\"b\":[1,2,null,true],\"a\":{\"x\":[{\"y\":false},[]],\"e\":{}}}";
  g_autoptr (JsonNode) node = read_back (given);
  g_autofree char *flat = ay_json_to_text (node, FALSE);
  g_autofree char *tall = ay_json_to_text (node, TRUE);
  g_autoptr (JsonNode) again = read_back (tall);

  g_assert_null (strchr (flat, '\n'));
  g_assert_cmpstr (tall, ==,
                   "{\n  \"b\": [1, 2, null, true],\n  \"a\": {\n    \"x\": [\n      {\n"
                   "        \"y\": false\n      },\n      []\n    ],\n    \"e\": {}\n  }\n}");
  g_assert_true (json_node_equal (node, again));
}

/* What json-glib takes and JSON does not have; \\377 it would make a byte that is no text. */
static void
test_refused (void)
{
  static const char *const texts[]
      = { "{\"a\": \"d\\700e4g\"}", "[\"\\377\"]", "[\"\\x41\"]", "[\"\\'\"]", "/* a */ 1", "['a']",
          "[\"\\", "[\"a", "[\"\\u00", "[\"\\ud83d\\u", "[\"\\u00g0\"]", "[\"\\ud800\"]",
          "[\"\\udc00\"]", "[\"\\ud83d\\u0041\"]" };
  g_autoptr (JsonNode) good = read_back ("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"]");

  g_assert_cmpstr (json_array_get_string_element (json_node_get_array (good), 0), ==,
                   "\"\\/\b\f\n\r\t\u00e9\xf0\x9f\x98\x80");
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (ay_json_read (texts[i], -1, &error));
      g_assert_nonnull (error);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/json-text/numbers", test_numbers);
  g_test_add_func ("/json-text/texts", test_texts);
  g_test_add_func ("/json-text/shape", test_shape);
  g_test_add_func ("/json-text/refused", test_refused);
  return g_test_run ();
}
