/* SPDX-License-Identifier: MIT
 *
 * ito/report.h - a report: one HTML page that needs nothing beside itself.
 *
 *     rc = ito_report_new(ctx, "checkerboard", "50 000 samples", &report);
 *     rc = ito_report_heading(ctx, report, "Samples");
 *     rc = ito_report_figure(ctx, report, figure, "Data and samples.");
 *     rc = ito_report_write(ctx, report, "report.html");
 *     ito_report_free(report);
 *
 * Parts appear in the order in which they are added.  Texts are plain: what
 * HTML would take for markup is escaped, bytes that are not UTF-8 become
 * question marks.  Pictures are embedded; style is inline; there are no
 * scripts, no fonts and no links to elsewhere, and no date.
 */
#ifndef ITO_REPORT_H
#define ITO_REPORT_H

#include <ito/figure.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A report being written; opaque. */
typedef struct ito_report ito_report;

/** A table of texts. */
typedef struct ito_sheet {
    const char *caption;      /**< above it, or NULL */
    size_t rows;              /**< rows below the head */
    size_t cols;              /**< columns, at least 1 */
    const char *const *head;  /**< cols texts, or NULL */
    const char *const *cells; /**< rows x cols texts, row after row; NULL or
                                   "" = empty.  A column whose texts all
                                   start like numbers is set on the right */
} ito_sheet;

/**
 * Start a report.
 *
 * @param title     headline
 * @param subtitle  the line below it, or NULL
 * @param out       receives the report, to be freed by ito_report_free; NULL
 *                  on failure
 * @return ITO_OK, ITO_EARG or ITO_ENOMEM
 */
ITO_API ito_status ito_report_new(ito_ctx *ctx, const char *title,
                                  const char *subtitle, ito_report **out);

/** Add a heading. */
ITO_API ito_status ito_report_heading(ito_ctx *ctx, ito_report *report,
                                      const char *text);

/** Add a paragraph. */
ITO_API ito_status ito_report_text(ito_ctx *ctx, ito_report *report,
                                   const char *text);

/** Add lines of a terminal, set as they are. */
ITO_API ito_status ito_report_code(ito_ctx *ctx, ito_report *report,
                                   const char *text);

/** Add a table. */
ITO_API ito_status ito_report_sheet(ito_ctx *ctx, ito_report *report,
                                    const ito_sheet *sheet);

/**
 * Add a figure as an embedded PNG, numbered, with the caption below.
 *
 * @return as ito_figure_draw
 */
ITO_API ito_status ito_report_figure(ito_ctx *ctx, ito_report *report,
                                     ito_figure *figure, const char *caption);

/** Write the report, whole or not at all; ITO_OK, ITO_EIO or ITO_ENOMEM. */
ITO_API ito_status ito_report_write(ito_ctx *ctx, ito_report *report,
                                    const char *path);

/** Free a report; NULL is allowed. */
ITO_API void ito_report_free(ito_report *report);

#ifdef __cplusplus
}
#endif
#endif /* ITO_REPORT_H */
