// Where the largest or smallest element of each row is. A NaN is both.
//
// axes   three ints for each axis but the row's own: extent, stride of y, stride of x
//
// arg_reduce  a row per work-item, `length` elements that are `step` words apart. Global id 0 is the row.
//
// Offsets and strides are in 4-byte words; those of 8-byte types are even. y is of longs.
//
// Macros: T (float, int or long), FLOATS (whether T is float), MINIMUM (the smallest), LAST (the last of equals).
#include "common.clh"
#include "strided.clh"

#ifndef T
#define T float
#endif
#ifndef FLOATS
#define FLOATS 1
#endif
#ifndef MINIMUM
#define MINIMUM 0
#endif
#ifndef LAST
#define LAST 0
#endif

// Whether an element that comes later takes the place of the best so far.
static inline bool is_better(T value, T best) {
#if FLOATS
  if (isnan(value)) return LAST || !isnan(best);
  if (isnan(best)) return false;
#endif
  if (value == best) return LAST != 0;
  return MINIMUM ? value < best : value > best;
}

__kernel void arg_reduce(__global const float *restrict x, int x_offset, __global float *restrict y,
                         int y_offset, __global const int *restrict axes, int axis_count, int length,
                         int step, ITEMS1) {
  if (IS_BEYOND1) return;
  const int2 place = place2(axes, axis_count, get_global_id(0));
  __global const float *source = x + x_offset + place.s1;
  T best = *(__global const T *)source;
  long best_index = 0;
  for (int i = 1; i < length; i++) {
    const T value = *(__global const T *)(source + i * step);
    if (is_better(value, best)) {
      best = value;
      best_index = i;
    }
  }
  *(__global long *)(y + y_offset + place.s0) = best_index;
}
