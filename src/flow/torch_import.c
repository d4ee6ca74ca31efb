/* SPDX-License-Identifier: MIT
 *
 * torch_import.c - weights from PyTorch (ito/torch.h).
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/image.h"
#include "data/schema.h"
#include "flow/model_json.h"
#include "flow/torch_net.h"

#define LABEL_COLUMN "label"
#define DROP         0.1 /* share of hidden labels, of the lab */
#define DIGITS       5   /* of LABELS_MAX labels */

/* What does not fit, by kind: how many, and their names. */
typedef struct complaints {
    size_t count[4];
    char names[4][100];
} complaints;

enum { MISSING, UNKNOWN, SHAPE, TYPE };

static void complain(complaints *c, int kind, const char *text)
{
    c->count[kind]++;
    ito__names_add(c->names[kind], sizeof(c->names[kind]), text);
}

/* "3 x 4", of no dimension "a number". */
static void shape_text(char *text, size_t bytes, size_t rank,
                       const size_t *shape)
{
    size_t used = 0;

    (void)snprintf(text, bytes, "a number");
    for (size_t d = 0; d < rank && used < bytes; d++)
        used += (size_t)snprintf(text + used, bytes - used, "%s%zu",
                                 d ? " x " : "", shape[d]);
}

static void check_tensor(const torch_tensor *want, const st_tensor *t,
                         complaints *c)
{
    const bool float_like =
        t->dtype == ST_F32 || t->dtype == ST_F16 || t->dtype == ST_BF16;
    char has[48], needs[48], text[256];

    if (t->rank != want->rank ||
        memcmp(t->shape, want->shape, t->rank * sizeof(t->shape[0])) != 0) {
        shape_text(has, sizeof(has), t->rank, t->shape);
        shape_text(needs, sizeof(needs), want->rank, want->shape);
        (void)snprintf(text, sizeof(text), "%s is %s, not %s", want->name, has,
                       needs);
        complain(c, SHAPE, text);
    } else if (want->batches ? t->dtype != ST_I64 : !float_like) {
        (void)snprintf(text, sizeof(text), "%s is %s", want->name,
                       st_dtype_name(t->dtype));
        complain(c, TYPE, text);
    }
}

static bool is_known(const torch_map *map, const char *name)
{
    for (size_t i = 0; i < map->count; i++)
        if (strcmp(map->tensor[i].name, name) == 0)
            return true;
    return false;
}

/* Every tensor that is wanted is there, and no other. */
static ito_status check_tensors(ito_ctx *ctx, const char *path,
                                const st_file *st, const torch_map *map,
                                const char *net)
{
    static const char *const kinds[4] = { "missing", "unknown",
                                          "of another shape",
                                          "of another type" };
    complaints c = { .count = { 0 } };
    char text[440] = "";
    size_t used = 0;

    for (size_t i = 0; i < map->count; i++) {
        const st_tensor *t = st_find(st, map->tensor[i].name);

        if (t)
            check_tensor(&map->tensor[i], t, &c);
        else
            complain(&c, MISSING, map->tensor[i].name);
    }
    for (size_t i = 0; st_at(st, i); i++)
        if (!is_known(map, st_at(st, i)->name))
            complain(&c, UNKNOWN, st_at(st, i)->name);
    for (int k = 0; k < 4 && used < sizeof(text); k++)
        if (c.count[k] > 0)
            used += (size_t)snprintf(text + used, sizeof(text) - used,
                                     "%s%zu %s (%s)", used ? ", " : "",
                                     c.count[k], kinds[k], c.names[k]);
    return used == 0
               ? ITO_OK
               : ito__fail(ctx, ITO_EUNFIT, "%s: not the tensors of a %s: %s",
                           path, net, text);
}

/* IEEE 754 binary16. */
static float from_half(unsigned bits)
{
    const unsigned exponent = bits >> 10 & 31, fraction = bits & 1023;
    double x;

    if (exponent == 31)
        return fraction ? NAN : (bits >> 15 ? -INFINITY : INFINITY);
    x = exponent ? ldexp(1024.0 + fraction, (int)exponent - 25)
                 : ldexp((double)fraction, -24);
    return (float)(bits >> 15 ? -x : x);
}

