/* SPDX-License-Identifier: MIT
 *
 * judge_labels.c - labels of images against what a classifier says.
 */
#include "flow/judge_labels.h"

#include <stdbool.h>
#include <string.h>

#include "ctx/ctx.h"

/* A whole number without the zeroes before it; other texts as they are. */
static const char *bare(const char *text)
{
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
        return text;
    while (text[0] == '0' && text[1] != '\0')
        text++;
    return text;
}

/* The class of that name, or how many there are. */
static size_t class_of(const ito_classifier *c, const char *level)
{
    const size_t count = ito_classifier_classes(c);

    for (size_t k = 0; k < count; k++)
        if (strcmp(bare(ito_classifier_class(c, k)), bare(level)) == 0)
            return k;
    return count;
}

/* Which class each level of the labels is. */
static ito_status match(ito_ctx *ctx, const ito_classifier *c,
                        const ito_image_labels *l, const char *set,
                        size_t *class)
{
    for (size_t k = 0; k < l->level_count; k++) {
        class[k] = class_of(c, l->levels[k]);
        if (class[k] == ito_classifier_classes(c))
            return ito__fail(ctx, ITO_EUNFIT,
                             "judge: label '%.60s' of the %s images is none of "
                             "the classifier's %zu classes, '%.60s', ...",
                             l->levels[k], set, ito_classifier_classes(c),
                             ito_classifier_class(c, 0));
    }
    return ITO_OK;
}

ito_status ito__judge_count(ito_ctx *ctx, const ito_classifier *c,
                            const ito_images *images, const uint32_t *best,
                            int which, ito_judgement *out,
                            ito_judge_class *table)
{
    const ito_image_labels *l = ito_images_labels(images);
    const size_t n = ito_images_count(images);
    ito_judge_labels *all = which ? &out->real : &out->fake;
    size_t *class = ito__alloc(ctx, (l->level_count + 1) * sizeof(*class));
    ito_status rc;

    if (!class)
        return ito__fail(ctx, ITO_ENOMEM, "judge: %zu labels", l->level_count);
    rc = match(ctx, c, l, which ? "real" : "fake", class);
    for (size_t i = 0; rc == ITO_OK && i < n; i++) {
        const size_t says = best[i];
        size_t label;

        if (table)
            (*(which ? &table[says].real_count : &table[says].fake_count))++;
        if (l->level_count == 0)
            continue;
        label = class[l->code[i]];
        all->asked++;
        all->right += label == says;
        if (table && !which) {
            table[label].fake.asked++;
            table[label].fake.right += label == says;
        }
    }
    ito__free(ctx, class);
    return rc;
}
