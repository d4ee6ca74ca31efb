/* SPDX-License-Identifier: MIT
 *
 * find.c - which tables of kernels this build holds and this machine runs.
 */
#include <string.h>

#include "kern/kern.h"

static bool always(void)
{
    return true;
}

#ifdef ITO_KERN_X86
/* The compiler's support routines read CPUID and XGETBV, so a CPU with AVX
 * under a system that does not save AVX registers answers no. */
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl");
}

static bool has_bf16(void)
{
    return has_avx512() && __builtin_cpu_supports("avx512bf16");
}
#endif

/* Best last. */
static const struct {
    const ito_kern *kern;
    bool (*runs_here)(void);
} tables[] = {
    { &ito__kern_c, always },
#ifdef ITO_KERN_X86
    { &ito__kern_avx2, has_avx2 },
    { &ito__kern_avx512, has_avx512 },
#endif
#ifdef ITO_KERN_NEON
    { &ito__kern_neon, always },
#endif
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

const ito_kern *ito__kern_find(const char *name)
{
    for (size_t i = TABLES; i-- > 0;)
        if (!name || strcmp(name, tables[i].kern->name) == 0)
            if (tables[i].runs_here())
                return tables[i].kern;
    return NULL;
}

const ito_kern *ito__kern_at(size_t i, bool *runs_here)
{
    if (i >= TABLES)
        return NULL;
    if (runs_here)
        *runs_here = tables[i].runs_here();
    return tables[i].kern;
}

ito_kern ito__kern_bf16(const ito_kern *kern, bool *native)
{
    const ito_products *by = kern->bf16;
    ito_kern k = *kern;
    bool found = false;

#ifdef ITO_KERN_X86
    found = kern == &ito__kern_avx512 && has_bf16();
    by = found ? &ito__bf16_avx512_bf16 : by;
#endif
    if (native)
        *native = found;
    if (!by) /* the double build of the tests */
        return k;
    k.packed_b = by->packed_b;
    k.pack_b = by->pack_b;
    k.gemm_work = by->gemm_work;
    k.gemm = by->gemm;
    return k;
}