static float number_of(const st_tensor *t, size_t i)
{
    uint32_t bits;
    uint16_t half;
    float x;

    if (t->dtype == ST_F32) {
        memcpy(&x, (const unsigned char *)t->data + 4 * i, sizeof(x));
        return x;
    }
    memcpy(&half, (const unsigned char *)t->data + 2 * i, sizeof(half));
    if (t->dtype == ST_F16)
        return from_half(half);
    bits = (uint32_t)half << 16;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

/* Copy all numbers to their places; *batches: those that were tracked. */
static ito_status copy_tensors(ito_ctx *ctx, const char *path,
                               const st_file *st, const torch_map *map,
                               float *params, uint64_t *batches)
{
    for (size_t k = 0; k < map->count; k++) {
        const torch_tensor *to = &map->tensor[k];
        const st_tensor *t = st_find(st, to->name);

        if (to->batches) {
            memcpy(batches, t->data, sizeof(*batches));
            continue;
        }
        for (size_t i = 0; i < to->count; i++) {
            const float x = number_of(t, i);

            if (!isfinite(x))
                return ito__fail(ctx, ITO_ENONFINITE,
                                 "%s: tensor %s holds NaN or infinity", path,
                                 to->name);
            params[ito__torch_place(to, i)] = x;
        }
    }
    return ITO_OK;
}

/* Labels 0, 1, .. as texts that sort as numbers do; the last one of the
 * network is none. */
static ito_status make_labels(ito_ctx *ctx, size_t count, labels *out)
{
    const ito_mark mark = ito__arena_mark(ctx);
    char(*text)[DIGITS + 20];
    const char **level;
    ito_status rc;
    size_t digits = 1;

    *out = (labels){ .count = 0 };
    if (count < 2)
        return ITO_OK;
    count--;
    if (count > LABELS_MAX)
        return ito__fail(ctx, ITO_ERANGE, "import: %zu labels: at most %d",
                         count, LABELS_MAX);
    for (size_t n = count - 1; n >= 10; n /= 10)
        digits++;
    text = ito__arena_get(ctx, size_mul(count, sizeof(*text)));
    level = ito__arena_get(ctx, size_mul(count, sizeof(*level)));
    if (!text || !level) {
        ito__arena_release(ctx, mark);
        return ito__fail(ctx, ITO_ENOMEM, "%zu labels", count);
    }
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(text[i], sizeof(text[i]), "%05zu", i);
        level[i] = text[i] + DIGITS - digits;
    }
    rc = ito__labels_new(ctx, LABEL_COLUMN, level, count, out);
    ito__arena_release(ctx, mark);
    return rc;
}

/* A training record in which nothing is known but where it comes from. */
static ito_status make_record(ito_ctx *ctx, const char *net, uint64_t batches,
                              ito_model *m)
{
    static const char *const zeros[] = { "steps", "batch", "lr", "seed" };
    json_writer w;
    ito_status rc;

    json_begin(&w, ctx);
    json_open(&w, '{');
    json_key(&w, "imported");
    json_open(&w, '{');
    json_key(&w, "from");
    json_put_string(&w, "pytorch");
    json_key(&w, "net");
    json_put_string(&w, net);
    json_key(&w, "batches");
    json_put_u64(&w, batches);
    json_close(&w, '}');
    json_key(&w, "options");
    json_open(&w, '{');
    json_key(&w, "data");
    json_open(&w, '{');
    json_key(&w, "rows");
    json_put_u64(&w, 0);
    json_close(&w, '}');
    for (size_t i = 0; i < sizeof(zeros) / sizeof(zeros[0]); i++) {
        json_key(&w, zeros[i]);
        json_put_u64(&w, 0);
    }
    json_close(&w, '}');
    json_key(&w, "kept_step");
    json_put_u64(&w, 0);
    json_close(&w, '}');
    if ((rc = json_end(&w)) != ITO_OK)
        return ito__fail(ctx, rc, "import: record");
    m->train = w.text;
    return ITO_OK;
}

