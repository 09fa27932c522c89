// The third step of winograd_steps.clh: the results of one channel of one tile. Global id 0 is the output channel (the
// fast one, so that neighbours read and write neighbouring channels), id 1 the tile. Bias and blocks as in
// conv2d_direct.cl.
//
// Macros: those of winograd_steps.clh but for INPUT; ACT0(x) …, ACTIVATION_COUNT.
#include "common.clh"
#include "winograd_steps.clh"

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
  int t[5];
  locate(tile, tile_rows, tile_columns, out_height, out_width, t);
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
  __global STORE_T *destination = y + target[0] + t[IMAGE] * target[1] + t[ROW] * target[2] +
                                  t[COLUMN] * target[3] + lane;
#pragma unroll
  for (int k = 0; k < MY; k++) {
    float u[MX];
    INVERSE_X(columns + k * AX, u)
#pragma unroll
    for (int l = 0; l < MX; l++) {
      if (k >= t[SKIPPED_ROWS] && l >= t[SKIPPED_COLUMNS]) {
        STORE(ACTIVATE(u[l] + b, target[5]), k * target[2] + l * target[3], destination);
      }
    }
  }
}
