/* SPDX-License-Identifier: MIT
 *
 * codes.c - encoding: a table made ready to be drawn from, row by row.
 *
 * A value of a quantile column owns the u from low to high.  Where that is
 * more than SPREAD_MIN in normal scores (every atom: its 1/200 of the
 * distribution is at least .0125 wide) it is spread evenly over its u by
 * addressed noise, so that the coordinate has the normal distribution
 * itself; else the score of its middle is stored.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "data/column.h"
#include "kern/dmath.h"
#include "rng/noise.h"

#define SPREAD_MIN 0.01       /* in normal scores */
#define FIXED      UINT32_MAX /* in spread_column.cell: the score is stored */

/* The part of the distribution that a value is spread over. */
typedef struct spread_share {
    double low, width; /* of u */
    float first, last; /* scores that surely decode to the value */
} spread_share;

/* A column in which values are spread. */
typedef struct spread_column {
    uint32_t component; /* of the noise: the column of the schema */
    size_t coord;
    uint32_t *cell; /* rows indices into share, or FIXED */
    spread_share *share;
} spread_column;

struct ito_codes {
    ito_ctx *ctx;
    size_t rows, cols, dim;
    float *z; /* rows x dim; what is spread is 0 */
    size_t spread_count;
    spread_column *spread;
};

/*
 * The score of the value that owns u from low to high: true if it is to be
 * spread.  The scores allowed stay a few units of float precision inside the
 * share, so that rounding to float never leads into the neighbour's.
 */
static bool score_of(const quantile_map *q, double x, spread_share *s, float *z)
{
    const double edge = 0.25 / (double)q->rows;
    double low, high, middle, first = -HUGE_VAL, last = HUGE_VAL;

    ito__quantile_share(q, x, &low, &high);
    if (low > 0.0)
        first = ito__normal_quantile(low);
    if (high < 1.0)
        last = ito__normal_quantile(high);
    if (low < high && last - first > SPREAD_MIN) {
        first += 0x1p-21 * (1.0 + fabs(first));
        last -= 0x1p-21 * (1.0 + fabs(last));
        s->low = low;
        s->width = high - low;
        s->first = low > 0.0 ? (float)first : -FLT_MAX;
        s->last = high < 1.0 ? (float)last : FLT_MAX;
        *z = 0.0f;
        return true;
    }
    middle = low + (high - low) / 2.0;
    middle = middle < edge ? edge : middle > 1.0 - edge ? 1.0 - edge : middle;
    *z = (float)ito__normal_quantile(middle);
    return false;
}

/* Keep the shares of a column that spreads some, and who has which. */
static ito_status keep_spread(ito_ctx *ctx, ito_codes *codes,
                              const schema_column *c, const spread_share *share,
                              size_t count)
{
    spread_column *const s = &codes->spread[codes->spread_count];

    s->share = ito__alloc(ctx, size_mul(count, sizeof(*s->share)));
    s->cell = ito__alloc(ctx, size_mul(codes->rows, sizeof(*s->cell)));
    codes->spread_count++; /* from here ito__codes_free knows it */
    if (!s->share || !s->cell)
        return ito__fail(ctx, ITO_ENOMEM, "no memory to encode column '%.60s'",
                         c->name);
    memcpy(s->share, share, count * sizeof(*share));
    s->coord = c->coord;
    return ITO_OK;
}

/* Write the scores of a quantile column, each different value looked up
 * once; a column that spreads none gets no place among the spread. */
static ito_status code_quantile(ito_ctx *ctx, ito_codes *codes,
                                const schema_column *c, uint32_t component,
                                const double *x)
{
    const ito_mark mark = ito__arena_mark(ctx);
    spread_column *const s = &codes->spread[codes->spread_count];
    spread_share *share;
    size_t spread = 0;
    uint32_t *cell;
    distinct d;
    float *z;
    ito_status rc = ito__distinct_new(ctx, codes->rows, x, &d);

    if (rc != ITO_OK)
        goto done;
    z = ito__arena_get(ctx, size_mul(d.count, sizeof(*z)));
    cell = ito__arena_get(ctx, size_mul(d.count, sizeof(*cell)));
    share = ito__arena_get(ctx, size_mul(d.count, sizeof(*share)));
    if (!z || !cell || !share) {
        rc = ito__fail(ctx, ITO_ENOMEM, "no memory to encode column '%.60s'",
                       c->name);
        goto done;
    }
    for (size_t k = 0; k < d.count; k++)
        cell[k] = score_of(&c->map, d.value[k], &share[spread], &z[k])
                      ? (uint32_t)spread++
                      : FIXED;
    if (spread > 0)
        rc = keep_spread(ctx, codes, c, share, spread);
    if (rc != ITO_OK)
        goto done;
    s->component = component;
    for (size_t i = 0; i < codes->rows; i++) {
        const size_t k = ito__distinct_find(&d, x[i]);

        codes->z[i * codes->dim + c->coord] = z[k];
        if (spread > 0)
            s->cell[i] = cell[k];
    }
done:
    ito__arena_release(ctx, mark);
    ito__distinct_free(ctx, &d);
    return rc;
}

