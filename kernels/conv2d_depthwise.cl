// Depthwise convolution on NHWC, one output channel for each input channel, for devices that run one work-item
// per group (CPUs).
//
// A work-item computes one row of output pixels for 16 channels. Global id 0 is the row (all images' rows in
// turn), id 1 the block of channels.
//
// x         image with its zero border; the first tap of output pixel (n, y, x) is x_offset + n·x_batch +
//           y·x_row + x·x_column
// weights   [block][tap][16]; bias [block][16]; blocks as in conv2d_direct.cl
// tap_row, tap_column  distance between neighbouring taps of a window
//
// Macros: ACT0(x) ….
#include "common.clh"
#include "depthwise_row.clh"

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void conv2d_depthwise(
    __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict weights,
    int weights_offset, __global const STORE_T *restrict bias, int bias_offset,
    __global STORE_T *restrict y, __global const int *restrict blocks, int out_height,
    int out_width, int x_batch, int x_row, int x_column, int kernel_height, int tap_row,
    int kernel_width, int tap_column) {
  depthwise_row(
      get_global_id(0), get_global_id(1), x, x_offset, weights + weights_offset,
      bias + bias_offset, y, blocks, out_height, out_width, x_batch, x_row, x_column,
      kernel_height, tap_row, kernel_width, tap_column);
}
