/* SPDX-License-Identifier: MIT
 *
 * evaluate_tmpl.h - evaluation over a tile in one number type: TILE_REAL, its
 * kernel table TILE_KERN, its numbers TILE_NUMBERS; the function is TILE_RUN.
 */

static void TILE_RUN(const ito_expr *expr, const TILE_KERN *kern, size_t npad,
                     double t, const void *const *x, void *const *out,
                     void *scratch)
{
    const program *const g = &expr->program;
    const layout l = lay_out(expr);
    char *const base = scratch;
    void *const in_at = base, *const to_at = base + l.to;
    void *const numbers_at = base + l.numbers, *const temps_at = base + l.temps;
    const TILE_REAL **const in = in_at;
    TILE_REAL **const to = to_at;
    TILE_REAL *const own = numbers_at, *const temps = temps_at;
    const TILE_REAL *numbers = g->TILE_NUMBERS;
    size_t place = g->inputs + expr->elements;

    if (g->timed) {
        void *const values_at = base + l.values;
        double *const value = values_at;

        find_uniforms(g, t, value);
        for (size_t k = 0; k < g->numbers; k++)
            own[k] = (TILE_REAL)value[g->number[k]];
        numbers = own;
    }
    for (size_t k = 0; k < g->numbers; k++)
        in[place++] = numbers + k;
    for (size_t k = 0; k < g->temps; k++, place++)
        in[place] = to[place] = temps + k * BLOCK;
    for (size_t i = 0; i < npad; i += BLOCK) {
        for (size_t k = 0; k < g->inputs; k++)
            in[k] = (const TILE_REAL *)x[g->component[k]] + i;
        for (size_t e = 0; e < expr->elements; e++)
            in[g->inputs + e] = to[g->inputs + e] = (TILE_REAL *)out[e] + i;
        kern->map(size_min(npad - i, BLOCK), g->steps, g->step_count, in, to);
    }
}

#undef TILE_RUN
#undef TILE_REAL
#undef TILE_KERN
#undef TILE_NUMBERS
