/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/chart.h"

#include "app/model/row.h"
#include "app/say.h"
#include "app/widgets/print_chart.h"
#include "app/widgets/set_name.h"
#include "figure/numbers.h"

#include <glib/gi18n.h>
#include <math.h>

#define LEAST_WIDTH 480 /* px of a copy */
#define LEAST_HEIGHT 320

struct _AssayChart
{
  AdwBin parent;
  GtkWidget *box, *stack, *area, *button;
  GtkWidget *shown;             /* the area, or what shows the figure in its place */
  GtkWidget *whole, *scrolled;  /* (nullable) the table, from the first time on */
  GtkLabel *cut;                /* how many of its rows are listed, where not all are */
  GtkColumnView *view;
  GListStore *lines;            /* of AssayRow: a line's number */
  AssayDescribeFigure *describe; /* (nullable) */
  gpointer data;
  GDestroyNotify destroy;       /* (nullable) of data */
  int (*current) (gpointer data);               /* (nullable) points can be chosen */
  void (*choose) (gpointer data, int point);
  GtkDrawingAreaDrawFunc draw;  /* (nullable) */
  AyFigureNumbers *numbers;     /* (nullable) while the table is shown */
  gboolean table;
  char *name;                   /* what both are called */
};

G_DEFINE_FINAL_TYPE (AssayChart, assay_chart, ADW_TYPE_BIN)

enum { PROP_0, PROP_TABLE, PROP_VIEW, N_PROPS };
static GParamSpec *properties[N_PROPS];

/* --- the drawing --- */

void
assay_chart_theme (AyFigureTheme *theme)
{
  AdwStyleManager *style = adw_style_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (style);
  int dpi = -1;

  *theme = adw_style_manager_get_high_contrast (style) ? *ay_figure_theme_high_contrast (dark)
                                                       : *ay_figure_theme (dark);
  g_object_get (gtk_settings_get_default (), "gtk-xft-dpi", &dpi, NULL);
  theme->decimal = assay_say_decimal ();
  theme->word = assay_word;
  if (dpi > 0)
    theme->font_size *= CLAMP (dpi / (96.0 * 1024.0), 0.5, 3.0);
}

char *
assay_chart_summary (const AyFigureSpec *spec)
{
  AyFigureTheme theme;

  assay_chart_theme (&theme);
  return ay_figure_summary (spec, &theme);
}

gboolean
assay_chart_describe (AssayChart *self, AyFigureSpec *spec)
{
  *spec = (AyFigureSpec) AY_FIGURE_SPEC_INIT;
  return self->describe != NULL && self->describe (self->data, spec);
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer user)
{
  AssayChart *self = user;
  AyFigureBox box = { 0, 0, width, height };
  AyFigureCanvas canvas = { cr, NULL, gtk_widget_get_scale_factor (GTK_WIDGET (area)), NULL };
  AyFigureTheme theme;
  AyFigureSpec spec;

  if (self->draw != NULL)
    {
      self->draw (area, cr, width, height, self->data);
      return;
    }
  if (!assay_chart_describe (self, &spec))
    return;
  assay_chart_theme (&theme);
  canvas.theme = &theme;
  ay_figure_draw_alone (&spec, &canvas, &box);
}

/* --- the table --- */

/* A column of the table: -1 is the text before, n_columns the text behind. */
typedef struct
{
  AssayChart *chart;
  int index;
} Column;

static char *
dup_cell (const AyFigureNumbers *numbers, guint line, int column)
{
  double value;

  if (column < 0)
    return g_strdup (numbers->titles[line]);
  if (column >= (int) numbers->n_columns)
    return g_strdup (numbers->marks[line]);
  value = numbers->values[(gsize) line * numbers->n_columns + (guint) column];
  return isnan (value) ? g_strdup ("–") : assay_say ("%.6g", value);
}

static void
setup_cell (GtkSignalListItemFactory *factory, GtkListItem *item, const Column *column)
{
  GtkWidget *label = gtk_label_new (NULL);
  int n = column->chart->numbers != NULL ? (int) column->chart->numbers->n_columns : 0;
  gboolean number = column->index >= 0 && column->index < n;

  gtk_label_set_xalign (GTK_LABEL (label), number ? 1.0f : 0.0f);
  if (number)
    gtk_widget_add_css_class (label, "numeric");
  gtk_list_item_set_child (item, label);
}

