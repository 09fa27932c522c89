// Convolution with few output pixels, above all dense layers on few rows, for devices that run many work-items per
// group (GPUs): what takes time is to read the weights once.
//
// A group computes 16 channels of PX pixels. Its SLICES × 16 work-items each take one channel and every SLICES-th tap, so
// that together they read neighbouring weights; their sums meet in local memory. Group id 0 is the block of
// channels, id 1 the group of PX pixels. Arguments as in conv2d_direct.cl with one block a panel.
//
// Macros: PX, SLICES (a power of two), ACT0(x) …, ACTIVATION_COUNT.
#include "common.clh"

#ifndef PX
#define PX 1
#endif
#ifndef SLICES
#define SLICES 8
#endif

__kernel __attribute__((reqd_work_group_size(SLICES * 16, 1, 1))) void conv2d_slices(
    __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict weights,
    int weights_offset, __global const STORE_T *restrict bias, int bias_offset,
    __global STORE_T *restrict y, __global const int *restrict blocks, int pixels, int out_height,
    int out_width, int x_batch, int x_row, int x_column, int outer, int outer_step, int middle,
    int middle_step, int run, int group_panels, int group_step) {
  __local float sums[PX][SLICES * 16];
  const int item = get_local_id(0);
  const int lane = item % 16;
  const int block = get_group_id(0);
  const int first = get_group_id(1) * PX;
  const int taps = outer * middle * run;
  __global const STORE_T *w = weights + weights_offset + block * taps * 16;

  int places[PX];
  float acc[PX];
#pragma unroll
  for (int i = 0; i < PX; i++) {
    const int pixel = min(first + i, pixels - 1);
    const int image_row = pixel / out_width;
    places[i] = x_offset + block / group_panels * group_step + image_row / out_height * x_batch +
                image_row % out_height * x_row + pixel % out_width * x_column;
    acc[i] = 0.0f;
  }
  for (int tap = item / 16; tap < taps; tap += SLICES) {
    const float weight = LOAD(tap * 16 + lane, w);
    const int row = tap / run;
    const int step = row / middle * outer_step + row % middle * middle_step + tap % run;
#pragma unroll
    for (int i = 0; i < PX; i++) acc[i] = fma(LOAD(places[i] + step, x), weight, acc[i]);
  }
#pragma unroll
  for (int i = 0; i < PX; i++) sums[i][item] = acc[i];
  for (int half_size = SLICES * 8; half_size >= 16; half_size /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item < half_size) {
      for (int i = 0; i < PX; i++) sums[i][item] += sums[i][item + half_size];
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  __global const int *target = blocks + block * 8;
  for (int i = item / 16; i < PX; i += SLICES) {
    const int pixel = first + i;
    if (pixel >= pixels || lane >= target[4]) continue;
    const int image_row = pixel / out_width;
    const float value = sums[i][lane] + LOAD(block * 16 + lane, bias + bias_offset);
    STORE(ACTIVATE(value, target[5]), lane,
          y + target[0] + image_row / out_height * target[1] + image_row % out_height * target[2] +
              pixel % out_width * target[3]);
  }
}
