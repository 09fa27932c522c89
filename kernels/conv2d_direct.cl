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
// An output pixel; counted up, which saves the divisions that would find each one's place.
typedef struct {
  int image, row, column;
} Pixel;

static inline Pixel locate(int pixel, int height, int width) {
  const int row = pixel / width;
  Pixel p;
  p.image = row / height;
  p.row = row - p.image * height;
  p.column = pixel - row * width;
  return p;
}

static inline Pixel next(Pixel p, int height, int width) {
  const int column = p.column + 1;
  const int row = p.row + (column == width);
  p.column = column == width ? 0 : column;
  p.image += row == height;
  p.row = row == height ? 0 : row;
  return p;
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void conv2d_direct(
    __global const float *restrict x, int x_offset, __global const float *restrict weights,
    int weights_offset, __global const float *restrict bias, int bias_offset,
    __global float *restrict y, __global const int *restrict blocks, int pixels, int out_height,
    int out_width, int x_batch, int x_row, int x_column, int outer, int outer_step, int middle,
    int middle_step, int run, int group_panels, int group_step) {
  const int panel = get_global_id(1);
  const int first = get_global_id(0) * MR;
  // The last tile overlaps its neighbour rather than being smaller; what both compute, one stores.
  const int start = max(min(first, pixels - MR), 0);

  const int group_offset = x_offset + (panel / group_panels) * group_step;
  Pixel places[MR];
  int taps[MR];
  places[0] = locate(start, out_height, out_width);
#pragma unroll
  for (int i = 1; i < MR; i++) {
    places[i] = start + i < pixels ? next(places[i - 1], out_height, out_width) : places[i - 1];
  }
#pragma unroll
  for (int i = 0; i < MR; i++) {
    taps[i] = group_offset + places[i].image * x_batch + places[i].row * x_row +
              places[i].column * x_column;
  }

  float16 acc[MR][NV];
#pragma unroll
  for (int v = 0; v < NV; v++) {
    const float16 b = vload16(panel * NV + v, bias + bias_offset);
#pragma unroll
    for (int i = 0; i < MR; i++) acc[i][v] = b;
  }

  __global const float *w = weights + weights_offset + panel * (outer * middle * run * NV * 16);
  for (int a = 0; a < outer; a++) {
    for (int b = 0; b < middle; b++) {
      __global const float *source = x + a * outer_step + b * middle_step;
      for (int c = 0; c < run; c++) {
        float16 wv[NV];
#pragma unroll
        for (int v = 0; v < NV; v++) wv[v] = vload16(v, w);
#pragma unroll
        for (int i = 0; i < MR; i++) {
          const float16 s = (float16)(source[taps[i] + c]);
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
    __global float *base = y + block[0];
    if (channels == 16) {
#pragma unroll
      for (int i = 0; i < MR; i++) {
        if (start + i >= first && start + i < pixels) {
          vstore16(
              ACTIVATE(acc[i][v], kind), 0,
              base + places[i].image * block[1] + places[i].row * block[2] +
                  places[i].column * block[3]);
        }
      }
    } else {
      // Rolled, over copies: rare, and unrolled it would be most of what there is to compile.
      float16 sums[MR];
      int offsets[MR];
#pragma unroll
      for (int i = 0; i < MR; i++) {
        sums[i] = acc[i][v];
        offsets[i] = places[i].image * block[1] + places[i].row * block[2] +
                     places[i].column * block[3];
      }
#pragma nounroll
      for (int i = first - start; i < MR && start + i < pixels; i++) {
        store_lanes(ACTIVATE(sums[i], kind), channels, base + offsets[i]);
      }
    }
  }
}