/* What the model is of, besides its network. */
static ito_status make_parts(ito_ctx *ctx, const char *path,
                             const torch_net *net, const ito_torch_opts *o,
                             ito_model *m)
{
    const bool bytes = o->lo == 0.0 && o->hi == 0.0;
    size_t size[3], count;
    ito_image_format f;
    ito_status rc;

    ito__torch_net_images(net, size, &count);
    f = (ito_image_format){ .height = size[0],
                            .width = size[1],
                            .channels = size[2],
                            .pixel = bytes ? ITO_PIXEL_BYTE : ITO_PIXEL_FLOAT,
                            .lo = o->lo,
                            .hi = bytes ? 255.0 : o->hi };
    m->obj = ito__objective_plain(NULL);
    m->cond.drop = count > 0 ? DROP : 0.0;
    if ((rc = ito__image_check(ctx, path, &f, 1)) != ITO_OK ||
        (rc = ito__schema_image(ctx, &f, &m->schema)) != ITO_OK)
        return rc;
    return make_labels(ctx, count, &m->cond.label);
}

static ito_status fill(ito_ctx *ctx, const char *path, const st_file *st,
                       const ito_torch_opts *o, ito_model *m)
{
    torch_map map = { .count = 0 };
    torch_net net;
    uint64_t batches = 0;
    ito_status rc;

    if ((rc = ito__torch_net_of_file(ctx, path, st, o, &net)) != ITO_OK ||
        (rc = ito__torch_net_build(ctx, &net, &m->graph)) != ITO_OK ||
        (rc = ito__torch_net_map(ctx, &net, m->graph, &map)) != ITO_OK)
        return rc;
    rc = check_tensors(ctx, path, st, &map, ito__torch_net_name(&net));
    if (rc == ITO_OK) {
        m->params =
            ito__calloc(ctx, ito_graph_params(m->graph), sizeof(*m->params));
        rc = m->params ? copy_tensors(ctx, path, st, &map, m->params, &batches)
                       : ito__fail(ctx, ITO_ENOMEM, "%s: parameters", path);
    }
    ito__torch_map_free(ctx, &map);
    if (rc != ITO_OK || (rc = make_parts(ctx, path, &net, o, m)) != ITO_OK ||
        (rc = make_record(ctx, ito__torch_net_name(&net), batches, m)) !=
            ITO_OK ||
        (rc = ito__model_ready(ctx, m)) != ITO_OK)
        return rc;
    return ito__model_write_json(ctx, m);
}

static ito_status check_opts(ito_ctx *ctx, const ito_torch_opts *o)
{
    if ((unsigned)o->net > ITO_TORCH_DIT ||
        (o->height == 0) != (o->width == 0) ||
        !(o->lo < o->hi || (o->lo == 0.0 && o->hi == 0.0)))
        return ito__fail(ctx, ITO_EARG,
                         "import: network %d of images %zu x %zu with values "
                         "%g to %g",
                         (int)o->net, o->height, o->width, o->lo, o->hi);
    return ITO_OK;
}

ito_status ito_torch_import(ito_ctx *ctx, const char *path,
                            const ito_torch_opts *opts, ito_model **out)
{
    const ito_torch_opts o = opts ? *opts : (ito_torch_opts){ 0 };
    st_file *st;
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!path)
        return ito__fail(ctx, ITO_EARG, "import: no file");
    if ((rc = check_opts(ctx, &o)) != ITO_OK ||
        (rc = st_open(ctx, path, &st)) != ITO_OK)
        return rc;
    if ((rc = ito__model_new(ctx, out)) == ITO_OK)
        rc = fill(ctx, path, st, &o, *out);
    st_close(st);
    if (rc != ITO_OK) {
        ito_model_free(*out);
        *out = NULL;
    }
    return rc;
}
