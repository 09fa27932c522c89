// Convolution with one output value per work-item: groups, dilations, any layout, any device. The variant of
// last resort, and the plainest statement of what the others compute.
//
// Global id 0 is block · 16 + lane (the output channel), id 1 the output pixel. Arguments as in
// conv2d_direct.cl with one block a panel.
//
// Macros: ACT0(x) …, ACTIVATION_COUNT.
#include "common.clh"

__kernel void conv2d_simple(
    __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict weights,
    int weights_offset, __global const STORE_T *restrict bias, int bias_offset,
    __global STORE_T *restrict y, __global const int *restrict blocks, int pixels, int out_height,
    int out_width, int x_batch, int x_row, int x_column, int outer, int outer_step, int middle,
    int middle_step, int run, int group_panels, int group_step, ITEMS2) {
  if (IS_BEYOND2) return;
  const int block = get_global_id(0) / 16;
  const int lane = get_global_id(0) % 16;
  const int p = get_global_id(1);
  __global const int *target = blocks + block * 8;
  if (lane >= target[4]) return;
  const int n = p / out_width / out_height;
  const int oy = p / out_width % out_height;
  const int ox = p % out_width;
  __global const STORE_T *source = x + x_offset + (block / group_panels) * group_step + n * x_batch +
                                 oy * x_row + ox * x_column;
  __global const STORE_T *w = weights + weights_offset + block * outer * middle * run * 16 + lane;
  float sum = LOAD(bias_offset + block * 16 + lane, bias);
  for (int a = 0; a < outer; a++) {
    for (int b = 0; b < middle; b++) {
      for (int c = 0; c < run; c++) {
        sum = fma(LOAD(a * outer_step + b * middle_step + c, source), LOAD(0, w), sum);
        w += 16;
      }
    }
  }
  STORE(ACTIVATE(sum, target[5]), lane,
        y + target[0] + n * target[1] + oy * target[2] + ox * target[3]);
}
