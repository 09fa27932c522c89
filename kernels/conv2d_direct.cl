// Direct convolution as an implicit GEMM on NHWC, for devices that run one work-item per group (CPUs).
//
// A work-item computes MR output pixels × NV·16 output channels in registers. Global id 0 is the block of
// pixels (the fast one, so that a panel of weights stays in the cache), id 1 the panel of channels.
//
// x        image with its zero border; the first tap of output pixel (n, y, x) is x_offset + n·x_batch +
//          y·x_row + x·x_column. The taps of a window are outer × middle runs of `run` neighbouring elements,
//          `outer_step` and `middle_step` apart: rows of taps on NHWC, channels and rows on NCHW.
// weights  [panel][tap][NV·16], zeros where there is no channel
// bias     [panel][NV·16]
// blocks   eight ints for each 16 output channels: offset, batch, row and column stride of the destination,
//          number of channels (0: none), activation number, 0, 0
//
// Macros: MR, NV, FLOAT64_SUMS, ACT0(x) …, ACTIVATION_COUNT.
#include "common.clh"
#include "conv2d_tile.clh"

#ifndef MR
#define MR 6
#endif
#ifndef NV
#define NV 2
#endif

OUTLINED void register_tile(
    int first, int panel, __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict weights,
    int weights_offset, __global const STORE_T *restrict bias, int bias_offset,
    __global STORE_T *restrict y, __global const int *restrict blocks, int pixels, int out_height,
    int out_width, int x_batch, int x_row, int x_column, int outer, int outer_step, int middle,
    int middle_step, int run, int group_panels, int group_step) {
  conv2d_tile(
      MR, NV, first, panel, x, x_offset, weights + weights_offset, bias + bias_offset, y, blocks,
      pixels, out_height, out_width, x_batch, x_row, x_column, outer, outer_step, middle, middle_step,
      run, group_panels, group_step);
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void conv2d_direct(
    __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict weights,
    int weights_offset, __global const STORE_T *restrict bias, int bias_offset,
    __global STORE_T *restrict y, __global const int *restrict blocks, int pixels, int out_height,
    int out_width, int x_batch, int x_row, int x_column, int outer, int outer_step, int middle,
    int middle_step, int run, int group_panels, int group_step) {
  register_tile(
      get_global_id(0) * MR, get_global_id(1), x, x_offset, weights, weights_offset, bias, bias_offset,
      y, blocks, pixels, out_height, out_width, x_batch, x_row, x_column, outer, outer_step, middle,
      middle_step, run, group_panels, group_step);
}
