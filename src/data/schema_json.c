/* SPDX-License-Identifier: MIT
 *
 * schema_json.c - a schema in the model file.
 *
 *     {"version": 1, "columns": [
 *       {"name": "age", "code": "quantile", "decimals": 0, "rows": 20640,
 *        "min": 1, "max": 52, "rank": [0, 8, ...], "x": [1, 1, ...]},
 *       {"name": "w", "code": "standard", "mean": 2.5, "sd": 1.25},
 *       {"name": "p", "code": "plain", "decimals": 3},
 *       {"name": "k", "code": "constant", "value": 7},
 *       {"name": "kind", "code": "levels", "level": ["a", "b"],
 *        "share": [0.25, 0.75]},
 *       {"name": "unit", "code": "constant", "text": "mm"}]}
 *
 * or, of images,
 *
 *     {"version": 2, "image": {"height": 28, "width": 28, "channels": 1,
 *      "pixel": "byte", "lo": 0, "hi": 255}}
 *
 * "rank" counts half rows, see quantile.h; no "decimals" means none are kept.
 * Numbers are written so that they read back as the same doubles.
 */
#include <math.h>
#include <string.h>

#include "data/column.h"
#include "data/image.h"
#include "data/table.h"

#define ROWS_MAX 4503599627370496 /* 2^52: ranks are exact */

static const char *const code_name[] = {
    [CODING_CONSTANT] = "constant", [CODING_PLAIN] = "plain",
    [CODING_STANDARD] = "standard", [CODING_QUANTILE] = "quantile",
    [CODING_LEVELS] = "levels",
};

static const char *const pixel_name[] = {
    [ITO_PIXEL_BYTE] = "byte",
    [ITO_PIXEL_WHOLE] = "whole",
    [ITO_PIXEL_FLOAT] = "float",
};

static void put_numbers(json_writer *w, const char *name, size_t n,
                        const double *x)
{
    json_key(w, name);
    json_open(w, '[');
    for (size_t i = 0; i < n; i++)
        json_put_number(w, x[i]);
    json_close(w, ']');
}

static void put_number(json_writer *w, const char *name, double x)
{
    json_key(w, name);
    json_put_number(w, x);
}

static void put_map(json_writer *w, const quantile_map *q)
{
    json_key(w, "rows");
    json_put_u64(w, q->rows);
    put_number(w, "min", q->min);
    put_number(w, "max", q->max);
    put_numbers(w, "rank", q->knots, q->rank);
    put_numbers(w, "x", q->knots, q->x);
}

static void put_column(json_writer *w, const schema_column *c)
{
    const bool text = c->kind == ITO_COLUMN_TEXT;

    json_open(w, '{');
    json_key(w, "name");
    json_put_string(w, c->name);
    json_key(w, "code");
    json_put_string(w, code_name[c->coding]);
    if (!text && c->decimals != DECIMALS_NONE)
        put_number(w, "decimals", c->decimals);
    switch (c->coding) {
    case CODING_CONSTANT:
        json_key(w, text ? "text" : "value");
        if (text)
            json_put_string(w, c->level[0]);
        else
            json_put_number(w, c->value);
        break;
    case CODING_PLAIN: break;
    case CODING_STANDARD:
        put_number(w, "mean", c->mean);
        put_number(w, "sd", c->sd);
        break;
    case CODING_QUANTILE: put_map(w, &c->map); break;
    case CODING_LEVELS:
        json_key(w, "level");
        json_open(w, '[');
        for (size_t k = 0; k < c->level_count; k++)
            json_put_string(w, c->level[k]);
        json_close(w, ']');
        put_numbers(w, "share", c->level_count, c->share);
        break;
    }
    json_close(w, '}');
}

static void put_image(json_writer *w, const ito_image_format *f)
{
    json_key(w, "image");
    json_open(w, '{');
    put_number(w, "height", (double)f->height);
    put_number(w, "width", (double)f->width);
    put_number(w, "channels", (double)f->channels);
    json_key(w, "pixel");
    json_put_string(w, pixel_name[f->pixel]);
    put_number(w, "lo", f->lo);
    put_number(w, "hi", f->hi);
    json_close(w, '}');
}

static void put_columns(json_writer *w, const ito_schema *schema)
{
    json_key(w, "columns");
    json_open(w, '[');
    for (size_t j = 0; j < schema->cols; j++)
        put_column(w, &schema->column[j]);
    json_close(w, ']');
}

ito_status ito__schema_to_json(ito_ctx *ctx, const ito_schema *schema,
                               json_writer *w)
{
    json_open(w, '{');
    json_key(w, "version");
    json_put_u64(w, schema->is_image ? SCHEMA_VERSION : 1);
    if (schema->is_image)
        put_image(w, &schema->image);
    else
        put_columns(w, schema);
    json_close(w, '}');
    if (w->failed)
        return ito__fail(ctx, ITO_ENOMEM, "no memory to write a schema");
    return ITO_OK;
}

/* What is wrong with a column that is being read, or NULL. */
typedef const char *complaint;

