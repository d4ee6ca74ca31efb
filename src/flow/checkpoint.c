/* SPDX-License-Identifier: MIT
 *
 * checkpoint.c - training written down so that it can go on.
 *
 *     __metadata__ "ito.checkpoint"   the options and the data, as JSON
 *     w, m, v, average, best          parameter vectors, F32
 *     average1, ...                   further averages
 *     state                           F64: step, losses (below)
 *     train_loss, valid_loss          the curves so far, points x 2
 *
 * Random numbers need nothing: they are addressed by the step.
 */
#include <math.h>
#include <string.h>

#include "data/json.h"
#include "data/safetensors.h"
#include "flow/trainer.h"

#define STATE_COUNT 9

/* The order of `state`, once for writing and reading. */
static void get_state(const ito_trainer *t, double s[STATE_COUNT])
{
    s[0] = (double)t->step;
    s[1] = t->loss_sum;
    s[2] = (double)t->loss_steps;
    s[3] = t->first_loss;
    s[4] = t->last_loss;
    s[5] = t->valid_loss;
    s[6] = t->best_loss;
    s[7] = (double)t->best_step;
    s[8] = (double)t->curve_count;
}

static bool count_ok(double x, size_t max)
{
    return x >= 0.0 && x <= (double)max && x == floor(x);
}

static bool state_ok(const ito_trainer *t, const double s[STATE_COUNT])
{
    return count_ok(s[0], t->o.steps) && count_ok(s[2], t->o.steps) &&
           count_ok(s[7], t->o.steps) && count_ok(s[8], t->curve_max);
}

static void set_state(ito_trainer *t, const double s[STATE_COUNT])
{
    t->step = (size_t)s[0];
    t->loss_sum = s[1];
    t->loss_steps = (size_t)s[2];
    t->first_loss = s[3];
    t->last_loss = s[4];
    t->valid_loss = s[5];
    t->best_loss = s[6];
    t->best_step = (size_t)s[7];
    t->curve_count = (size_t)s[8];
}

/* The parameter vectors, by name. */
typedef struct vector {
    const char *name;
    float *data;
} vector;

#define VECTORS     5
#define VECTORS_MAX (VECTORS + ITO_AVERAGES_MAX - 1)

/* Returns how many there are. */
static size_t get_vectors(const ito_trainer *t, vector v[VECTORS_MAX])
{
    static const char *const more[ITO_AVERAGES_MAX - 1] = { "average1",
                                                            "average2",
                                                            "average3" };

    v[0] = (vector){ "w", t->w };
    v[1] = (vector){ "m", t->m };
    v[2] = (vector){ "v", t->v };
    v[3] = (vector){ "average", t->average };
    v[4] = (vector){ "best", t->best };
    for (size_t i = 0; i < t->more_count; i++)
        v[VECTORS + i] = (vector){ more[i], t->more[i] };
    return VECTORS + t->more_count;
}

static const char *const curve_names[2] = { "train_loss", "valid_loss" };

ito_status ito_trainer_save(ito_ctx *ctx, const ito_trainer *t,
                            const char *path)
{
    const size_t points[2] = { t->curve_count, 2 };
    double state[STATE_COUNT];
    vector vectors[VECTORS_MAX];
    const size_t count = get_vectors(t, vectors);
    st_writer *w;
    ito_status rc;

    if (ctx->comm && ctx->comm->rank != 0)
        return ITO_OK;
    if ((rc = st_writer_new(ctx, &w)) != ITO_OK)
        return rc;
    get_state(t, state);
    st_meta(w, "ito.checkpoint", t->record);
    for (size_t i = 0; i < count; i++)
        st_add(w, vectors[i].name, ST_F32, 1, &t->params, vectors[i].data);
    st_add(w, "state", ST_F64, 1, (const size_t[]){ STATE_COUNT }, state);
    for (size_t k = 0; k < 2 && t->curve_count > 0; k++)
        st_add(w, curve_names[k], ST_F64, 2, points, t->curve[k]);
    rc = st_write(w, path);
    st_writer_free(w);
    return rc;
}

/* Name the first member in which two records differ. */
static ito_status differ(ito_ctx *ctx, const char *path, const char *theirs,
                         const char *mine)
{
    json_value *a = NULL, *b = NULL;
    const char *name = "something";
    ito_status rc;

    rc = json_parse(ctx, path, theirs, strlen(theirs), &a);
    if (rc == ITO_OK)
        rc = json_parse(ctx, path, mine, strlen(mine), &b);
    for (const json_value *x = a ? a->child : NULL; rc == ITO_OK && x;
         x = x->next) {
        const json_value *y = json_get(b, x->name);
        const bool text = y && x->kind == JSON_STRING && y->kind == x->kind;

        if (!y || x->kind != y->kind || x->number != y->number ||
            (text && strcmp(x->string, y->string) != 0) ||
            x->kind == JSON_OBJECT) {
            name = x->name;
            if (x->kind != JSON_OBJECT)
                break; /* objects (data, graph) only if nothing else does */
        }
    }
    rc = ito__fail(ctx, ITO_EUNFIT,
                   "%s: made with other options (\"%.40s\" differs); give the "
                   "same data and options to go on, or start anew",
                   path, name);
    json_free(ctx, a);
    json_free(ctx, b);
    return rc;
}

