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

#ifndef IS_MAX
#define IS_MAX 0
#endif
#ifndef NV
#define NV 2
#endif

#if IS_MAX
#define START (-INFINITY)
#define COMBINE(a, b) max(a, b)
#else
#define START 0.0f
#define COMBINE(a, b) ((a) + (b))
#endif

#define GEOMETRY                                                                              \
  __global const STORE_T *restrict x, int x_offset, __global STORE_T *restrict y, int y_offset,   \
      int channels, int height, int width, int x_batch, int x_row, int x_column, int y_batch, \
      float scale

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void global_pool_rows(GEOMETRY) {
  const int first = get_global_id(0) * NV * 16;
  const int n = get_global_id(1);
  const bool whole = first + NV * 16 <= channels;
  __global const STORE_T *source = x + x_offset + n * x_batch + first;
  float16 total[NV];
#pragma unroll
  for (int v = 0; v < NV; v++) total[v] = (float16)(START);
  for (int iy = 0; iy < height; iy++) {
    float16 sum[NV];
#pragma unroll
    for (int v = 0; v < NV; v++) sum[v] = (float16)(START);
    __global const STORE_T *p = source + iy * x_row;
    for (int ix = 0; ix < width; ix++) {
#pragma unroll
      for (int v = 0; v < NV; v++) {
        const float16 value =
            whole ? LOAD16(v, p) : load_lanes(channels - first - v * 16, p + v * 16);
        sum[v] = COMBINE(sum[v], value);
      }
      p += x_column;
    }
#pragma unroll
    for (int v = 0; v < NV; v++) total[v] = COMBINE(total[v], sum[v]);
  }
  __global STORE_T *target = y + y_offset + n * y_batch + first;
#pragma unroll
  for (int v = 0; v < NV; v++) {
    store_lanes(total[v] * scale, channels - first - v * 16, target + v * 16);
  }
}

__kernel void global_pool_items(GEOMETRY) {
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
