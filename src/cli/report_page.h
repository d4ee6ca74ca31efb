/* SPDX-License-Identifier: MIT
 *
 * report_page.h - the page of `ito report`, as its parts add to it.
 */
#ifndef CLI_REPORT_PAGE_H
#define CLI_REPORT_PAGE_H

#include <ito/model.h>
#include <ito/report.h>

#include "cli/motion.h"

/** Everything the page is made of. */
typedef struct page {
    ito_ctx *ctx;
    mover mover; /* the model */
    ito_model_record record;
    const char *data_name;  /* what it was trained on, or NULL */
    ito_table *data, *fake; /* of a model of rows */
    const char *folder;     /* where pictures go too, or NULL */
    ito_report *report;
} page;

/* Put a figure into the page and, where asked for, into a file of its own;
 * frees the figure. */
ito_status page_figure(page *p, ito_status made, ito_figure *figure,
                       const char *name, const char *caption);

/* --- report_images.c ------------------------------------------------------ */

/* Samples of a model of images, data beside them, and their way from noise. */
ito_status page_images(page *p, size_t count);

#endif /* CLI_REPORT_PAGE_H */
