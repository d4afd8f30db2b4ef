/* Where an increasing function takes a value, for a block of events: Newton steps that stay in a bracket and at least halve, bisection
 * otherwise. A lane that is done stays as it is, so that no result depends on its neighbours. */

#if IS_DOUBLE
#define ULP_OF_ONE 0x1p-52
#else
#define ULP_OF_ONE 0x1p-23f
#endif

/* Each step at least halves the bracket or the step before it: far more than either type has bits. */
#define SEARCH_LIMIT 160

typedef struct {
  Lanes low, high, at;
  /* The length of the step before; 0 once the lane is done. */
  Lanes step;
} Search;

/* From the places `at` in [low, high]. */
INLINE void begin_search(Search *s, const REAL *low, const REAL *high, const REAL *at) {
  LANES s->low[j] = low[j], s->high[j] = high[j], s->at[j] = at[j], s->step[j] = high[j] - low[j];
}

/* One step, with g and its slope at `at`; returns whether any lane goes on. Done is what moves by at most an ulp of |at| + scale / 16
 * or is within an ulp of its target. */
INLINE int advance_search(Search *s, const REAL *g, const REAL *slope, const REAL *target, REAL scale) {
  REAL left[BLOCK];
  LANES {
    REAL at = s->at[j], excess = g[j] - target[j], step = excess / slope[j], newton = at - step;
    REAL low = excess <= 0 ? at : s->low[j], high = excess >= 0 ? at : s->high[j];
    REAL length = step < 0 ? -step : step, size = at < 0 ? -at : at, goal = target[j] < 0 ? -target[j] : target[j];
    REAL miss = excess < 0 ? -excess : excess;
    int is_inside = (newton > low) & (newton < high), is_newton = is_inside & (length <= s->step[j] / 2);
    REAL tolerance = ULP_OF_ONE * (size + scale / 16), middle = low + (high - low) / 2;
    /* Where only rounding is left a step is taken as it is: bisection could lead away. */
    int is_found = (miss <= ULP_OF_ONE * goal) | (length <= tolerance);
    REAL last = is_inside ? newton : at, next = is_found ? last : is_newton ? newton : middle;
    REAL move = next < at ? at - next : next - at;
    int was_done = s->step[j] == 0;
    int is_done = was_done | is_found | (move <= tolerance);
    s->low[j] = low, s->high[j] = high;
    s->at[j] = was_done ? at : next;
    s->step[j] = is_done ? 0 : move;
    left[j] = is_done ? 0 : 1;
  }
  REAL moving = 0;
  for (size_t j = 0; j < BLOCK; j++) moving += left[j];
  return moving > 0;
}
