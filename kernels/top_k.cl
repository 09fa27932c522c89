// The best `count` elements of each row, best first, and where they were. Of equal elements the first comes first; a NaN
// is larger than every number.
//
// axes   four ints for each axis but the row's own: extent, strides of the values, of the places, and of x
//
// top_k_rows   a row per work-item, which reads it once for each result. Global id 0 is the row.
// top_k_items  an element per work-item, which counts the better ones. Global id 0 is the element, id 1 the row.
//
// Offsets, strides and steps (between neighbours of a row) are in 4-byte words; those of 8-byte types are even. Places are
// longs.
//
// Macros: T (float, int or long), FLOATS (whether T is float), LARGEST (the largest rather than the smallest).
#include "common.clh"
#include "strided.clh"

#ifndef T
#define T float
#endif
#ifndef FLOATS
#define FLOATS 1
#endif
#ifndef LARGEST
#define LARGEST 1
#endif

#define GEOMETRY                                                                                \
  __global const float *restrict x, int x_offset, __global float *restrict values,              \
      int values_offset, __global float *restrict places, int places_offset,                    \
      __global const int *restrict axes, int axis_count, int length, int count, int x_step,     \
      int values_step, int places_step

#define ELEMENT(i) (*(__global const T *)(source + (i) * x_step))

// Whether element a, number i, comes before element b, number j.
static inline bool precedes(T a, int i, T b, int j) {
#if FLOATS
  if (isnan(a) || isnan(b)) return isnan(a) && isnan(b) ? i < j : (isnan(a) != 0) == (LARGEST != 0);
#endif
  if (a == b) return i < j;
  return LARGEST ? a > b : a < b;
}

__kernel void top_k_rows(GEOMETRY, ITEMS1) {
  if (IS_BEYOND1) return;
  const int4 place = place3(axes, axis_count, get_global_id(0));
  __global const float *source = x + x_offset + place.s2;
  T last = 0;
  int last_index = -1;
  for (int rank = 0; rank < count; rank++) {
    T best = 0;
    int best_index = -1;
    for (int i = 0; i < length; i++) {
      const T value = ELEMENT(i);
      if (last_index >= 0 && !precedes(last, last_index, value, i)) continue;
      if (best_index < 0 || precedes(value, i, best, best_index)) {
        best = value;
        best_index = i;
      }
    }
    *(__global T *)(values + values_offset + place.s0 + rank * values_step) = best;
    *(__global long *)(places + places_offset + place.s1 + rank * places_step) = best_index;
    last = best;
    last_index = best_index;
  }
}

__kernel void top_k_items(GEOMETRY, ITEMS2) {
  if (IS_BEYOND2) return;
  const int index = get_global_id(0);
  const int4 place = place3(axes, axis_count, get_global_id(1));
  __global const float *source = x + x_offset + place.s2;
  const T value = ELEMENT(index);
  int rank = 0;
  for (int i = 0; i < length; i++) rank += precedes(ELEMENT(i), i, value, index);
  if (rank >= count) return;
  *(__global T *)(values + values_offset + place.s0 + rank * values_step) = value;
  *(__global long *)(places + places_offset + place.s1 + rank * places_step) = index;
}