static void
bind_cell (GtkSignalListItemFactory *factory, GtkListItem *item, const Column *column)
{
  AssayChart *self = column->chart;
  guint line = assay_row_get_row (gtk_list_item_get_item (item));
  g_autofree char *text = NULL;

  if (self->numbers == NULL || line >= self->numbers->n_rows
      || column->index > (int) self->numbers->n_columns)
    return;
  text = dup_cell (self->numbers, line, column->index);
  gtk_label_set_text (GTK_LABEL (gtk_list_item_get_child (item)), text);
}

static void
add_column (AssayChart *self, const char *title, int index)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  Column *of = g_new (Column, 1);
  g_autoptr (GtkColumnViewColumn) column = NULL;

  *of = (Column) { self, index };
  g_object_set_data_full (G_OBJECT (factory), "column", of, g_free);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cell), of);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cell), of);
  column = gtk_column_view_column_new (title, factory);
  gtk_column_view_column_set_resizable (column, TRUE);
  gtk_column_view_append_column (self->view, column);
}

static void
clear_table (AssayChart *self)
{
  GListModel *columns = gtk_column_view_get_columns (self->view);

  g_list_store_remove_all (self->lines);
  while (g_list_model_get_n_items (columns) > 0)
    {
      g_autoptr (GtkColumnViewColumn) first = g_list_model_get_item (columns, 0);

      gtk_column_view_remove_column (self->view, first);
    }
  g_clear_pointer (&self->numbers, ay_figure_numbers_free);
}

static AyFigureNumbers *
make_numbers (AssayChart *self)
{
  AyFigureSpec spec;
  AyFigureTheme theme;

  if (!assay_chart_describe (self, &spec))
    return NULL;
  assay_chart_theme (&theme);
  return ay_figure_numbers_new (&spec, &theme);
}

static void
say_cut (AssayChart *self)
{
  gboolean cut = self->numbers != NULL && self->numbers->n_rows < self->numbers->n_all;
  g_autofree char *text
      = cut ? g_strdup_printf (_ ("%u of %u rows: the selected ones first, then from the highest "
                                  "down"), self->numbers->n_rows, (guint) self->numbers->n_all)
            : NULL;

  gtk_label_set_text (self->cut, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->cut), cut);
}

static void
fill_table (AssayChart *self)
{
  AyFigureNumbers *numbers;

  clear_table (self);
  numbers = self->numbers = make_numbers (self);
  say_cut (self);
  if (numbers == NULL)
    return;
  if (numbers->head != NULL)
    add_column (self, numbers->head, -1);
  for (guint k = 0; k < numbers->n_columns; k++)
    add_column (self, numbers->names[k], (int) k);
  if (numbers->mark != NULL)
    add_column (self, numbers->mark, (int) numbers->n_columns);
  for (guint i = 0; i < numbers->n_rows; i++)
    {
      g_autoptr (AssayRow) line = assay_row_new (i);

      g_list_store_append (self->lines, line);
    }
}

static void
make_table (AssayChart *self)
{
  GtkSelectionModel *selection;

  if (self->scrolled != NULL)
    return;
  self->lines = g_list_store_new (ASSAY_TYPE_ROW);
  selection = GTK_SELECTION_MODEL (
      gtk_multi_selection_new (G_LIST_MODEL (g_object_ref (self->lines))));
  self->view = GTK_COLUMN_VIEW (gtk_column_view_new (selection));
  gtk_column_view_set_show_row_separators (self->view, TRUE);
  self->scrolled = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scrolled), GTK_WIDGET (self->view));
  gtk_scrolled_window_set_min_content_height (
      GTK_SCROLLED_WINDOW (self->scrolled),
      gtk_drawing_area_get_content_height (GTK_DRAWING_AREA (self->area)));
  gtk_widget_set_hexpand (self->scrolled, TRUE);
  gtk_widget_set_vexpand (self->scrolled, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->view), "data-table");
  self->cut = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->cut, TRUE);
  gtk_label_set_xalign (self->cut, 0.0f);
  gtk_widget_add_css_class (GTK_WIDGET (self->cut), "caption");
  self->whole = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_box_append (GTK_BOX (self->whole), GTK_WIDGET (self->cut));
  gtk_box_append (GTK_BOX (self->whole), self->scrolled);
  gtk_stack_add_child (GTK_STACK (self->stack), self->whole);
}

/* The table takes the drawing's name, and its place. */
static void
show_name (AssayChart *self)
{
  assay_set_name (self->area, self->name);
  if (self->view != NULL)
    assay_set_name (self->view, self->name);
}

