/* SPDX-License-Identifier: MIT
 *
 * opt_value.c - the values of options, read strictly: the whole text is the
 * value, nothing is cut, wrapped or rounded into range.
 *
 * The program never calls setlocale, so strtod reads a full stop.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/opt.h"

/* Put a digit behind a number of at most `limit`; -1 when it does not fit. */
static int push_digit(uint64_t *value, unsigned digit, uint64_t limit)
{
    if (*value > (limit - digit) / 10)
        return -1;
    *value = *value * 10 + digit;
    return 0;
}

/* Digits, at most `limit`, or digits and an exponent as in 1e6; 0, or -1 with
 * a word in *why. */
static int read_whole(const char *text, uint64_t limit, uint64_t *out,
                      const char **why)
{
    uint64_t value = 0, zeros = 0;
    const char *c = text;

    *why = "is not a whole number";
    if (*c < '0' || *c > '9')
        return -1;
    *why = "is too large";
    for (; *c >= '0' && *c <= '9'; c++)
        if (push_digit(&value, (unsigned)(*c - '0'), limit) != 0)
            return -1;
    if (*c == 'e' && c[1] >= '0' && c[1] <= '9')
        for (c++; *c >= '0' && *c <= '9'; c++)
            if (push_digit(&zeros, (unsigned)(*c - '0'), 99) != 0)
                return -1;
    *why = "is not a whole number";
    if (*c)
        return -1;
    *why = "is too large";
    for (; zeros > 0 && value > 0; zeros--)
        if (push_digit(&value, 0, limit) != 0)
            return -1;
    *out = value;
    return 0;
}

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* The length of the decimal number that a text begins with; 0 for none.
 * strtod alone would also take blanks, "inf", "nan" and "0x1p3". */
static size_t number_bytes(const char *text)
{
    size_t n = *text == '+' || *text == '-';
    const size_t whole = digits(text + n);
    size_t part = 0, e;

    n += whole;
    if (text[n] == '.') {
        part = digits(text + n + 1);
        n += 1 + part;
    }
    if (whole + part == 0)
        return 0;
    if (text[n] != 'e' && text[n] != 'E')
        return n;
    e = n + 1;
    e += text[e] == '+' || text[e] == '-';
    return digits(text + e) ? e + digits(text + e) : n;
}

/* A finite decimal number with `rest` characters behind it. */
static int read_double(const char *text, size_t rest, double *out)
{
    const size_t n = number_bytes(text);

    if (n == 0 || strlen(text) != n + rest)
        return -1;
    *out = strtod(text, NULL);
    return isfinite(*out) ? 0 : -1;
}

int opt_number(const char *text, double *out)
{
    return read_double(text, 0, out);
}

size_t opt_numbers(const char *text, char joint, double *out, size_t most)
{
    const char stop[] = { joint, '\0' };
    char number[64];
    size_t n = 0;

    for (;; n++) {
        const size_t bytes = strcspn(text, stop);
        double value;

        if (bytes >= sizeof(number))
            return 0;
        memcpy(number, text, bytes);
        number[bytes] = '\0';
        if (opt_number(number, &value) != 0)
            return 0;
        if (n < most)
            out[n] = value;
        if (!text[bytes])
            return n + 1;
        text += bytes + 1;
    }
}

/* 90, 90s, 5m, 1.5h in seconds; at most ten years. */
static int read_time(const char *text, double *out)
{
    const size_t n = number_bytes(text);
    double value, unit = 1.0;

    switch (text[n]) {
    case '\0':
    case 's': break;
    case 'm': unit = 60.0; break;
    case 'h': unit = 3600.0; break;
    default: return -1;
    }
    if (read_double(text, text[n] != '\0', &value) != 0)
        return -1;
    if (!(value > 0.0) || value * unit > 10.0 * 365.25 * 86400.0)
        return -1;
    *out = value * unit;
    return 0;
}

/* 4096, 64K, 512M, 2G, 1T in bytes; powers of 1024. */
static int read_bytes(const char *text, size_t *out)
{
    static const char units[] = "KMGT";
    const size_t length = strlen(text);
    const char *const unit =
        length > 1 ? strchr(units, text[length - 1]) : NULL;
    const unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    char number[32];
    const char *why;
    uint64_t value;

    if (length >= sizeof(number))
        return -1;
    memcpy(number, text, length + 1);
    if (unit)
        number[length - 1] = '\0';
    if (read_whole(number, SIZE_MAX >> shift, &value, &why) != 0 || value == 0)
        return -1;
    *out = (size_t)value << shift;
    return 0;
}

