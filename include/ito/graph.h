/* SPDX-License-Identifier: MIT
 *
 * ito/graph.h - networks as a static list of operations.
 *
 * A graph is built once, node after node, and is immutable from
 * ito_graph_finish on; parameters, packed weights and work memory are
 * separate, so that threads share the graph and its parameters.
 *
 *     ito_graph_new(ctx, &g);
 *     ito_graph_input(ctx, g, ITO_INPUT_X, 2, &x);
 *     ito_graph_input(ctx, g, ITO_INPUT_T, 1, &t);
 *     ito_graph_concat(ctx, g, x, t, &h);
 *     ito_graph_linear(ctx, g, h, 64, ITO_ACT_SILU, &h);
 *     ito_graph_linear(ctx, g, h, 2, ITO_ACT_NONE, &h);
 *     ito_graph_finish(ctx, g, h);
 *
 * A tensor is rows x cols, row-major.  Its columns may have an inner shape
 * h x w x c, channels last: an image, or n x 1 x c for n tokens; a plain
 * vector is 1 x 1 x c, and the h x w vectors of a row are its places.  Every
 * operation works row by row, so a row's result does not depend on its
 * companions (but of ito_graph_norm by ITO_NORM_BATCH in training), and gives
 * the same bits on every instruction set.  ito/layer.h has the operations of
 * images and tokens.
 *
 * To run it: fill one vector of ito_graph_params(g) floats
 * (ito_graph_init), pack it (ito_weights), make a plan for a number of rows,
 * give each thread ito_plan_floats(plan) floats of work memory, and call
 * ito_plan_infer, or ito_plan_forward and ito_plan_backward.  Nothing is
 * allocated then.
 */
#ifndef ITO_GRAPH_H
#define ITO_GRAPH_H

#include <ito/act.h>
#include <ito/ctx.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A network; opaque. */
typedef struct ito_graph ito_graph;

/** A node of a graph, as given out by the functions that add one. */
typedef size_t ito_node;

/** What a network may be given. */
typedef enum ito_input {
    ITO_INPUT_X,   /**< the state, dim columns */
    ITO_INPUT_T,   /**< the time, one column */
    ITO_INPUT_COND /**< conditions, cond_dim columns */
} ito_input;

/** How weights start. */
typedef enum ito_init {
    ITO_INIT_UNIFORM, /**< U(-1/sqrt(in), 1/sqrt(in)), biases too: the rule of
                           PyTorch's linear layers */
    ITO_INIT_HE       /**< U(-sqrt(6/in), sqrt(6/in)), biases 0:
                           arXiv:1502.01852 */
} ito_init;

/** What the numbers of a slice are before training. */
typedef enum ito_start_value {
    ITO_START_RULE,  /**< as ito_init says */
    ITO_START_ZERO,  /**< 0 */
    ITO_START_ONE,   /**< 1 */
    ITO_START_NORMAL /**< N(0, 1) */
} ito_start_value;

/** A named piece of the parameter vector. */
typedef struct ito_slice {
    char name[48];   /**< for example "linear0.weight" */
    size_t offset;   /**< first float */
    size_t shape[2]; /**< rows x cols, row-major; cols = 1 for a vector */
    size_t rank;     /**< 1 or 2 */
    size_t fan_in;   /**< inputs of its layer */
    ito_start_value start;
    int running; /**< a running value: it has no gradient and no optimiser
                      moves it; training averages what batches show */
} ito_slice;

/** Start an empty graph. @return ITO_OK or ITO_ENOMEM */
ITO_API ito_status ito_graph_new(ito_ctx *ctx, ito_graph **out);

/** Free a graph; NULL is allowed.  The context it was made with is alive. */
ITO_API void ito_graph_free(ito_graph *g);

/**
 * Add a node.  Each of these returns ITO_OK, ITO_EARG (no such node, sizes
 * that do not fit, a finished graph) or ITO_ENOMEM, and sets *out.
 *
 * An input of `cols` columns; at most one of each kind.
 */
ITO_API ito_status ito_graph_input(ito_ctx *ctx, ito_graph *g, ito_input which,
                                   size_t cols, ito_node *out);

/** y = act(x W + b) at every place, W is c x cols for the c channels of x;
 *  parameters linear<i>.weight and linear<i>.bias. */
ITO_API ito_status ito_graph_linear(ito_ctx *ctx, ito_graph *g, ito_node x,
                                    size_t cols, ito_act act, ito_node *out);

/** y = act(x). */
ITO_API ito_status ito_graph_act(ito_ctx *ctx, ito_graph *g, ito_node x,
                                 ito_act act, ito_node *out);

/** y = a + b, of equal shapes; or b is one vector of the channels of a, which
 *  is added at every place. */
