// y[…, i…, …] = x[…, indices[i…], …]: slices of x by number. Negative indices count from the end; those out of range
// mean the nearest that is not.
//
// axes    four ints an axis of y: extent, strides of y, x and the indices (0: the tensor has no such axis). Axis 0 is the
//         innermost one, `length` long; the others, outermost first, count the rows.
// extent  of the axis of x that the indices count along; its neighbours are `step` words apart.
//
// gather_rows   one work-item per group: `chunk` elements of each of `rows_per_item` rows. Global id 0 is the chunk,
//               id 1 the group of rows.
// gather_items  one element per work-item: element, row.
//
// Offsets and strides are in 4-byte words; those of 8-byte types are even.
//
// Macros: T and INDEX, the types of the elements and indices: float, int or long.
#include "common.clh"

#ifndef T
#define T float
#endif
#ifndef INDEX
#define INDEX long
#endif

#define GEOMETRY                                                                                \
  __global const float *restrict x, int x_offset, __global const float *restrict indices,       \
      int indices_offset, __global float *restrict y, int y_offset, __global const int *restrict axes, \
      int outer_axes, int extent, int step

// Declares where row number `row` begins in each tensor.
#define FIND_ROW(row)                                          \
  int y_at = y_offset, x_at = x_offset, i_at = indices_offset; \
  for (int k = outer_axes, rest = (row); k > 0; k--) {         \
    __global const int *axis = axes + k * 4;                   \
    const int index = rest % axis[0];                          \
    rest /= axis[0];                                           \
    y_at += index * axis[1];                                   \
    x_at += index * axis[2];                                   \
    i_at += index * axis[3];                                   \
  }

static inline int position(INDEX index, int extent) {
  const long place = index < 0 ? (long)index + extent : (long)index;
  return (int)clamp(place, (long)0, (long)extent - 1);
}

#define TAKE(i)                                                                                     \
  const int from = position(*(__global const INDEX *)(indices + i_at + (i) * axes[3]), extent);     \
  *(__global T *)(y + y_at + (i) * axes[1]) =                                                       \
      *(__global const T *)(x + x_at + (i) * axes[2] + from * step);

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void gather_rows(
    GEOMETRY, int length, int chunk, int rows, int rows_per_item) {
  const int begin = get_global_id(0) * chunk;
  const int end = min(begin + chunk, length);
  const int first = get_global_id(1) * rows_per_item;
  const int last = min(first + rows_per_item, rows);
  for (int row = first; row < last; row++) {
    FIND_ROW(row)
    for (int i = begin; i < end; i++) {
      TAKE(i)
    }
  }
}

__kernel void gather_items(GEOMETRY, ITEMS2) {
  if (IS_BEYOND2) return;
  const int i = get_global_id(0);
  FIND_ROW(get_global_id(1))
  TAKE(i)
}