static ito_status check(ito_ctx *ctx, const ito_trainer *t, const char *path,
                        const st_file *st)
{
    const char *record = st_metadata(st, "ito.checkpoint");
    const st_tensor *state = st_find(st, "state");
    vector vectors[VECTORS_MAX];
    const size_t count = get_vectors(t, vectors);

    if (!record)
        return ito__fail(ctx, ITO_EFORMAT, "%s: not a checkpoint of ito", path);
    if (!st_checked(st))
        return ito__fail(ctx, ITO_EFORMAT,
                         "%s: the checksum is missing: the file was altered",
                         path);
    if (strcmp(record, t->record) != 0)
        return differ(ctx, path, record, t->record);
    for (size_t i = 0; i < count; i++) {
        const st_tensor *v = st_find(st, vectors[i].name);

        if (!v || v->dtype != ST_F32 || v->bytes != t->params * sizeof(float))
            return ito__fail(ctx, ITO_EFORMAT, "%s: tensor %s is malformed",
                             path, vectors[i].name);
    }
    if (!state || state->dtype != ST_F64 ||
        state->bytes != STATE_COUNT * sizeof(double) ||
        !state_ok(t, state->data))
        return ito__fail(ctx, ITO_EFORMAT, "%s: tensor state is malformed",
                         path);
    return ITO_OK;
}

static ito_status read_curves(ito_ctx *ctx, ito_trainer *t, const char *path,
                              const st_file *st, size_t count)
{
    const size_t bytes = count * sizeof(*t->curve[0]);

    for (size_t k = 0; k < 2 && count > 0; k++) {
        const st_tensor *c = st_find(st, curve_names[k]);

        if (!c || c->dtype != ST_F64 || c->bytes != bytes)
            return ito__fail(ctx, ITO_EFORMAT, "%s: tensor %s is malformed",
                             path, curve_names[k]);
    }
    for (size_t k = 0; k < 2 && count > 0; k++)
        memcpy(t->curve[k], st_find(st, curve_names[k])->data, bytes);
    return ITO_OK;
}

ito_status ito_trainer_resume(ito_ctx *ctx, ito_trainer *t, const char *path)
{
    vector vectors[VECTORS_MAX];
    const size_t count = get_vectors(t, vectors);
    const double *state;
    st_file *st;
    ito_status rc;

    if ((rc = st_open(ctx, path, &st)) != ITO_OK)
        return rc;
    if ((rc = check(ctx, t, path, st)) == ITO_OK) {
        state = st_find(st, "state")->data;
        rc = read_curves(ctx, t, path, st, (size_t)state[8]);
        if (rc == ITO_OK) {
            set_state(t, state);
            for (size_t i = 0; i < count; i++)
                memcpy(vectors[i].data, st_find(st, vectors[i].name)->data,
                       t->params * sizeof(float));
            ito_weights_pack(ctx, t->packed, t->w);
        }
    }
    st_close(st);
    return rc;
}

static ito_status read_progress(ito_ctx *ctx, const char *path,
                                const st_file *st, ito_progress *out)
{
    const char *record = st_metadata(st, "ito.checkpoint");
    const st_tensor *state = st_find(st, "state");
    const double *s = state ? state->data : NULL;
    json_value *root = NULL;
    ito_status rc;
    bool ok;

    if (!record || !state || state->dtype != ST_F64 ||
        state->bytes != STATE_COUNT * sizeof(double))
        return ito__fail(ctx, ITO_EFORMAT, "%s: not a checkpoint of ito", path);
    rc = json_parse(ctx, path, record, strlen(record), &root);
    if (rc != ITO_OK)
        return rc;
    ok = json_size(json_get(root, "steps"), SIZE_MAX / 2, &out->steps) &&
         json_size(json_get(root, "params"), SIZE_MAX / 2, &out->params) &&
         count_ok(s[0], out->steps) && count_ok(s[7], out->steps);
    json_free(ctx, root);
    if (!ok)
        return ito__fail(ctx, ITO_EFORMAT, "%s: malformed checkpoint", path);
    out->step = (size_t)s[0];
    out->loss = s[4];
    out->valid_loss = s[5];
    out->best_loss = s[6];
    out->best_step = (size_t)s[7];
    return ITO_OK;
}

ito_status ito_checkpoint_read(ito_ctx *ctx, const char *path,
                               ito_progress *out)
{
    st_file *st;
    ito_status rc;

    *out = (ito_progress){ 0 };
    if ((rc = st_open(ctx, path, &st)) != ITO_OK)
        return rc;
    rc = read_progress(ctx, path, st, out);
    st_close(st);
    return rc;
}