ITO_API ito_status ito_graph_add(ito_ctx *ctx, ito_graph *g, ito_node a,
                                 ito_node b, ito_node *out);

/** y = a b, element by element; shapes as of ito_graph_add. */
ITO_API ito_status ito_graph_mul(ito_ctx *ctx, ito_graph *g, ito_node a,
                                 ito_node b, ito_node *out);

/** y = x (1 + scale) + shift: conditioning by modulation, arXiv:1709.07871;
 *  `by` has twice the channels of x, scale first, at as many places or at one
 *  (which serves all of them). */
ITO_API ito_status ito_graph_scale_shift(ito_ctx *ctx, ito_graph *g, ito_node x,
                                         ito_node by, ito_node *out);

/** y = [a b], channels side by side, at equal places. */
ITO_API ito_status ito_graph_concat(ito_ctx *ctx, ito_graph *g, ito_node a,
                                    ito_node b, ito_node *out);

/**
 * Fourier features of the time (arXiv:2006.10739): for a node of one column,
 * 2 count columns cos(w_j t), sin(w_j t) side by side, w_j = pi 2^(j / 2),
 * j = 0 .. count - 1, count at most 16.
 */
ITO_API ito_status ito_graph_fourier(ito_ctx *ctx, ito_graph *g, ito_node t,
                                     size_t count, ito_node *out);

/** y = the channels first .. first + cols - 1 of x, at every place. */
ITO_API ito_status ito_graph_columns(ito_ctx *ctx, ito_graph *g, ito_node x,
                                     size_t first, size_t cols, ito_node *out);

/**
 * y = row `index` of a table of count x cols parameters, embed<i>.table:
 * vectors for labels.  `index` has one column, a whole number below count;
 * anything else (a label that is not known, NaN) is taken for the last.
 */
ITO_API ito_status ito_graph_embed(ito_ctx *ctx, ito_graph *g, ito_node index,
                                   size_t count, size_t cols, ito_node *out);

/**
 * Minus the gradient of an energy (a gradient network, arXiv:2404.07361):
 *
 *     E(x) = sum_k a_k S(w_k.x + b_k),  S' = act
 *     y    = -sum_k a_k act(w_k.x + b_k) w_k
 *
 * `by` has the columns b_1 .. b_K a_1 .. a_K; the w_k are the columns of the
 * parameters potential<i>.weight, cols(x) x K.  y is a gradient as long as
 * `by` does not depend on x.  act: SILU, TANH (S = log cosh), RELU or NONE.
 */
ITO_API ito_status ito_graph_potential(ito_ctx *ctx, ito_graph *g, ito_node x,
                                       ito_node by, ito_act act, ito_node *out);

/** y = x in the shape h, w, c, whose product is the columns of x. */
ITO_API ito_status ito_graph_reshape(ito_ctx *ctx, ito_graph *g, ito_node x,
                                     const size_t shape[3], ito_node *out);

/**
 * Let the parameters of a node start from this value instead of by the rule
 * of ito_init; those that have a value of their own (gamma = 1) keep it.  For
 * example a last layer from ITO_START_ZERO, a table from ITO_START_NORMAL.  It
 * is not written to model files, whose parameters have their values.
 *
 * @return ITO_OK or ITO_EARG (no such node, a finished graph)
 */
ITO_API ito_status ito_graph_start(ito_ctx *ctx, ito_graph *g, ito_node x,
                                   ito_start_value value);

/** The shape h, w, c of a node of a graph, finished or not.
 *  @return ITO_OK or ITO_EARG (no such node) */
ITO_API ito_status ito_graph_shape(ito_ctx *ctx, const ito_graph *g, ito_node x,
                                   size_t shape[3]);

/** Declare the output; no node can be added after. */
ITO_API ito_status ito_graph_finish(ito_ctx *ctx, ito_graph *g, ito_node out);

/** Columns of an input, 0 when the graph does not have it. */
ITO_API size_t ito_graph_input_cols(const ito_graph *g, ito_input which);

/** Columns of the output of a finished graph. */
ITO_API size_t ito_graph_output_cols(const ito_graph *g);

/** Floats in the parameter vector, running values among them. */
ITO_API size_t ito_graph_params(const ito_graph *g);

/** How many of them are running values, which nothing learns. */
ITO_API size_t ito_graph_running(const ito_graph *g);

/** Slice i of the parameter vector; 0, or -1 past the last. */
ITO_API int ito_graph_slice(const ito_graph *g, size_t i, ito_slice *out);

/** Multiply-adds of one row, forward. */
ITO_API double ito_graph_madds(const ito_graph *g);

/**
 * Fill the parameter vector by `init`; the numbers depend on seed and
 * position alone (purpose ITO_FOR_WEIGHTS).
 */
ITO_API void ito_graph_init(ito_ctx *ctx, const ito_graph *g, ito_init init,
                            uint64_t seed, float *params);

