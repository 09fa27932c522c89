// 1 for the first of the largest of `length` elements, 0 for the others, along one axis.
//
// axes   three ints for each other axis: extent, stride of y, stride of x
//
// hardmax_items  a row per work-item, elements x_step and y_step apart. Global id 0 is the row.
#include "common.clh"
#include "strided.clh"

__kernel void hardmax_items(__global const STORE_T *restrict x, int x_offset,
                            __global STORE_T *restrict y, int y_offset,
                            __global const int *restrict axes, int axis_count, int length, int x_step,
                            int y_step, ITEMS1) {
  if (IS_BEYOND1) return;
  const int2 place = place2(axes, axis_count, get_global_id(0));
  __global const STORE_T *source = x + x_offset + place.s1;
  __global STORE_T *target = y + y_offset + place.s0;
  int first = 0;
  float largest = LOAD(0, source);
  for (int i = 1; i < length; i++) {
    const float value = LOAD(i * x_step, source);
    if (value > largest) {
      largest = value;
      first = i;
    }
  }
  for (int i = 0; i < length; i++) STORE(i == first ? 1.0f : 0.0f, i * y_step, target);
}
