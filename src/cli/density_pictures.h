/* SPDX-License-Identifier: MIT
 *
 * density_pictures.h - pictures of a density on its way, for `ito density`.
 *
 *     density_film film = { .t0 = 0.0, .t1 = t_end, .names = { "x" } };
 *
 *     density_film_take(&film, density);               the start
 *     opts.each = density_film_each; opts.each_arg = &film;
 *     ...ito_density_advance...                        every step
 *     rc = density_film_write(ctx, &film, &files);
 *     density_film_free(&film);
 *
 * Of all steps at most 200 are kept, evenly in time, of large grids fewer and
 * in coarser cells: 32 MB at most.
 */
#ifndef CLI_DENSITY_PICTURES_H
#define CLI_DENSITY_PICTURES_H

#include <ito/density.h>

/** Where pictures go; each may be NULL. */
typedef struct density_files {
    const char *plot;    /* .png, .svg, .pdf */
    const char *numbers; /* of the plot: .csv, .csv.gz */
    const char *animate; /* .png, .apng */
    const char *title;   /* of the figure */
    double dpi;          /* of a .png; 0 = 200, moving 110 */
} density_files;

/** A density at some of its times.  Set t0, t1 and names; the rest is zero
 *  before the first density_film_take. */
typedef struct density_film {
    double t0, t1;        /* the span */
    const char *names[2]; /* of the axes; NULL = x, y */
    size_t dim, n[2];     /* cells, after grouping */
    size_t group[2];      /* cells of the grid in one of ours */
    double lo[2], hi[2];
    size_t most;   /* frames at most */
    size_t frames; /* kept so far */
    double *t;     /* most times */
    double *value; /* most x n[1] x n[0] densities */
} density_film;

/** Whether the names suit: 0, or the exit code of a usage error, said. */
int density_files_check(const density_files *files);

/** Keep the density as it is, where its time has come (the first time always;
 *  the last one, t1, always). */
ito_status density_film_take(density_film *f, const ito_density *p);

/** The same as an ito_density_opts.each. */
int density_film_each(void *film, const ito_density *density);

/**
 * Draw: one axis as a heat map over time with mean and the 5 and 95 per cent
 * quantiles, two axes at four times; of one time, or moving, the density
 * itself.
 */
ito_status density_film_write(ito_ctx *ctx, const density_film *f,
                              const density_files *files);

void density_film_free(density_film *f);

#endif /* CLI_DENSITY_PICTURES_H */
