// Products of batches of matrices, y = a · b, with any strides, for devices that run many work-items per group (GPUs);
// a batch may be broadcast (stride 0). Tiles as gemm_tile.clh describes them.
//
// Group id 0 is the tile of rows, id 1 the tile of columns, id 2 the matrix. Arguments as in matmul.cl.
//
// Macros: those of gemm_tile.clh; ROWS_ADJACENT (neighbours in memory of a are in one column of it, not in one row),
// INNER_ADJACENT (those of b in one column): neighbouring work-items then read neighbouring elements.
#include "common.clh"
#include "gemm_tile.clh"
#include "strided.clh"

#ifndef ROWS_ADJACENT
#define ROWS_ADJACENT 0
#endif
#ifndef INNER_ADJACENT
#define INNER_ADJACENT 0
#endif

// Where element number e of a tile lies in it.
#if ROWS_ADJACENT
#define LEFT_ROW(e) ((e) % TILE_M)
#define LEFT_INNER(e) ((e) / TILE_M)
#else
#define LEFT_ROW(e) ((e) / TILE_K)
#define LEFT_INNER(e) ((e) % TILE_K)
#endif
#if INNER_ADJACENT
#define RIGHT_COLUMN(e) ((e) / TILE_K)
#define RIGHT_INNER(e) ((e) % TILE_K)
#else
#define RIGHT_COLUMN(e) ((e) % TILE_N)
#define RIGHT_INNER(e) ((e) / TILE_N)
#endif

__kernel __attribute__((reqd_work_group_size(GROUP_N, GROUP_M, 1))) void matmul_tiled(
    __global const STORE_T *restrict a, int a_offset, __global const STORE_T *restrict b,
    int b_offset, __global STORE_T *restrict y, int y_offset, __global const int *restrict axes,
    int axis_count, int rows, int columns, int inner, int a_row, int a_column, int b_row,
    int b_column, int y_row) {
  __local TILE4 left[TILE_K * LEFT_STRIDE / 4];
  __local TILE4 right[TILE_K * TILE_N / 4];
  __local TILE_T *left_elements = (__local TILE_T *)left;
  __local TILE_T *right_elements = (__local TILE_T *)right;
  const int lx = get_local_id(0);
  const int ly = get_local_id(1);
  const int item = ly * GROUP_N + lx;
  const int first_row = get_group_id(0) * TILE_M;
  const int first_column = get_group_id(1) * TILE_N;
  const int4 place = place3(axes, axis_count, get_group_id(2));
  __global const STORE_T *rows_of_a = a + a_offset + place.s1;
  __global const STORE_T *columns_of_b = b + b_offset + place.s2;

  float4 acc[ITEM_M * COLUMN_QUADS];
#pragma unroll
  for (int i = 0; i < ITEM_M * COLUMN_QUADS; i++) acc[i] = (float4)(0.0f);
  for (int k = 0; k < inner; k += TILE_K) {
#pragma unroll
    for (int j = 0; j < FETCHED_LEFT; j++) {
      const int e = j * ITEMS + item;
      const int row = first_row + LEFT_ROW(e);
      const int step = k + LEFT_INNER(e);
      const float value =
          row < rows && step < inner ? LOAD(row * a_row + step * a_column, rows_of_a) : 0.0f;
      left_elements[LEFT_INNER(e) * LEFT_STRIDE + LEFT_ROW(e)] = TO_TILE(value);
    }
#pragma unroll
    for (int j = 0; j < FETCHED_RIGHT; j++) {
      const int e = j * ITEMS + item;
      const int column = first_column + RIGHT_COLUMN(e);
      const int step = k + RIGHT_INNER(e);
      const float value = column < columns && step < inner
                              ? LOAD(step * b_row + column * b_column, columns_of_b)
                              : 0.0f;
      right_elements[RIGHT_INNER(e) * TILE_N + RIGHT_COLUMN(e)] = TO_TILE(value);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    multiply_tiles(left, right, lx, ly, acc);
    barrier(CLK_LOCAL_MEM_FENCE);
  }

  __global STORE_T *target = y + y_offset + place.s0 + first_column;
#pragma unroll
  for (int j = 0; j < COLUMN_QUADS; j++) {
    const int column = (j * GROUP_N + lx) * 4;
    const int lanes = columns - first_column - column;
#pragma unroll
    for (int i = 0; i < ITEM_M; i++) {
      const int row = first_row + (i / 4 * GROUP_M + ly) * 4 + i % 4;
      if (row < rows && lanes > 0) {
        store_quad(acc[i * COLUMN_QUADS + j], lanes, target + row * y_row + column);
      }
    }
  }
}
