/* SPDX-License-Identifier: MIT
 *
 * pictures.h - the pictures of data and models that `ito plot` writes and
 * `ito report` collects.
 */
#ifndef CLI_PICTURES_H
#define CLI_PICTURES_H

#include <ito/model.h>
#include <ito/plot.h>

/** The columns of numbers of a table, as points. */
typedef struct points {
    ito_cloud cloud; /* its arrays belong to this struct */
    double *rows;
    char **names;
} points;

/* The numbers of a table; ITO_EUNFIT when it has no column of numbers. */
ito_status points_of_table(const ito_table *table, const char *where,
                           points *out);

/* DATA by name: a file, or n rows of a built-in set. */
ito_status points_read(ito_ctx *ctx, const char *data, size_t n, points *out);

/* n samples of a model, decoded. */
ito_status points_sample(ito_ctx *ctx, const ito_model *model, size_t n,
                         points *out);

void points_free(points *p);

/* n trajectories in coordinates of the model; data may be NULL. */
ito_status picture_trajectories(ito_ctx *ctx, const ito_model *model, size_t n,
                                const points *data, const ito_plot_opts *opts,
                                ito_figure **out);

/* Density of n particles and the field as arrows at `count` times, increasing
 * from 0 to 1; two coordinates. */
ito_status picture_field(ito_ctx *ctx, const ito_model *model,
                         const double *times, size_t count, size_t n,
                         const ito_plot_opts *opts, ito_figure **out);

/* The loss curves that a model holds. */
ito_status picture_loss(ito_ctx *ctx, const ito_model *model,
                        const ito_plot_opts *opts, ito_figure **out);

#endif /* CLI_PICTURES_H */
