// Depthwise convolution on NHWC, one output channel for each input channel, for devices that run one work-item
// per group (CPUs).
//
// A work-item computes one row of output pixels for 16 channels, PX pixels at a time. Global id 0 is the row
// (all images' rows in turn), id 1 the block of channels.
//
// x         image with its zero border; the first tap of output pixel (n, y, x) is x_offset + n·x_batch +
//           y·x_row + x·x_column
// weights   [block][tap][16]; bias [block][16]; blocks as in conv2d_direct.cl
// tap_row, tap_column  distance between neighbouring taps of a window
//
// Macros: PX, ACT0(x) ….
#include "common.clh"

#ifndef PX
#define PX 4
#endif

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void conv2d_depthwise(
    __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict weights,
    int weights_offset, __global const STORE_T *restrict bias, int bias_offset,
    __global STORE_T *restrict y, __global const int *restrict blocks, int out_height, int out_width,
    int x_batch, int x_row, int x_column, int kernel_height, int tap_row, int kernel_width,
    int tap_column) {
  const int row = get_global_id(0);
  const int block = get_global_id(1);
  const int n = row / out_height;
  const int oy = row % out_height;
  __global const STORE_T *source = x + x_offset + n * x_batch + oy * x_row + block * 16;
  __global const STORE_T *w = weights + weights_offset + block * kernel_height * kernel_width * 16;
  const float16 start = LOAD16(block, bias + bias_offset);
  __global const int *target = blocks + block * 8;
  const int channels = target[4];
  __global STORE_T *destination = y + target[0] + n * target[1] + oy * target[2];

  for (int first = 0; first < out_width; first += PX) {
    float16 acc[PX];
#pragma unroll
    for (int i = 0; i < PX; i++) acc[i] = start;
    for (int ky = 0; ky < kernel_height; ky++) {
      for (int kx = 0; kx < kernel_width; kx++) {
        const float16 tap = LOAD16(ky * kernel_width + kx, w);
        __global const STORE_T *p = source + ky * tap_row + kx * tap_column;
#pragma unroll
        for (int i = 0; i < PX; i++) {
          acc[i] = fma(load_lanes(channels, p + min(first + i, out_width - 1) * x_column), tap, acc[i]);
        }
      }
    }
#pragma unroll
    for (int i = 0; i < PX; i++) {
      if (first + i < out_width) {
        store_lanes(ACT0(acc[i]), channels, destination + (first + i) * target[3]);
      }
    }
  }
}
