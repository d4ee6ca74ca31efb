/* SPDX-License-Identifier: MIT
 *
 * test_tree.c - sums over shards: one order, whoever computes them.
 */
#include "nn/tree.h"

#include "base/tree_sum.h"
#include "check.h"

#define N          3
#define SHARDS_MAX 37

static float leaf[SHARDS_MAX][N];

/* The definition, by recursion: nodes of level l cover 2^l shards. */
static bool node_sum(unsigned level, size_t index, size_t shards, float *out)
{
    float right[N];

    if (index << level >= shards)
        return false;
    if (level == 0) {
        memcpy(out, leaf[index], sizeof(right));
        return true;
    }
    node_sum(level - 1, 2 * index, shards, out);
    if (node_sum(level - 1, 2 * index + 1, shards, right))
        for (size_t i = 0; i < N; i++)
            out[i] += right[i];
    return true;
}

/* One range of leaves: as many buffers as it needs. */
static void range_open(tree_range *r, size_t lo, size_t hi)
{
    r->capacity = ito__tree_range_nodes(lo, hi);
    r->nodes = calloc(r->capacity, sizeof(*r->nodes));
    CHECK(r->nodes != NULL);
    for (size_t i = 0; i < r->capacity; i++) {
        r->nodes[i].sum = calloc(N, sizeof(float));
        CHECK(r->nodes[i].sum != NULL);
    }
    ito__tree_reset(r);
}

static void range_close(tree_range *r)
{
    for (size_t i = 0; i < r->capacity; i++)
        free(r->nodes[i].sum);
    free(r->nodes);
}

static void sum_with(size_t shards, size_t ranges, float out[N])
{
    tree_range r[SHARDS_MAX];
    tree_node nodes[SHARDS_MAX * 16];
    tree_merge merges[SHARDS_MAX * 16];
    size_t count = 0, n;

    for (size_t k = 0; k < ranges; k++) {
        const size_t lo = shards * k / ranges;
        const size_t hi = shards * (k + 1) / ranges;

        range_open(&r[k], lo, hi);
        for (size_t s = lo; s < hi; s++) {
            memcpy(ito__tree_leaf(&r[k]), leaf[s], sizeof(leaf[s]));
            ito__tree_push(&ito__kern_c, &r[k], s, N);
        }
        for (size_t i = 0; i < r[k].count; i++)
            nodes[count++] = r[k].nodes[i];
    }
    n = ito__tree_merges(nodes, count, merges);
    CHECK(n == count - 1);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < N; j++)
            merges[i].to[j] += merges[i].from[j];
    memcpy(out, nodes[0].sum, N * sizeof(*out));
    for (size_t k = 0; k < ranges; k++)
        range_close(&r[k]);
}

TEST(the_sum_is_that_of_the_tree_for_any_number_of_ranges)
{
    for (size_t i = 0; i < SHARDS_MAX; i++)
        for (size_t j = 0; j < N; j++)
            leaf[i][j] = (float)t_uniform() * 1e3F;
    for (size_t shards = 1; shards <= SHARDS_MAX; shards++) {
        float want[N], got[N];
        double v[SHARDS_MAX];
        float f = 0.0F;

        CHECK(node_sum(6, 0, shards, want));
        for (size_t ranges = 1; ranges <= shards; ranges++) {
            sum_with(shards, ranges, got);
            CHECK_SAME(got, want, N);
        }
        for (size_t i = 0; i < shards; i++)
            v[i] = (double)(i * i);
        f = (float)ito__tree_sum(shards, v);
        CHECK_NEAR(f, (shards - 1) * shards * (2 * shards - 1) / 6, 0);
    }
}

TEST(a_range_holds_few_vectors)
{
    CHECK(ito__tree_nodes_max(1) <= 3);
    CHECK(ito__tree_nodes_max(16) <= 2 * 4 + 3);
    CHECK(ito__tree_nodes_max(100000) <= 2 * 17 + 3);
    CHECK(ito__tree_range_nodes(5, 5) == 1);
    CHECK(ito__tree_range_nodes(5, 6) == 1);
    CHECK(ito__tree_range_nodes(4, 6) == 2);
    CHECK(ito__tree_range_nodes(0, 8) == 4);
    CHECK(ito__tree_range_nodes(1, 8) == 5);
}

TEST(an_empty_sum_is_zero)
{
    CHECK_NEAR(ito__tree_sum(0, NULL), 0.0, 0.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN(the_sum_is_that_of_the_tree_for_any_number_of_ranges),
        RUN(a_range_holds_few_vectors),
        RUN(an_empty_sum_is_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
