/* SPDX-License-Identifier: MIT
 *
 * ensemble.c - gathering statistics of particles while they move.
 *
 * Frames come from several threads at once.  A thread takes 256 rows at a
 * time, makes the terms of one sum and reduces them to a few values of the
 * same exact sum on its own; only adding those few and counting into bins is
 * done under a lock, of which there is one for every sixteenth frame.  As
 * sums are exact and counts whole, it does not matter who comes first.
 */
#include <math.h>
#include <string.h>

#include "sim/ensemble_parts.h"

#define CHUNK   256 /* rows taken at a time */
#define DIM_MAX 1024

/* Pieces of one block; with base NULL only their sizes are added. */
typedef struct cutter {
    char *base;
    size_t used;
} cutter;

static void *cut(cutter *c, size_t count, size_t bytes)
{
    char *p = c->base ? c->base + c->used : NULL;

    c->used = size_add(c->used, size_round_up(size_mul(count, bytes), 64));
    return p;
}

static void place(cutter *c, ito_ensemble *s)
{
    const size_t dim = s->dim, frames = s->frames;

    s->lo = cut(c, dim, sizeof(*s->lo));
    s->hi = cut(c, dim, sizeof(*s->hi));
    s->shift = cut(c, dim, sizeof(*s->shift));
    s->sum = cut(c, size_mul(frames, s->sums), sizeof(*s->sum));
    s->count = cut(c, frames, sizeof(*s->count));
    s->min = cut(c, size_mul(frames, dim), sizeof(*s->min));
    s->max = cut(c, size_mul(frames, dim), sizeof(*s->max));
    s->hist = cut(c, s->bins ? size_mul(size_mul(frames, dim), s->bins + 2) : 0,
                  sizeof(*s->hist));
    s->cells = cut(c, size_mul(frames, size_mul(s->pair_bins, s->pair_bins)),
                   sizeof(*s->cells));
    s->exit_hist = cut(c, s->exit_bins, sizeof(*s->exit_hist));
    s->exits = cut(c, 1, sizeof(*s->exits));
    s->result = cut(c, size_mul(dim, dim + 7), sizeof(*s->result));
}

static ito_status check_limits(ito_ctx *ctx, const ito_ensemble_opts *o)
{
    for (size_t c = 0; (o->bins > 0 || o->pair_bins > 0) && c < o->dim; c++)
        if (!o->lo || !o->hi || !isfinite(o->lo[c]) || !isfinite(o->hi[c]) ||
            !(o->lo[c] < o->hi[c]))
            return ito__fail(ctx, ITO_EARG,
                             "ensemble: a histogram of component %zu needs "
                             "finite limits lo < hi",
                             c);
    for (size_t c = 0; o->shift && c < o->dim; c++)
        if (!isfinite(o->shift[c]))
            return ito__fail(ctx, ITO_EARG, "ensemble: shift %zu is %g", c,
                             o->shift[c]);
    if (o->pair_bins > 0 && (o->pair[0] >= o->dim || o->pair[1] >= o->dim))
        return ito__fail(ctx, ITO_EARG,
                         "ensemble: the pair (%zu, %zu) names a component "
                         "beyond the last, %zu",
                         o->pair[0], o->pair[1], o->dim - 1);
    if (o->exit_bins > 0 && !(isfinite(o->exit_t0) && isfinite(o->exit_t1) &&
                              o->exit_t0 < o->exit_t1))
        return ito__fail(ctx, ITO_EARG,
                         "ensemble: a histogram of exit times needs finite "
                         "exit_t0 < exit_t1");
    return ITO_OK;
}

static ito_status check_opts(ito_ctx *ctx, const ito_ensemble_opts *o)
{
    if (!o)
        return ito__fail(ctx, ITO_EARG, "ensemble: there are no options");
    if (o->dim < 1 || o->dim > DIM_MAX)
        return ito__fail(ctx, ITO_EARG,
                         "ensemble: %zu components; there may be 1 to %d",
                         o->dim, DIM_MAX);
    if (o->frames < 1)
        return ito__fail(ctx, ITO_EARG, "ensemble: there are no frames");
    if (o->bins > (1u << 20) || o->pair_bins > (1u << 13) ||
        o->exit_bins > (1u << 20))
        return ito__fail(ctx, ITO_EARG,
                         "ensemble: %zu, %zu and %zu bins; the limits are "
                         "2^20, 2^13 and 2^20",
                         o->bins, o->pair_bins, o->exit_bins);
    return check_limits(ctx, o);
}

/* The start of all extremes: none. */
static void clear_extremes(ito_ensemble *s)
{
    for (size_t i = 0; i < s->frames * s->dim; i++) {
        s->min[i] = HUGE_VAL;
        s->max[i] = -HUGE_VAL;
    }
    s->exits->min = HUGE_VAL;
    s->exits->max = -HUGE_VAL;
}

