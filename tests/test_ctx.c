/* SPDX-License-Identifier: MIT
 *
 * test_ctx.c - the context: opening, errors, memory, parallel loops.
 */
#include "ctx/ctx.h"

#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "counting.h"
#include "os/thread.h"

static ito_ctx *open_threads(size_t threads)
{
    const ito_ctx_opts o = { .threads = threads };
    ito_ctx *ctx;

    CHECK(ito_open(&ctx, &o) == ITO_OK);
    return ctx;
}

TEST(a_context_opens_with_defaults_and_says_what_it_is)
{
    ito_ctx *ctx;

    CHECK(ito_open(&ctx, NULL) == ITO_OK);
    CHECK(ito_threads(ctx) >= 1);
    CHECK(strlen(ito_cpu(ctx)) > 0);
    CHECK(strcmp(ito_errmsg(ctx), "") == 0);
    ito_close(ctx);
    ito_close(NULL);
    CHECK(ito_open(NULL, NULL) == ITO_EARG);
}

TEST(unknown_kernels_are_refused_with_a_message)
{
    const ito_ctx_opts o = { .cpu = "z80" };
    ito_ctx *ctx;

    CHECK(ito_open(&ctx, &o) == ITO_EARG);
    CHECK_HAS(ito_errmsg(ctx), "z80");
    ito_close(ctx);
}

TEST(too_many_threads_are_refused)
{
    const ito_ctx_opts o = { .threads = 100000 };
    ito_ctx *ctx;

    CHECK(ito_open(&ctx, &o) == ITO_EARG);
    CHECK_HAS(ito_errmsg(ctx), "100000");
    ito_close(ctx);
}

TEST(errors_carry_text_place_and_code)
{
    ito_ctx *ctx = open_threads(1);
    ito_errinfo at = ito__at_file("a.csv", 7, 3);

    CHECK(ito__fail_at(ctx, ITO_EFORMAT, &at, "a.csv:%d: odd", 7) ==
          ITO_EFORMAT);
    CHECK_STR(ito_errmsg(ctx), "a.csv:7: odd");
    CHECK(ito_errinfo_get(ctx)->row == 7);
    CHECK(ito_errinfo_get(ctx)->column == 3);
    CHECK(ito_errinfo_get(ctx)->step == -1);
    CHECK(ito_errinfo_get(ctx)->status == ITO_EFORMAT);
    CHECK_STR(ito_errinfo_get(ctx)->file, "a.csv");
    /* the text may quote the previous one */
    ito__fail(ctx, ITO_EIO, "again: %s", ito_errmsg(ctx));
    CHECK_STR(ito_errmsg(ctx), "again: a.csv:7: odd");
    CHECK(ito_errinfo_get(ctx)->row == -1);
    ito_close(ctx);
    CHECK_HAS(ito_errmsg(NULL), "memory");
}

TEST(every_status_has_a_text)
{
    CHECK_STR(ito_status_text(ITO_OK), "success");
    for (int s = ITO_OK; s >= ITO_ECOMM; s--)
        CHECK(strcmp(ito_status_text((ito_status)s), "unknown status") != 0);
    CHECK_STR(ito_status_text((ito_status)-99), "unknown status");
}

TEST(memory_is_aligned_counted_and_its_end_is_an_error)
{
    for (size_t fail = 0; fail < 8; fail++) {
        counter c = { .fail_at = fail };
        const ito_ctx_opts o = { .threads = 2,
                                 .alloc = counting,
                                 .alloc_arg = &c };
        ito_ctx *ctx;

        if (ito_open(&ctx, &o) == ITO_OK) {
            for (size_t n = 0; n < 200; n += 33) {
                char *p = ito__alloc(ctx, n), *q;

                if (!p)
                    continue;
                CHECK((uintptr_t)p % 64 == 0);
                memset(p, 7, n);
                q = ito__realloc(ctx, p, n, 2 * n + 1);
                if (q)
                    CHECK(n == 0 || q[n - 1] == 7);
                ito__free(ctx, q ? q : p);
            }
        }
        ito_close(ctx);
        CHECK(c.out == 0);
    }
}

TEST(sizes_that_overflow_are_refused_by_the_allocator)
{
    ito_ctx *ctx = open_threads(1);

    CHECK(ito__alloc(ctx, SIZE_MAX) == NULL);
    CHECK(ito__alloc(ctx, SIZE_MAX - 8) == NULL);
    CHECK(ito__calloc(ctx, SIZE_MAX / 2, 3) == NULL);
    CHECK(ito__arena_get(ctx, SIZE_MAX) == NULL);
    CHECK(size_mul(SIZE_MAX / 2, 2) == SIZE_MAX - 1);
    CHECK(size_mul(SIZE_MAX / 2, 3) == SIZE_MAX);
    CHECK(size_add(SIZE_MAX, 1) == SIZE_MAX);
    CHECK(size_round_up(SIZE_MAX - 1, 64) == SIZE_MAX);
    ito_close(ctx);
}

