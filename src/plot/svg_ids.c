/* SPDX-License-Identifier: MIT
 *
 * svg_ids.c - the same names in an SVG file every time.
 *
 * cairo names the images of a file by a number that counts all surfaces of
 * the process (id="image17", xlink:href="#image17"), so the same figure would
 * differ when it is drawn twice.  Names occur behind a quote or a hash, which
 * neither base64 data nor numbers of paths contain.
 */
#include "plot/svg_ids.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[] = { "image", "surface", "source" };

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* A name in the text: its kind, where its digits start and end. */
typedef struct name {
    size_t kind, first, last;
} name;

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

/* True when a name starts at i, behind its quote or hash. */
static bool find_name(const buffer *svg, size_t i, name *out)
{
    for (size_t k = 0; k < KINDS; k++) {
        const size_t n = strlen(kinds[k]);
        size_t j = i + n;

        if (svg->used - i <= n || memcmp(svg->data + i, kinds[k], n) != 0)
            continue;
        if (svg->data[j] == '-')
            j++;
        *out = (name){ .kind = k, .first = j };
        while (j < svg->used && is_digit(svg->data[j]))
            j++;
        out->last = j;
        return j > out->first && j < svg->used &&
               (svg->data[j] == '"' || svg->data[j] == ')');
    }
    return false;
}

static unsigned long number_at(const buffer *svg, const name *at)
{
    unsigned long v = 0;

    for (size_t i = at->first; i < at->last; i++)
        v = v * 10 + (unsigned long)(svg->data[i] - '0');
    return v;
}

/* The place of a number among those seen, from 1; `seen` holds numbers. */
static size_t place_of(buffer *seen, unsigned long number)
{
    const size_t count = seen->used / sizeof(number);

    for (size_t i = 0; i < count; i++)
        if (memcmp(seen->data + i * sizeof(number), &number, sizeof(number)) ==
            0)
            return i + 1;
    ito__buffer_add(seen, &number, sizeof(number));
    return count + 1;
}

void ito__svg_renumber(const buffer *svg, buffer *out)
{
    buffer seen[KINDS] = { { .ctx = svg->ctx },
                           { .ctx = svg->ctx },
                           { .ctx = svg->ctx } };
    size_t done = 0;

    for (size_t i = 0; i < svg->used; i++) {
        const unsigned char c = svg->data[i];
        char number[24];
        name at;

        if ((c != '"' && c != '#') || !find_name(svg, i + 1, &at))
            continue;
        ito__buffer_add(out, svg->data + done, at.first - done);
        snprintf(number, sizeof(number), "%zu",
                 place_of(&seen[at.kind], number_at(svg, &at)));
        ito__buffer_text(out, number);
        done = at.last;
        i = at.last - 1;
    }
    ito__buffer_add(out, svg->data + done, svg->used - done);
    for (size_t k = 0; k < KINDS; k++) {
        out->failed = out->failed || seen[k].failed;
        ito__buffer_free(&seen[k]);
    }
}
