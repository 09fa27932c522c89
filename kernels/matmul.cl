// Products of batches of matrices, y = a · b, with any strides; a batch may be broadcast (stride 0).
//
// axes   four ints for each batch axis: extent, strides of y, a and b
//
// matmul_tiles  one work-item per group: MR rows × 16 columns; b's columns are neighbours. Global id 0 is the block
//               of rows, id 1 the block of columns, id 2 the matrix.
// matmul_items  one value per work-item: column, row, matrix.
//
// Macros: MR. matmul_tiled.cl has the tiles for many work-items.
#include "common.clh"
#include "strided.clh"

#ifndef MR
#define MR 8
#endif

#define GEOMETRY                                                                             \
  __global const STORE_T *restrict a, int a_offset, __global const STORE_T *restrict b,      \
      int b_offset, __global STORE_T *restrict y, int y_offset,                              \
      __global const int *restrict axes,                                                     \
      int axis_count, int rows, int columns, int inner, int a_row, int a_column, int b_row,  \
      int b_column, int y_row

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void matmul_tiles(GEOMETRY) {
  const int4 place = place3(axes, axis_count, get_global_id(2));
  const int first_row = get_global_id(0) * MR;
  const int first_column = get_global_id(1) * 16;
  // The last block of columns overlaps its neighbour; what both compute, the neighbour stores.
  const int column = max(min(first_column, columns - 16), 0);
  __global const STORE_T *right = b + b_offset + place.s2 + column;
  __global const STORE_T *left = a + a_offset + place.s1;
  int row[MR];
  float16 acc[MR];
#pragma unroll
  for (int i = 0; i < MR; i++) {
    row[i] = min(first_row + i, rows - 1) * a_row;
    acc[i] = (float16)(0.0f);
  }
  for (int k = 0; k < inner; k++) {
    const float16 lanes = load_lanes(columns, right + k * b_row);
#pragma unroll
    for (int i = 0; i < MR; i++) {
      acc[i] = fma((float16)(LOAD(row[i] + k * a_column, left)), lanes, acc[i]);
    }
  }
  const int stored = min(16, columns - first_column);
#pragma unroll
  for (int i = 0; i < MR; i++) {
    if (first_row + i >= rows) continue;
    __global STORE_T *target = y + y_offset + place.s0 + (first_row + i) * y_row + first_column;
    if (stored == 16) {
      STORE16(acc[i], 0, target);
    } else {
      float lanes[16];
      vstore16(acc[i], 0, lanes);
      for (int j = 0; j < stored; j++) STORE(lanes[first_column - column + j], j, target);
    }
  }
}

__kernel void matmul_items(GEOMETRY, ITEMS3) {
  if (IS_BEYOND3) return;
  const int column = get_global_id(0);
  const int row = get_global_id(1);
  const int4 place = place3(axes, axis_count, get_global_id(2));
  __global const STORE_T *left = a + a_offset + place.s1 + row * a_row;
  __global const STORE_T *right = b + b_offset + place.s2 + column * b_column;
  float sum = 0.0f;
  for (int k = 0; k < inner; k++) {
    sum = fma(LOAD(k * a_column, left), LOAD(k * b_row, right), sum);
  }
  STORE(sum, y_offset + place.s0 + row * y_row + column, y);
}