static void
set_table (AssayChart *self, gboolean table)
{
  gboolean focus = assay_chart_focused (GTK_WIDGET (self)) == self;

  if (self->table == table)
    return;
  self->table = table;
  if (table)
    {
      make_table (self);
      show_name (self);
      fill_table (self);
    }
  gtk_stack_set_visible_child (GTK_STACK (self->stack), table ? self->whole : self->shown);
  if (table && focus)
    gtk_widget_grab_focus (GTK_WIDGET (self->view));
  else if (focus && !gtk_widget_grab_focus (self->shown))
    gtk_widget_grab_focus (self->button);
  if (!table)
    clear_table (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TABLE]);
}

static AyBitset *
dup_selected (AssayChart *self)
{
  GtkSelectionModel *model = gtk_column_view_get_model (self->view);
  g_autoptr (GtkBitset) picked = gtk_selection_model_get_selection (model);
  AyBitset *out;

  if (gtk_bitset_is_empty (picked))
    return NULL;
  out = ay_bitset_new (self->numbers->n_rows);
  for (guint i = 0; i < self->numbers->n_rows; i++)
    if (gtk_bitset_contains (picked, i))
      ay_bitset_add (out, i);
  return out;
}

void
assay_chart_copy_table (AssayChart *self)
{
  g_autoptr (AyFigureNumbers) made = self->numbers == NULL ? make_numbers (self) : NULL;
  const AyFigureNumbers *numbers = self->numbers != NULL ? self->numbers : made;
  g_autoptr (AyBitset) which = self->numbers != NULL ? dup_selected (self) : NULL;
  g_autofree char *text = numbers != NULL ? ay_figure_numbers_tsv (numbers, which) : NULL;

  if (text == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), text);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.tell", "s", _ ("Table copied"));
}

static void
action_copy_table (GtkWidget *widget, const char *name, GVariant *parameter)
{
  assay_chart_copy_table (ASSAY_CHART (widget));
}

/* --- the figure --- */

/* Of the size that it has here, unless that is too small to be of use elsewhere. */
static gboolean
describe_copy (AssayChart *self, AyFigureSpec *spec)
{
  gboolean has = assay_chart_describe (self, spec);

  spec->width = MAX (gtk_widget_get_width (self->shown), LEAST_WIDTH);
  spec->height = MAX (gtk_widget_get_height (self->shown), LEAST_HEIGHT);
  return has;
}

void
assay_chart_copy_figure (AssayChart *self)
{
  g_autoptr (GdkContentProvider) content = NULL;
  GdkContentProvider *providers[2];
  g_autoptr (GBytes) png = NULL, svg = NULL;
  AyFigureSpec spec;

  if (!describe_copy (self, &spec))
    return;
  png = ay_figure_bytes (&spec, AY_FIGURE_PNG, NULL);
  svg = ay_figure_bytes (&spec, AY_FIGURE_SVG, NULL);
  if (png == NULL || svg == NULL)
    return;
  providers[0] = gdk_content_provider_new_for_bytes ("image/png", png);
  providers[1] = gdk_content_provider_new_for_bytes ("image/svg+xml", svg);
  content = gdk_content_provider_new_union (providers, 2);
  gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (self)), content);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.tell", "s", _ ("Figure copied"));
}

void
assay_chart_copy (AssayChart *self)
{
  if (self->table)
    assay_chart_copy_table (self);
  else
    assay_chart_copy_figure (self);
}

static void
action_copy_figure (GtkWidget *widget, const char *name, GVariant *parameter)
{
  assay_chart_copy_figure (ASSAY_CHART (widget));
}

static void
action_print (GtkWidget *widget, const char *name, GVariant *parameter)
{
  assay_print_chart (ASSAY_CHART (widget));
}

void
assay_chart_set_figure (AssayChart *self, AssayDescribeFigure *figure, gpointer data,
                        GDestroyNotify destroy)
{
  self->describe = figure;
  self->data = data;
  self->destroy = destroy;
}

static void
set_view (AssayChart *self, GtkWidget *view)
{
  self->shown = view;
  gtk_stack_add_child (GTK_STACK (self->stack), view);
  gtk_stack_set_visible_child (GTK_STACK (self->stack), view);
}

void
assay_chart_set_draw (AssayChart *self, GtkDrawingAreaDrawFunc function)
{
  self->draw = function;
}

void
assay_chart_set_height (AssayChart *self, int height)
{
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (self->area), height);
}