TEST(the_arena_gives_back_to_a_mark)
{
    ito_ctx *ctx = open_threads(1);
    const ito_mark outer = ito__arena_mark(ctx);
    char *a = ito__arena_get(ctx, 100);
    const ito_mark inner = ito__arena_mark(ctx);
    char *b;

    CHECK((uintptr_t)a % 64 == 0);
    memset(a, 1, 100);
    for (size_t i = 0; i < 50; i++) {
        b = ito__arena_get(ctx, 10000);
        CHECK(b && (uintptr_t)b % 64 == 0);
        memset(b, 2, 10000);
    }
    ito__arena_release(ctx, inner);
    CHECK(a[99] == 1);
    b = ito__arena_get(ctx, 8);
    CHECK(b > a && b <= a + 128);
    ito__arena_release(ctx, outer);
    ito_close(ctx);
}

#define ITEMS 1000

/* How often each item was done, and by chunks of what size. */
typedef struct tally {
    unsigned char done[ITEMS];
    size_t grain, n;
} tally;

static void count_items(void *arg, size_t worker, size_t begin, size_t end)
{
    tally *t = arg;

    (void)worker;
    if (begin % t->grain != 0 || (end - begin != t->grain && end != t->n))
        return; /* not a chunk: items stay undone and the test fails */
    for (size_t i = begin; i < end; i++)
        t->done[i]++;
}

TEST(a_loop_does_every_item_once_in_fixed_chunks)
{
    static const size_t threads[] = { 1, 2, 3, 7 };

    for (size_t k = 0; k < COUNT(threads); k++) {
        ito_ctx *ctx = open_threads(threads[k]);

        for (size_t n = 0; n <= ITEMS; n += n < 20 ? 1 : 97) {
            for (size_t grain = 1; grain < 300; grain *= 3) {
                tally t = { .grain = grain, .n = n };

                ito__for(ctx, n, grain, count_items, &t);
                for (size_t i = 0; i < ITEMS; i++)
                    CHECK(t.done[i] == (i < n));
            }
        }
        ito_close(ctx);
    }
}

TEST(many_short_loops_in_a_row_are_all_done)
{
    ito_ctx *ctx = open_threads(3);

    for (size_t k = 0; k < 3000; k++) {
        tally t = { .grain = 1, .n = 5 };

        ito__for(ctx, 5, 1, count_items, &t);
        for (size_t i = 0; i < 5; i++)
            CHECK(t.done[i] == 1);
        for (double from = os_seconds();
             k % 1000 == 999 && os_seconds() - from < 1e-3;)
            os_yield(); /* let the workers fall asleep */
    }
    ito_close(ctx);
}

TEST(a_forked_child_works_alone)
{
    ito_ctx *ctx = open_threads(2);
    int status = -1;
    pid_t child;

    child = fork();
    if (child == 0) {
        tally t = { .grain = 1, .n = 100 };
        size_t sum = 0;

        ito__for(ctx, 100, 1, count_items, &t);
        for (size_t i = 0; i < 100; i++)
            sum += t.done[i];
        ito_close(ctx);
        _exit(sum == 100 ? 0 : 1);
    }
    CHECK(child > 0);
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    ito_close(ctx);
}

static int yes(void *arg)
{
    return *(int *)arg;
}

static void keep_line(void *arg, const char *line)
{
    snprintf(arg, 64, "%s", line);
}

TEST(cancel_and_log_reach_the_program)
{
    char line[64] = "";
    int stop = 0;
    const ito_ctx_opts o = { .threads = 1,
                             .cancel = yes,
                             .cancel_arg = &stop,
                             .log = keep_line,
                             .log_arg = line };
    ito_ctx *ctx;

    CHECK(ito_open(&ctx, &o) == ITO_OK);
    CHECK(!ito__cancelled(ctx));
    stop = 1;
    CHECK(ito__cancelled(ctx));
    ito__say(ctx, "step %d", 3);
    CHECK_STR(line, "step 3");
    ito_close(ctx);
}

TEST(kernel_tables_are_listed_best_last)
{
    const char *name, *last = NULL;
    int runs;

    for (size_t i = 0; (name = ito_cpu_at(i, &runs)) != NULL; i++)
        last = runs ? name : last;
    CHECK_STR(ito_cpu_at(0, NULL), "c");
    CHECK(last != NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(a_context_opens_with_defaults_and_says_what_it_is),
        RUN(unknown_kernels_are_refused_with_a_message),
        RUN(too_many_threads_are_refused),
        RUN(errors_carry_text_place_and_code),
        RUN(every_status_has_a_text),
        RUN(memory_is_aligned_counted_and_its_end_is_an_error),
        RUN(sizes_that_overflow_are_refused_by_the_allocator),
        RUN(the_arena_gives_back_to_a_mark),
        RUN(a_loop_does_every_item_once_in_fixed_chunks),
        RUN(many_short_loops_in_a_row_are_all_done),
        RUN(a_forked_child_works_alone),
        RUN(cancel_and_log_reach_the_program),
        RUN(kernel_tables_are_listed_best_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
