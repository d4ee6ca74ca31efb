/* SPDX-License-Identifier: MIT
 *
 * consumer.c - the smallest program against the installed library: opens a
 * context, draws rows of a built-in set, compares the version.
 */
#include <ito.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    const ito_noise at = { .seed = 1 };
    ito_dist *dist = NULL;
    ito_ctx *ctx = NULL;
    float rows[8] = { 0 };
    ito_status rc = ito_open(&ctx, NULL);

    if (rc == ITO_OK)
        rc = ito_dist_open(ctx, "moons", &dist);
    if (rc == ITO_OK)
        rc = ito_dist_sample(ctx, dist, &at, 0, 4, rows);
    if (rc != ITO_OK)
        fprintf(stderr, "%s\n", ito_errmsg(ctx));
    ito_dist_free(dist);
    ito_close(ctx);
    return rc != ITO_OK || argc < 2 || strcmp(argv[1], ito_version()) != 0;
}