ito_status ito_ensemble_new(ito_ctx *ctx, const ito_ensemble_opts *opts,
                            ito_ensemble **out)
{
    ito_ensemble plan = { .ctx = ctx }, *s;
    cutter c = { 0 };
    ito_status rc;

    if (!ctx || !out)
        return ITO_EARG;
    *out = NULL;
    if ((rc = check_opts(ctx, opts)) != ITO_OK)
        return rc;
    plan.dim = opts->dim;
    plan.frames = opts->frames;
    plan.bins = opts->bins;
    plan.pair[0] = opts->pair[0];
    plan.pair[1] = opts->pair[1];
    plan.pair_bins = opts->pair_bins;
    plan.exit_bins = opts->exit_bins;
    plan.exit_t0 = opts->exit_t0;
    plan.exit_t1 = opts->exit_t1;
    plan.sums = ENSEMBLE_POWERS * plan.dim + plan.dim * (plan.dim - 1) / 2;
    cut(&c, 1, sizeof(*s));
    place(&c, &plan);
    s = ito__calloc(ctx, 1, c.used);
    if (!s)
        return ito__fail(ctx, ITO_ENOMEM,
                         "ensemble: no memory for %zu bytes: %zu frames of "
                         "%zu sums; ask for fewer frames or bins",
                         c.used, plan.frames, plan.sums);
    *s = plan;
    c = (cutter){ .base = (char *)s };
    cut(&c, 1, sizeof(*s));
    place(&c, s);
    for (size_t i = 0; i < s->dim; i++) {
        s->lo[i] = opts->lo ? opts->lo[i] : 0.0;
        s->hi[i] = opts->hi ? opts->hi[i] : 0.0;
        s->shift[i] = opts->shift ? opts->shift[i] : 0.0;
    }
    clear_extremes(s);
    for (; s->locks < ENSEMBLE_LOCKS; s->locks++)
        if (os_lock_init(&s->lock[s->locks]) != 0) {
            ito_ensemble_free(s);
            return ito__fail(ctx, ITO_ENOMEM, "ensemble: no lock can be made");
        }
    *out = s;
    return ITO_OK;
}

void ito_ensemble_free(ito_ensemble *stats)
{
    if (!stats)
        return;
    while (stats->locks > 0)
        os_lock_free(&stats->lock[--stats->locks]);
    ito__free(stats->ctx, stats);
}

/* Up to CHUNK rows of one frame, those that are finite. */
typedef struct chunk {
    ito_ensemble *s;
    const ito_frame *frame;
    os_lock *lock; /* of the frame */
    size_t n;
    size_t row[CHUNK];
} chunk;

static double value_at(const ito_frame *frame, size_t row, size_t c)
{
    const size_t i = row * frame->dim + c;

    return frame->dtype == ITO_F64 ? ((const double *)frame->rows)[i]
                                   : (double)((const float *)frame->rows)[i];
}

static void gather(const chunk *k, size_t c, double *x)
{
    for (size_t i = 0; i < k->n; i++)
        x[i] = value_at(k->frame, k->row[i], c);
}

/* Add terms, which are used up, to sum number `index` of the frame. */
static void add_terms(const chunk *k, size_t index, double *term)
{
    exact_sum *sum = k->s->sum + k->frame->index * k->s->sums + index;
    const size_t n = ito__exact_reduce(k->n, term);

    os_lock_enter(k->lock);
    for (size_t i = 0; i < n; i++)
        ito__exact_add(sum, term[i]);
    os_lock_leave(k->lock);
}

/* The bin of x in [lo, hi): 0 below, bins + 1 above. */
static size_t find_bin(double x, double lo, double hi, size_t bins)
{
    size_t bin;

    if (x < lo)
        return 0;
    if (!(x < hi))
        return bins + 1;
    bin = (size_t)((x - lo) / (hi - lo) * (double)bins);
    return 1 + size_min(bin, bins - 1);
}

/* Extremes and histogram of component c, whose values are x. */
static void count_values(const chunk *k, size_t c, const double *x)
{
    ito_ensemble *s = k->s;
    const size_t at = k->frame->index * s->dim + c;
    uint64_t *hist = s->hist + at * (s->bins + 2);
    const size_t binned = s->bins > 0 ? k->n : 0;
    double min = HUGE_VAL, max = -HUGE_VAL;
    uint32_t bin[CHUNK];

    for (size_t i = 0; i < k->n; i++) {
        min = x[i] < min ? x[i] : min;
        max = x[i] > max ? x[i] : max;
    }
    for (size_t i = 0; i < binned; i++)
        bin[i] = (uint32_t)find_bin(x[i], s->lo[c], s->hi[c], s->bins);
    os_lock_enter(k->lock);
    s->min[at] = min < s->min[at] ? min : s->min[at];
    s->max[at] = max > s->max[at] ? max : s->max[at];
    for (size_t i = 0; i < binned; i++)
        hist[bin[i]]++;
    os_lock_leave(k->lock);
}

