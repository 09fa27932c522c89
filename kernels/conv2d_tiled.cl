// Direct convolution as an implicit GEMM on NHWC, tiles shared through local memory, for devices that run
// many work-items per group (GPUs).
//
// A group of GROUP × GROUP work-items computes 4·GROUP pixels × 4·GROUP channels, each work-item 4 × 4 of
// them, 16 taps at a time. Global id 1 / GROUP is the panel of channels; local id 0 walks channels, so that
// neighbours store neighbouring channels. Arguments as in conv2d_direct.cl, panels of 4·GROUP channels.
//
// Macros: GROUP, ACT0(x) …, ACTIVATION_COUNT.
#include "common.clh"

#ifndef GROUP
#define GROUP 8
#endif
#define TILE (GROUP * 4)
#define TAPS 16

__kernel __attribute__((reqd_work_group_size(GROUP, GROUP, 1))) void conv2d_tiled(
    __global const float *restrict x, int x_offset, __global const float *restrict weights,
    int weights_offset, __global const float *restrict bias, int bias_offset,
    __global float *restrict y, __global const int *restrict blocks, int pixels, int out_height,
    int out_width, int x_batch, int x_row, int x_column, int outer, int outer_step, int middle,
    int middle_step, int run) {
  // One column more than needed, so that the transposing stores below hit different banks.
  __local float image[TAPS][TILE + 1];
  __local float filter[TAPS][TILE];
  const int lx = get_local_id(0);
  const int ly = get_local_id(1);
  const int item = ly * GROUP + lx;
  const int panel = get_group_id(1);
  const int first = get_group_id(0) * TILE;
  const int taps = outer * middle * run;
  __global const float *w = weights + weights_offset + panel * taps * TILE;

  float acc[4][4];
  for (int j = 0; j < 4; j++) {
    const float b = bias[bias_offset + panel * TILE + lx * 4 + j];
    for (int i = 0; i < 4; i++) acc[i][j] = b;
  }
  for (int k0 = 0; k0 < taps; k0 += TAPS) {
    for (int e = item; e < TAPS * TILE; e += GROUP * GROUP) {
      const int tap = k0 + e % TAPS;
      const int pixel = min(first + e / TAPS, pixels - 1);
      const int image_row = pixel / out_width;
      float value = 0.0f;
      if (tap < taps) {
        value = x[x_offset + (image_row / out_height) * x_batch + (image_row % out_height) * x_row +
                  (pixel % out_width) * x_column + tap / (middle * run) * outer_step +
                  tap / run % middle * middle_step + tap % run];
      }
      image[e % TAPS][e / TAPS] = value;
      const int channel_tap = k0 + e / TILE;
      filter[e / TILE][e % TILE] = channel_tap < taps ? w[channel_tap * TILE + e % TILE] : 0.0f;
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int k = 0; k < TAPS; k++) {
      const float4 f = vload4(lx, filter[k]);
      for (int i = 0; i < 4; i++) {
        const float a = image[k][ly * 4 + i];
        acc[i][0] = fma(a, f.x, acc[i][0]);
        acc[i][1] = fma(a, f.y, acc[i][1]);
        acc[i][2] = fma(a, f.z, acc[i][2]);
        acc[i][3] = fma(a, f.w, acc[i][3]);
      }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  __global const int *target = blocks + (panel * (TILE / 16) + lx / 4) * 8;
  for (int i = 0; i < 4; i++) {
    const int pixel = first + ly * 4 + i;
    if (pixel >= pixels) break;
    const int image_row = pixel / out_width;
    __global float *destination = y + target[0] + (image_row / out_height) * target[1] +
                                  (image_row % out_height) * target[2] +
                                  (pixel % out_width) * target[3];
    for (int j = 0; j < 4; j++) {
      const int lane = lx % 4 * 4 + j;
      if (lane < target[4]) destination[lane] = ACTIVATE(acc[i][j], target[5]);
    }
  }
}
