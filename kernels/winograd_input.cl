// The first step of winograd_steps.clh: patches of the image, transformed. A work-item has one channel of one tile.
// Global id 0 is the channel (the fast one, so that neighbours read and write neighbouring channels), id 1 the tile.
//
// x        image with its zero border; the first sample of the tile at output (n, y, x) is x_offset + n·x_batch +
//          y·x_row + x·x_column; samples are sample_row and sample_column apart
//
// Macros: those of winograd_steps.clh but for INVERSE.
#include "common.clh"
#include "winograd_steps.clh"

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
  int t[5];
  locate(tile, tile_rows, tile_columns, out_height, out_width, t);
  __global const STORE_T *source =
      x + x_offset + t[IMAGE] * x_batch + t[ROW] * x_row + t[COLUMN] * x_column + channel;
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
