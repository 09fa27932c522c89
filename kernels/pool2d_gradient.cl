// The gradient of a maximum or average over a sliding window, by the image: every pixel gathers the windows that it is in.
//
// x is the image, g the gradient by the pool's result, y the result; channels are neighbours, all other strides are free. Taps
// outside the image are left out, not read. A maximum's gradient goes to the first largest element of its window, row by row.
//
// pool2d_gradient_rows   one work-item per group computes a row of pixels, 16 channels at a time. Global id 0 is the row (all
//                        images' rows in turn).
// pool2d_gradient_items  one result per work-item: channel, column, row.
//
// Macros: IS_MAX, KH, KW (the window), COUNT_PAD (an average divides by padding too), IS_ITEMS (which of the two is built).
#include "common.clh"

#ifndef IS_MAX
#define IS_MAX 1
#endif
#ifndef KH
#define KH 2
#endif
#ifndef KW
#define KW 2
#endif
#ifndef COUNT_PAD
#define COUNT_PAD 0
#endif

#ifndef IS_ITEMS
#define IS_ITEMS 0
#endif

#define SIZES                                                                                     \
  int channels, int out_height, int out_width, int height, int width, int x_batch, int x_row,     \
      int x_column, int g_batch, int g_row, int g_column, int y_batch, int y_row, int y_column,   \
      int top, int left, int bottom, int right, int stride_y, int stride_x, int dilation_y,       \
      int dilation_x
#define THE_SIZES                                                                                 \
  channels, out_height, out_width, height, width, x_batch, x_row, x_column, g_batch, g_row,       \
      g_column, y_batch, y_row, y_column, top, left, bottom, right, stride_y, stride_x,           \
      dilation_y, dilation_x
#define GEOMETRY                                                                                  \
  __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict g,           \
      int g_offset, __global STORE_T *restrict y, int y_offset, SIZES

// One channel of a work-item, or 16 of which `lanes` exist.
#if IS_ITEMS
typedef float value_t;
typedef int mask_t;
#define FETCH(i, p) LOAD(i, p)
#else
typedef float16 value_t;
typedef int16 mask_t;
#define FETCH(i, p) load_lanes(lanes, (p) + (i))
#endif

// The first tap of a window starting at `start` that is not before the image.
static inline int first_tap(int start, int dilation) {
  return start >= 0 ? 0 : (dilation - 1 - start) / dilation;
}

// One more than the last of `taps` taps that lies before `end`; at least 0.
static inline int end_tap(int start, int dilation, int end, int taps) {
  return end <= start ? 0 : min(taps, (end - start + dilation - 1) / dilation);
}

// The window whose tap k lies at position p, or -1 where there is none; `before` is the border.
static inline int window_at(int p, int before, int k, int dilation, int stride, int count) {
  const int reach = p + before - k * dilation;
  const int window = reach / stride;
  return reach >= 0 && window * stride == reach && window < count ? window : -1;
}

// The gradient by the pixel at (row, column); `image` and `gradient` are where its channels are in the first row and column.
static inline value_t gathered(__global const STORE_T *image, __global const STORE_T *gradient, int row,
                               int column, int lanes, SIZES) {
  value_t sum = (value_t)(0.0f);
  for (int ky = 0; ky < KH; ky++) {
    const int oy = window_at(row, top, ky, dilation_y, stride_y, out_height);
    if (oy < 0) continue;
    const int iy = oy * stride_y - top;
    const int ky0 = first_tap(iy, dilation_y);
    const int ky1 = end_tap(iy, dilation_y, height, KH);
    for (int kx = 0; kx < KW; kx++) {
      const int ox = window_at(column, left, kx, dilation_x, stride_x, out_width);
      if (ox < 0) continue;
      const int ix = ox * stride_x - left;
      const int kx0 = first_tap(ix, dilation_x);
      const int kx1 = end_tap(ix, dilation_x, width, KW);
      const value_t passed = FETCH(oy * g_row + ox * g_column, gradient);
#if IS_MAX
      __global const STORE_T *p = image + iy * x_row + ix * x_column;
      const int own = ky * KW + kx;
      const value_t value = FETCH(ky * dilation_y * x_row + kx * dilation_x * x_column, p);
      // All bits of a lane: comparisons of vectors give -1, of scalars 1.
      mask_t wins = (mask_t)(-1);
      for (int a = ky0; a < ky1; a++) {
        for (int b = kx0; b < kx1; b++) {
          const value_t other = FETCH(a * dilation_y * x_row + b * dilation_x * x_column, p);
          if (a * KW + b < own) wins &= !(other >= value);
          if (a * KW + b > own) wins &= !(other > value);
        }
      }
      sum += select((value_t)(0.0f), passed, wins);
#elif COUNT_PAD
      sum += passed / (float)(end_tap(iy, dilation_y, height + bottom, KH) *
                              end_tap(ix, dilation_x, width + right, KW));
#else
      sum += passed / (float)((ky1 - ky0) * (kx1 - kx0));
#endif
    }
  }
  return sum;
}

#if IS_ITEMS
__kernel void pool2d_gradient_items(GEOMETRY, ITEMS3) {
  if (IS_BEYOND3) return;
  const int c = get_global_id(0);
  const int column = get_global_id(1);
  const int n = get_global_id(2) / height;
  const int row = get_global_id(2) % height;
  const float sum = gathered(x + x_offset + n * x_batch + c, g + g_offset + n * g_batch + c, row,
                             column, 1, THE_SIZES);
  STORE(sum, y_offset + n * y_batch + row * y_row + column * y_column + c, y);
}
#else
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void pool2d_gradient_rows(GEOMETRY) {
  const int n = get_global_id(0) / height;
  const int row = get_global_id(0) % height;
  __global const STORE_T *image = x + x_offset + n * x_batch;
  __global const STORE_T *gradient = g + g_offset + n * g_batch;
  __global STORE_T *target = y + y_offset + n * y_batch + row * y_row;
  for (int column = 0; column < width; column++) {
    for (int c = 0; c < channels; c += 16) {
      const float16 sum =
          gathered(image + c, gradient + c, row, column, channels - c, THE_SIZES);
      store_lanes(sum, channels - c, target + column * y_column + c);
    }
  }
}
#endif
