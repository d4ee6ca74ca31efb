/* SPDX-License-Identifier: MIT
 *
 * lex.c - the text of a formula to words, and advice on characters that
 * people paste from elsewhere.
 */
#include "expr/lex.h"

#include <string.h>

#include "base/number.h"
#include "base/utf8.h"
#include "expr/node.h"

typedef struct symbol {
    const char *text;
    uint8_t kind, op;
} symbol;

/* Longer ones first. */
static const symbol symbols[] = {
    { "<=", TOKEN_OP, ITO_MAP_LE },  { ">=", TOKEN_OP, OP_GE },
    { "==", TOKEN_OP, ITO_MAP_EQ },  { "!=", TOKEN_OP, ITO_MAP_NE },
    { "&&", TOKEN_OP, ITO_MAP_AND }, { "||", TOKEN_OP, ITO_MAP_OR },
    { "**", TOKEN_BAD, 0 },          { "+", TOKEN_OP, ITO_MAP_ADD },
    { "-", TOKEN_OP, ITO_MAP_SUB },  { "*", TOKEN_OP, ITO_MAP_MUL },
    { "/", TOKEN_OP, ITO_MAP_DIV },  { "^", TOKEN_OP, ITO_MAP_POW },
    { "<", TOKEN_OP, ITO_MAP_LT },   { ">", TOKEN_OP, OP_GT },
    { "!", TOKEN_NOT, 0 },           { "(", TOKEN_OPEN, 0 },
    { ")", TOKEN_CLOSE, 0 },         { ",", TOKEN_COMMA, 0 },
    { ";", TOKEN_ROW, 0 },           { "?", TOKEN_CHOICE, 0 },
    { ":", TOKEN_COLON, 0 },
};

/* What is wrong with other characters. */
static const char *const advices[][2] = {
    { "**", "powers are written ^" },
    { "=", "equality is written ==" },
    { "&", "\"and\" is written &&" },
    { "|", "\"or\" is written ||, a magnitude abs(x)" },
    { "[", "only ( ) are used as brackets" },
    { "]", "only ( ) are used as brackets" },
    { "{", "only ( ) are used as brackets" },
    { "}", "only ( ) are used as brackets" },
    { "%", "a remainder is written mod(x, y)" },
    { "'", "formulas have no quotes; a derivative cannot be written" },
    { "\xe2\x88\x92", "this is not the minus sign of the keyboard: write -" },
    { "\xe2\x80\x93", "this is a dash: write -" },
    { "\xc2\xb7", "multiplication is written *" },
    { "\xc3\x97", "multiplication is written *" },
    { "\xe2\x8b\x85", "multiplication is written *" },
    { "\xc3\xb7", "division is written /" },
    { "\xcf\x80", "write pi" },
    { "\xc2\xb2", "powers are written ^, here ^2" },
    { "\xc2\xb3", "powers are written ^, here ^3" },
    { "\xe2\x89\xa4", "write <=" },
    { "\xe2\x89\xa5", "write >=" },
    { "\xe2\x89\xa0", "write !=" },
    { "\xe2\x88\x9a", "write sqrt(...)" },
};

static int is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t blanks(const char *text, size_t bytes, size_t i)
{
    while (i < bytes &&
           (text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r')))
        i++;
    return i;
}

size_t lex_blank(const lexer *x)
{
    return blanks(x->text, x->bytes, 0);
}

size_t lex_name(const char *text, size_t bytes)
{
    size_t i = 0;

    if (bytes == 0 || !is_letter(text[0]))
        return 0;
    while (i < bytes && (is_letter(text[i]) || is_digit(text[i])))
        i++;
    return i;
}

static int begins(const char *text, size_t bytes, const char *word)
{
    return strlen(word) <= bytes && memcmp(text, word, strlen(word)) == 0;
}

static void find_symbol(const char *s, size_t bytes, token *k)
{
    for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++)
        if (begins(s, bytes, symbols[i].text)) {
            k->kind = (token_kind)symbols[i].kind;
            k->op = symbols[i].op;
            k->bytes = strlen(symbols[i].text);
            break;
        }
    if (k->kind != TOKEN_BAD)
        return;
    k->bytes = utf8_char(s, bytes);
    k->advice = k->bytes == 0 ? "this is no UTF-8 character"
                              : "this character has no meaning in formulas";
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
        if (begins(s, bytes, advices[i][0])) {
            k->advice = advices[i][1];
            break;
        }
}

token lex_next(lexer *x)
{
    token k = { .kind = TOKEN_BAD };
    const char *s;
    size_t left;

    x->at = blanks(x->text, x->bytes, x->at);
    s = x->text + x->at;
    left = x->bytes - x->at;
    k.at = x->at;
    if (left == 0) {
        k.kind = TOKEN_END;
        return k;
    }
    if (is_digit(*s) || *s == '.')
        k.bytes = num_scan(s, left, &k.number);
    if (k.bytes > 0) {
        k.kind = TOKEN_NUMBER;
    } else if ((k.bytes = lex_name(s, left)) > 0) {
        k.kind = TOKEN_NAME;
    } else {
        find_symbol(s, left, &k);
    }
    x->at += k.bytes;
    return k;
}

token lex_peek(const lexer *x)
{
    lexer copy = *x;

    return lex_next(&copy);
}
