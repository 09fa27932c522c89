// Depthwise convolution on NHWC, one output channel for each input channel, for devices that run many work-items
// per group (GPUs).
//
// A work-item computes PX neighbouring output pixels of a row for 4 channels. Global id 0 is the quad of channels (the
// fast one, so that neighbours read and write neighbouring channels), id 1 the group of PX pixels in its row, id 2 the
// row (all images' rows in turn). Arguments as in conv2d_depthwise.cl.
//
// Macros: PX, ACT0(x) ….
#include "common.clh"

#ifndef PX
#define PX 4
#endif

__kernel void conv2d_depthwise_items(
    __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict weights,
    int weights_offset, __global const STORE_T *restrict bias, int bias_offset,
    __global STORE_T *restrict y, __global const int *restrict blocks, int out_height,
    int out_width, int x_batch, int x_row, int x_column, int kernel_height, int tap_row,
    int kernel_width, int tap_column, ITEMS3) {
  if (IS_BEYOND3) return;
  const int block = get_global_id(0) / 4;
  const int lane = get_global_id(0) % 4 * 4;
  const int first = get_global_id(1) * PX;
  const int n = get_global_id(2) / out_height;
  const int oy = get_global_id(2) % out_height;
  __global const int *target = blocks + block * 8;
  const int lanes = target[4] - lane;
  if (lanes <= 0) return;
  __global const STORE_T *source =
      x + x_offset + n * x_batch + oy * x_row + block * 16 + lane;
  __global const STORE_T *w =
      weights + weights_offset + block * kernel_height * kernel_width * 16 + lane;

  float4 acc[PX];
  const float4 start = LOAD4(0, bias + bias_offset + block * 16 + lane);
#pragma unroll
  for (int i = 0; i < PX; i++) acc[i] = start;
  for (int ky = 0; ky < kernel_height; ky++) {
    for (int kx = 0; kx < kernel_width; kx++) {
      const float4 tap = LOAD4(0, w + (ky * kernel_width + kx) * 16);
      __global const STORE_T *p = source + ky * tap_row + kx * tap_column;
#pragma unroll
      for (int i = 0; i < PX; i++) {
        const float4 value = load_quad(lanes, p + min(first + i, out_width - 1) * x_column);
        acc[i] = fma(value, tap, acc[i]);
      }
    }
  }
  __global STORE_T *destination = y + target[0] + n * target[1] + oy * target[2] + lane;
#pragma unroll
  for (int i = 0; i < PX; i++) {
    if (first + i < out_width) {
      store_quad(ACT0(acc[i]), lanes, destination + (first + i) * target[3]);
    }
  }
}