/* The count numbers of a member, none of them above `limit` in size. */
static bool get_numbers(const json_value *v, const char *name, size_t count,
                        double limit, double *out)
{
    const json_value *list = json_get(v, name);

    if (!list || list->kind != JSON_ARRAY || list->count != count)
        return false;
    for (v = list->child; v; v = v->next, out++)
        if (!json_number(v, out) || !(fabs(*out) <= limit))
            return false;
    return true;
}

/* A member that is a number of at most `limit` in size. */
static bool get_number(const json_value *v, const char *name, double limit,
                       double *out)
{
    return json_number(json_get(v, name), out) && fabs(*out) <= limit;
}

/* Whether knots are what quantile.h says. */
static bool map_is_sound(const quantile_map *q)
{
    if (q->rank[0] != 0.0 || q->rank[q->knots - 1] != 2.0 * (double)q->rows ||
        !(q->min < q->max))
        return false;
    for (size_t k = 0; k < q->knots; k++) {
        if (q->rank[k] != floor(q->rank[k]))
            return false;
        if (k > 0 && (q->rank[k] < q->rank[k - 1] || q->x[k] < q->x[k - 1]))
            return false;
    }
    return true;
}

static ito_status get_map(ito_ctx *ctx, const json_value *v, schema_column *c,
                          complaint *wrong)
{
    quantile_map *q = &c->map;
    const json_value *rank = json_get(v, "rank");
    uint64_t rows;
    ito_status rc;

    *wrong = "its rows, range and knots are malformed";
    if (!rank || rank->count < 2 || rank->count > QUANTILE_KNOTS ||
        !json_u64(json_get(v, "rows"), &rows) || rows < 2 || rows > ROWS_MAX ||
        rows > SIZE_MAX || !get_number(v, "min", QUANTILE_VALUE_MAX, &q->min) ||
        !get_number(v, "max", QUANTILE_VALUE_MAX, &q->max))
        return ITO_OK;
    q->rows = (size_t)rows;
    q->decimals = c->decimals;
    rc = ito__quantile_room(ctx, q, rank->count);
    if (rc != ITO_OK)
        return rc;
    if (!get_numbers(v, "rank", q->knots, 2.0 * (double)ROWS_MAX, q->rank) ||
        !get_numbers(v, "x", q->knots, 2.0 * QUANTILE_VALUE_MAX, q->x))
        return ITO_OK;
    if (map_is_sound(q))
        *wrong = NULL;
    return ITO_OK;
}

static ito_status get_levels(ito_ctx *ctx, const json_value *v,
                             schema_column *c, complaint *wrong)
{
    const json_value *list = json_get(v, "level");
    const char *text[SCHEMA_LEVELS_MAX] = { NULL };
    double share[SCHEMA_LEVELS_MAX] = { 0 };
    size_t n = 0;

    c->kind = ITO_COLUMN_TEXT;
    *wrong = "its levels must be 2 to 100 different texts, sorted, each with "
             "a share above 0 and below 1";
    if (!list || list->kind != JSON_ARRAY || list->count < 2 ||
        list->count > SCHEMA_LEVELS_MAX ||
        !get_numbers(v, "share", list->count, 1.0, share))
        return ITO_OK;
    for (v = list->child; v; v = v->next, n++) {
        if (!json_string(v, &text[n]) || !(share[n] > 0.0 && share[n] < 1.0))
            return ITO_OK;
        if (n > 0 && strcmp(text[n - 1], text[n]) >= 0)
            return ITO_OK;
    }
    *wrong = NULL;
    return ito__column_levels(ctx, c, n, text, share);
}

static ito_status get_constant(ito_ctx *ctx, const json_value *v,
                               schema_column *c, complaint *wrong)
{
    const double share = 1.0;
    const char *text;

    *wrong = NULL;
    if (json_string(json_get(v, "text"), &text)) {
        c->kind = ITO_COLUMN_TEXT;
        return ito__column_levels(ctx, c, 1, &text, &share);
    }
    if (!get_number(v, "value", HUGE_VAL, &c->value) || !isfinite(c->value))
        *wrong = "its value is missing";
    return ITO_OK;
}

/* What belongs to the coding that was found. */
static ito_status get_coding(ito_ctx *ctx, const json_value *v,
                             schema_column *c, complaint *wrong)
{
    *wrong = NULL;
    switch (c->coding) {
    case CODING_CONSTANT: return get_constant(ctx, v, c, wrong);
    case CODING_QUANTILE: return get_map(ctx, v, c, wrong);
    case CODING_LEVELS: return get_levels(ctx, v, c, wrong);
    case CODING_STANDARD:
        if (!get_number(v, "mean", QUANTILE_VALUE_MAX, &c->mean) ||
            !get_number(v, "sd", QUANTILE_VALUE_MAX, &c->sd) || !(c->sd > 0.0))
            *wrong = "its mean and sd are malformed";
        break;
    case CODING_PLAIN: break;
    }
    return ITO_OK;
}