static void add_component(const chunk *k, size_t c)
{
    const double shift = k->s->shift[c];
    double x[CHUNK], term[CHUNK + 3];

    gather(k, c, x);
    count_values(k, c, x);
    for (size_t i = 0; i < k->n; i++)
        term[i] = x[i] = x[i] - shift;
    add_terms(k, ENSEMBLE_POWERS * c, term);
    for (size_t i = 0; i < k->n; i++)
        term[i] = x[i] * x[i];
    add_terms(k, ENSEMBLE_POWERS * c + 1, term);
    for (size_t i = 0; i < k->n; i++)
        term[i] = x[i] * x[i] * x[i];
    add_terms(k, ENSEMBLE_POWERS * c + 2, term);
    for (size_t i = 0; i < k->n; i++)
        term[i] = (x[i] * x[i]) * (x[i] * x[i]);
    add_terms(k, ENSEMBLE_POWERS * c + 3, term);
}

static void add_cross(const chunk *k)
{
    const ito_ensemble *s = k->s;
    double a[CHUNK], term[CHUNK + 3];

    for (size_t i = 0; i + 1 < s->dim; i++) {
        gather(k, i, a);
        for (size_t j = i + 1; j < s->dim; j++) {
            gather(k, j, term);
            for (size_t r = 0; r < k->n; r++)
                term[r] = (a[r] - s->shift[i]) * (term[r] - s->shift[j]);
            add_terms(k, ensemble_cross(s, i, j), term);
        }
    }
}

static void count_cells(const chunk *k)
{
    ito_ensemble *s = k->s;
    const size_t bins = s->pair_bins, a = s->pair[0], b = s->pair[1];
    uint64_t *cells = s->cells + k->frame->index * bins * bins;
    uint32_t cell[CHUNK];
    size_t n = 0;

    for (size_t i = 0; i < k->n; i++) {
        const size_t col = find_bin(value_at(k->frame, k->row[i], a), s->lo[a],
                                    s->hi[a], bins);
        const size_t row = find_bin(value_at(k->frame, k->row[i], b), s->lo[b],
                                    s->hi[b], bins);

        if (col >= 1 && col <= bins && row >= 1 && row <= bins)
            cell[n++] = (uint32_t)((row - 1) * bins + col - 1);
    }
    os_lock_enter(k->lock);
    for (size_t i = 0; i < n; i++)
        cells[cell[i]]++;
    os_lock_leave(k->lock);
}

/* Exit times of rows begin .. begin + n - 1 of the last frame. */
static void add_exits(const chunk *k, size_t begin, size_t n)
{
    ito_ensemble *s = k->s;
    exit_count *exits = s->exits;

    os_lock_enter(k->lock);
    exits->n += n;
    for (size_t i = begin; k->frame->exit_times && i < begin + n; i++) {
        const double t = k->frame->exit_times[i];
        size_t bin;

        if (!isfinite(t))
            continue;
        exits->absorbed++;
        ito__exact_add(&exits->time, t);
        ito__exact_add(&exits->square, t * t);
        exits->min = t < exits->min ? t : exits->min;
        exits->max = t > exits->max ? t : exits->max;
        if (s->exit_bins == 0)
            continue;
        bin = find_bin(t, s->exit_t0, s->exit_t1, s->exit_bins);
        if (t == s->exit_t1)
            bin = s->exit_bins; /* the last bin is closed */
        if (bin >= 1 && bin <= s->exit_bins)
            s->exit_hist[bin - 1]++;
    }
    os_lock_leave(k->lock);
}

/* Choose the finite rows among begin .. begin + n - 1 and count all. */
static void choose_rows(chunk *k, size_t begin, size_t n)
{
    const ito_frame *frame = k->frame;
    frame_count *count = k->s->count + frame->index;
    uint64_t absorbed = 0;

    k->n = 0;
    for (size_t i = begin; i < begin + n; i++) {
        bool finite = true;

        for (size_t c = 0; c < frame->dim; c++)
            finite = finite && isfinite(value_at(frame, i, c));
        if (finite)
            k->row[k->n++] = i;
        absorbed += frame->exit_times && isfinite(frame->exit_times[i]);
    }
    os_lock_enter(k->lock);
    count->n += k->n;
    count->bad += n - k->n;
    count->absorbed += absorbed;
    count->t = frame->t;
    count->seen = true;
    os_lock_leave(k->lock);
}

int ito_ensemble_frame(void *stats, const ito_frame *frame)
{
    ito_ensemble *s = stats;
    chunk k = { .s = s, .frame = frame };

    if (frame->dim != s->dim || frame->index >= s->frames)
        return -1;
    k.lock = &s->lock[frame->index % ENSEMBLE_LOCKS];
    for (size_t begin = 0; begin < frame->n; begin += CHUNK) {
        const size_t n = size_min(CHUNK, frame->n - begin);

        choose_rows(&k, begin, n);
        for (size_t c = 0; c < s->dim; c++)
            add_component(&k, c);
        add_cross(&k);
        if (s->pair_bins > 0)
            count_cells(&k);
        if (frame->index + 1 == s->frames)
            add_exits(&k, begin, n);
    }
    return 0;
}
