/* SPDX-License-Identifier: MIT
 *
 * energy_run.h - what the files of ito_energy_sample share.
 *
 * A chain is `rungs` replicas, one at each temperature (1 but for tempering).
 * Chains are cut into groups, a group's replicas are the rows of one tile,
 * rung after rung: row = rung * count + chain.  A group moves on its own
 * between two moments at which something is adapted; what chains pool is then
 * summed group after group, so threads never show.
 *
 * Rung j has the density exp(-V), V = b U + r Q with Q = |x - start|^2 /
 * (2 spread^2), and moves with the step eta: y = x - eta grad V + sqrt(2 eta)
 * z.  At temperature T, h = eta / T is the step of dX = -grad U dt + sqrt(2
 * T) dW.
 */
#ifndef ITO_SIM_ENERGY_RUN_H
#define ITO_SIM_ENERGY_RUN_H

#include <ito/energy.h>

#include "solve/tile.h"

/* A temperature, or the stage that a run is at. */
typedef struct energy_rung {
    double b, r, eta;
} energy_rung;

/* How the step of a rung is being found. */
typedef struct energy_search {
    enum { SEARCH_BEGIN, SEARCH_UP, SEARCH_DOWN, SEARCH_DONE } way;
    size_t count; /* steps of Robbins and Monro */
} energy_search;

/* Where a replica is on its way from the coldest rung to the hottest and
 * back. */
typedef enum energy_trip {
    TRIP_NEW, /* has not been at the coldest */
    TRIP_OUT, /* was at the coldest, not at the hottest since */
    TRIP_BACK /* was at the hottest since */
} energy_trip;

/* Some chains, on their own. */
typedef struct energy_group {
    size_t first, count;   /* chains */
    size_t rows, pad;      /* count x rungs; as the tile pads them */
    void **x, **force;     /* states and -grad U */
    void **y, **force_y;   /* proposals */
    void **out;            /* one value a row */
    double *z;             /* rows x dim normals */
    double *u;             /* rows uniforms */
    double *U, *U_y;       /* energies */
    double *eta;           /* rows: steps; in the draws those of the rungs */
    energy_search *search; /* rows, while each has a step of its own */
    double *alpha;         /* rows: probability of accepting the last move */
    double *accept_sum;    /* rows: of alpha since the last reset */
    double *swap_sum;      /* rows: of the probabilities of swaps with the next
                            rung */
    double *swap_count;    /* rows: swaps tried */
    energy_trip *trip;     /* rows */
    uint64_t trips;        /* round trips */
    /* the first thing that went wrong */
    int rc;      /* what a callback returned */
    size_t lost; /* chain whose state is no longer finite, or SIZE_MAX */
    uint32_t when;
} energy_group;

typedef struct energy_run {
    ito_ctx *ctx;
    ito_energy_opts o; /* with the defaults filled in */
    double t, T;
    ito_eval_fn energy_fn, force_fn;
    double sign; /* U = sign * what energy_fn says */
    size_t dim, chains, rungs, group_size, groups;
    tile_plan plan;
    tile_work *work; /* one a thread */
    size_t threads;
    energy_group *group;
    energy_rung *rung;
    energy_search *search;
    energy_rung *ladder; /* rungs before they move; the stages of anneal */
    double *barrier;     /* rungs */
    double *start;       /* dim */
    bool exact;          /* whether moves are tested */
    uint32_t step;       /* number of the next step */
    uint32_t until;      /* where the round ends */
    uint32_t counted;    /* step of the last reset */
    uint32_t starts;     /* times that starts were drawn */
    bool keep; /* store every thin-th state after step `from` in `to` */
    uint32_t from;
    ito_draws *to;
    uint64_t evals;
} energy_run;

struct ito_draws {
    ito_ctx *ctx;
    ito_draws_info info;
    double *x, *energy, *log_weight; /* of info */
    ito_rung *rungs;
    ito_chain_stats *stats;
    char **warnings;
};

/* energy_move.c: move all chains from s->step to step `until`. */
ito_status ito__energy_round(energy_run *s, uint32_t until);
/* Whether moves of that step are short ones, which are not counted. */
bool ito__energy_short(const energy_run *s, uint32_t step);
/* Draw starts and evaluate them. */
ito_status ito__energy_start(energy_run *s);
/* |x - start|^2 / (2 spread^2) of row i of a group. */
double ito__energy_reference(const energy_run *s, const energy_group *g,
                             size_t i);

/* energy_adapt.c: after a round of one step, one step of the search for the
 * eta of rung j, and that of all its rows. */
void ito__energy_adapt(energy_run *s, size_t j);
/* Give the rows of rung j its eta. */
void ito__energy_spread(const energy_run *s, size_t j);
/* The eta of rung j that o.step, which is not 0, means. */
double ito__energy_given(const energy_run *s, const energy_rung *rung);
/* Mean acceptance of rung j, and of its swaps with rung j + 1, since the
 * reset. */
double ito__energy_accepted(const energy_run *s, size_t j);
double ito__energy_swapped(const energy_run *s, size_t j);
void ito__energy_reset(energy_run *s);
/* Set the temperatures, then o.warmup steps in which steps and temperatures
 * are adapted. */
ito_status ito__energy_warmup(energy_run *s);

/* energy_anneal.c: pass the stages; weights, log Z and rungs go to `d`. */
ito_status ito__energy_anneal(energy_run *s, ito_draws *d);

/* energy_report.c: stats and warnings of draws whose numbers are there. */
ito_status ito__energy_report(const energy_run *s, ito_draws *d);

#endif /* ITO_SIM_ENERGY_RUN_H */
