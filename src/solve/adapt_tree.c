/* SPDX-License-Identifier: MIT
 *
 * adapt_tree.c - steps chosen by the estimated error, for SDEs.
 *
 * A step is a node of the Brownian tree over the span, so its length is the
 * span over a power of two and its start a multiple of its length.  A node
 * whose error exceeds the tolerance is replaced by its first half, drawn given
 * its increment; an accepted one is followed by the node that starts where it
 * ended, twice as long if there is one and the error was below QUARTER.  Every
 * increment looked at belongs to one path, so nothing is thrown away and no
 * rejection biases the path (the fault of redrawn noise; Gaines and Lyons,
 * SIAM J. Appl. Math. 57 (1997) 1455).
 */
#include <math.h>

#include "solve/run.h"

#define QUARTER 0.25
#define FIRST   5 /* the first step is the span over 2^FIRST, or shorter */

typedef enum tree_end { TREE_GO_ON, TREE_DONE, TREE_FAILED } tree_end;

/* Set the step to the node that the tree is at. */
static void set_step(const run *r, run_worker *w)
{
    const ito_tree_node node = w->tree.node;
    const double span = r->t1 - r->t0;
    stepper *s = &w->s;
    const uint64_t last = (UINT64_C(1) << node.level) - 1;

    s->t = r->t0 + span * ldexp((double)node.index, -(int)node.level);
    s->t_end =
        node.index == last
            ? r->t1
            : r->t0 + span * ldexp((double)(node.index + 1), -(int)node.level);
    s->h = ldexp(span, -(int)node.level);
    w->work.tile.h = s->h;
    w->work.tile.step = (UINT64_C(1) << node.level) + node.index;
    ito__noise_node(w);
}

static unsigned level_of(const run *r, double h, unsigned least)
{
    unsigned level = least;

    while (level < r->depth && ldexp(r->t1 - r->t0, -(int)level) > h)
        level++;
    return level;
}

static tree_end fail(run *r, run_worker *w, run_end end, size_t row)
{
    ito__run_fault(r, w,
                   (run_fault){ .end = end,
                                .id = w->work.tile.id0 + row,
                                .t = w->s.t,
                                .h = w->s.h });
    return TREE_FAILED;
}

static tree_end called_back(run *r, run_worker *w, int rc)
{
    ito__run_fault(r, w, ito__run_why(w, rc));
    return TREE_FAILED;
}

/* The node was too long. */
static tree_end split(run *r, run_worker *w, bool estimated, size_t row)
{
    w->rejected++;
    if (w->tree.node.level < r->depth) {
        ito__tree_split(&w->tree);
        return TREE_GO_ON;
    }
    if (r->opts.bad == ITO_BAD_FREEZE && estimated && ito__adapt_freeze(w))
        return TREE_GO_ON;
    return fail(r, w, RUN_SMALL, row);
}

/* The node is good, with error e. */
static tree_end accept(run *r, run_worker *w, double e, unsigned least)
{
    const ito_tree_node node = w->tree.node;
    const unsigned down = node.level - r->level;
    const uint64_t end = node.index + 1;
    const unsigned wanted =
        e < QUARTER && node.level > least ? node.level - 1 : node.level;
    const size_t point = (size_t)(end >> down);
    const int rc = ito__run_finish(r, w);

    w->taken++;
    if (rc != 0)
        return called_back(r, w, rc);
    if ((uint64_t)point << down == end) {
        if (point == ito__run_wanted(r, w) &&
            !ito__run_sinks(r, w, point, w->s.x))
            return TREE_FAILED;
        if (point == r->end)
            return TREE_DONE;
    }
    ito__tree_next(&w->tree);
    ito__tree_down(&w->tree, wanted);
    return TREE_GO_ON;
}

static tree_end attempt(run *r, run_worker *w, unsigned least)
{
    size_t row = 0;
    double e;
    int rc;

    set_step(r, w);
    rc = w->s.method->step(&w->s);
    if (rc < 0)
        return called_back(r, w, rc);
    if (rc > 0)
        return split(r, w, false, 0);
    e = ito__adapt_error(r, w, &row);
    return e <= 1.0 ? accept(r, w, e, least) : split(r, w, true, row);
}

bool ito__adapt_tree(run *r, run_worker *w)
{
    const unsigned least = level_of(r, r->opts.h_max, r->level);
    const double h =
        r->opts.h_start > 0.0 ? r->opts.h_start : ldexp(r->t1 - r->t0, -FIRST);
    const uint64_t before = w->taken;
    tree_end end = TREE_GO_ON;

    if (r->begin == r->end)
        return true;
    ito__tree_seek(&w->tree, (ito_tree_node){ r->level, r->begin });
    ito__tree_down(&w->tree, level_of(r, h, least));
    for (size_t tries = 0; end == TREE_GO_ON; tries++) {
        if (!ito__run_go_on(r, w->work.tile.thread, w->work.tile.id0))
            return false;
        end = tries < r->opts.max_steps ? attempt(r, w, least)
                                        : fail(r, w, RUN_MANY, 0);
    }
    w->steps = size_max(w->steps, (size_t)(w->taken - before));
    return end == TREE_DONE;
}
