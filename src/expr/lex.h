/* SPDX-License-Identifier: MIT
 *
 * lex.h - the words of a formula.
 */
#ifndef ITO_EXPR_LEX_H
#define ITO_EXPR_LEX_H

#include <stddef.h>
#include <stdint.h>

typedef enum token_kind {
    TOKEN_END,
    TOKEN_NUMBER,
    TOKEN_NAME,
    TOKEN_OP, /* of two operands; + and - may also be signs */
    TOKEN_NOT,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_COMMA,
    TOKEN_ROW,
    TOKEN_CHOICE,
    TOKEN_COLON,
    TOKEN_BAD
} token_kind;

typedef struct token {
    token_kind kind;
    uint8_t op; /* of node.h */
    size_t at, bytes;
    double number;
    const char *advice; /* TOKEN_BAD: what is wrong */
} token;

typedef struct lexer {
    const char *text;
    size_t bytes, at;
} lexer;

token lex_next(lexer *x);
/* The next token, which stays. */
token lex_peek(const lexer *x);
/* Blanks at the start of the text. */
size_t lex_blank(const lexer *x);
/* Bytes of the name at the start of a text, 0: none is there. */
size_t lex_name(const char *text, size_t bytes);

#endif /* ITO_EXPR_LEX_H */
