/* SPDX-License-Identifier: MIT
 *
 * op.h - an operation of a network, and the graph that is a list of them.
 *
 * An operation is one constant struct in the file of its family.  To add
 * one: write that struct, name it in ops[] (graph.c), and give it a builder;
 * planning, running, saving and loading know operations through the struct
 * alone.
 *
 * Rows are samples.  `saved` is memory that forward leaves for backward,
 * `work` scratch of one call.
 */
#ifndef ITO_NN_OP_H
#define ITO_NN_OP_H

#include <ito/graph.h>

#include "ctx/ctx.h"
#include "kern/kern.h"

#define NODE_INPUTS_MAX 2
#define NODES_MAX       4096
#define COLS_MAX        ((size_t)1 << 24)
#define NAME_MAX_BYTES  24
#define NO_NODE         SIZE_MAX

#define MORE 3

/* x[i] is READS_X << i. */
enum op_reads { READS_X = 1, READS_BOTH = 3, READS_Y = 1 << NODE_INPUTS_MAX };

typedef struct op op;

/* The inner shape of a tensor: h x w places of c channels, channels last.  A
 * plain vector is 1 x 1 x c, n tokens are n x 1 x c. */
typedef struct dims {
    size_t h, w, c;
} dims;

/* A node: an operation, its inputs, its attributes, its place. */
typedef struct node {
    const op *op;
    size_t in[NODE_INPUTS_MAX]; /* earlier nodes, NO_NODE where unused */
    dims dims;                  /* of the output */
    size_t cols;                /* their product */
    ito_act act;
    size_t attr;       /* what the operation wants: input kind, kernel size */
    size_t more[MORE]; /* what else it wants, 0 where nothing */
    dims in_dims[NODE_INPUTS_MAX];
    size_t in_cols[NODE_INPUTS_MAX];
    size_t param, params;  /* slice of the parameter vector */
    size_t saved;          /* reals a row that forward keeps */
    ito_start_value start; /* of its parameters that have no value of theirs */
    char name[NAME_MAX_BYTES];
} node;

struct ito_graph {
    ito_ctx *ctx; /* whose memory this is */
    node *nodes;
    size_t count, capacity;
    size_t params;
    size_t input[3]; /* node of each ito_input, or NO_NODE */
    size_t output;   /* NO_NODE until finished */
};

/* One run of one node. */
typedef struct call {
    const ito_kern *kern;
    const node *n;
    size_t rows;
    const real *params; /* of this node */
    const real *packed; /* of this node */
    const real *x[NODE_INPUTS_MAX];
    real *y;
    real *saved;
    real *work;
    bool train;             /* the mode is TRAIN */
    const ito_philox *drop; /* dropout of the first row; NULL: none */
    /* backward only */
    real *dy;                     /* may be overwritten */
    real *dx[NODE_INPUTS_MAX];    /* NULL: not wanted */
    bool dx_add[NODE_INPUTS_MAX]; /* add to dx instead of setting it */
    real *grad;                   /* set, not added; NULL: not wanted */
} call;

struct op {
    const char *name;
    size_t inputs;
    unsigned format; /* of model files that first has it; 0 = 1 */
    /* Check the node and set dims, params, saved.  dims holds what the
     * builder wants; in_dims and in_cols are known. */
    ito_status (*shape)(ito_ctx *ctx, node *n);
    void (*infer)(const call *c);
    void (*forward)(const call *c);
    void (*backward)(const call *c);
    /* The rest may be NULL: nothing to pack, no scratch, no parameters. */
    size_t (*packed_size)(const ito_kern *kern, const node *n);
    void (*pack)(const ito_kern *kern, const node *n, const real *params,
                 real *packed);
    size_t (*work)(const ito_kern *kern, const node *n, size_t rows);
    double (*madds)(const node *n);
    /* Slice i of the node's parameters: its name is the suffix, its offset
     * relative to the node.  -1 past the last. */
    int (*slice)(const node *n, size_t i, ito_slice *s);
    /* How many of the node's parameters, its last ones, are running values
     * (ito_slice.running); NULL for none. */
    size_t (*running)(const node *n);
    /* What backward reads of x and y, bits of op_reads: always, and further
     * where parameters have a gradient.  reads_of says the first where it
     * depends on the node; NULL: it does not. */
    unsigned reads, reads_for_grad;
    unsigned (*reads_of)(const node *n);
    /* The gradient of an input of as many columns is dy itself, so that dx
     * may be dy. */
    bool passes;
    /* Whether backward leaves dy as it was; NULL: it does not. */
    bool (*keeps)(const node *n);
};

