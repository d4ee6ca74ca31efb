/* SPDX-License-Identifier: MIT
 *
 * snapshot.c - a simulation at a moment, in a file.
 *
 *     __metadata__ "ito.simulation"   the JSON text below
 *     x                               n x dim, F32 or F64
 *     exit_times                      n, F64; only where particles can leave
 */
#include <ito/snapshot.h>
#include <math.h>
#include <string.h>

#include "data/json.h"
#include "data/safetensors.h"

#define KEY     "ito.simulation"
#define VERSION 1

/* What a snapshot that was read owns. */
typedef struct loaded {
    ito_snapshot snapshot; /* first, so that one pointer is the other */
    st_file *file;
    json_value *json;
} loaded;

/* --- writing ----------------------------------------------------------- */

static ito_status describe(ito_ctx *ctx, const ito_snapshot *s, char **text)
{
    json_writer w;
    ito_status rc;

    json_begin(&w, ctx);
    json_open(&w, '{');
    json_key(&w, "version");
    json_put_u64(&w, VERSION);
    json_key(&w, "noise_spec");
    json_put_u64(&w, ITO_NOISE_SPEC);
    json_key(&w, "system");
    json_put_string(&w, s->system);
    json_key(&w, "method");
    json_put_string(&w, s->method);
    json_key(&w, "id0");
    json_put_u64(&w, s->id0);
    json_key(&w, "seed");
    json_put_u64(&w, s->seed);
    json_key(&w, "stream");
    json_put_u64(&w, s->stream);
    json_key(&w, "t0");
    json_put_number(&w, s->t0);
    json_key(&w, "t1");
    json_put_number(&w, s->t1);
    json_key(&w, "steps");
    json_put_u64(&w, s->steps);
    json_key(&w, "point");
    json_put_u64(&w, s->point);
    json_key(&w, "tree");
    json_put_bool(&w, s->tree != 0);
    json_key(&w, "rtol");
    json_put_number(&w, s->rtol);
    json_key(&w, "atol");
    json_put_number(&w, s->atol);
    json_close(&w, '}');
    rc = json_end(&w);
    *text = w.text;
    return rc;
}

ito_status ito_snapshot_write(ito_ctx *ctx, const char *path,
                              const ito_snapshot *s)
{
    char *text = NULL;
    st_writer *w;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!path || !s || !s->system || !s->method || !s->x || s->dim == 0 ||
        s->point > s->steps)
        return ito__fail(ctx, ITO_EARG,
                         "snapshot: system, method, states and a point within "
                         "the steps are needed");
    if ((rc = describe(ctx, s, &text)) != ITO_OK)
        return rc;
    if ((rc = st_writer_new(ctx, &w)) != ITO_OK) {
        ito__free(ctx, text);
        return rc;
    }
    st_meta(w, KEY, text);
    st_add(w, "x", s->dtype == ITO_F64 ? ST_F64 : ST_F32, 2,
           (const size_t[]){ s->n, s->dim }, s->x);
    if (s->exit_times)
        st_add(w, "exit_times", ST_F64, 1, &s->n, s->exit_times);
    rc = st_write(w, path);
    st_writer_free(w);
    ito__free(ctx, text);
    return rc;
}

/* --- reading ----------------------------------------------------------- */

static bool get_size(const json_value *root, const char *name, size_t *out)
{
    return json_size(json_get(root, name), UINT32_MAX, out);
}

static bool get_number(const json_value *root, const char *name, double *out)
{
    return json_number(json_get(root, name), out) && isfinite(*out);
}

