/* SPDX-License-Identifier: MIT
 *
 * image_options.c - options about images that several commands share, and what
 * they do with images.
 */
#include "cli/image_options.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"
#include "cli/suffix.h"
#include "cli/term.h"

image_options image_args;

/* "28x28" or, with most = 3, "28x28x3"; 0, or the exit code of an error. */
static int read_size(const char *name, const char *text, size_t most,
                     size_t *out)
{
    double v[3];
    const size_t n = text ? opt_numbers(text, 'x', v, most) : 0;

    if (!text)
        return 0;
    if (n < 2 || n > most)
        return cmd_usage("--%s %.40s: height x width, as 28x28%s", name, text,
                         most > 2 ? " or, of colours, 28x28x3" : "");
    for (size_t k = 0; k < n; k++) {
        if (!(v[k] >= 1.0 && v[k] <= 65536.0) || v[k] != (double)(size_t)v[k])
            return cmd_usage("--%s %.40s: 1 to 65536 pixels", name, text);
        out[k] = (size_t)v[k];
    }
    return 0;
}

int image_read_opts(const ito_table_opts *table, const char *label,
                    ito_image_opts *out)
{
    size_t size[2] = { 0, 0 }, pad[2] = { 0, 0 };
    double range[2] = { 0.0, 0.0 };
    int usage;

    *out = (ito_image_opts){ .labels = image_args.labels,
                             .label = label,
                             .table = table,
                             .filter = (ito_filter)image_args.filter };
    if ((usage = read_size("image", image_args.shape, 3, out->shape)) != 0 ||
        (usage = read_size("resize", image_args.size, 2, size)) != 0 ||
        (usage = read_size("pad", image_args.pad, 2, pad)) != 0)
        return usage;
    if (image_args.range &&
        (opt_numbers(image_args.range, ':', range, 2) != 2 ||
         !(range[0] < range[1])))
        return cmd_usage("--range %.40s: two numbers, as 0:1",
                         image_args.range);
    out->height = size[0];
    out->width = size[1];
    out->pad_height = pad[0];
    out->pad_width = pad[1];
    out->lo = range[0];
    out->hi = range[1];
    return 0;
}

int is_images_name(const char *path)
{
    const size_t n = strlen(path);

    return (n > 0 && path[n - 1] == '/') || has_suffix(path, ".png") ||
           has_suffix(path, ".idx") || has_suffix(path, ".idx.gz") ||
           strstr(path, "-idx") != NULL;
}

ito_status images_write_first(ito_ctx *ctx, const char *path,
                              const ito_images *images, size_t most)
{
    const size_t count = ito_images_count(images);
    ito_images *part = NULL;
    ito_status rc;

    if (most == 0 || most >= count)
        return ito_images_write(ctx, path, images);
    rc = ito_images_build(ctx, ito_images_format_of(images), most,
                          ito_images_pixels(images), ito_images_labels(images),
                          &part);
    if (rc == ITO_OK)
        rc = ito_images_write(ctx, path, part);
    ito_images_free(part);
    return rc;
}

/* How many images have each label. */
static size_t *count_labels(const ito_images *images)
{
    const ito_image_labels *l = ito_images_labels(images);
    size_t *times = calloc(l->level_count + 1, sizeof(*times));

    for (size_t i = 0; times && l->code && i < ito_images_count(images); i++)
        times[l->code[i]]++;
    return times;
}

static void print_json(const ito_images *images, const size_t *times)
{
    static const char *const kinds[] = { "byte", "whole", "float" };
    const ito_image_format *f = ito_images_format_of(images);
    const ito_image_labels *l = ito_images_labels(images);

    printf("{\"kind\": \"images\", \"count\": %zu, \"height\": %zu, "
           "\"width\": %zu, \"channels\": %zu, \"pixel\": \"%s\", \"lo\": ",
           ito_images_count(images), f->height, f->width, f->channels,
           kinds[f->pixel]);
    term_json_number(stdout, f->lo);
    printf(", \"hi\": ");
    term_json_number(stdout, f->hi);
    printf(", \"labels\": {");
    for (size_t k = 0; k < l->level_count; k++) {
        printf("%s", k ? ", " : "");
        term_json_string(stdout, l->levels[k]);
        printf(": %zu", times ? times[k] : 0);
    }
    printf("}}\n");
}

/* Mean and standard deviation of all values. */
static void print_values(const ito_images *images)
{
    const ito_image_format *f = ito_images_format_of(images);
    const size_t n =
        ito_images_count(images) * f->height * f->width * f->channels;
    const void *p = ito_images_pixels(images);
    double sum = 0.0, square = 0.0, mean;

    for (size_t k = 0; k < n; k++) {
        const double v = f->pixel == ITO_PIXEL_BYTE
                             ? (double)((const unsigned char *)p)[k]
                             : (double)((const float *)p)[k];

        sum += v - f->lo;
        square += (v - f->lo) * (v - f->lo);
    }
    mean = sum / (double)n;
    printf("  %-10s %g to %g%s, mean %.5g, sd %.5g\n", "values", f->lo, f->hi,
           f->pixel == ITO_PIXEL_BYTE    ? " (bytes)"
           : f->pixel == ITO_PIXEL_WHOLE ? " (whole)"
                                         : "",
           mean + f->lo, sqrt(fmax(square / (double)n - mean * mean, 0.0)));
}

void images_print(const char *name, const ito_images *images)
{
    const ito_image_format *f = ito_images_format_of(images);
    const ito_image_labels *l = ito_images_labels(images);
    size_t *times = count_labels(images);

    if (common.json) {
        print_json(images, times);
        free(times);
        return;
    }
    printf("%s: %zu images of %zu x %zu pixels, %s\n", name,
           ito_images_count(images), f->height, f->width,
           f->channels == 1   ? "grey"
           : f->channels == 3 ? "colour"
                              : "several channels");
    print_values(images);
    for (size_t k = 0; times && k < l->level_count; k++)
        printf("  %-10s %zu\n", l->levels[k], times[k]);
    free(times);
}
