// Direct convolution as an implicit GEMM on NHWC, tiles shared through local memory, for devices that run
// many work-items per group (GPUs).
//
// A group computes TILE_M pixels × TILE_N channels, TILE_K taps at a time (gemm_tile.clh). Group id 0 is the tile
// of pixels, id 1 the panel of channels; local id 0 walks channels, so that neighbours store neighbouring channels.
// Arguments as in conv2d_direct.cl, panels of TILE_N channels; weights begin at a multiple of 4 elements.
//
// Macros: those of gemm_tile.clh, IMAGE_VECTOR (4: runs of taps, their steps and the pixels' strides are multiples of
// 4, so that four taps are one aligned load; 1: anything), ACT0(x) …, ACTIVATION_COUNT.
#include "common.clh"
#include "gemm_tile.clh"

#ifndef IMAGE_VECTOR
#define IMAGE_VECTOR 1
#endif
// Neighbouring work-items fetch neighbouring taps of a pixel.
#define TAP_LANES (TILE_K / IMAGE_VECTOR)
#define PIXELS_AT_ONCE (ITEMS / TAP_LANES)
#define PIXEL_PASSES (TILE_M / PIXELS_AT_ONCE)

// A work-item's share of a tile of the image, from `tap` on; zeros behind the last tap.
static inline void fetch_image(
    __global const STORE_T *x, const int *pixels, int tap, int taps, int middle, int outer_step,
    int middle_step, int run, float *values) {
  const int row = tap / run;
  const int step = row / middle * outer_step + row % middle * middle_step + tap % run;
#pragma unroll
  for (int j = 0; j < PIXEL_PASSES; j++) {
#if IMAGE_VECTOR == 4
    vstore4(tap < taps ? LOAD4_ALIGNED((pixels[j] + step) / 4, x) : (float4)(0.0f), j, values);
#else
    values[j] = tap < taps ? LOAD(pixels[j] + step, x) : 0.0f;
#endif
  }
}

__kernel __attribute__((reqd_work_group_size(GROUP_N, GROUP_M, 1))) void conv2d_tiled(
    __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict weights,
    int weights_offset, __global const STORE_T *restrict bias, int bias_offset,
    __global STORE_T *restrict y, __global const int *restrict blocks, int pixels, int out_height,
    int out_width, int x_batch, int x_row, int x_column, int outer, int outer_step, int middle,
    int middle_step, int run, int group_panels, int group_step) {
  __local TILE4 left[TILE_K * LEFT_STRIDE / 4];
  __local TILE4 right[TILE_K * TILE_N / 4];
  const int lx = get_local_id(0);
  const int ly = get_local_id(1);
  const int item = ly * GROUP_N + lx;
  const int panel = get_group_id(1);
  const int first = get_group_id(0) * TILE_M;
  const int taps = outer * middle * run;
  const int tap = item % TAP_LANES * IMAGE_VECTOR;
  const int column = item / TAP_LANES;
  __global const STORE_T *w = weights + weights_offset + panel * taps * TILE_N;

  int places[PIXEL_PASSES];
#pragma unroll
  for (int j = 0; j < PIXEL_PASSES; j++) {
    const int pixel = min(first + j * PIXELS_AT_ONCE + column, pixels - 1);
    const int image_row = pixel / out_width;
    places[j] = x_offset + panel / group_panels * group_step + image_row / out_height * x_batch +
                image_row % out_height * x_row + pixel % out_width * x_column;
  }
  float4 acc[ITEM_M * COLUMN_QUADS];
#pragma unroll
  for (int j = 0; j < COLUMN_QUADS; j++) {
    const float4 b = LOAD4(panel * (TILE_N / 4) + j * GROUP_N + lx, bias + bias_offset);
#pragma unroll
    for (int i = 0; i < ITEM_M; i++) acc[i * COLUMN_QUADS + j] = b;
  }

  float image[FETCHED_LEFT];
  float filter[FETCHED_RIGHT];
  fetch_image(x, places, tap, taps, middle, outer_step, middle_step, run, image);
  fetch_right(w, 0, taps * TILE_N, item, filter);
  for (int k = 0; k < taps; k += TILE_K) {
    __local TILE_T *transposed = (__local TILE_T *)left + tap * LEFT_STRIDE + column;
#pragma unroll
    for (int j = 0; j < PIXEL_PASSES; j++) {
#pragma unroll
      for (int c = 0; c < IMAGE_VECTOR; c++) {
        transposed[c * LEFT_STRIDE + j * PIXELS_AT_ONCE] = TO_TILE(image[j * IMAGE_VECTOR + c]);
      }
    }
    place_right(filter, item, right);
    barrier(CLK_LOCAL_MEM_FENCE);
    const int next = k + TILE_K;
    fetch_image(x, places, next + tap, taps, middle, outer_step, middle_step, run, image);
    fetch_right(w, next * TILE_N, taps * TILE_N, item, filter);
    multiply_tiles(left, right, lx, ly, acc);
    barrier(CLK_LOCAL_MEM_FENCE);
  }

#pragma unroll
  for (int j = 0; j < COLUMN_QUADS; j++) {
    const int channel = (j * GROUP_N + lx) * 4;
    __global const int *target = blocks + (panel * (TILE_N / 16) + channel / 16) * 8;
    const int lane = channel % 16;
    const int lanes = target[4] - lane;
#pragma unroll
    for (int i = 0; i < ITEM_M; i++) {
      const int pixel = first + (i / 4 * GROUP_M + ly) * 4 + i % 4;
      if (pixel >= pixels || lanes <= 0) continue;
      const int image_row = pixel / out_width;
      __global STORE_T *destination = y + target[0] + image_row / out_height * target[1] +
                                      image_row % out_height * target[2] +
                                      pixel % out_width * target[3] + lane;
      store_quad(ACTIVATE(acc[i * COLUMN_QUADS + j], target[5]), lanes, destination);
    }
  }
}