static bool get_facts(const json_value *root, ito_snapshot *s)
{
    const json_value *tree = json_get(root, "tree");
    uint64_t stream;

    if (!tree || tree->kind != JSON_BOOL ||
        !json_u64(json_get(root, "stream"), &stream) || stream > 0xffff)
        return false;
    s->tree = tree->number != 0.0;
    s->stream = (uint32_t)stream;
    return json_string(json_get(root, "system"), &s->system) &&
           json_string(json_get(root, "method"), &s->method) &&
           json_u64(json_get(root, "id0"), &s->id0) &&
           json_u64(json_get(root, "seed"), &s->seed) &&
           get_number(root, "t0", &s->t0) && get_number(root, "t1", &s->t1) &&
           get_size(root, "steps", &s->steps) &&
           get_size(root, "point", &s->point) && s->point <= s->steps &&
           get_number(root, "rtol", &s->rtol) &&
           get_number(root, "atol", &s->atol);
}

static ito_status read_facts(ito_ctx *ctx, const char *path, loaded *l)
{
    const char *text = st_metadata(l->file, KEY);
    size_t version, spec;
    ito_status rc;

    if (!text)
        return ito__fail(ctx, ITO_EFORMAT, "%s: not a saved simulation", path);
    if (!st_checked(l->file))
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: the checksum is missing: the file was altered",
                         path);
    rc = json_parse(ctx, path, text, strlen(text), &l->json);
    if (rc != ITO_OK)
        return rc;
    if (!get_size(l->json, "version", &version) ||
        !get_size(l->json, "noise_spec", &spec))
        return ito__fail(ctx, ITO_EFORMAT, "%s: not a saved simulation", path);
    if (version > VERSION || spec > ITO_NOISE_SPEC)
        return ito__fail(ctx, ITO_EVERSION,
                         "%s: saved by a newer ito (version %zu, noise %zu)",
                         path, version, spec);
    if (!get_facts(l->json, &l->snapshot))
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: a fact of the simulation is missing or out of "
                         "range",
                         path);
    return ITO_OK;
}

static ito_status read_states(ito_ctx *ctx, const char *path, loaded *l)
{
    const st_tensor *x = st_find(l->file, "x");
    const st_tensor *exits = st_find(l->file, "exit_times");
    ito_snapshot *s = &l->snapshot;

    if (!x || x->rank != 2 || x->shape[1] == 0 ||
        (x->dtype != ST_F32 && x->dtype != ST_F64))
        return ito__fail(ctx, ITO_EFORMAT, "%s: tensor x is malformed", path);
    s->n = x->shape[0];
    s->dim = x->shape[1];
    s->dtype = x->dtype == ST_F64 ? ITO_F64 : ITO_F32;
    s->x = x->data;
    if (!exits)
        return ITO_OK;
    if (exits->rank != 1 || exits->shape[0] != s->n || exits->dtype != ST_F64)
        return ito__fail(ctx, ITO_EFORMAT, "%s: tensor exit_times is malformed",
                         path);
    s->exit_times = exits->data;
    return ITO_OK;
}

ito_status ito_snapshot_read(ito_ctx *ctx, const char *path, ito_snapshot **out)
{
    loaded *l;
    ito_status rc;

    if (!ctx)
        return ITO_EARG;
    if (!out || !path)
        return ito__fail(ctx, ITO_EARG, "snapshot: path and out are needed");
    *out = NULL;
    l = ito__calloc(ctx, 1, sizeof(*l));
    if (!l)
        return ito__fail(ctx, ITO_ENOMEM, "%s: a snapshot", path);
    rc = st_open(ctx, path, &l->file);
    if (rc == ITO_OK)
        rc = read_facts(ctx, path, l);
    if (rc == ITO_OK)
        rc = read_states(ctx, path, l);
    if (rc != ITO_OK) {
        ito_snapshot_free(ctx, &l->snapshot);
        return rc;
    }
    *out = &l->snapshot;
    return ITO_OK;
}

void ito_snapshot_free(ito_ctx *ctx, ito_snapshot *snapshot)
{
    loaded *l = (loaded *)(void *)snapshot;

    if (!l)
        return;
    st_close(l->file);
    json_free(ctx, l->json);
    ito__free(ctx, l);
}