/**
 * What becomes of the operands of a network's matrix products: of linear
 * layers, attention and potentials, forward and backward.  Sums are float, and
 * so is everything else: parameters, activations, gradients, convolutions.
 * The bytes are the same for any number of threads in either, and the same on
 * all kernels, in BF16 as long as no sum of a product falls below 2^-126.
 */
typedef enum ito_precision {
    ITO_PRECISION_F32, /**< they are as they are */
    ITO_PRECISION_BF16 /**< they are rounded to 8 bits of precision
                            (bfloat16): relative errors of 2^-9 each.  Twice
                            as fast where ito_cpu_bf16 says so.  Products of
                            at most 8 columns stay F32 */
} ito_precision;

/** Parameters in the order in which the context's kernels read them. */
typedef struct ito_weights ito_weights;

/** Make room for packed parameters; nothing is packed yet. The graph is
 *  borrowed. @return ITO_OK or ITO_ENOMEM */
ITO_API ito_status ito_weights_new(ito_ctx *ctx, const ito_graph *g,
                                   ito_weights **out);

/** The same for products in a precision; any plan runs either.
 *  @return ITO_OK, ITO_EARG (no such precision) or ITO_ENOMEM */
ITO_API ito_status ito_weights_new_in(ito_ctx *ctx, const ito_graph *g,
                                      ito_precision precision,
                                      ito_weights **out);

/** Pack a parameter vector, which is borrowed until the next packing. */
ITO_API void ito_weights_pack(ito_ctx *ctx, ito_weights *w,
                              const float *params);

/** Free packed parameters; NULL is allowed. */
ITO_API void ito_weights_free(ito_weights *w);

/** What a plan can do. */
typedef enum ito_mode {
    ITO_MODE_INFER, /**< outputs alone, in the least memory */
    ITO_MODE_VJP,   /**< outputs and gradients of the inputs */
    ITO_MODE_TRAIN  /**< outputs, gradients of inputs and parameters */
} ito_mode;

/** Where everything lies in a work area; opaque, immutable. */
typedef struct ito_plan ito_plan;

/** Plan for up to rows_max rows; the graph is borrowed.
 *  @return ITO_OK, ITO_EARG or ITO_ENOMEM */
ITO_API ito_status ito_graph_plan(ito_ctx *ctx, const ito_graph *g,
                                  size_t rows_max, ito_mode mode,
                                  ito_plan **out);

/** Floats of work memory that one thread needs, 64-byte aligned. */
ITO_API size_t ito_plan_floats(const ito_plan *plan);

/** Free a plan; NULL is allowed. */
ITO_API void ito_plan_free(ito_plan *plan);

/** The inputs of a run; an input that the graph does not have is not read. */
typedef struct ito_batch {
    size_t rows;                  /**< at most the plan's rows_max */
    const float *x;               /**< rows x cols, or NULL */
    const float *t;               /**< rows, or NULL */
    const float *cond;            /**< rows x cols, or NULL */
    const struct ito_noise *drop; /**< the address of dropout, whose purpose is
                          ITO_FOR_DROPOUT, of forward and of backward after it;
                          NULL = nothing is dropped */
    uint64_t id0;                 /**< id of the first row there */
} ito_batch;

/**
 * Run the network.  Returns the output, rows x cols, inside `work`, valid
 * until the next run there.  Infer runs in any mode; forward (VJP or TRAIN)
 * keeps what backward needs.  Callable from any thread, each with its own
 * work memory.
 */
ITO_API const float *ito_plan_infer(const ito_plan *plan, const ito_weights *w,
                                    float *work, const ito_batch *in);

/** See ito_plan_infer. */
ITO_API const float *ito_plan_forward(const ito_plan *plan,
                                      const ito_weights *w, float *work,
                                      const ito_batch *in);

/**
 * Given dy = d loss / d output (rows x cols, overwritten), set grad =
 * d loss / d parameters (mode TRAIN; NULL leaves it out) and dx = d loss /
 * d input x (rows x cols; NULL leaves it out), after ito_plan_forward with
 * the same arguments.  Gradients are set, not added.
 */
ITO_API void ito_plan_backward(const ito_plan *plan, const ito_weights *w,
                               float *work, const ito_batch *in, float *dy,
                               float *grad, float *dx);

/** 1 if the output of a finished graph is a potential of the input x, so that
 *  its energy is known. */
ITO_API int ito_graph_has_energy(const ito_graph *g);

/**
 * The energy of each row (E above, in double), of a graph that has one; else
 * as ito_plan_infer, which it calls.
 */
ITO_API void ito_plan_energy(const ito_plan *plan, const ito_weights *w,
                             float *work, const ito_batch *in, double *out);

#ifdef __cplusplus
}
#endif
#endif /* ITO_GRAPH_H */
