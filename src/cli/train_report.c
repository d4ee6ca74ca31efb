/* SPDX-License-Identifier: MIT
 *
 * train_report.c - what `ito train` says at the end.
 */
#include "cli/train_report.h"

#include <math.h>
#include <stdio.h>

#include "cli/opt.h"
#include "cli/term.h"

/* Ten numbers, one for each piece of the times. */
static void say_pieces(const char *what, const double x[10])
{
    char text[256] = "";
    size_t used = 0;

    for (size_t b = 0; b < 10; b++)
        used +=
            (size_t)snprintf(text + used, sizeof(text) - used, " %.4g", x[b]);
    term_say("%s in ten pieces of the time:%s", what, text);
}

static void print_pieces(const char *name, const double x[10])
{
    printf(", \"%s\": [", name);
    for (size_t b = 0; b < 10; b++) {
        printf("%s", b ? ", " : "");
        term_json_number(stdout, x[b]);
    }
    printf("]");
}

/* How far the model is from the exact field, where that is known. */
static void say_excess(const ito_model_record *r)
{
    if (!isfinite(r->floor))
        return;
    term_say("over uniform times the exact field has a loss of %.5g; the "
             "model's field is %.4g from it (mean square)",
             r->floor, r->excess);
    say_pieces("this", r->excess_at);
}

static void print_excess(const ito_model_record *r)
{
    if (!isfinite(r->floor))
        return;
    printf(", \"floor\": ");
    term_json_number(stdout, r->floor);
    printf(", \"excess\": ");
    term_json_number(stdout, r->excess);
    print_pieces("excess_at", r->excess_at);
}

/* Which average was taken, of several. */
static void say_averages(const ito_model *m)
{
    ito_average a;

    if (ito_model_average(m, 1, &a) != 0)
        return;
    for (size_t i = 0; ito_model_average(m, i, &a) == 0; i++)
        term_say("average %zu, rate %.6g, of step %zu: validation loss "
                 "%.6g%s",
                 i, a.rate, a.step, a.loss, a.used ? ", kept" : "");
}

void train_report(const ito_trainer *t, const ito_model *m,
                  const ito_model_record *r, const char *path, double seconds)
{
    ito_progress p;

    ito_trainer_progress(t, &p);
    say_excess(r);
    if (isfinite(r->kept_loss)) {
        say_pieces("validation loss", r->loss_at);
        say_averages(m);
        term_say("%s: weights of step %zu, validation loss %.6g", path,
                 r->kept_step, r->kept_loss);
    }
    if (!common.json)
        return;
    printf("{\"model\": ");
    term_json_string(stdout, path);
    printf(", \"steps\": %zu, \"params\": %zu, \"kept_step\": %zu, "
           "\"train_loss\": ",
           p.steps, p.params, r->kept_step);
    term_json_number(stdout, p.loss);
    printf(", \"valid_loss\": ");
    term_json_number(stdout, r->kept_loss);
    print_pieces("loss_at", r->loss_at);
    print_excess(r);
    printf(", \"seconds\": ");
    term_json_number(stdout, seconds);
    printf("}\n");
}
