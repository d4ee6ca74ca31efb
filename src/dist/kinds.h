/* SPDX-License-Identifier: MIT
 *
 * kinds.h - what a built-in distribution is made of.
 */
#ifndef ITO_DIST_KINDS_H
#define ITO_DIST_KINDS_H

#include "ctx/ctx.h"
#include "dist/dist.h"

#define DIST_PARAMS 6   /* most parameters of a kind */
#define DIST_CHUNK  128 /* rows drawn at a time: a shard of training */

/* Where each parameter stands in params and value. */
enum { GAUSS_DIM, GAUSS_MEAN, GAUSS_STD };
enum { GMM_MODES, GMM_SCALE, GMM_STD, GMM_OFFSET, GMM_SEED };
enum { EIGHT_SCALE, EIGHT_STD };
enum { MOONS_SCALE, MOONS_NOISE, MOONS_OFFSET };
enum { CIRCLES_SCALE, CIRCLES_FACTOR, CIRCLES_NOISE };
enum { RINGS_RINGS, RINGS_SCALE, RINGS_NOISE };
enum { BOARD_GRID, BOARD_SCALE };
enum { SPIRAL_TURNS, SPIRAL_SCALE, SPIRAL_NOISE };
enum { ROLL_SCALE, ROLL_NOISE };

/* A parameter: its name, its default as text and the values it may have. */
typedef struct dist_param {
    const char *name, *value;
    double min, max;
    bool whole;        /* an integer */
    const char *alias; /* another name, or NULL */
} dist_param;

/* One chunk of rows being drawn. */
typedef struct dist_draw {
    const ito_kern *kern;
    const ito_dist *dist;
    const ito_noise *at;
    uint64_t id0;
    size_t n;   /* rows, at most DIST_CHUNK */
    float *out; /* row i at out + i ld */
    size_t ld;
} dist_draw;

/* A kind of distribution: a row of the table in kinds.c. */
typedef struct dist_kind {
    ito_dist_info info;
    dist_param params[DIST_PARAMS];
    /* Make what drawing needs from dist->value; NULL: nothing. */
    ito_status (*build)(ito_ctx *ctx, ito_dist *dist);
    void (*draw)(const dist_draw *d);
} dist_kind;

struct ito_dist {
    ito_ctx *ctx; /* whose memory this is */
    const dist_kind *kind;
    char *spec;
    size_t dim;
    uint64_t rows;
    double value[DIST_PARAMS];
    ito_modes modes; /* modes = 0: not a mixture */
    double *table;   /* the doubles behind `modes` */
    float *mean;     /* modes x dim */
    float *std;      /* modes */
    float *cdf;      /* modes, or NULL for equal weights */
};

/* Drawing a chunk, one function for each shape (draw.c). */
void ito__draw_modes(const dist_draw *d);
void ito__draw_gaussian(const dist_draw *d);
void ito__draw_moons(const dist_draw *d);
void ito__draw_circles(const dist_draw *d);
void ito__draw_rings(const dist_draw *d);
void ito__draw_board(const dist_draw *d);
void ito__draw_spiral(const dist_draw *d);
void ito__draw_swissroll(const dist_draw *d);
void ito__draw_scurve(const dist_draw *d);

/* The table of kinds, NULL past its end. */
const dist_kind *ito__dist_kind_at(size_t i);
/* A mixture that a program gave; not in the list. */
extern const dist_kind ito__dist_kind_mixture;

/* Parse NAME:PARAMETER=VALUE,... into kind, value, rows and spec. */
ito_status ito__dist_parse(ito_ctx *ctx, const char *text, ito_dist *dist);

/* Take memory for a mixture and point dist->modes and the tables into it; the
 * caller fills table, then calls ito__dist_finish_modes. */
ito_status ito__dist_new_modes(ito_ctx *ctx, ito_dist *dist, size_t modes,
                               size_t dim);
/* The doubles to fill: means, stds, weights (any sum). */
double *ito__dist_means(ito_dist *dist);
double *ito__dist_stds(ito_dist *dist);
double *ito__dist_weights(ito_dist *dist);
/* Normalise the weights and derive what drawing needs. */
void ito__dist_finish_modes(ito_dist *dist);

/* Fill u with `count` numbers as torch.rand does after torch.manual_seed. */
void ito__torch_rand(uint32_t seed, size_t count, double *u);

#endif /* ITO_DIST_KINDS_H */