void
assay_chart_update (AssayChart *self, const char *says)
{
  g_autofree char *summary = NULL;
  AyFigureSpec spec;
  gboolean has = assay_chart_describe (self, &spec);

  if (says == NULL && has)
    summary = assay_chart_summary (&spec);
  if (self->table)
    fill_table (self);
  g_free (self->name);
  self->name = g_strdup (says != NULL      ? says
                         : summary != NULL ? summary
                                           : _ ("Nothing to show yet"));
  show_name (self);
  gtk_widget_set_sensitive (self->button, has);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chart.table", has);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "chart.copy-table", has);
  gtk_widget_queue_draw (self->area);
}

int
assay_chart_at (AssayChart *self, double x)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cr = cairo_create (surface);
  AyFigureBox box = { 0, 0, gtk_widget_get_width (self->area),
                      gtk_widget_get_height (self->area) };
  AyFigureCanvas canvas = { cr, NULL, 1.0, NULL };
  AyFigureTheme theme;
  AyFigureSpec spec;
  int at = -1;

  assay_chart_theme (&theme);
  canvas.theme = &theme;
  if (assay_chart_describe (self, &spec))
    switch (spec.kind)
      {
      case AY_FIGURE_LINES: at = ay_figure_lines_at (&canvas, &spec.lines, &box, x); break;
      case AY_FIGURE_STRIP: at = ay_figure_strip_at (&canvas, &spec.strip, &box, x); break;
      case AY_FIGURE_WATERFALL:
        at = ay_figure_waterfall_at (&canvas, &spec.waterfall, &box, x);
        break;
      default: break;
      }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
  return at;
}

/* --- choosing a point --- */

static void
point_pressed (GtkGestureClick *gesture, int n_press, double x, double y, AssayChart *self)
{
  int at = assay_chart_at (self, x);

  gtk_widget_grab_focus (self->area);
  if (at >= 0)
    self->choose (self->data, at);
}

static gboolean
point_key (AssayChart *self, guint key, guint code, GdkModifierType state)
{
  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0)
    return GDK_EVENT_PROPAGATE;
  switch (key)
    {
    case GDK_KEY_Left: self->choose (self->data, self->current (self->data) - 1); break;
    case GDK_KEY_Right: self->choose (self->data, self->current (self->data) + 1); break;
    case GDK_KEY_Home: self->choose (self->data, 0); break;
    case GDK_KEY_End: self->choose (self->data, G_MAXINT); break;
    default: return GDK_EVENT_PROPAGATE;
    }
  return GDK_EVENT_STOP;
}

void
assay_chart_set_choosing (AssayChart *self, int (*current) (gpointer data),
                          void (*choose) (gpointer data, int point))
{
  GtkGesture *click = gtk_gesture_click_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->current = current;
  self->choose = choose;
  gtk_widget_set_focusable (self->area, TRUE);
  g_signal_connect (click, "pressed", G_CALLBACK (point_pressed), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (point_key), self);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (self->area, keys);
}

GtkWidget *
assay_chart_get_area (AssayChart *self)
{
  return self->area;
}

GtkWidget *
assay_chart_take_button (AssayChart *self)
{
  g_object_ref (self->button);
  gtk_box_remove (GTK_BOX (self->box), self->button);
  return self->button;
}

/* --- found --- */

AssayChart *
assay_chart_focused (GtkWidget *root)
{
  GtkRoot *top = gtk_widget_get_root (root);
  GtkWidget *focus = top != NULL ? gtk_root_get_focus (top) : NULL;

  return focus != NULL ? ASSAY_CHART (gtk_widget_get_ancestor (focus, ASSAY_TYPE_CHART)) : NULL;
}

static void
find_largest (GtkWidget *widget, AssayChart **found, int *most)
{
  int size = gtk_widget_get_width (widget) * gtk_widget_get_height (widget);

  if (!gtk_widget_get_mapped (widget))
    return;
  if (ASSAY_IS_CHART (widget))
    {
      if (size > *most && gtk_widget_get_sensitive (ASSAY_CHART (widget)->button))
        {
          *most = size;
          *found = ASSAY_CHART (widget);
        }
      return;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    find_largest (child, found, most);
}

AssayChart *
assay_chart_find (GtkWidget *root)
{
  AssayChart *found = assay_chart_focused (root);
  int most = 0;

  if (found == NULL)
    find_largest (root, &found, &most);
  return found;
}

/* --- the widget --- */

static void
assay_chart_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, ASSAY_CHART (object)->table);
}

