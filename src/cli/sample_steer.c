/* SPDX-License-Identifier: MIT
 *
 * sample_steer.c - from options to what steers a flow.
 */
#include "cli/sample_steer.h"

#include <ito/system.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/sample_images.h"

steer_options steer_args = { .strength = 1.0 };

static ito_system *energy;
static ito_table *cells;
static ito_sigma *kick;

/* The file of --inpaint, or NULL. */
static const char *file_name(void)
{
    const opt_list *l = &steer_args.inpaint;

    return l->count == 1 && !strchr(l->item[0], '=') ? l->item[0] : NULL;
}

int sample_steer_check(int counted, int logp)
{
    const opt_list *l = &steer_args.inpaint;

    if (!steer_args.energy &&
        (opt_given(&steer_args.strength) || opt_given(&steer_args.way)))
        return cmd_usage("--guide-strength and --guide-way need "
                         "--guide-energy U");
    if (steer_args.energy && steer_args.strength == 0.0)
        return cmd_usage("--guide-strength 0 is no guidance: leave "
                         "--guide-energy out");
    if (l->count == 0 && !sample_image_args.upscale &&
        (opt_given(&steer_args.passes) || opt_given(&steer_args.candidates)))
        return cmd_usage("--passes and --candidates need --inpaint or "
                         "--upscale");
    if (steer_args.correct == 0 && steer_args.correct_step)
        return cmd_usage("--correct-step needs --correct N");
    for (size_t i = 0; !file_name() && i < l->count; i++)
        if (!strchr(l->item[i], '=') || l->item[i][0] == '=')
            return cmd_usage("--inpaint %s: COLUMN=VALUE, repeated, or the "
                             "name of one file",
                             l->item[i]);
    if (logp && (steer_args.energy || l->count > 0 || steer_args.correct > 0 ||
                 sample_image_args.upscale))
        return cmd_usage("--logp takes no --guide-energy, --inpaint, --upscale "
                         "or --correct: nobody knows the density of such rows");
    if (logp && sample_image_args.between.count > 0)
        return cmd_usage("--logp takes no --between");
    if (sample_images_masked() && !file_name())
        return cmd_usage("--keep, --hole and --mask need --inpaint FILE, the "
                         "images");
    if (file_name() && counted && !sample_images_masked())
        return cmd_usage("--inpaint %s completes each row of it once: leave "
                         "-n out",
                         file_name());
    return 0;
}

static ito_status open_energy(ito_ctx *ctx, const ito_flow *flow)
{
    const ito_formulas f = { .energy = steer_args.energy,
                             .dim = ito_flow_dim(flow),
                             .no_noise = 1 };

    return ito_system_formula(ctx, &f, &energy);
}

/* One row of the cells that COLUMN=VALUE name. */
static ito_status make_cells(ito_ctx *ctx)
{
    const opt_list *l = &steer_args.inpaint;
    ito_column *column = calloc(l->count, sizeof(*column));
    const char **value = calloc(l->count, sizeof(*value));
    char **name = calloc(l->count, sizeof(*name));
    const uint32_t code = 0;
    ito_status rc = column && value && name ? ITO_OK : ITO_ENOMEM;

    for (size_t i = 0; rc == ITO_OK && i < l->count; i++) {
        const char *sign = strchr(l->item[i], '=');
        const size_t bytes = (size_t)(sign - l->item[i]);

        name[i] = malloc(bytes + 1);
        if (!name[i]) {
            rc = ITO_ENOMEM;
            break;
        }
        memcpy(name[i], l->item[i], bytes);
        name[i][bytes] = '\0';
        value[i] = sign + 1;
        column[i] = (ito_column){ .name = name[i],
                                  .kind = ITO_COLUMN_TEXT,
                                  .code = &code,
                                  .levels = &value[i],
                                  .level_count = 1 };
    }
    rc = rc == ITO_OK ? ito_table_build(ctx, 1, l->count, column, &cells)
                      : cmd_fail(rc, "%zu known columns", l->count);
    for (size_t i = 0; name && i < l->count; i++)
        free(name[i]);
    free(name);
    free(value);
    free(column);
    return rc;
}

static ito_status open_cells(ito_ctx *ctx, const ito_flow *flow, size_t *count)
{
    const ito_table_opts texts = { .as_texts = 1 };
    const ito_model *model = ito_flow_model(flow);
    ito_status rc;

    if (model && ito_schema_image(ito_model_schema(model)))
        return cmd_fail(ITO_EARG, "--inpaint: of a model of images: the name "
                                  "of a file of images, and what is kept of "
                                  "them: --keep, --hole or --mask");
    if (!file_name())
        return make_cells(ctx);
    rc = ito_table_read(ctx, file_name(), &texts, &cells);
    if (rc == ITO_OK)
        *count = ito_table_rows(cells);
    return rc;
}

ito_status sample_steer_open(ito_ctx *ctx, const ito_flow *flow,
                             ito_sample_opts *o, int counted, size_t *count)
{
    ito_status rc =
        sample_images_open(ctx, flow, file_name(), counted, o, count);

    if (rc == ITO_OK && steer_args.energy)
        rc = open_energy(ctx, flow);
    if (rc == ITO_OK && steer_args.inpaint.count > 0 && !o->known)
        rc = open_cells(ctx, flow, count);
    if (rc == ITO_OK && steer_args.correct_step)
        rc = ito_sigma_parse(ctx, steer_args.correct_step, ito_flow_path(flow),
                             &kick);
    o->energy = energy ? ito_system_field(energy) : NULL;
    o->energy_strength = steer_args.strength;
    o->energy_way = (ito_guide_way)steer_args.way;
    o->cells = cells;
    o->passes = steer_args.passes;
    o->candidates = steer_args.candidates;
    o->correct = steer_args.correct;
    o->correct_step = kick;
    return rc;
}

void sample_steer_close(void)
{
    ito_system_free(energy);
    ito_table_free(cells);
    ito_sigma_free(kick);
    sample_images_close();
    energy = NULL;
    cells = NULL;
    kick = NULL;
}
