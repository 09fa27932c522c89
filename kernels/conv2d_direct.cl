// Direct convolution as an implicit GEMM on NHWC, for devices that run one work-item per group (CPUs).
//
// A work-item computes MR output pixels × NV·16 output channels in registers. Global id 0 is the block of
// pixels (the fast one, so that a panel of weights stays in the cache), id 1 the panel of channels.
//
// x        image with its zero border; the first tap of output pixel (n, y, x) is x_offset + n·x_batch +
//          y·x_row + x·x_column. The taps of a window are outer × middle runs of `run` neighbouring floats,
//          `outer_step` and `middle_step` apart: rows of taps on NHWC, channels and rows on NCHW.
// weights  [panel][tap][NV·16], zeros where there is no channel
// bias     [panel][NV·16]
// blocks   eight ints for each 16 output channels: offset, batch, row and column stride of the destination,
//          number of channels (0: none), activation number, 0, 0
//
// Macros: MR, NV, ACT0(x) …, ACTIVATION_COUNT.
#include "common.clh"

#ifndef MR
#define MR 6
#endif
#ifndef NV
#define NV 2
#endif

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void conv2d_direct(
    __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict weights,
    int weights_offset, __global const STORE_T *restrict bias, int bias_offset,
    __global STORE_T *restrict y, __global const int *restrict blocks, int pixels, int out_height,
    int out_width, int x_batch, int x_row, int x_column, int outer, int outer_step, int middle,
    int middle_step, int run, int group_panels, int group_step) {
  const int panel = get_global_id(1);
  const int first = get_global_id(0) * MR;
  // The last tile overlaps its neighbour rather than being smaller; what both compute, one stores.
  const int start = max(min(first, pixels - MR), 0);

  int taps[MR];
#pragma unroll
  for (int i = 0; i < MR; i++) {
    const int p = min(start + i, pixels - 1);
    const int image_row = p / out_width;
    taps[i] = x_offset + (panel / group_panels) * group_step + (image_row / out_height) * x_batch +
              (image_row % out_height) * x_row + (p % out_width) * x_column;
  }

  float16 acc[MR][NV];
#pragma unroll
  for (int v = 0; v < NV; v++) {
    const float16 b = LOAD16(panel * NV + v, bias + bias_offset);
#pragma unroll
    for (int i = 0; i < MR; i++) acc[i][v] = b;
  }

  __global const STORE_T *w = weights + weights_offset + panel * (outer * middle * run * NV * 16);
  for (int a = 0; a < outer; a++) {
    for (int b = 0; b < middle; b++) {
      __global const STORE_T *source = x + a * outer_step + b * middle_step;
      for (int c = 0; c < run; c++) {
        float16 wv[NV];
#pragma unroll
        for (int v = 0; v < NV; v++) wv[v] = LOAD16(v, w);
#pragma unroll
        for (int i = 0; i < MR; i++) {
          const float16 s = (float16)(LOAD(taps[i] + c, source));
#pragma unroll
          for (int v = 0; v < NV; v++) acc[i][v] = fma(s, wv[v], acc[i][v]);
        }
        w += NV * 16;
      }
    }
  }

#pragma unroll
  for (int v = 0; v < NV; v++) {
    __global const int *block = blocks + (panel * NV + v) * 8;
    const int channels = block[4];
    if (channels == 0) continue;
    const int kind = block[5];
#pragma unroll
    for (int i = 0; i < MR; i++) {
      const int p = start + i;
      if (p < first || p >= pixels) continue;
      const int image_row = p / out_width;
      __global STORE_T *destination = y + block[0] + (image_row / out_height) * block[1] +
                                    (image_row % out_height) * block[2] + (p % out_width) * block[3];
      store_lanes(ACTIVATE(acc[i][v], kind), channels, destination);
    }
  }
}
