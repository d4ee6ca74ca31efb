/* SPDX-License-Identifier: MIT
 *
 * time_law.c - the times on which a model is trained.
 */
#include "flow/time_law.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/number.h"
#include "kern/dmath.h"
#include "rng/noise.h"

#define LOGIT "logit-normal"

static bool number_at(const char **text, char end, double *out)
{
    const char *stop = strchr(*text, end);
    const size_t bytes = stop ? (size_t)(stop - *text) : 0;

    if (!stop || bytes == 0 || !num_parse(*text, bytes, out) || !isfinite(*out))
        return false;
    *text = stop + (end != '\0');
    return true;
}

ito_status ito__time_law(ito_ctx *ctx, const char *text, time_law *out)
{
    *out = (time_law){ .std = 1.0, .hi = 1.0 };
    if (!text || strcmp(text, "stratified") == 0)
        return ITO_OK;
    if (strcmp(text, "uniform") == 0) {
        out->kind = TIME_UNIFORM;
        return ITO_OK;
    }
    if (strncmp(text, LOGIT, strlen(LOGIT)) == 0) {
        const char *at = text + strlen(LOGIT);

        out->kind = TIME_LOGIT_NORMAL;
        if (*at == '\0')
            return ITO_OK;
        if (*at++ == ':' && number_at(&at, ',', &out->mean) &&
            number_at(&at, '\0', &out->std) && fabs(out->mean) <= 30.0 &&
            out->std > 0.0 && out->std <= 30.0)
            return ITO_OK;
    }
    return ito__fail(ctx, ITO_EARG,
                     "time law '%.40s': stratified, uniform or "
                     "logit-normal:MEAN,STD (|MEAN| <= 30, 0 < STD <= 30)",
                     text);
}

void ito__time_law_text(const time_law *law, char *out, size_t bytes)
{
    static const char *const names[] = { "stratified", "uniform", LOGIT };
    char mean[NUM_TEXT_MAX], std[NUM_TEXT_MAX];

    num_format(law->mean, mean);
    num_format(law->std, std);
    if (law->kind == TIME_LOGIT_NORMAL)
        (void)snprintf(out, bytes, LOGIT ":%s,%s", mean, std);
    else
        (void)snprintf(out, bytes, "%s", names[law->kind]);
}

/* u is one of 2^24 strata at least this far from the ends. */
static float logit_normal(const time_law *law, float u)
{
    const double p = fmin(fmax((double)u, 0x1p-25), 1.0 - 0x1p-25);
    const double n = law->mean + law->std * ito__normal_quantile(p);

    return (float)(1.0 / (1.0 + ito__exp(-n)));
}

void ito__time_rows(const ito_kern *kern, const time_law *law,
                    const ito_noise *at, const time_batch *batch, size_t begin,
                    size_t n, float *out)
{
    const size_t total = batch->total;
    const size_t stride = batch->stride % total ? batch->stride % total : 1;
    const float width = (float)(1.0 / (double)total);
    const float lo = (float)law->lo, span = (float)(law->hi - law->lo);
    size_t stratum = (size_t)((uint64_t)begin % total * stride % total);

    ito__uniform_comp(kern, at, begin, n, 0, out);
    for (size_t i = 0; i < n && law->kind != TIME_UNIFORM; i++) {
        out[i] = ((float)stratum + out[i]) * width;
        stratum += stride;
        stratum -= stratum >= total ? total : 0;
    }
    for (size_t i = 0; i < n && law->kind == TIME_LOGIT_NORMAL; i++)
        out[i] = logit_normal(law, out[i]);
    if (law->lo > 0.0 || law->hi < 1.0)
        for (size_t i = 0; i < n; i++)
            out[i] = lo + span * out[i];
}