static void
assay_chart_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_VIEW)
    set_view (ASSAY_CHART (object), g_value_get_object (value));
  else
    set_table (ASSAY_CHART (object), g_value_get_boolean (value));
}

static void
assay_chart_dispose (GObject *object)
{
  AssayChart *self = ASSAY_CHART (object);

  self->describe = NULL; /* its data goes first */
  self->draw = NULL;
  G_OBJECT_CLASS (assay_chart_parent_class)->dispose (object);
}

static void
assay_chart_finalize (GObject *object)
{
  AssayChart *self = ASSAY_CHART (object);

  g_clear_object (&self->lines);
  g_free (self->name);
  ay_figure_numbers_free (self->numbers);
  if (self->destroy != NULL)
    self->destroy (self->data);
  G_OBJECT_CLASS (assay_chart_parent_class)->finalize (object);
}

/* Ctrl+C where the window has no row to copy. */
static gboolean
copy_pressed (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  assay_chart_copy (ASSAY_CHART (widget));
  return TRUE;
}

static void
assay_chart_class_init (AssayChartClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  object_class->get_property = assay_chart_get_property;
  object_class->set_property = assay_chart_set_property;
  object_class->dispose = assay_chart_dispose;
  object_class->finalize = assay_chart_finalize;
  properties[PROP_TABLE] = g_param_spec_boolean (
      "table", NULL, NULL, FALSE,
      G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_VIEW] = g_param_spec_object ("view", NULL, NULL, GTK_TYPE_WIDGET,
                                               G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_install_property_action (widget_class, "chart.table", "table");
  gtk_widget_class_install_action (widget_class, "chart.copy-table", NULL, action_copy_table);
  gtk_widget_class_install_action (widget_class, "chart.copy", NULL, action_copy_figure);
  gtk_widget_class_install_action (widget_class, "chart.print", NULL, action_print);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_c, GDK_CONTROL_MASK, copy_pressed, NULL);
}

static void
menu_asked (GtkGestureClick *gesture, int n_press, double x, double y, AssayChart *self)
{
  if (gtk_widget_get_sensitive (self->button))
    gtk_menu_button_popup (GTK_MENU_BUTTON (self->button));
}

static GtkWidget *
make_button (void)
{
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new ();

  g_menu_append (menu, _ ("Show as _Table"), "chart.table");
  g_menu_append (menu, _ ("Copy T_able"), "chart.copy-table");
  g_menu_append (menu, _ ("_Copy Figure"), "chart.copy");
  g_menu_append (menu, _ ("_Print Figure…"), "chart.print");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "view-more-symbolic");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_START);
  gtk_widget_set_tooltip_text (
      button, _ ("The figure as a table (Ctrl+Shift+T), copied (Ctrl+Shift+C) or printed "
                 "(Ctrl+P)"));
  assay_set_name (button, _ ("Figure Menu"));
  return button;
}

static void
assay_chart_init (AssayChart *self)
{
  GtkGesture *menu = gtk_gesture_click_new ();

  self->area = g_object_new (GTK_TYPE_DRAWING_AREA, "accessible-role", GTK_ACCESSIBLE_ROLE_IMG,
                             "hexpand", TRUE, "vexpand", TRUE, NULL);
  gtk_widget_add_css_class (self->area, "chart-area"); /* its ring, where it takes the focus */
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->area), draw, self, NULL);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (menu), GDK_BUTTON_SECONDARY);
  g_signal_connect (menu, "pressed", G_CALLBACK (menu_asked), self);
  gtk_widget_add_controller (self->area, GTK_EVENT_CONTROLLER (menu));
  self->button = make_button ();
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  self->stack = gtk_stack_new ();
  self->shown = self->area;
  gtk_stack_add_child (GTK_STACK (self->stack), self->area);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_box_append (GTK_BOX (self->box), self->button);
  gtk_widget_set_hexpand (GTK_WIDGET (self), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self), FALSE);
  adw_bin_set_child (ADW_BIN (self), self->box);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (gtk_widget_queue_draw), self->area, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::high-contrast",
                           G_CALLBACK (gtk_widget_queue_draw), self->area, G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_settings_get_default (), "notify::gtk-xft-dpi",
                           G_CALLBACK (gtk_widget_queue_draw), self->area, G_CONNECT_SWAPPED);
  assay_chart_update (self, NULL);
}

AssayChart *
assay_chart_new (void)
{
  return g_object_new (ASSAY_TYPE_CHART, NULL);
}
