/* SPDX-License-Identifier: MIT
 *
 * report.c - a report as one HTML page (HTML 5, UTF-8).
 *
 * The page is built in memory, part by part, and written in one piece.  Its
 * style is inline and its pictures are data URIs (RFC 2397), so the file can
 * be mailed, archived and opened without a network.
 */
#include <ito/report.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "plot/buffer.h"
#include "plot/figure.h"

struct ito_report {
    ito_ctx *ctx;
    buffer body;
    size_t figures;
};

static const char head_start[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<meta name=\"generator\" content=\"ito " ITO_VERSION "\">\n"
    "<title>";

static const char head_end[] =
    "</title>\n"
    "<style>\n"
    "body { margin: 0 auto; max-width: 54rem; padding: 2.5rem 1.5rem 4rem;\n"
    "  font: 1rem/1.55 system-ui, \"Helvetica Neue\", Arial, sans-serif;\n"
    "  color: #262626; background: #fff; }\n"
    "h1 { font-size: 1.8rem; font-weight: 600; line-height: 1.2;\n"
    "  margin: 0 0 .3rem; }\n"
    ".subtitle { color: #5f5f5f; margin: 0 0 2rem; padding-bottom: 1rem;\n"
    "  border-bottom: 1px solid #d9d9d9; }\n"
    "h2 { font-size: 1.2rem; font-weight: 600; margin: 2.4rem 0 .6rem; }\n"
    "p { margin: .6rem 0; }\n"
    "figure { margin: 1.4rem 0; }\n"
    "figure img { display: block; max-width: 100%; height: auto;\n"
    "  margin: 0 auto; }\n"
    "figcaption { font-size: .88rem; color: #4a4a4a; margin-top: .5rem; }\n"
    "figcaption b { font-weight: 600; color: #262626; }\n"
    ".wide { overflow-x: auto; margin: 1rem 0 1.4rem; }\n"
    "table { border-collapse: collapse; font-size: .92rem;\n"
    "  font-variant-numeric: tabular-nums; border-top: 1.5px solid #262626;\n"
    "  border-bottom: 1.5px solid #262626; }\n"
    "caption { text-align: left; font-size: .88rem; color: #4a4a4a;\n"
    "  padding-bottom: .4rem; }\n"
    "th, td { text-align: left; vertical-align: baseline;\n"
    "  padding: .28rem 1.4rem .28rem 0; }\n"
    "th:last-child, td:last-child { padding-right: .2rem; }\n"
    "th { font-weight: 600; border-bottom: 1px solid #262626; }\n"
    ".n { text-align: right; }\n"
    "tbody tr + tr td { border-top: 1px solid #ececec; }\n"
    "pre { background: #f6f6f6; border: 1px solid #e4e4e4;\n"
    "  border-radius: 3px; padding: .7rem .9rem; overflow-x: auto;\n"
    "  font: .86rem/1.45 ui-monospace, \"DejaVu Sans Mono\", monospace; }\n"
    "@media print { body { padding: 0; } h2 { break-after: avoid; }\n"
    "  figure, tr { break-inside: avoid; } }\n"
    "</style>\n"
    "</head>\n"
    "<body>\n";

static const char page_end[] = "</body>\n</html>\n";

static bool is_control(char c)
{
    return (unsigned char)c < ' ' || c == 0x7f;
}

/* Add a text with what HTML would take for markup escaped; lines: keep line
 * ends.  Bytes that are not UTF-8 and control characters are replaced. */
static void add_plain(buffer *b, const char *s, bool lines)
{
    size_t left = strlen(s);

    while (left > 0) {
        const size_t n = utf8_char(s, left);
        const char c = *s;

        if (n == 0)
            ito__buffer_text(b, "?");
        else if (c == '&')
            ito__buffer_text(b, "&amp;");
        else if (c == '<')
            ito__buffer_text(b, "&lt;");
        else if (c == '>')
            ito__buffer_text(b, "&gt;");
        else if (c == '"')
            ito__buffer_text(b, "&quot;");
        else if (is_control(c) && !(lines && c == '\n'))
            ito__buffer_text(b, " ");
        else
            ito__buffer_add(b, s, n);
        s += n > 0 ? n : 1;
        left -= n > 0 ? n : 1;
    }
}

/* Add <tag>text</tag>. */
static void add_element(buffer *b, const char *open, const char *text,
                        const char *close)
{
    ito__buffer_text(b, open);
    add_plain(b, text, false);
    ito__buffer_text(b, close);
}

static ito_status finish(ito_report *report)
{
    if (!report->body.failed)
        return ITO_OK;
    return ito__fail(report->ctx, ITO_ENOMEM, "report: no memory");
}

/* The checks that all parts share; a report belongs to one context. */
static ito_status check(ito_ctx *ctx, const ito_report *report,
                        const void *part)
{
    if (!ctx || !report || !part)
        return ITO_EARG;
    if (report->ctx != ctx)
        return ito__fail(ctx, ITO_EARG, "report: made by another context");
    return ITO_OK;
}

ito_status ito_report_new(ito_ctx *ctx, const char *title, const char *subtitle,
                          ito_report **out)
{
    ito_report *report;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if (!title)
        return ito__fail(ctx, ITO_EARG, "report: it has no title");
    report = ito__calloc(ctx, 1, sizeof(*report));
    if (!report)
        return ito__fail(ctx, ITO_ENOMEM, "report: no memory");
    report->ctx = ctx;
    report->body = (buffer){ .ctx = ctx };
    add_element(&report->body, head_start, title, head_end);
    add_element(&report->body, "<h1>", title, "</h1>\n");
    add_element(&report->body, "<p class=\"subtitle\">",
                subtitle ? subtitle : "", "</p>\n");
    if (finish(report) != ITO_OK) {
        ito_report_free(report);
        return ITO_ENOMEM;
    }
    *out = report;
    return ITO_OK;
}

void ito_report_free(ito_report *report)
{
    if (!report)
        return;
    ito__buffer_free(&report->body);
    ito__free(report->ctx, report);
}

ito_status ito_report_heading(ito_ctx *ctx, ito_report *report,
                              const char *text)
{
    const ito_status rc = check(ctx, report, text);

    if (rc != ITO_OK)
        return rc;
    add_element(&report->body, "<h2>", text, "</h2>\n");
    return finish(report);
}

ito_status ito_report_text(ito_ctx *ctx, ito_report *report, const char *text)
{
    const ito_status rc = check(ctx, report, text);

    if (rc != ITO_OK)
        return rc;
    add_element(&report->body, "<p>", text, "</p>\n");
    return finish(report);
}

ito_status ito_report_code(ito_ctx *ctx, ito_report *report, const char *text)
{
    const ito_status rc = check(ctx, report, text);

    if (rc != ITO_OK)
        return rc;
    ito__buffer_text(&report->body, "<pre>");
    add_plain(&report->body, text, true);
    ito__buffer_text(&report->body, "</pre>\n");
    return finish(report);
}

/* True when a text starts like a number: a digit, after a sign or a point. */
static bool is_number(const char *s)
{
    if (strncmp(s, "\xe2\x88\x92", 3) == 0) /* U+2212 */
        s += 3;
    else if (*s == '-' || *s == '+')
        s++;
    if (*s == '.')
        s++;
    return *s >= '0' && *s <= '9';
}

static const char *cell(const ito_sheet *sheet, size_t i, size_t j)
{
    const char *s = sheet->cells[i * sheet->cols + j];

    return s ? s : "";
}

/* True when a column is set on the right. */
static bool is_number_column(const ito_sheet *sheet, size_t j)
{
    for (size_t i = 0; i < sheet->rows; i++)
        if (*cell(sheet, i, j) && !is_number(cell(sheet, i, j)))
            return false;
    return sheet->rows > 0;
}

/* Row i of the cells, or the head. */
static void add_row(buffer *b, const ito_sheet *sheet, size_t i, bool head,
                    const bool *right)
{
    const char *tag = head ? "th" : "td";

    ito__buffer_text(b, "<tr>");
    for (size_t j = 0; j < sheet->cols; j++) {
        const char *text = head ? sheet->head[j] : cell(sheet, i, j);
        char open[24], close[8];

        snprintf(open, sizeof(open), "<%s%s>", tag,
                 right[j] ? " class=\"n\"" : "");
        snprintf(close, sizeof(close), "</%s>", tag);
        add_element(b, open, text ? text : "", close);
    }
    ito__buffer_text(b, "</tr>\n");
}

ito_status ito_report_sheet(ito_ctx *ctx, ito_report *report,
                            const ito_sheet *sheet)
{
    const ito_status rc = check(ctx, report, sheet);
    bool *right;
    buffer *b;

    if (rc != ITO_OK)
        return rc;
    if (sheet->cols == 0 || (sheet->rows > 0 && !sheet->cells) ||
        size_mul(sheet->rows, sheet->cols) == SIZE_MAX)
        return ito__fail(ctx, ITO_EARG, "report: a table of %zu x %zu",
                         sheet->rows, sheet->cols);
    right = ito__alloc(ctx, sheet->cols * sizeof(*right));
    if (!right)
        return ito__fail(ctx, ITO_ENOMEM, "report: no memory");
    for (size_t j = 0; j < sheet->cols; j++)
        right[j] = is_number_column(sheet, j);
    b = &report->body;
    ito__buffer_text(b, "<div class=\"wide\"><table>\n");
    if (sheet->caption)
        add_element(b, "<caption>", sheet->caption, "</caption>\n");
    if (sheet->head) {
        ito__buffer_text(b, "<thead>\n");
        add_row(b, sheet, 0, true, right);
        ito__buffer_text(b, "</thead>\n");
    }
    ito__buffer_text(b, "<tbody>\n");
    for (size_t i = 0; i < sheet->rows; i++)
        add_row(b, sheet, i, false, right);
    ito__buffer_text(b, "</tbody>\n</table></div>\n");
    ito__free(ctx, right);
    return finish(report);
}

ito_status ito_report_figure(ito_ctx *ctx, ito_report *report,
                             ito_figure *figure, const char *caption)
{
    ito_status rc = check(ctx, report, figure);
    unsigned char *png;
    char text[96];
    size_t bytes;
    buffer *b;

    if (rc != ITO_OK)
        return rc;
    rc = ito_figure_draw(ctx, figure, ITO_PICTURE_PNG, &png, &bytes);
    if (rc != ITO_OK)
        return rc;
    b = &report->body;
    report->figures++;
    snprintf(text, sizeof(text), "<figure>\n<img width=\"%d\" alt=\"",
             (int)(figure->width * 96.0 / 72.0 + 0.5));
    add_element(b, text, caption ? caption : "",
                "\" src=\"data:image/png;base64,");
    ito__buffer_base64(b, png, bytes);
    ito_picture_free(ctx, png);
    snprintf(text, sizeof(text), "\">\n<figcaption><b>Figure %zu.</b> ",
             report->figures);
    add_element(b, text, caption ? caption : "", "</figcaption>\n</figure>\n");
    return finish(report);
}

ito_status ito_report_write(ito_ctx *ctx, ito_report *report, const char *path)
{
    ito_status rc = check(ctx, report, path);
    size_t used;

    if (rc == ITO_OK)
        rc = finish(report);
    if (rc != ITO_OK)
        return rc;
    used = report->body.used; /* parts may follow after a write */
    ito__buffer_text(&report->body, page_end);
    rc = finish(report);
    if (rc == ITO_OK)
        rc = ito__write_whole(ctx, path, report->body.data, report->body.used);
    report->body.used = used;
    return rc;
}
