// Maximum or average over the whole of an NHWC image, for each channel.
//
// x has neighbouring channels and any other strides; y has neighbouring channels. Rows are summed by themselves
// first, so that rounding errors of large images stay small.
//
// global_pool_rows   one work-item per group: 16·NV channels. Global id 0 is the block of channels, id 1 the image.
// global_pool_items  one value per work-item: channel, image.
//
// Macros: IS_MAX, NV.
#include "common.clh"
#include "global_pool_block.clh"

#ifndef NV
#define NV 2
#endif

#define GEOMETRY                                                                               \
  __global const STORE_T *restrict x, int x_offset, __global STORE_T *restrict y, int y_offset, \
      int channels, int height, int width, int x_batch, int x_row, int x_column, int y_batch,  \
      float scale

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void global_pool_rows(GEOMETRY) {
  global_pool_block(
      NV, get_global_id(0), get_global_id(1), x, x_offset, y, y_offset, channels, height, width,
      x_batch, x_row, x_column, y_batch, scale);
}

__kernel void global_pool_items(GEOMETRY, ITEMS2) {
  if (IS_BEYOND2) return;
  const int c = get_global_id(0);
  const int n = get_global_id(1);
  __global const STORE_T *source = x + x_offset + n * x_batch + c;
  float total = START;
  for (int iy = 0; iy < height; iy++) {
    float sum = START;
    for (int ix = 0; ix < width; ix++) {
      const float value = LOAD(iy * x_row + ix * x_column, source);
      sum = COMBINE(sum, value);
    }
    total = COMBINE(total, sum);
  }
  STORE(total * scale, y_offset + n * y_batch + c, y);
}
