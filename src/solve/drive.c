/* SPDX-License-Identifier: MIT
 *
 * drive.c - the noise of a step: W, and where a method wants it H.
 *
 * W has the same bits whether H is wanted or not.  Padding holds copies of the
 * last particle's noise, so that it stays a copy of that particle.
 */
#include <math.h>
#include <string.h>

#include "solve/run.h"

void ito__noise_begin(const run *r, run_worker *w)
{
    const ito_tile *tile = &w->work.tile;
    const stepper *s = &w->s;

    if (!s->noisy)
        return;
    w->motion.id0 = tile->id0;
    w->motion.n = tile->npad;
    ito__block_point(&w->work, w->s.W, s->matrix ? s->motions : s->shape.dim);
    w->tree_point = SIZE_MAX;
    w->s.motion = &w->motion;
    w->fuses = (s->method->kind & METHOD_DRAWS) != 0 && !s->matrix &&
               s->motions == s->shape.dim && ito__brownian_fuses(&w->motion);
    if (r->noise == NOISE_TREE)
        ito__tree_init(&w->tree, &w->motion, r->t1 - r->t0, r->depth,
                       w->tree_block);
}

/* One motion for all components is copied to each; then the padding. */
static void shape_noise(const stepper *s, void *const *at)
{
    const state_shape *shape = &s->shape;
    const bool one = !s->matrix && s->motions == 1 && shape->dim > 1;

    if (!shape->wide)
        s->ops->pad(shape->n, shape->npad, one ? 1 : s->motions, at);
    if (one)
        s->ops->spread(shape, at);
}

void ito__noise_node(run_worker *w)
{
    const stepper *s = &w->s;
    const size_t arrays = s->shape.wide ? 1 : s->motions;
    const size_t bytes =
        s->ops->bytes *
        (s->shape.wide ? s->shape.n * s->motions : s->shape.npad);

    for (size_t j = 0; j < arrays; j++) {
        memcpy(s->W[j], w->tree.W[j], bytes);
        if (s->area)
            memcpy(s->H[j], w->tree.H[j], bytes);
    }
    shape_noise(s, s->W);
    if (s->area)
        shape_noise(s, s->H);
}

/* Go to the node of a step of the grid; the next one is cheap. */
static void find_node(const run *r, run_worker *w, size_t point)
{
    const ito_tree_node node = { r->level, point };

    if (w->tree_point != SIZE_MAX && point == w->tree_point + 1 &&
        ito__tree_next(&w->tree))
        ito__tree_down(&w->tree, r->level);
    else if (point != w->tree_point)
        ito__tree_seek(&w->tree, node);
    w->tree_point = point;
}

int ito__noise_step(const run *r, run_worker *w, size_t point)
{
    stepper *s = &w->s;
    const ito_problem *p = r->problem;
    int rc;

    switch (r->noise) {
    case NOISE_NONE: return 0;
    case NOISE_STEPS:
        s->draws = w->fuses;
        s->noise_step = r->step0 + point;
        if (s->draws)
            return 0;
        ito__brownian_step(&w->motion, r->step0 + point, s->h, s->W,
                           s->area ? s->H : NULL);
        break;
    case NOISE_TREE:
        find_node(r, w, point);
        ito__noise_node(w);
        return 0;
    case NOISE_GIVEN:
        w->work.tile.t = s->t;
        w->work.tile.stage = 0;
        w->work.tile.dtype = s->ops->dtype;
        w->work.tile.x = (const void *const *)s->x;
        s->why = STEP_NOISE;
        rc = p->increments(p->increments_arg, &w->work.tile, s->W,
                           s->area ? s->H : NULL);
        if (rc != 0)
            return rc;
        break;
    }
    shape_noise(s, s->W);
    if (s->area)
        shape_noise(s, s->H);
    return 0;
}
