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

static bool read_record(const json_value *root, ito_model_record *r)
{
    const json_value *options = json_get(root, "options");
    const json_value *data = options ? json_get(options, "data") : NULL;

    if (!options || !data || options->kind != JSON_OBJECT ||
        data->kind != JSON_OBJECT)
        return false;
    copy_string(json_get(data, "set"), r->set, sizeof(r->set));
    copy_string(json_get(data, "sha256"), r->sha256, sizeof(r->sha256));
    if (!json_number(json_get(root, "kept_loss"), &r->kept_loss))
        r->kept_loss = (double)NAN;
    return json_size(json_get(data, "rows"), SIZE_MAX / 2, &r->rows) &&
           json_size(json_get(options, "steps"), SIZE_MAX / 2, &r->steps) &&
           json_size(json_get(options, "batch"), SIZE_MAX / 2, &r->batch) &&
           json_number(json_get(options, "lr"), &r->lr) &&
           json_u64(json_get(options, "seed"), &r->seed) &&
           json_size(json_get(root, "kept_step"), SIZE_MAX / 2, &r->kept_step);
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
    return ok ? ITO_OK
              : ito__fail(ctx, ITO_EFORMAT,
                          "model: the training record is incomplete");
}
