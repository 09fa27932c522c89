// Maximum, average or norm over a sliding window of an NHWC image, then bias and activation.
//
// x and y have neighbouring channels and any other strides; x_offset is the image's first element, without any
// border: taps outside the image are left out, not read.
//
// pool2d_rows   one work-item per group computes a row of output pixels, `panel` channels of it. Global id 0 is the
//               row (all images' rows in turn), id 1 the panel. Columns whose window lies inside the image take
//               a path without bounds.
// pool2d_items  one output value per work-item: channel, column, row.
//
// Macros: IS_MAX, IS_NORM (the ROOT(x) of the sum of MAP(x); IS_MAX is 0), KH, KW (the window), COUNT_PAD (an average divides by padding too), NV (vectors of 16 channels
// at a time), TAIL (the channels are no multiple of 16·NV; NV is 1), HAS_BIAS, ACT0(x).
#include "common.clh"

#ifndef IS_MAX
#define IS_MAX 1
#endif
#ifndef KH
#define KH 3
#endif
#ifndef KW
#define KW 3
#endif
#ifndef IS_NORM
#define IS_NORM 0
#endif
#ifndef MAP
#define MAP(x) (x)
#endif
#ifndef ROOT
#define ROOT(x) (x)
#endif
#ifndef COUNT_PAD
#define COUNT_PAD 0
#endif
#ifndef NV
#define NV 1
#endif
#ifndef TAIL
#define TAIL 1
#endif
#ifndef HAS_BIAS
#define HAS_BIAS 0
#endif

#if IS_MAX
#define START (-INFINITY)
#define COMBINE(a, b) max(a, b)
#else
#define START 0.0f
#define COMBINE(a, b) ((a) + (b))
#endif

#if TAIL
#define LOAD_LANES(lanes, p) load_lanes(lanes, p)
#define STORE_LANES(v, lanes, p) store_lanes(v, lanes, p)
#else
#define LOAD_LANES(lanes, p) LOAD16(0, p)
#define STORE_LANES(v, lanes, p) STORE16(v, 0, p)
#endif

#define GEOMETRY                                                                                  \
  __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict bias,            \
      int bias_offset, __global STORE_T *restrict y, int y_offset, int channels, int out_height,    \
      int out_width, int height, int width, int x_batch, int x_row, int x_column, int y_batch,    \
      int y_row, int y_column, int top, int left, int bottom, int right, int stride_y,            \
      int stride_x, int dilation_y, int dilation_x

// The first tap of a window starting at `start` that is not before the image.
static inline int first_tap(int start, int dilation) {
  return start >= 0 ? 0 : (dilation - 1 - start) / dilation;
}

// One more than the last of `taps` taps that lies before `end`; at least 0.
static inline int end_tap(int start, int dilation, int end, int taps) {
  return end <= start ? 0 : min(taps, (end - start + dilation - 1) / dilation);
}

static inline void window(__global const STORE_T *p, int ky0, int ky1, int kx0, int kx1, int tap_row,
                   int tap_column, int lanes, float16 *acc) {
#pragma unroll
  for (int v = 0; v < NV; v++) acc[v] = (float16)(START);
  for (int ky = ky0; ky < ky1; ky++) {
    for (int kx = kx0; kx < kx1; kx++) {
      __global const STORE_T *tap = p + ky * tap_row + kx * tap_column;
#pragma unroll
      for (int v = 0; v < NV; v++) {
        const float16 value = LOAD_LANES(lanes, tap + v * 16);
        acc[v] = COMBINE(acc[v], MAP(value));
      }
    }
  }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void pool2d_rows(GEOMETRY, int panel) {
  const int n = get_global_id(0) / out_height;
  const int oy = get_global_id(0) % out_height;
  const int first = get_global_id(1) * panel;
  const int end = min(first + panel, channels);
  const int iy = oy * stride_y - top;
  const int ky0 = first_tap(iy, dilation_y);
  const int ky1 = end_tap(iy, dilation_y, height, KH);
  const int counted_rows = COUNT_PAD ? end_tap(iy, dilation_y, height + bottom, KH) : ky1 - ky0;
  const int inside_from = (left + stride_x - 1) / stride_x;
  const int reach = width - 1 - (KW - 1) * dilation_x + left;
  const int inside_to = reach < 0 ? 0 : reach / stride_x + 1;
  const int tap_row = dilation_y * x_row;
  const int tap_column = dilation_x * x_column;
  __global const STORE_T *source = x + x_offset + n * x_batch + iy * x_row;
  __global STORE_T *target = y + y_offset + n * y_batch + oy * y_row;

  for (int ox = 0; ox < out_width; ox++) {
    const int ix = ox * stride_x - left;
    const bool inside = ox >= inside_from && ox < inside_to;
    const int kx0 = first_tap(ix, dilation_x);
    const int kx1 = end_tap(ix, dilation_x, width, KW);
    const int counted = COUNT_PAD ? end_tap(ix, dilation_x, width + right, KW) : kx1 - kx0;
    const float scale = 1.0f / (float)(counted_rows * counted);
    for (int c = first; c < end; c += NV * 16) {
      const int lanes = end - c;
      float16 acc[NV];
      __global const STORE_T *p = source + ix * x_column + c;
      if (inside) {
        window(p, ky0, ky1, 0, KW, tap_row, tap_column, lanes, acc);
      } else {
        window(p, ky0, ky1, kx0, kx1, tap_row, tap_column, lanes, acc);
      }
#pragma unroll
      for (int v = 0; v < NV; v++) {
        float16 value = acc[v];
#if IS_NORM
        value = ROOT(value);
#elif !IS_MAX
        value *= scale;
#endif
#if HAS_BIAS
        value += LOAD_LANES(lanes, bias + bias_offset + c + v * 16);
#endif
        STORE_LANES(ACT0(value), lanes, target + ox * y_column + c + v * 16);
      }
    }
  }
}

__kernel void pool2d_items(GEOMETRY, ITEMS3) {
  if (IS_BEYOND3) return;
  const int c = get_global_id(0);
  const int ox = get_global_id(1);
  const int n = get_global_id(2) / out_height;
  const int oy = get_global_id(2) % out_height;
  const int iy = oy * stride_y - top;
  const int ix = ox * stride_x - left;
  const int ky0 = first_tap(iy, dilation_y);
  const int ky1 = end_tap(iy, dilation_y, height, KH);
  const int kx0 = first_tap(ix, dilation_x);
  const int kx1 = end_tap(ix, dilation_x, width, KW);
  __global const STORE_T *p = x + x_offset + n * x_batch + iy * x_row + ix * x_column + c;
  float value = START;
  for (int ky = ky0; ky < ky1; ky++) {
    for (int kx = kx0; kx < kx1; kx++) {
      const float tap = LOAD(ky * dilation_y * x_row + kx * dilation_x * x_column, p);
      value = COMBINE(value, MAP(tap));
    }
  }
#if IS_NORM
  value = ROOT(value);
#elif !IS_MAX
#if COUNT_PAD
  value /= (float)(end_tap(iy, dilation_y, height + bottom, KH) *
                   end_tap(ix, dilation_x, width + right, KW));
#else
  value /= (float)((ky1 - ky0) * (kx1 - kx0));
#endif
#endif
#if HAS_BIAS
  value += LOAD(bias_offset + c, bias);
#endif
  STORE(ACT0(value), y_offset + n * y_batch + oy * y_row + ox * y_column + c, y);
}
