// Softmax along one axis of `length` elements, or its logarithm; the maximum is subtracted first, so that no
// exponential overflows.
//
// axes   three ints for each other axis: extent, stride of y, stride of x
//
// softmax_rows   one work-item per group: a row of neighbouring elements. Global id 0 is the row.
// softmax_group  a group of GROUP work-items per row. Global id 1 is the row.
// softmax_items  a row per work-item, elements x_step and y_step apart. Global id 0 is the row.
//
// Macros: LOGARITHM, GROUP.
#include "common.clh"
#include "softmax_row.clh"

#ifndef GROUP
#define GROUP 64
#endif

#define GEOMETRY                                                                               \
  __global const STORE_T *restrict x, int x_offset, __global STORE_T *restrict y, int y_offset, \
      __global const int *restrict axes, int axis_count, int length, int x_step, int y_step

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void softmax_rows(GEOMETRY) {
  softmax_row(get_global_id(0), x, x_offset, y, y_offset, axes, axis_count, length);
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void softmax_group(GEOMETRY) {
  __local float shared[GROUP];
  const int lane = get_local_id(0);
  const int2 place = place2(axes, axis_count, get_global_id(1));
  __global const STORE_T *source = x + x_offset + place.s1;
  __global STORE_T *target = y + y_offset + place.s0;

  float largest = -INFINITY;
  for (int i = lane; i < length; i += GROUP) largest = max(largest, LOAD(i * x_step, source));
  shared[lane] = largest;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int half_size = GROUP / 2; half_size > 0; half_size /= 2) {
    if (lane < half_size) shared[lane] = max(shared[lane], shared[lane + half_size]);
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  const float shift = shared[0];
  barrier(CLK_LOCAL_MEM_FENCE);

  float part = 0.0f;
  for (int i = lane; i < length; i += GROUP) part += exp(LOAD(i * x_step, source) - shift);
  shared[lane] = part;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int half_size = GROUP / 2; half_size > 0; half_size /= 2) {
    if (lane < half_size) shared[lane] += shared[lane + half_size];
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  const float sum = shared[0];
  for (int i = lane; i < length; i += GROUP) {
    STORE(RESULT(LOAD(i * x_step, source), shift, sum), i * y_step, target);
  }
}

__kernel void softmax_items(GEOMETRY, ITEMS1) {
  if (IS_BEYOND1) return;
  const int2 place = place2(axes, axis_count, get_global_id(0));
  __global const STORE_T *source = x + x_offset + place.s1;
  __global STORE_T *target = y + y_offset + place.s0;
  float shift = -INFINITY;
  for (int i = 0; i < length; i++) shift = max(shift, LOAD(i * x_step, source));
  float sum = 0.0f;
  for (int i = 0; i < length; i++) sum += exp(LOAD(i * x_step, source) - shift);
  for (int i = 0; i < length; i++) {
    STORE(RESULT(LOAD(i * x_step, source), shift, sum), i * y_step, target);
  }
}
