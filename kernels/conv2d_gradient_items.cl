// Gradients of a convolution with one result per work-item: groups, dilations, any layout, any device.
//
// x is the image [N, H, W, I] without any border, g the gradient by the result [N, OH, OW, O], w the weights [KH, KW, I/groups, O],
// dense. Channels are neighbours. Taps outside the image are left out. Sums go over images, rows and columns in turn.
//
// conv2d_weight_gradient_items  y is [KH, KW, I/groups, O], dense. Global id 0 is o, id 1 is the tap times the channels plus i.
// conv2d_image_gradient_items   y is [N, H, W, I]. Global id 0 is the channel, 1 the column, 2 the row of all images' rows.
//
// inner, outer: channels of a group of the image, and of the result.
#include "common.clh"

#ifndef KH
#define KH 3
#endif
#ifndef KW
#define KW 3
#endif

// The first window whose tap at `reach` behind its beginning is not before the image.
static inline int first_window(int reach, int stride) {
  return reach >= 0 ? 0 : (stride - 1 - reach) / stride;
}

// One more than the last of `count` windows whose tap at `reach` behind its beginning lies in an axis of `extent`; at least 0.
static inline int end_window(int reach, int stride, int extent, int count) {
  return extent <= reach ? 0 : min(count, (extent - reach + stride - 1) / stride);
}

__kernel void conv2d_weight_gradient_items(
    __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict g,
    int g_offset, __global STORE_T *restrict y, int y_offset, int images, int height, int width,
    int x_batch, int x_row, int x_column, int out_height, int out_width, int g_batch, int g_row,
    int g_column, int inner, int outer, int top, int left, int stride_y, int stride_x,
    int dilation_y, int dilation_x, ITEMS2) {
  if (IS_BEYOND2) return;
  const int o = get_global_id(0);
  const int i = get_global_id(1) % inner;
  const int tap = get_global_id(1) / inner;
  const int channel = o / outer * inner + i;
  const int from_y = tap / KW * dilation_y - top;
  const int from_x = tap % KW * dilation_x - left;
  const int y0 = first_window(from_y, stride_y);
  const int y1 = end_window(from_y, stride_y, height, out_height);
  const int x0 = first_window(from_x, stride_x);
  const int x1 = end_window(from_x, stride_x, width, out_width);
  float sum = 0.0f;
  for (int n = 0; n < images; n++) {
    for (int oy = y0; oy < y1; oy++) {
      __global const STORE_T *source =
          x + x_offset + n * x_batch + (oy * stride_y + from_y) * x_row + channel;
      __global const STORE_T *gradient = g + g_offset + n * g_batch + oy * g_row + o;
      for (int ox = x0; ox < x1; ox++) {
        sum = fma(LOAD((ox * stride_x + from_x) * x_column, source), LOAD(ox * g_column, gradient),
                  sum);
      }
    }
  }
  STORE(sum, y_offset + (int)get_global_id(1) * items_0 + o, y);
}

// The window whose tap k lies at position p, or -1 where there is none; `before` is the border.
static inline int window_at(int p, int before, int k, int dilation, int stride, int count) {
  const int reach = p + before - k * dilation;
  const int window = reach / stride;
  return reach >= 0 && window * stride == reach && window < count ? window : -1;
}

__kernel void conv2d_image_gradient_items(
    __global const STORE_T *restrict g, int g_offset, __global const STORE_T *restrict w,
    int w_offset, __global STORE_T *restrict y, int y_offset, int height, int out_height,
    int out_width, int g_batch, int g_row, int g_column, int y_batch, int y_row, int y_column,
    int inner, int outer, int all_outer, int top, int left, int stride_y, int stride_x,
    int dilation_y, int dilation_x, ITEMS3) {
  if (IS_BEYOND3) return;
  const int channel = get_global_id(0);
  const int column = get_global_id(1);
  const int n = get_global_id(2) / height;
  const int row = get_global_id(2) % height;
  const int group = channel / inner;
  float sum = 0.0f;
  for (int ky = 0; ky < KH; ky++) {
    const int oy = window_at(row, top, ky, dilation_y, stride_y, out_height);
    if (oy < 0) continue;
    for (int kx = 0; kx < KW; kx++) {
      const int ox = window_at(column, left, kx, dilation_x, stride_x, out_width);
      if (ox < 0) continue;
      __global const STORE_T *gradient =
          g + g_offset + n * g_batch + oy * g_row + ox * g_column + group * outer;
      __global const STORE_T *tap =
          w + w_offset + ((ky * KW + kx) * inner + channel % inner) * all_outer + group * outer;
      for (int o = 0; o < outer; o++) sum = fma(LOAD(o, gradient), LOAD(o, tap), sum);
    }
  }
  STORE(sum, y_offset + n * y_batch + row * y_row + column * y_column + channel, y);
}
