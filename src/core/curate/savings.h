/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include "core/base/error.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What a smaller set saves, as low, likely and high, from inputs that somebody stated. Nothing is
 * assumed silently: a quantity whose inputs are not given is not known, with the reason. */

typedef struct
{
  double low, likely, high;   /* NaN, all three: not known */
} AyRange;

/* What is put in. */
typedef enum
{
  AY_IN_PRICE_ITEM,     /* money for one label by one worker */
  AY_IN_WORKERS,        /* labels asked for an item */
  AY_IN_SECONDS_ITEM,   /* of work on one label */
  AY_IN_WAGE,           /* money an hour, of those who are paid by time */
  AY_IN_REVIEW_SHARE,   /* of the labels that somebody paid by time looks at again */
  AY_IN_TRAINING_HOURS, /* one training on all rows */
  AY_IN_TRAINING_POWER, /* kW while it runs */
  AY_IN_TRAINING_KWH,   /* one training on all rows; measured, instead of hours times power */
  AY_IN_TRAINING_FLOPS, /* one training on all rows; where neither energy nor power is known */
  AY_IN_JOULES_TERAFLOP, /* of the device, for 1e12 floating point operations */
  AY_IN_TRAINING_RATE,  /* money for an hour of training */
  AY_IN_TRAININGS,      /* in a year */
  AY_IN_PUE,            /* energy of the building for one of the machine */
  AY_IN_INTENSITY,      /* g CO2e a kWh */
  AY_IN_BYTES_ROW,      /* stored bytes of a row */
  AY_IN_COPIES,         /* stored copies of the data */
  AY_IN_STORAGE_PRICE,  /* money for a GB (1e9 bytes) and month */
  AY_IN_CURATION_HOURS, /* that people spent on curating */
  AY_IN_CURATION_KWH,   /* energy spent on curating: loops of retraining */
} AySavingsInput;
#define AY_N_SAVINGS_INPUTS (AY_IN_CURATION_KWH + 1)

typedef struct
{
  const char *id;         /* "price_item" */
  const char *unit;       /* "money", "h" ... */
  const char *sentence;
  double fallback;        /* stated as an assumption where it is not given; NaN: none */
} AySavingsInputType;

const AySavingsInputType *ay_savings_input_types (void);

/* What comes out. */
typedef enum
{
  AY_OUT_LABELS,          /* not bought */
  AY_OUT_LABEL_MONEY,
  AY_OUT_LABEL_HOURS,
  AY_OUT_TRAINING_HOURS,  /* a year */
  AY_OUT_TRAINING_MONEY,  /* a year */
  AY_OUT_ENERGY,          /* kWh a year, with the building's */
  AY_OUT_CO2,             /* kg CO2e a year */
  AY_OUT_BYTES,
  AY_OUT_STORAGE_MONEY,   /* a year */
  AY_OUT_MONEY,           /* all of it, the labels once and a year of the rest */
  AY_OUT_EVEN_MONEY,      /* trainings until the hours of curating are earned back */
  AY_OUT_EVEN_ENERGY,     /* trainings until the energy of curating is earned back */
} AySavingsOutput;
#define AY_N_SAVINGS_OUTPUTS (AY_OUT_EVEN_ENERGY + 1)

typedef struct
{
  const char *id, *unit, *title;
  const char *formula;    /* in the ids of the inputs */
} AySavingsOutputType;

const AySavingsOutputType *ay_savings_output_types (void);

typedef struct
{
  AyRange in[AY_N_SAVINGS_INPUTS];
  gboolean given[AY_N_SAVINGS_INPUTS]; /* else the fallback, an assumption, or NaN */
  char *country;          /* (nullable) of the intensity */
  char *intensity_from;   /* year and source of the intensity */
  char *currency;         /* "USD" unless said */
  gsize n_rows, n_saved;  /* training and pool rows, and those of them that go */
  AyRange labels;         /* not bought; NaN: not known */
  char *labels_from;      /* where that is from, or why it is not known */
} AySavingsInputs;

void ay_savings_inputs_init (AySavingsInputs *self);
void ay_savings_inputs_clear (AySavingsInputs *self);
/* "likely", or "low,likely,high" in rising order, not negative. AY_ERROR_RANGE names key and value;
 * country and currency are keys too. */
gboolean ay_savings_inputs_set (AySavingsInputs *self, const char *key, const char *value,
                                GError **error);
/* Those that were given, as texts that ay_savings_inputs_set() takes. (transfer full) */
JsonNode *ay_savings_inputs_to_json (const AySavingsInputs *self);

typedef struct
{
  AyRange out[AY_N_SAVINGS_OUTPUTS];
  char *why[AY_N_SAVINGS_OUTPUTS]; /* (nullable) why it is not known */
} AySavings;

/* The formulas of ay_savings_output_types (). */
void ay_savings_compute (const AySavingsInputs *inputs, AySavings *out);
void ay_savings_clear (AySavings *self);

/* Grid intensity by country, from a table `country,code,g_per_kwh,year,source`. */
typedef struct
{
  double intensity;
  char *country;  /* its name */
  char *from;     /* "Germany 2023, Our World in Data / Ember" */
} AyGrid;

/* country: name or code, in any case; NULL: the row of code WORLD. AY_ERROR_RANGE names one that is
 * not there, AY_ERROR_INPUT "FILE:LINE: ..." a row that cannot be read. */
gboolean ay_grid_find (const char *path, const char *country, AyGrid *out, GError **error);
void ay_grid_clear (AyGrid *self);
/* The user's own table, else the one that comes along. (transfer full) */
char *ay_grid_path (void);

G_END_DECLS