/* x or (x - mean) / sd, as a float that is finite. */
static ito_status code_linear(ito_ctx *ctx, ito_codes *codes,
                              const schema_column *c, const double *x)
{
    const bool standard = c->coding == CODING_STANDARD;
    const double mean = standard ? c->mean : 0.0;
    const double sd = standard ? c->sd : 1.0;

    for (size_t i = 0; i < codes->rows; i++) {
        const double z = (x[i] - mean) / sd;

        if (!(fabs(z) <= (double)FLT_MAX))
            return ito__fail(ctx, ITO_ERANGE,
                             "column '%.60s', row %zu: %g is too large for a "
                             "float; use --scale quantile",
                             c->name, i + 1, x[i]);
        codes->z[i * codes->dim + c->coord] = (float)z;
    }
    return ITO_OK;
}

/* The schema's index of a text, or its level count. */
static size_t find_level(const schema_column *c, const char *text)
{
    size_t k = 0;

    while (k < c->level_count && strcmp(c->level[k], text) != 0)
        k++;
    return k;
}

static ito_status code_levels(ito_ctx *ctx, ito_codes *codes,
                              const schema_column *c, const ito_column *from)
{
    const ito_mark mark = ito__arena_mark(ctx);
    size_t *const level =
        ito__arena_get(ctx, size_mul(from->level_count, sizeof(*level)));
    ito_status rc = ITO_OK;

    if (!level)
        return ito__fail(ctx, ITO_ENOMEM, "no memory to encode column '%.60s'",
                         c->name);
    for (size_t k = 0; k < from->level_count; k++)
        level[k] = find_level(c, from->levels[k]);
    for (size_t i = 0; i < codes->rows; i++) {
        const size_t is = level[from->code[i]];
        float *z = codes->z + i * codes->dim + c->coord;

        if (is == c->level_count) {
            rc = ito__fail(ctx, ITO_EARG,
                           "column '%.60s', row %zu: '%.80s' is none of the "
                           "%zu texts of the fitted table; leave the row out",
                           c->name, i + 1, from->levels[from->code[i]],
                           c->level_count);
            break;
        }
        for (size_t k = 0; k < c->width; k++) {
            const double p = c->share[k];
            const double one = k == is ? 1.0 : 0.0;

            z[k] = (float)(ito__level_factor(p) * (one - p));
        }
    }
    ito__arena_release(ctx, mark);
    return rc;
}

const ito_column *ito__column_named(const ito_table *table, size_t j,
                                    const char *name)
{
    const ito_column *c = ito_table_column(table, j);

    if (c && strcmp(c->name, name) == 0)
        return c;
    for (j = 0; (c = ito_table_column(table, j)) != NULL; j++)
        if (strcmp(c->name, name) == 0)
            break;
    return c;
}

static ito_status code_column(ito_ctx *ctx, ito_codes *codes,
                              const schema_column *c, size_t j,
                              const ito_table *table)
{
    const ito_column *from = ito__column_named(table, j, c->name);

    if (!from)
        return ito__fail(ctx, ITO_EARG,
                         "the table has no column '%.60s', which the schema "
                         "has",
                         c->name);
    if (from->kind != c->kind)
        return ito__fail(ctx, ITO_EARG,
                         c->kind == ITO_COLUMN_TEXT
                             ? "column '%.60s' holds numbers where the schema "
                               "has texts; read it with --categorical"
                             : "column '%.60s' holds texts where the schema "
                               "has numbers",
                         c->name);
    switch (c->coding) {
    case CODING_CONSTANT: return ITO_OK;
    case CODING_QUANTILE:
        return code_quantile(ctx, codes, c, (uint32_t)j, from->number);
    case CODING_LEVELS: return code_levels(ctx, codes, c, from);
    case CODING_PLAIN:
    case CODING_STANDARD: break;
    }
    return code_linear(ctx, codes, c, from->number);
}