static ito_status get_column(ito_ctx *ctx, const json_value *v,
                             schema_column *c, complaint *wrong)
{
    const json_value *decimals = json_get(v, "decimals");
    const char *name, *code;
    size_t places = 0, k = 0;
    ito_status rc;

    *wrong = "it has no name or no code";
    if (!json_string(json_get(v, "name"), &name) || !*name ||
        !json_string(json_get(v, "code"), &code))
        return ITO_OK;
    rc = ito__column_name(ctx, c, name);
    if (rc != ITO_OK)
        return rc;
    *wrong = "its decimals are malformed";
    if (decimals && !json_size(decimals, DECIMALS_MAX, &places))
        return ITO_OK;
    c->decimals = decimals ? (int)places : DECIMALS_NONE;
    *wrong = "its code is unknown";
    while (k <= CODING_LEVELS && strcmp(code, code_name[k]) != 0)
        k++;
    if (k > CODING_LEVELS)
        return ITO_OK;
    c->coding = (coding)k;
    return get_coding(ctx, v, c, wrong);
}

/* Names differ, as those of a table do. */
static ito_status check_names(ito_ctx *ctx, const ito_schema *s)
{
    const ito_mark mark = ito__arena_mark(ctx);
    const char **names = ito__arena_get(ctx, size_mul(s->cols, sizeof(*names)));
    selection all;
    ito_status rc;

    if (!names)
        return ito__fail(ctx, ITO_ENOMEM, "no memory to read a schema");
    for (size_t j = 0; j < s->cols; j++)
        names[j] = s->column[j].name;
    rc = table_select(ctx, "schema", s->cols, names, NULL, &all);
    ito__arena_release(ctx, mark);
    return rc;
}

static ito_status get_columns(ito_ctx *ctx, const json_value *list,
                              ito_schema *s)
{
    size_t j = 0;

    for (const json_value *v = list->child; v; v = v->next, j++) {
        complaint wrong;
        const ito_status rc = get_column(ctx, v, &s->column[j], &wrong);

        if (rc != ITO_OK)
            return rc;
        if (wrong)
            return ito__fail(ctx, ITO_EFORMAT, "schema, column %zu: %s", j + 1,
                             wrong);
    }
    ito__schema_place(s);
    if (s->dim == 0)
        return ito__fail(ctx, ITO_EFORMAT, "schema: no column is modelled");
    return check_names(ctx, s);
}

/* The schema of images. */
static ito_status get_image(ito_ctx *ctx, const json_value *v, ito_schema **out)
{
    ito_image_format f = { .lo = 0.0 };
    const char *pixel = "";
    size_t k = 0;

    if (!json_size(json_get(v, "height"), IMAGE_SIDE_MAX, &f.height) ||
        !json_size(json_get(v, "width"), IMAGE_SIDE_MAX, &f.width) ||
        !json_size(json_get(v, "channels"), IMAGE_CHANNELS_MAX, &f.channels) ||
        !json_string(json_get(v, "pixel"), &pixel) ||
        !json_number(json_get(v, "lo"), &f.lo) ||
        !json_number(json_get(v, "hi"), &f.hi))
        return ito__fail(ctx, ITO_EFORMAT, "schema: its images are malformed");
    while (k <= ITO_PIXEL_FLOAT && strcmp(pixel, pixel_name[k]) != 0)
        k++;
    f.pixel = (ito_pixel)k;
    if (k > ITO_PIXEL_FLOAT || ito__image_check(ctx, "schema", &f, 1) != ITO_OK)
        return ito__fail(ctx, ITO_EFORMAT, "schema: no such images");
    return ito__schema_image(ctx, &f, out);
}

ito_status ito__schema_from_json(ito_ctx *ctx, const json_value *v,
                                 ito_schema **out)
{
    const json_value *list;
    uint64_t version;
    ito_status rc;

    *out = NULL;
    if (!v || v->kind != JSON_OBJECT ||
        !json_u64(json_get(v, "version"), &version) || version == 0)
        return ito__fail(ctx, ITO_EFORMAT, "schema: no object with a version");
    if (version > SCHEMA_VERSION)
        return ito__fail(ctx, ITO_EVERSION,
                         "schema: version %llu is newer than %d, which this "
                         "program reads; update it",
                         (unsigned long long)version, SCHEMA_VERSION);
    if (json_get(v, "image"))
        return get_image(ctx, json_get(v, "image"), out);
    list = json_get(v, "columns");
    if (!list || list->kind != JSON_ARRAY || list->count == 0 ||
        list->count > SCHEMA_COLS_MAX)
        return ito__fail(ctx, ITO_EFORMAT, "schema: no list of 1 to %d columns",
                         SCHEMA_COLS_MAX);
    rc = ito__schema_new(ctx, list->count, out);
    if (rc == ITO_OK)
        rc = get_columns(ctx, list, *out);
    if (rc != ITO_OK) {
        ito_schema_free(*out);
        *out = NULL;
    }
    return rc;
}