const char *opt_choice_at(const char *choices, size_t i, size_t *bytes)
{
    const char *at = choices;

    for (; i > 0; i--) {
        at = strchr(at, '|');
        if (!at)
            return NULL;
        at++;
    }
    *bytes = strcspn(at, "|");
    return at;
}

static int read_choice(const char *choices, const char *text, int *out)
{
    size_t bytes;

    for (size_t i = 0;; i++) {
        const char *const name = opt_choice_at(choices, i, &bytes);

        if (!name)
            return -1;
        if (strlen(text) == bytes && strncmp(name, text, bytes) == 0) {
            *out = (int)i;
            return 0;
        }
    }
}

int opt_list_add(opt_list *list, const char *item)
{
    const char **const grown =
        realloc(list->item, (list->count + 1) * sizeof(*grown));

    if (!grown)
        return -1;
    list->item = grown;
    list->item[list->count++] = item;
    return 0;
}

/* Split at commas, in place; "\," is a comma within an item. */
static int read_list(opt_list *list, char *text)
{
    char *from = text, *to = text, *item = text;

    for (;; from++) {
        if (from[0] == '\\' && from[1] == ',') {
            *to++ = *++from;
            continue;
        }
        if (*from && *from != ',') {
            *to++ = *from;
            continue;
        }
        if (to == item)
            return -1;
        if (opt_list_add(list, item) != 0)
            return -1;
        if (!*from) {
            *to = '\0';
            return 0;
        }
        *to++ = '\0';
        item = to;
    }
}

static int reject(char *error, size_t bytes, const char *text, const char *why)
{
    snprintf(error, bytes, "'%.100s' %s", text, why);
    return -1;
}

/* The kinds whose value is a whole number. */
static int whole_value(const opt *o, const char *text, char *error,
                       size_t bytes)
{
    const int sized = o->kind == OPT_SIZE;
    uint64_t limit = UINT64_MAX;
    const char *why;
    uint64_t whole;

    if (sized)
        limit = SIZE_MAX;
    if (read_whole(text, limit, &whole, &why) != 0)
        return reject(error, bytes, text, why);
    if (sized && whole == 0)
        return reject(error, bytes, text, "must be at least 1");
    if (sized)
        *(size_t *)o->value = (size_t)whole;
    else
        *(uint64_t *)o->value = whole;
    return 0;
}

/* The kinds whose value is a real number. */
static int real_value(const opt *o, const char *text, char *error, size_t bytes)
{
    const int timed = o->kind == OPT_TIME;
    double real;

    if ((timed ? read_time(text, &real) : read_double(text, 0, &real)) != 0)
        return reject(error, bytes, text,
                      timed ? "is not a time such as 90s or 5m"
                            : "is not a number");
    if (o->kind == OPT_POSITIVE && !(real > 0.0))
        return reject(error, bytes, text, "must be greater than 0");
    *(double *)o->value = real;
    return 0;
}

static int list_value(const opt *o, char *text, char *error, size_t bytes)
{
    char whole[101]; /* reading cuts the text */

    snprintf(whole, sizeof(whole), "%.100s", text);
    if (read_list(o->value, text) != 0)
        return reject(error, bytes, whole, "is no list such as a,b,c");
    return 0;
}

int opt_value(const opt *o, char *text, char *error, size_t error_bytes)
{
    switch (o->kind) {
    case OPT_FLAG: *(int *)o->value = 1; return 0;
    case OPT_STRING:
    case OPT_ARG:
    case OPT_OPTARG: *(const char **)o->value = text; return 0;
    case OPT_SIZE:
    case OPT_U64: return whole_value(o, text, error, error_bytes);
    case OPT_DOUBLE:
    case OPT_POSITIVE:
    case OPT_TIME: return real_value(o, text, error, error_bytes);
    case OPT_BYTES:
        if (read_bytes(text, o->value) != 0)
            return reject(error, error_bytes, text,
                          "is not a size such as 512M");
        return 0;
    case OPT_CHOICE:
        if (read_choice(o->meta, text, o->value) != 0) {
            snprintf(error, error_bytes, "'%.60s' is none of %s", text,
                     o->meta);
            return -1;
        }
        return 0;
    case OPT_LIST: return list_value(o, text, error, error_bytes);
    case OPT_MANY:
    case OPT_RESTARGS:
        if (opt_list_add(o->value, text) != 0)
            return reject(error, error_bytes, text, "does not fit into memory");
        return 0;
    case OPT_END:
    case OPT_GROUP: break;
    }
    return reject(error, error_bytes, text, "belongs to no option");
}
