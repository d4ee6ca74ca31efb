/* SPDX-License-Identifier: MIT
 *
 * embed.c - ito inside a program with its own memory and its own loop: every
 * byte comes from the program's allocator, which is counted and bounded, and
 * a running solve is stopped from outside.
 *
 *     cc embed.c $(pkg-config --cflags --libs ito) -o embed && ./embed
 */
#include <ito/ensemble.h>
#include <ito/system.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An allocator with a budget.  The size is kept in front of each block. */
typedef struct budget {
    size_t used, most, limit;
} budget;

typedef union header {
    size_t bytes;
    max_align_t align;
} header;

static void *budget_alloc(void *arg, void *old, size_t bytes)
{
    budget *b = arg;
    header *before = old ? (header *)old - 1 : NULL;
    const size_t had = before ? before->bytes : 0;
    header *h;

    if (bytes == 0) {
        b->used -= had;
        free(before);
        return NULL;
    }
    if (bytes > b->limit - (b->used - had))
        return NULL; /* ito reports ITO_ENOMEM and stays usable */
    h = realloc(before, sizeof(*h) + bytes);
    if (!h)
        return NULL;
    h->bytes = bytes;
    b->used += bytes - had;
    if (b->used > b->most)
        b->most = b->used;
    return h + 1;
}

/* The program's own reason to stop: here, that it was asked often enough. */
typedef struct patience {
    unsigned asked, limit;
} patience;

static int cancel(void *arg)
{
    patience *p = arg;

    return p->limit && ++p->asked > p->limit;
}

static ito_status simulate(ito_ctx *ctx, float *x, size_t n, size_t steps)
{
    ito_system *system = NULL;
    ito_status rc =
        ito_system_open(ctx, "van-der-pol", ITO_CALCULUS_UNSET, &system);

    for (size_t i = 0; i < n; i++) {
        x[2 * i] = 0.001f * (float)i;
        x[2 * i + 1] = 0.0f;
    }
    if (rc == ITO_OK) {
        const ito_problem problem = { .field = ito_system_field(system),
                                      .t1 = 10.0,
                                      .n = n };
        const ito_solve_opts opts = { .method = "rk4", .steps = steps };

        rc = ito_solve(ctx, &problem, x, &opts, NULL);
    }
    ito_system_free(system);
    return rc;
}

int main(void)
{
    static float x[2000];
    budget memory = { .limit = 4u << 20 };
    patience wait = { .limit = 0 };
    const ito_ctx_opts opts = { .alloc = budget_alloc,
                                .alloc_arg = &memory,
                                .cancel = cancel,
                                .cancel_arg = &wait };
    ito_ctx *ctx;
    ito_status rc = ito_open(&ctx, &opts);

    if (rc == ITO_OK)
        rc = simulate(ctx, x, 1000, 500);
    if (rc != ITO_OK) {
        fprintf(stderr, "%s\n", ito_errmsg(ctx));
        ito_close(ctx);
        return 1;
    }
    printf("done in at most %zu KiB; particle 999 is at %.4f\n",
           memory.most / 1024, (double)x[1998]);

    wait.limit = 3; /* lose patience */
    rc = simulate(ctx, x, 1000, 1000000);
    printf("then: %s\n", ito_errmsg(ctx));
    ito_close(ctx);
    printf("%zu bytes are still taken\n", memory.used);
    return rc != ITO_ECANCELLED || memory.used != 0;
}
