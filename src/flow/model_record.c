/* SPDX-License-Identifier: MIT
 *
 * model_record.c - how a model was trained, read from its record.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "data/json.h"
#include "flow/model.h"

static void copy_string(const json_value *v, char *out, size_t bytes)
{
    const char *s;

    if (json_string(v, &s))
        (void)snprintf(out, bytes, "%s", s);
}

static void read_number(const json_value *v, double *out)
{
    if (!json_number(v, out))
        *out = (double)NAN;
}

static void read_excess(const json_value *root, ito_model_record *r)
{
    const json_value *at = json_get(root, "excess_at");
    const json_value *v = at && at->kind == JSON_ARRAY ? at->child : NULL;

    read_number(json_get(root, "floor"), &r->floor);
    read_number(json_get(root, "excess"), &r->excess);
    for (size_t b = 0; b < sizeof(r->excess_at) / sizeof(*r->excess_at); b++) {
        read_number(v, &r->excess_at[b]);
        v = v ? v->next : NULL;
    }
}

static void read_losses(const json_value *root, ito_model_record *r)
{
    const json_value *at = json_get(root, "loss_at");
    const json_value *v = at && at->kind == JSON_ARRAY ? at->child : NULL;

    for (size_t b = 0; b < sizeof(r->loss_at) / sizeof(*r->loss_at); b++) {
        read_number(v, &r->loss_at[b]);
        v = v ? v->next : NULL;
    }
}

static bool read_record(const json_value *root, ito_model_record *r)
{
    const json_value *options = json_get(root, "options");
    const json_value *data = options ? json_get(options, "data") : NULL;
    char precision[8] = "";

    if (!options || !data || options->kind != JSON_OBJECT ||
        data->kind != JSON_OBJECT)
        return false;
    copy_string(json_get(data, "set"), r->set, sizeof(r->set));
    copy_string(json_get(data, "sha256"), r->sha256, sizeof(r->sha256));
    copy_string(json_get(options, "precision"), precision, sizeof(precision));
    if (strcmp(precision, "bf16") == 0)
        r->precision = ITO_PRECISION_BF16;
    read_number(json_get(root, "kept_loss"), &r->kept_loss);
    read_excess(root, r);
    read_losses(root, r);
    return json_size(json_get(data, "rows"), SIZE_MAX / 2, &r->rows) &&
           json_size(json_get(options, "steps"), SIZE_MAX / 2, &r->steps) &&
           json_size(json_get(options, "batch"), SIZE_MAX / 2, &r->batch) &&
           json_number(json_get(options, "lr"), &r->lr) &&
           json_u64(json_get(options, "seed"), &r->seed) &&
           json_size(json_get(root, "kept_step"), SIZE_MAX / 2, &r->kept_step);
}

static void copy_objective(const ito_model *m, ito_model_record *r)
{
    const objective *o = &m->obj;
    const char *from = m->from ? ito_dist_spec(m->from) : "rows";

    (void)snprintf(r->path, sizeof(r->path), "%s", o->path.spec);
    (void)snprintf(r->predict, sizeof(r->predict), "%s",
                   ito__quantity_name(o->predict));
    (void)snprintf(r->loss, sizeof(r->loss), "%s", ito__loss_name(o->loss));
    (void)snprintf(r->from, sizeof(r->from), "%s", o->normal ? "" : from);
    r->t_lo = o->lo;
    r->t_hi = o->hi;
}

ito_status ito_model_record_get(ito_ctx *ctx, const ito_model *model,
                                ito_model_record *out)
{
    json_value *root;
    ito_status rc;
    bool ok;

    *out = (ito_model_record){ .steps = 0 };
    rc = json_parse(ctx, "training record", model->train, strlen(model->train),
                    &root);
    if (rc != ITO_OK)
        return rc;
    ok = root->kind == JSON_OBJECT && read_record(root, out);
    json_free(ctx, root);
    copy_objective(model, out);
    return ok ? ITO_OK
              : ito__fail(ctx, ITO_EFORMAT,
                          "model: the training record is incomplete");
}
