/* SPDX-License-Identifier: MIT
 *
 * ito/judge.h - how good the images are that a model made.
 *
 *     const ito_judge_opts how = { .classifier = judge, .train = seen };
 *     ito_judgement j;
 *
 *     rc = ito_judge_images(ctx, data, fake, &how, &j, NULL);
 *     printf("%g, floor %g\n", j.frechet.value, j.frechet.floor);
 *
 * Images are compared by features: what the last hidden layer of a classifier
 * makes of them (ito/classifier.h), or, without one, their pixels, of images
 * that are halved (by means) until they have at most 256 values.  Distances
 * by the features of two classifiers are two different distances; none of them
 * is the FID of other programs.
 *
 * Draw k takes m rows of the real images, A, of the fake ones, G, and of other
 * real ones, B; the value is the distance of G and A, the floor that of B and
 * A.  B are images of the set that the model was trained on, if that is given,
 * m being the size of the smallest set; else A and B are two disjoint parts of
 * the real images, and m at most half of them.
 *
 * Everything here gives the same bits for any number of threads, kernel table
 * and compiler.
 */
#ifndef ITO_JUDGE_H
#define ITO_JUDGE_H

#include <ito/classifier.h>
#include <ito/fidelity.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How to judge.  Zero in any field means the default. */
typedef struct ito_judge_opts {
    const ito_classifier *classifier; /**< whose features; NULL = pixels */
    const ito_images *train; /**< images that the model was trained on: what
                                  the floor is measured with, and among which
                                  copies are looked for; NULL = the real ones */
    size_t draws;            /**< draws of value and floor, 2 to 1000; 0 = 5 */
    size_t neighbours;       /**< k of ito_neighbour_shares; 0 = 5 */
    uint64_t seed;           /**< chooses the rows of the draws */
    void *reserved[4];       /**< zero */
} ito_judge_opts;

/** Labels and what the classifier says. */
typedef struct ito_judge_labels {
    size_t asked; /**< images that have a label; 0 without labels or without a
                       classifier */
    size_t right; /**< those that the classifier takes for what it says */
} ito_judge_labels;

/** The result. */
typedef struct ito_judgement {
    size_t real_count;           /**< real images */
    size_t fake_count;           /**< fake images */
    size_t train_count;          /**< images of opts->train, or 0 */
    size_t rows;                 /**< images of a draw, m */
    size_t dim;                  /**< features of an image */
    ito_score frechet;           /**< ito_frechet_distance */
    ito_score kernel;            /**< ito_kernel_distance, its value */
    size_t share_rows;           /**< images of the next two: m, at most 5000 */
    ito_neighbours shares;       /**< of G and A of the first draw */
    ito_neighbours shares_floor; /**< of B and A */
    ito_judge_labels fake;       /**< labels that the fake images have */
    ito_judge_labels real;       /**< the same of the real ones: what the
                                      classifier can do */
    ito_copies copies; /**< ito_copy_check of the fake images among those of
                            the training or the real ones, by their pixels */
} ito_judgement;

/** One class of the classifier. */
typedef struct ito_judge_class {
    const char *name;      /**< borrowed from the classifier */
    size_t real_count;     /**< real images that it takes for this class */
    size_t fake_count;     /**< fake images that it takes for it */
    ito_judge_labels fake; /**< fake images that have this label */
} ito_judge_class;

/**
 * Judge fake images by real ones.
 *
 * @param ctx      context
 * @param data     real images, at least 4; those that the model has not seen,
 *                 where opts->train has what it has
 * @param fake     the images in question, at least 2, of equal size.  Their
 *                 labels are what was asked for: names of classes, or whole
 *                 numbers that equal them ("7" is "07")
 * @param opts     options, or NULL
 * @param out      receives the result
 * @param classes  receives an entry a class of the classifier; may be NULL
 * @return ITO_OK, ITO_EARG (options, too few images), ITO_EUNFIT (images of
 *         different sizes, a label that is no class), ITO_ENONFINITE,
 *         ITO_ERANGE, ITO_ECANCELLED or ITO_ENOMEM
 */
ITO_API ito_status ito_judge_images(ito_ctx *ctx, const ito_images *data,
                                    const ito_images *fake,
                                    const ito_judge_opts *opts,
                                    ito_judgement *out,
                                    ito_judge_class *classes);

#ifdef __cplusplus
}
#endif
#endif /* ITO_JUDGE_H */
