/* SPDX-License-Identifier: MIT
 *
 * kinds.h - what a built-in distribution is made of.
 */
#ifndef ITO_DIST_KINDS_H
#define ITO_DIST_KINDS_H

#include "ctx/ctx.h"
#include "dist/dist.h"

#define DIST_PARAMS  6   /* most parameters of a kind */
#define DIST_LISTS   2   /* most parameters that are lists */
#define DIST_NUMBERS 36  /* most numbers of a list: 8 x 8, lower triangle */
#define DIST_CHUNK   128 /* rows drawn at a time: a shard of training */

/* Where each parameter stands in params and value. */
enum { GAUSS_DIM, GAUSS_MEAN, GAUSS_STD, GAUSS_COV };
enum { GMM_MODES, GMM_SCALE, GMM_STD, GMM_OFFSET, GMM_SEED };
enum { EIGHT_SCALE, EIGHT_STD };
enum { MOONS_SCALE, MOONS_NOISE, MOONS_OFFSET };
enum { CIRCLES_SCALE, CIRCLES_FACTOR, CIRCLES_NOISE };
enum { RINGS_RINGS, RINGS_SCALE, RINGS_NOISE };
enum { BOARD_GRID, BOARD_SCALE };
enum { SPIRAL_TURNS, SPIRAL_SCALE, SPIRAL_NOISE };
enum { ROLL_SCALE, ROLL_NOISE };
enum { STUDENT_DIM, STUDENT_DF, STUDENT_SCALE };
enum { FUNNEL_DIM, FUNNEL_SIGMA };
enum { UNIFORM_DIM, UNIFORM_LO, UNIFORM_HI };
enum { LAPLACE_DIM, LAPLACE_MEAN, LAPLACE_SCALE };
enum { GLYPHS_SIZE, GLYPHS_THICKNESS, GLYPHS_VARIETY };

/* Which list of a gaussian is which. */
enum { LIST_MEAN, LIST_COV };

/* A parameter: its name, its default as text (NULL: none, and it does not
 * show unless given) and the values it may have. */
typedef struct dist_param {
    const char *name, *value;
    double min, max;
    bool whole;        /* an integer */
    const char *alias; /* another name, or NULL */
    size_t list;       /* 1 + where its numbers go, 0: it is one number */
} dist_param;

/* One chunk of rows being drawn. */
typedef struct dist_draw {
    const ito_kern *kern;
    const ito_dist *dist;
    const ito_noise *at;
    uint64_t id0;
    size_t n;   /* rows, at most DIST_CHUNK */
    float *out; /* row i at out + i ld; NULL for labels */
    size_t ld;
} dist_draw;

/*
 * Log density and score.  `prepare` fills `bytes` of memory that all points
 * share; `at` then works on one point, with 3 dim doubles of work of its own
 * and that memory only read, and writes a score where it is not NULL.
 */
typedef struct dist_form {
    /* Why this distribution has none all the same, or NULL; may be NULL. */
    const char *(*lacks)(const ito_dist *dist);
    size_t (*bytes)(const ito_dist *dist);
    void (*prepare)(const ito_dist *dist, void *memory);
    double (*at)(const ito_dist *dist, void *memory, const double *x,
                 double *score, double *work);
    bool no_score;
} dist_form;

extern const dist_form ito__form_modes, ito__form_full, ito__form_rings,
    ito__form_curve, ito__form_board, ito__form_uniform, ito__form_laplace,
    ito__form_student, ito__form_funnel, ito__form_glyphs;

/* A kind of distribution: a row of the table in kinds.c. */
typedef struct dist_kind {
    ito_dist_info info;
    dist_param params[DIST_PARAMS];
    /* Make what drawing needs from dist->value; NULL: nothing. */
    ito_status (*build)(ito_ctx *ctx, ito_dist *dist);
    void (*draw)(const dist_draw *d);
    /* Which class each row belongs to; NULL: all to class 0. */
    void (*label)(const dist_draw *d, uint32_t *out);
    size_t (*classes)(const ito_dist *dist);
    const dist_form *form;
} dist_kind;

struct ito_dist {
    ito_ctx *ctx; /* whose memory this is */
    const dist_kind *kind;
    char *spec;
    size_t dim;
    uint64_t rows;
    double value[DIST_PARAMS]; /* of a list, its first number */
    bool given[DIST_PARAMS];
    double list[DIST_LISTS][DIST_NUMBERS];
    size_t numbers[DIST_LISTS]; /* in each list */
    ito_modes modes;            /* modes = 0: not a mixture */
    double *table;              /* the doubles behind `modes` */
    float *mean;                /* modes x dim */
    float *std;                 /* modes */
    float *cdf;                 /* modes, or NULL for equal weights */
    double *covs;  /* modes x dim x dim of a mixture of any normals, or NULL */
    float *factor; /* their Cholesky factors, for drawing */
};

/* Drawing a chunk, one function for each shape (draw.c, draw_laws.c). */
void ito__draw_modes(const dist_draw *d);
void ito__draw_gaussian(const dist_draw *d);
void ito__draw_full(const dist_draw *d);
void ito__draw_moons(const dist_draw *d);
void ito__draw_circles(const dist_draw *d);
void ito__draw_rings(const dist_draw *d);
void ito__draw_board(const dist_draw *d);
void ito__draw_spiral(const dist_draw *d);
void ito__draw_swissroll(const dist_draw *d);
void ito__draw_scurve(const dist_draw *d);
void ito__draw_uniform(const dist_draw *d);
void ito__draw_laplace(const dist_draw *d);
void ito__draw_student(const dist_draw *d);
void ito__draw_funnel(const dist_draw *d);
void ito__draw_glyphs(const dist_draw *d);

/* The class of each row of a chunk (draw.c); `draw` of the same chunk uses the
 * same numbers. */
void ito__label_modes(const dist_draw *d, uint32_t *out);
void ito__label_halves(const dist_draw *d, uint32_t *out);
void ito__label_rings(const dist_draw *d, uint32_t *out);
void ito__label_board(const dist_draw *d, uint32_t *out);
void ito__label_glyphs(const dist_draw *d, uint32_t *out);

/* What else the table says of glyphs (glyphs.c). */
ito_status ito__build_glyphs(ito_ctx *ctx, ito_dist *dist);
size_t ito__glyphs_classes(const ito_dist *dist);

/* The table of kinds, NULL past its end. */
const dist_kind *ito__dist_kind_at(size_t i);
/* What a program gave: a mixture, a normal; not in the list. */
extern const dist_kind ito__dist_kind_mixture, ito__dist_kind_normal;

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
/* Keep the covariances of a mixture (modes x dim x dim), after
 * ito__dist_finish_modes. */
ito_status ito__dist_set_covs(ito_ctx *ctx, ito_dist *dist, const double *covs);

/* The parameters of a kind that is a circle or rings, as ito_rings. */
void ito__circles_rings(const ito_dist *dist, ito_rings *out);

/* Fill u with `count` numbers as torch.rand does after torch.manual_seed. */
void ito__torch_rand(uint32_t seed, size_t count, double *u);

#endif /* ITO_DIST_KINDS_H */