/*
 * Two nodes that run as one where nothing else reads the output of the first,
 * which is input 0 of the second: the same numbers, without a pass through
 * memory between them.  The functions take the calls of both.
 */
typedef struct op_pair {
    const op *first, *second;
    bool stored; /* but for inference the output of the first is wanted */
    bool (*fits)(const node *first, const node *second); /* NULL: always */
    void (*infer)(const call *first, const call *second);
    void (*forward)(const call *first, const call *second);
    /* dy of the second to dx and grad of both, dy of the first being that of
     * the second; NULL: one after the other. */
    void (*backward)(const call *first, const call *second);
} op_pair;

extern const op_pair ito__act_norm;
extern const op_pair ito__norm_act;
extern const op_pair ito__conv_add;

extern const op ito__op_input;
extern const op ito__op_linear;
extern const op ito__op_act;
extern const op ito__op_add;
extern const op ito__op_mul;
extern const op ito__op_scale_shift;
extern const op ito__op_concat;
extern const op ito__op_fourier;
extern const op ito__op_columns;
extern const op ito__op_embed;
extern const op ito__op_potential;
extern const op ito__op_reshape;
extern const op ito__op_upsample;
extern const op ito__op_pool;
extern const op ito__op_mean;
extern const op ito__op_attention;
extern const op ito__op_patches;
extern const op ito__op_unpatch;
extern const op ito__op_positions;
extern const op ito__op_conv;
extern const op ito__op_norm;
extern const op ito__op_waves;
extern const op ito__op_sinusoids;
extern const op ito__op_dropout;

static inline bool same_dims(const dims *a, const dims *b)
{
    return a->h == b->h && a->w == b->w && a->c == b->c;
}

/* Places of a tensor that the operation gives and of its input i. */
static inline size_t places(const dims *d)
{
    return d->h * d->w;
}

/* The product of the three, SIZE_MAX where that is too much. */
size_t ito__dims_cols(const dims *d);

/* In a backward pass: dx[i] = v, or dx[i] += v, or nothing where it is not
 * wanted. */
void ito__op_give(const call *c, size_t i, const real *v);

/* Room for one output: what `work` of many operations asks for. */
size_t ito__op_output(const ito_kern *kern, const node *n, size_t rows);

/* The operation of that name, or NULL. */
const op *ito__op_find(const char *name);

/* Add a node whose op, in, act, attr and more are set (and dims, where the
 * operation lets the caller choose; channels alone is enough). */
ito_status ito__graph_push(ito_ctx *ctx, ito_graph *g, const node *proto,
                           ito_node *out);

/* The end, at most `end`, of the piece of the parameters that begins at `at`
 * and is of one kind: running values, or what is learned. */
size_t ito__graph_piece(const ito_graph *g, size_t at, size_t end,
                        bool *running);

struct ito_weights {
    ito_ctx *ctx;
    const ito_graph *g;
    const ito_kern *kern;
    const real *params; /* borrowed */
    size_t *offset;     /* of every node's packed slice */
    size_t total;
    real *packed;
};

/* Pack the nodes from begin to end - 1 of w->params, set before; nodes are
 * independent, so that threads may share the work. */
void ito__weights_pack_nodes(const ito_weights *w, size_t begin, size_t end);

#endif /* ITO_NN_OP_H */
