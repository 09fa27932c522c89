// Convolution by Winograd's algorithm on NHWC in three steps, for devices that run many work-items per group (GPUs):
//
//   winograd_input     V[point][tile][channel] = Bᵀ d B of every patch. Global id 0 is the channel (`row` of them: the
//                      channels rounded up to a multiple of 4, zeros behind them), id 1 the tile.
//   winograd_products  P[point][tile][channel] = V · U for each point, tiles as gemm_tile.clh describes them. Group
//                      id 0 is the tile of rows, id 1 the panel of channels, id 2 the point.
//   winograd_output    Aᵀ P A, bias, activation. Global id 0 is the output channel, id 1 the tile.
//
// Tiles of MY × MX outputs are numbered through all images of a batch. The last tile of a row or column of tiles
// overlaps its neighbour rather than leaving the image; what both compute, one stores.
//
// x        image with its zero border; the first sample of the tile at output (n, y, x) is x_offset + n·x_batch +
//          y·x_row + x·x_column; samples are sample_row and sample_column apart
// v, p     scratch, float whatever elements are stored as elsewhere
// weights  [panel][point][channel][TILE_N], transformed; bias and blocks as in conv2d_direct.cl
//
// Macros: those of gemm_tile.clh, ACT0(x) …, ACTIVATION_COUNT, and of the algorithm along y and along x: AY, AX
// products, MY, MX outputs (AY = MY = 1 for filters of one row; those of one column come with the image's axes
// exchanged), INPUT_Y(d, v), INPUT_X(d, v), INVERSE_Y(d, v), INVERSE_X(d, v).
#include "common.clh"
#include "gemm_tile.clh"

#define VECTOR float

#ifndef AX
#define AY 1
#define MY 1
#define INPUT_Y(d, v) { (v)[0] = (d)[0]; }
#define INVERSE_Y(d, v) { (v)[0] = (d)[0]; }
#define AX 4
#define MX 2
#define INPUT_X(d, v) \
  { (v)[0] = (d)[2] - (d)[0]; (v)[1] = (d)[1] + (d)[2]; (v)[2] = (d)[2] - (d)[1]; (v)[3] = (d)[3] - (d)[1]; }
#define INVERSE_X(d, v) { (v)[0] = (d)[0] + (d)[1] + (d)[2]; (v)[1] = (d)[1] - (d)[2] + (d)[3]; }
#endif

#define POINTS (AY * AX)

// Where a tile lies: image, first output row and column, and what its neighbours store already.
typedef struct {
  int image, row, column, skipped_rows, skipped_columns;
} Tile;

static inline Tile locate(int tile, int tile_rows, int tile_columns, int out_height, int out_width) {
  Tile t;
  const int tile_row = tile / tile_columns;
  const int row = tile_row % tile_rows * MY;
  const int column = tile % tile_columns * MX;
  t.image = tile_row / tile_rows;
  t.row = min(row, out_height - MY);
  t.column = min(column, out_width - MX);
  t.skipped_rows = row - t.row;
  t.skipped_columns = column - t.column;
  return t;
}

__kernel void winograd_input(
    __global const STORE_T *restrict x, int x_offset, __global STORE_T *restrict v, int v_offset,
    int tile_rows, int tile_columns, int out_height, int out_width, int x_batch, int x_row,
    int x_column, int sample_row, int sample_column, int channels) {
  const int channel = get_global_id(0);
  const int tile = get_global_id(1);
  const int plane = get_global_size(1) * get_global_size(0);
  __global float *target =
      (__global float *)(v + v_offset) + tile * (int)get_global_size(0) + channel;
  if (channel >= channels) {
    for (int point = 0; point < POINTS; point++) target[point * plane] = 0.0f;
    return;
  }
  const Tile t = locate(tile, tile_rows, tile_columns, out_height, out_width);
  __global const STORE_T *source =
      x + x_offset + t.image * x_batch + t.row * x_row + t.column * x_column + channel;
  float columns[POINTS];
#pragma unroll
  for (int j = 0; j < AX; j++) {
    float d[AY], u[AY];
#pragma unroll
    for (int i = 0; i < AY; i++) d[i] = LOAD(i * sample_row + j * sample_column, source);
    INPUT_Y(d, u)
#pragma unroll
    for (int i = 0; i < AY; i++) columns[i * AX + j] = u[i];
  }
#pragma unroll
  for (int i = 0; i < AY; i++) {
    float u[AX];
    INPUT_X(columns + i * AX, u)
#pragma unroll
    for (int j = 0; j < AX; j++) target[(i * AX + j) * plane] = u[j];
  }
}

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
      weights + weights_offset + (panel * POINTS + point) * channels * TILE_N;

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

__kernel void winograd_output(
    __global const STORE_T *restrict p, int p_offset, __global const STORE_T *restrict bias,
    int bias_offset, __global STORE_T *restrict y, __global const int *restrict blocks,
    int tile_rows, int tile_columns, int out_height, int out_width) {
  const int channel = get_global_id(0);
  const int tile = get_global_id(1);
  const int plane = get_global_size(1) * get_global_size(0);
  const int lane = channel % 16;
  __global const int *target = blocks + channel / 16 * 8;
  if (lane >= target[4]) return;
  __global const float *source =
      (__global const float *)(p + p_offset) + tile * (int)get_global_size(0) + channel;
  const Tile t = locate(tile, tile_rows, tile_columns, out_height, out_width);
  const float b = LOAD(channel, bias + bias_offset);
  float columns[MY * AX];
#pragma unroll
  for (int j = 0; j < AX; j++) {
    float d[AY], u[MY];
#pragma unroll
    for (int i = 0; i < AY; i++) d[i] = source[(i * AX + j) * plane];
    INVERSE_Y(d, u)
#pragma unroll
    for (int k = 0; k < MY; k++) columns[k * AX + j] = u[k];
  }
  __global STORE_T *destination = y + target[0] + t.image * target[1] + t.row * target[2] +
                                  t.column * target[3] + lane;
#pragma unroll
  for (int k = 0; k < MY; k++) {
    float u[MX];
    INVERSE_X(columns + k * AX, u)
#pragma unroll
    for (int l = 0; l < MX; l++) {
      if (k >= t.skipped_rows && l >= t.skipped_columns) {
        STORE(ACTIVATE(u[l] + b, target[5]), k * target[2] + l * target[3], destination);
      }
    }
  }
}