ito_status ito__codes_new(ito_ctx *ctx, const ito_schema *schema,
                          const ito_table *table, ito_codes **out)
{
    const size_t rows = ito_table_rows(table);
    const size_t values = size_mul(rows, schema->dim);
    ito_codes *codes = ito__calloc(ctx, 1, sizeof(*codes));
    ito_status rc = ITO_OK;

    *out = NULL;
    if (schema->is_image) {
        ito__free(ctx, codes);
        return ito__fail(ctx, ITO_EUNFIT,
                         "encode: the schema is one of images, not of a table");
    }
    if (codes) {
        codes->ctx = ctx;
        codes->rows = rows;
        codes->cols = schema->cols;
        codes->dim = schema->dim;
        codes->z = ito__alloc(ctx, size_mul(values, sizeof(*codes->z)));
        codes->spread = ito__calloc(ctx, schema->cols, sizeof(*codes->spread));
    }
    if (!codes || !codes->z || !codes->spread)
        rc = ito__fail(ctx, ITO_ENOMEM,
                       "no memory to encode %zu rows of %zu "
                       "coordinates",
                       rows, schema->dim);
    for (size_t j = 0; rc == ITO_OK && rows > 0 && j < schema->cols; j++)
        rc = code_column(ctx, codes, &schema->column[j], j, table);
    if (rc != ITO_OK) {
        ito__codes_free(codes);
        return rc;
    }
    *out = codes;
    return ITO_OK;
}

void ito__codes_free(ito_codes *codes)
{
    if (!codes)
        return;
    for (size_t k = 0; k < codes->spread_count; k++) {
        ito__free(codes->ctx, codes->spread[k].share);
        ito__free(codes->ctx, codes->spread[k].cell);
    }
    ito__free(codes->ctx, codes->spread);
    ito__free(codes->ctx, codes->z);
    ito__free(codes->ctx, codes);
}

size_t ito__codes_rows(const ito_codes *codes)
{
    return codes->rows;
}

/* Philox blocks of one row, made when first needed. */
typedef struct row_noise {
    const ito_noise *at;
    uint64_t id;
    bool wide;     /* 32 columns or more: a block serves four columns */
    uint64_t have; /* number of the block in `word`, UINT64_MAX for none */
    uint32_t word[4];
} row_noise;

/* The uniform of a component, laid out as ito/noise.h says. */
static double row_uniform(row_noise *n, uint32_t component)
{
    const uint64_t lane = n->wide ? component : n->id;
    const uint32_t r = (uint32_t)(lane & 31);
    const uint64_t g = 8 * (lane >> 5) + ((r & 15) >> 1);
    uint32_t bits;

    if (!n->wide) {
        ito__philox_block(n->at, g, component, n->word);
    } else if (n->have != g) {
        ito__philox_block(n->at, n->id, (uint32_t)g, n->word);
        n->have = g;
    }
    bits = n->word[2 * (r >> 4) + (r & 1)] >> 9;
    return ((double)bits + 0.5) * 0x1p-23;
}

static void spread_row(const ito_codes *codes, row_noise *noise, float *out)
{
    for (size_t k = 0; k < codes->spread_count; k++) {
        const spread_column *s = &codes->spread[k];
        const uint32_t cell = s->cell[noise->id];
        const spread_share *a;
        double u;
        float z;

        if (cell == FIXED)
            continue;
        a = &s->share[cell];
        u = a->low + a->width * row_uniform(noise, s->component);
        z = (float)ito__normal_quantile(u);
        out[s->coord] = z < a->first ? a->first : z > a->last ? a->last : z;
    }
}

void ito__codes_rows_get(const ito_codes *codes, const ito_noise *at, size_t n,
                         const uint64_t *index, float *out, size_t ld)
{
    for (size_t i = 0; i < n; i++) {
        row_noise noise = { .at = at,
                            .id = index[i],
                            .wide = codes->cols >= 32,
                            .have = UINT64_MAX };

        assert(index[i] < codes->rows);
        memcpy(out + i * ld, codes->z + index[i] * codes->dim,
               codes->dim * sizeof(*out));
        spread_row(codes, &noise, out + i * ld);
    }
}
