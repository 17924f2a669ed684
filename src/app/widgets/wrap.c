/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/widgets/wrap.h"

#define SPACING 6    /* px between controls and between lines */
#define MOST_LINES 2 /* more would take the page's height where it is measured at its narrowest */

struct _AssayWrap
{
  GtkWidget parent;
};

G_DEFINE_FINAL_TYPE (AssayWrap, assay_wrap, GTK_TYPE_WIDGET)

/* Controls from `first` up to `end` (NULL: the last), and what they ask for together. */
typedef struct
{
  GtkWidget *first, *end;
  int width;      /* px, with what is between them */
  int n_expand;
} Line;

static int
least (GtkWidget *child)
{
  int minimum;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return minimum;
}

static int
asked (GtkWidget *child)
{
  int minimum, natural;

  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
  return gtk_widget_compute_expand (child, GTK_ORIENTATION_HORIZONTAL) ? minimum : natural;
}

/* The controls of the line that begins with first, at least one. */
static Line
take_line (GtkWidget *first, int width)
{
  Line line = { first, NULL, 0, 0 };

  for (GtkWidget *child = first; child != NULL; child = gtk_widget_get_next_sibling (child))
    {
      int more;

      if (!gtk_widget_should_layout (child))
        continue;
      more = asked (child) + (line.width > 0 ? SPACING : 0);
      if (line.width > 0 && line.width + more > width)
        {
          line.end = child;
          return line;
        }
      line.width += more;
      line.n_expand += gtk_widget_compute_expand (child, GTK_ORIENTATION_HORIZONTAL);
    }
  return line;
}

/* The width of a control in its line: what it asks for and its share of what is left, or less where
 * it is alone and too wide. */
static int
share (const Line *line, GtkWidget *child, int width)
{
  int own = asked (child);

  if (line->n_expand > 0 && width > line->width
      && gtk_widget_compute_expand (child, GTK_ORIENTATION_HORIZONTAL))
    own += (width - line->width) / line->n_expand;
  return MAX (MIN (own, width), least (child));
}

static int
line_height (const Line *line, int width)
{
  int height = 0;

  for (GtkWidget *child = line->first; child != line->end;
       child = gtk_widget_get_next_sibling (child))
    {
      int natural;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, share (line, child, width), NULL,
                          &natural, NULL, NULL);
      height = MAX (height, natural);
    }
  return height;
}

static gboolean
fits (GtkWidget *widget, int width)
{
  int n = 0;

  for (GtkWidget *first = gtk_widget_get_first_child (widget); first != NULL; n++)
    first = take_line (first, width).end;
  return n <= MOST_LINES;
}

/* The widest control, or what the most lines need. */
static void
measure_width (GtkWidget *widget, int *minimum, int *natural)
{
  int too_narrow, enough;

  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      int low, all;

      if (!gtk_widget_should_layout (child))
        continue;
      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &low, &all, NULL, NULL);
      *minimum = MAX (*minimum, low);
      *natural += all + (*natural > 0 ? SPACING : 0);
    }
  if (fits (widget, *minimum))
    return;
  for (too_narrow = *minimum, enough = *natural; enough - too_narrow > 1;)
    {
      int middle = (too_narrow + enough) / 2;

      if (fits (widget, middle))
        enough = middle;
      else
        too_narrow = middle;
    }
  *minimum = enough;
}

static void
assay_wrap_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                    int *natural, int *minimum_baseline, int *natural_baseline)
{
  int width = for_size >= 0 ? for_size : G_MAXINT / 2, height = 0;

  *minimum = *natural = 0;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      measure_width (widget, minimum, natural);
      return;
    }
  for (GtkWidget *first = gtk_widget_get_first_child (widget); first != NULL;)
    {
      Line line = take_line (first, width);

      height += line_height (&line, width) + (height > 0 ? SPACING : 0);
      first = line.end;
    }
  *minimum = *natural = height;
}

static void
allocate_line (const Line *line, int width, int y, int height, gboolean mirrored)
{
  int x = 0;

  for (GtkWidget *child = line->first; child != line->end;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkAllocation at = { x, y, 0, height };

      if (!gtk_widget_should_layout (child))
        continue;
      at.width = share (line, child, width);
      if (mirrored)
        at.x = width - x - at.width;
      gtk_widget_size_allocate (child, &at, -1);
      x += at.width + SPACING;
    }
}

static void
assay_wrap_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gboolean mirrored = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int y = 0;

  for (GtkWidget *first = gtk_widget_get_first_child (widget); first != NULL;)
    {
      Line line = take_line (first, width);
      int tall = line_height (&line, width);

      allocate_line (&line, width, y, tall, mirrored);
      y += tall + SPACING;
      first = line.end;
    }
}

static GtkSizeRequestMode
assay_wrap_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
assay_wrap_compute_expand (GtkWidget *widget, gboolean *across, gboolean *down)
{
  *across = *down = FALSE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    *across |= gtk_widget_compute_expand (child, GTK_ORIENTATION_HORIZONTAL);
}

static void
assay_wrap_dispose (GObject *object)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (object))) != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (assay_wrap_parent_class)->dispose (object);
}

static void
assay_wrap_class_init (AssayWrapClass *class)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = assay_wrap_dispose;
  widget_class->measure = assay_wrap_measure;
  widget_class->size_allocate = assay_wrap_size_allocate;
  widget_class->get_request_mode = assay_wrap_get_request_mode;
  widget_class->compute_expand = assay_wrap_compute_expand;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_css_name (widget_class, "wrap");
}

static void
assay_wrap_init (AssayWrap *self)
{
}
