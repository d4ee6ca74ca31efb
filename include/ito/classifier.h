/* SPDX-License-Identifier: MIT
 *
 * ito/classifier.h - a network that tells what an image shows: a judge of
 * images that a model makes.
 *
 *     ito_classifier *judge;
 *
 *     rc = ito_classifier_load(ctx, "judge.safetensors", &judge);
 *     rc = ito_classifier_run(ctx, judge, images, features, NULL, best);
 *     ... ito_classifier_class(judge, best[i]) ...
 *     ito_classifier_free(judge);
 *
 * It is any graph from an image to one number a class (a score; softmax makes
 * probabilities of them) whose last node is a linear layer.  What that layer
 * reads, the last hidden layer, are the features in which ito/judge.h measures
 * distances.  examples/classifier.c builds and trains one.
 */
#ifndef ITO_CLASSIFIER_H
#define ITO_CLASSIFIER_H

#include <ito/graph.h>
#include <ito/image.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A trained classifier; opaque, immutable, usable through any context. */
typedef struct ito_classifier ito_classifier;

/**
 * Make a classifier; everything is copied.
 *
 * @param graph    finished; its input is x alone, an image in coordinates of
 *                 a model (ito_images_rows); its output and last node is a
 *                 linear layer without activation, a column a class
 * @param params   ito_graph_params(graph) floats
 * @param format   what the images are
 * @param classes  the name of each column of the output and what the names
 *                 are names of; code is not read.  The labels of the set that
 *                 it was trained on, for example
 * @param out      receives the classifier; NULL on failure
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (another kind of graph, sizes that do
 *         not match), ITO_ENONFINITE or ITO_ENOMEM
 */
ITO_API ito_status ito_classifier_new(ito_ctx *ctx, const ito_graph *graph,
                                      const float *params,
                                      const ito_image_format *format,
                                      const ito_image_labels *classes,
                                      ito_classifier **out);

/** Save as .safetensors; the file appears whole or not at all, and equal
 *  classifiers give equal bytes. */
ITO_API ito_status ito_classifier_save(ito_ctx *ctx, const ito_classifier *c,
                                       const char *path);

/**
 * Load a file of ito_classifier_save.  Nothing in it is trusted, as in
 * ito_model_load.
 *
 * @return ITO_OK, ITO_EIO, ITO_EFORMAT (truncated, altered or not of ito),
 *         ITO_EUNFIT (a model, a checkpoint), ITO_EVERSION (of a newer ito),
 *         ITO_ENONFINITE or ITO_ENOMEM
 */
ITO_API ito_status ito_classifier_load(ito_ctx *ctx, const char *path,
                                       ito_classifier **out);

/** Free a classifier, before the context it was made with is closed; NULL is
 *  allowed. */
ITO_API void ito_classifier_free(ito_classifier *c);

/** What its images are, valid as long as the classifier. */
ITO_API const ito_image_format *ito_classifier_format(const ito_classifier *c);

/** The network, valid as long as the classifier. */
ITO_API const ito_graph *ito_classifier_graph(const ito_classifier *c);

/** Columns of its features. */
ITO_API size_t ito_classifier_features(const ito_classifier *c);

/** How many classes there are. */
ITO_API size_t ito_classifier_classes(const ito_classifier *c);

/** The name of class i; NULL past the last. */
ITO_API const char *ito_classifier_class(const ito_classifier *c, size_t i);

/**
 * Judge images, with all threads; the bits do not depend on their number nor
 * on which images stand together.
 *
 * @param images    of the classifier's height, width and channels; values
 *                  count from their own lo to their own hi
 * @param features  receives n x ito_classifier_features floats, or NULL
 * @param scores    receives n x ito_classifier_classes floats, or NULL
 * @param best      receives the class of the largest score of each, the first
 *                  of equal ones, or NULL
 * @return ITO_OK, ITO_EARG, ITO_EUNFIT (images of another size),
 *         ITO_ENONFINITE, ITO_ECANCELLED or ITO_ENOMEM
 */
ITO_API ito_status ito_classifier_run(ito_ctx *ctx, const ito_classifier *c,
                                      const ito_images *images, float *features,
                                      float *scores, uint32_t *best);

#ifdef __cplusplus
}
#endif
#endif /* ITO_CLASSIFIER_H */
