#define REAL double
#define INT int64_t
#define IS_DOUBLE 1
#define NAME(f) flowkit_##f##_f64
#include "common.h"

#include "activations.h"
#include "affine.h"
#include "bases.h"
#include "mixture.h"
#include "buffers.h"
#include "monotone.h"
#include "networks.h"
#include "normal.h"
#include "fills.h"
#include "rows.h"
#include "smooth.h"
#include "spline_bins.h"
#include "spline.h"

#include "circle.h"
#include "units.h"
