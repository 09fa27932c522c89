// The second step of winograd_steps.clh: a matrix product for each point, tiles as gemm_tile.clh describes them. Group
// id 0 is the tile of rows, id 1 the panel of channels, id 2 the point.
//
// weights  [panel][point][channel][TILE_N], transformed; they begin at a multiple of 4 elements
//
// Macros: those of gemm_tile.clh.
#include "common.clh"
#include "gemm_tile.clh"

#define STEP_LANES (TILE_K / 4)
#define ROWS_AT_ONCE (ITEMS / STEP_LANES)
#define ROW_PASSES (TILE_M / ROWS_AT_ONCE)

// A work-item's share of a tile of V, from channel `step` on; zeros behind the last one.
static inline void fetch_left(
    __global const float *v, const int *rows, int step, int row_length, float *values) {
#pragma unroll
  for (int j = 0; j < ROW_PASSES; j++) {
    vstore4(
        step < row_length ? ((__global const float4 *)v)[(rows[j] + step) / 4] : (float4)(0.0f), j,
        values);
  }
}

__kernel __attribute__((reqd_work_group_size(GROUP_N, GROUP_M, 1))) void winograd_products(
    __global const STORE_T *restrict v, int v_offset, __global const STORE_T *restrict weights,
    int weights_offset, __global STORE_T *restrict p, int p_offset, int tiles, int channels,
    int panels) {
  __local TILE4 left[TILE_K * LEFT_STRIDE / 4];
  __local TILE4 right[TILE_K * TILE_N / 4];
  const int lx = get_local_id(0);
  const int ly = get_local_id(1);
  const int item = ly * GROUP_N + lx;
  const int first = get_group_id(0) * TILE_M;
  const int panel = get_group_id(1);
  const int point = get_group_id(2);
  const int row_length = (channels + 3) / 4 * 4;
  const int step = item % STEP_LANES * 4;
  const int column = item / STEP_LANES;
  __global const float *source = (__global const float *)(v + v_offset);
  __global const STORE_T *w =
      weights + weights_offset + (panel * (int)get_num_groups(2) + point) * channels * TILE_N;

  int rows[ROW_PASSES];
#pragma unroll
  for (int j = 0; j < ROW_PASSES; j++) {
    const int row = min(first + j * ROWS_AT_ONCE + column, tiles - 1);
    rows[j] = (point * tiles + row) * row_length;
  }
  float4 acc[ITEM_M * COLUMN_QUADS];
#pragma unroll
  for (int i = 0; i < ITEM_M * COLUMN_QUADS; i++) acc[i] = (float4)(0.0f);

  float patches[FETCHED_LEFT];
  float filter[FETCHED_RIGHT];
  fetch_left(source, rows, step, row_length, patches);
  fetch_right(w, 0, channels * TILE_N, item, filter);
  for (int k = 0; k < channels; k += TILE_K) {
    __local TILE_T *transposed = (__local TILE_T *)left + step * LEFT_STRIDE + column;
#pragma unroll
    for (int j = 0; j < ROW_PASSES; j++) {
#pragma unroll
      for (int c = 0; c < 4; c++) {
        transposed[c * LEFT_STRIDE + j * ROWS_AT_ONCE] = TO_TILE(patches[j * 4 + c]);
      }
    }
    place_right(filter, item, right);
    barrier(CLK_LOCAL_MEM_FENCE);
    const int next = k + TILE_K;
    fetch_left(source, rows, next + step, row_length, patches);
    fetch_right(w, next * TILE_N, channels * TILE_N, item, filter);
    multiply_tiles(left, right, lx, ly, acc);
    barrier(CLK_LOCAL_MEM_FENCE);
  }

  const int columns = panels * TILE_N;
  __global float4 *target = (__global float4 *)((__global float *)(p + p_offset) +
                                                point * tiles * columns + panel * TILE_N);
#pragma unroll
  for (int j = 0; j < COLUMN_QUADS; j++) {
#pragma unroll
    for (int i = 0; i < ITEM_M; i++) {
      const int row = first + (i / 4 * GROUP_M + ly) * 4 + i % 4;
      if (row < tiles) {
        target[row * (columns / 4) + j * GROUP_N + lx] = acc[i * COLUMN_QUADS + j];
      }
    }
  }
}
