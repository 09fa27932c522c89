// Elements before and after each axis of a tensor: one value, the edge, the mirrored or the repeated image.
//
// axes   five ints an axis of y, outermost first: extent, stride of y, stride of x, elements before, extent of x
//
// pad_rows   one work-item per group: `rows_per_item` rows along the innermost axis. Global id 0 is the group.
// pad_items  one element per work-item: element, row.
//
// Macros (see also TYPED): MODE (0 one value, 1 edge, 2 mirrored at the edge, 3 mirrored with the edge repeated, 4 repeated).
#include "common.clh"

#ifndef MODE
#define MODE 0
#endif

// TYPED: 1 where elements are not STORE_T but T, int or long; then FILL is the one value, and offsets and strides are in
// 4-byte words.
#ifndef TYPED
#define TYPED 0
#endif
#ifndef T
#define T float
#endif
#ifndef FILL
#define FILL fill
#endif
#if TYPED
#define GET(i, p) (*(__global const T *)((p) + (i)))
#define PUT(v, i, p) (*(__global T *)((p) + (i)) = (v))
#else
#define GET LOAD
#define PUT STORE
#endif

#define GEOMETRY                                                                            \
  __global const STORE_T *restrict x, int x_offset, __global STORE_T *restrict y, int y_offset, \
      __global const int *restrict axes, int axis_count, float fill

// Which element of an axis stands at `index`; negative where the value to fill with does.
static inline int origin(int index, int extent) {
  if (index >= 0 && index < extent) return index;
#if MODE == 0
  return -1;
#elif MODE == 1
  return clamp(index, 0, extent - 1);
#else
#if MODE == 2
  const int period = max(1, 2 * (extent - 1));
#elif MODE == 3
  const int period = 2 * extent;
#else
  const int period = extent;
#endif
  const int rest = index % period;
  const int place = rest < 0 ? rest + period : rest;
  return place < extent ? place : 2 * extent - (MODE == 2 ? 2 : 1) - place;
#endif
}

// Offsets of a row in y and x; x's is negative where the whole row is filled.
static inline int2 find_row(__global const int *axes, int axis_count, int row) {
  int2 place = (int2)(0, 0);
  bool is_filled = false;
  for (int k = axis_count - 2; k >= 0; k--) {
    __global const int *axis = axes + k * 5;
    const int index = row % axis[0];
    row /= axis[0];
    const int from = origin(index - axis[3], axis[4]);
    is_filled |= from < 0;
    place += (int2)(index * axis[1], from * axis[2]);
  }
  return is_filled ? (int2)(place.s0, -1) : place;
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void pad_rows(
    GEOMETRY, int rows, int rows_per_item) {
  __global const int *inner = axes + (axis_count - 1) * 5;
  const int y_step = inner[1];
  const int x_step = inner[2];
  const int before = inner[3];
  const int extent = inner[4];
  const int first = get_global_id(0) * rows_per_item;
  const int last = min(first + rows_per_item, rows);
  for (int row = first; row < last; row++) {
    const int2 place = find_row(axes, axis_count, row);
    __global STORE_T *target = y + y_offset + place.s0;
    if (place.s1 < 0) {
      for (int i = 0; i < inner[0]; i++) PUT(FILL, i * y_step, target);
      continue;
    }
    __global const STORE_T *source = x + x_offset + place.s1;
    for (int i = 0; i < before; i++) {
      const int from = origin(i - before, extent);
      PUT(from < 0 ? FILL : GET(from * x_step, source), i * y_step, target);
    }
    for (int i = 0; i < extent; i++) {
      PUT(GET(i * x_step, source), (before + i) * y_step, target);
    }
    for (int i = before + extent; i < inner[0]; i++) {
      const int from = origin(i - before, extent);
      PUT(from < 0 ? FILL : GET(from * x_step, source), i * y_step, target);
    }
  }
}

__kernel void pad_items(GEOMETRY, ITEMS2) {
  if (IS_BEYOND2) return;
  __global const int *inner = axes + (axis_count - 1) * 5;
  const int i = get_global_id(0);
  const int2 place = find_row(axes, axis_count, get_global_id(1));
  const int from = place.s1 < 0 ? -1 : origin(i - inner[3], inner[4]);
  PUT(from < 0 ? FILL : GET(x_offset + place.s1 + from * inner[2], x),
      y_offset + place.s0 + i * inner[1], y);
}
