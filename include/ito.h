/* SPDX-License-Identifier: MIT
 *
 * ito.h - everything: includes each header of the library.  A program that
 * uses little of it may include the headers it needs instead.
 */
#ifndef ITO_H
#define ITO_H

#include <ito/act.h>
#include <ito/animation.h>
#include <ito/base.h>
#include <ito/brownian.h>
#include <ito/chains.h>
#include <ito/check.h>
#include <ito/classifier.h>
#include <ito/comm.h>
#include <ito/composite.h>
#include <ito/ctx.h>
#include <ito/density.h>
#include <ito/dist.h>
#include <ito/energy.h>
#include <ito/ensemble.h>
#include <ito/expr.h>
#include <ito/extension.h>
#include <ito/feature.h>
#include <ito/fidelity.h>
#include <ito/field.h>
#include <ito/figure.h>
#include <ito/flow.h>
#include <ito/graph.h>
#include <ito/guide.h>
#include <ito/image.h>
#include <ito/judge.h>
#include <ito/layer.h>
#include <ito/learn.h>
#include <ito/likelihood.h>
#include <ito/metric.h>
#include <ito/model.h>
#include <ito/net.h>
#include <ito/noise.h>
#include <ito/oracle.h>
#include <ito/path.h>
#include <ito/plot.h>
#include <ito/plot_images.h>
#include <ito/plot_sim.h>
#include <ito/plot_views.h>
#include <ito/report.h>
#include <ito/residual.h>
#include <ito/schema.h>
#include <ito/snapshot.h>
#include <ito/solve.h>
#include <ito/source.h>
#include <ito/start.h>
#include <ito/sweep.h>
#include <ito/system.h>
#include <ito/table.h>
#include <ito/torch.h>
#include <ito/train.h>

#endif /* ITO_H */
