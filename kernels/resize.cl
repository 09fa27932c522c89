// Samples along one or two axes, A and B: each result is the weighted sum of some elements along both.
//
// outer    three ints for each of the other axes: extent, strides of y and x
// taps_a, taps_b   two ints for each of the `count` elements of each result along the axis: the element's place in x, negative
//                  where the result is `fill`, and the bits of its weight, a float
//
// resize_rows   one work-item per group: all results along B at one place of A, and `length` elements at each, neighbours in x
//               and y. Global id 0 is the place along A, id 1 that along the other axes.
// resize_items  one element per work-item: element, place along B, place along A and the others.
//
// Macros: NEAREST (one element each, of weight 1).
#include "common.clh"
#include "strided.clh"

#ifndef NEAREST
#define NEAREST 0
#endif

// TYPED: 1 where elements are not STORE_T but T, int or long; then offsets and strides are in 4-byte words, NEAREST is 1 and
// only resize_items may be launched.
#ifndef TYPED
#define TYPED 0
#endif
#ifndef T
#define T float
#endif
#if TYPED
#define GET(i, p) (*(__global const T *)((p) + (i)))
#define PUT(v, i, p) (*(__global T *)((p) + (i)) = (v))
#else
#define GET LOAD
#define PUT STORE
#endif

#define GEOMETRY                                                                               \
  __global const STORE_T *restrict x, int x_offset, __global STORE_T *restrict y, int y_offset, \
      __global const int *restrict outer, int outer_count, int length,                         \
      __global const int *restrict taps_a, int count_a, int extent_a, int y_a,                 \
      __global const int *restrict taps_b, int count_b, int extent_b, int y_b, float fill

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void resize_rows(GEOMETRY) {
  const int a = get_global_id(0);
  const int2 place = place2(outer, outer_count, get_global_id(1));
  __global const STORE_T *source = x + x_offset + place.s1;
  __global STORE_T *target = y + y_offset + place.s0 + a * y_a;
  __global const int *column = taps_a + a * count_a * 2;
  for (int b = 0; b < extent_b; b++) {
    __global const int *row = taps_b + b * count_b * 2;
    __global STORE_T *result = target + b * y_b;
    const bool is_filled = column[0] < 0 || row[0] < 0;
    for (int c = 0; c < length; c += 16) {
      const int lanes = length - c;
      if (is_filled) {
        store_lanes((float16)(fill), lanes, result + c);
        continue;
      }
#if NEAREST
      store_lanes(load_lanes(lanes, source + column[0] + row[0] + c), lanes, result + c);
#else
      float16 sum = (float16)(0.0f);
      for (int i = 0; i < count_a; i++) {
        const float weight = as_float(column[i * 2 + 1]);
        float16 part = (float16)(0.0f);
        for (int k = 0; k < count_b; k++) {
          const float16 value = load_lanes(lanes, source + column[i * 2] + row[k * 2] + c);
          part += value * as_float(row[k * 2 + 1]);
        }
        sum += part * weight;
      }
      store_lanes(sum, lanes, result + c);
#endif
    }
  }
}

__kernel void resize_items(GEOMETRY, ITEMS3) {
  if (IS_BEYOND3) return;
  const int c = get_global_id(0);
  const int b = get_global_id(1);
  const int a = get_global_id(2) % extent_a;
  const int2 place = place2(outer, outer_count, get_global_id(2) / extent_a);
  __global const STORE_T *source = x + x_offset + place.s1 + c;
  __global const int *column = taps_a + a * count_a * 2;
  __global const int *row = taps_b + b * count_b * 2;
  T sum = (T)(fill);
  if (column[0] >= 0 && row[0] >= 0) {
#if NEAREST
    sum = GET(column[0] + row[0], source);
#else
    sum = 0.0f;
    for (int i = 0; i < count_a; i++) {
      float part = 0.0f;
      for (int k = 0; k < count_b; k++) {
        part += LOAD(column[i * 2] + row[k * 2], source) * as_float(row[k * 2 + 1]);
      }
      sum += part * as_float(column[i * 2 + 1]);
    }
#endif
  }
  PUT(sum, y_offset + place.s0 + a * y_a + b * y_b + c, y);
}
