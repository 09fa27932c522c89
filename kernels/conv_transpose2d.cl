// Transposed convolution of an NHWC image, then bias and activation: each result gathers the pixels whose windows reach it.
//
// x and y have neighbouring channels and any other strides. w is [KH, KW, I, O/groups], dense. Output column ox gets tap kx of
// pixel ix where ix · stride = ox + left − kx · dilation, and so along the rows.
//
// conv_transpose2d_rows   one work-item per group computes 16 channels of a row of results. Columns that are a stride apart get the
//                         same taps, so that COLUMNS of them share the weights. Global id 0 is the row (all images' rows in turn),
//                         id 1 the 16 channels (all groups' in turn).
// conv_transpose2d_items  one result per work-item: channel, column, row.
//
// Macros: KH, KW, COLUMNS, TAIL (a group's channels are no multiple of 16), HAS_BIAS, ACT0(x).
#include "common.clh"

#ifndef KH
#define KH 3
#endif
#ifndef KW
#define KW 3
#endif
#ifndef COLUMNS
#define COLUMNS 8
#endif
#ifndef TAIL
#define TAIL 1
#endif
#ifndef HAS_BIAS
#define HAS_BIAS 0
#endif

#if TAIL
#define LOAD_LANES(lanes, p) load_lanes(lanes, p)
#define STORE_LANES(v, lanes, p) store_lanes(v, lanes, p)
#else
#define LOAD_LANES(lanes, p) LOAD16(0, p)
#define STORE_LANES(v, lanes, p) STORE16(v, 0, p)
#endif

#define GEOMETRY                                                                                \
  __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict w,         \
      int w_offset, __global const STORE_T *restrict bias, int bias_offset,                     \
      __global STORE_T *restrict y, int y_offset, int inner, int outer, int all_inner,          \
      int out_height, int out_width, int height, int width, int x_batch, int x_row, int x_column, \
      int y_batch, int y_row, int y_column, int top, int left, int stride_y, int stride_x,      \
      int dilation_y, int dilation_x

// The pixel of which tap k reaches result o, or -1 where none does; `before` is the border.
static inline int pixel_of(int o, int before, int k, int dilation, int stride, int extent) {
  const int reach = o + before - k * dilation;
  const int pixel = reach / stride;
  return reach >= 0 && pixel * stride == reach && pixel < extent ? pixel : -1;
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void conv_transpose2d_rows(GEOMETRY) {
  const int n = get_global_id(0) / out_height;
  const int oy = get_global_id(0) % out_height;
  const int panels = (outer + 15) / 16;
  const int group = get_global_id(1) / panels;
  const int o = get_global_id(1) % panels * 16;
  const int lanes = outer - o;
  __global const STORE_T *image = x + x_offset + n * x_batch + group * inner;
  __global STORE_T *target = y + y_offset + n * y_batch + oy * y_row + group * outer + o;
  float16 first = (float16)(0.0f);
#if HAS_BIAS
  first = LOAD_LANES(lanes, bias + bias_offset + group * outer + o);
#endif

  for (int phase = 0; phase < min(stride_x, out_width); phase++) {
    for (int ox = phase; ox < out_width; ox += stride_x * COLUMNS) {
      float16 acc[COLUMNS];
#pragma unroll
      for (int j = 0; j < COLUMNS; j++) acc[j] = first;
      for (int ky = 0; ky < KH; ky++) {
        const int iy = pixel_of(oy, top, ky, dilation_y, stride_y, height);
        if (iy < 0) continue;
        __global const STORE_T *row = image + iy * x_row;
        for (int kx = 0; kx < KW; kx++) {
          // A multiple of the stride, perhaps a negative one.
          const int reach = ox + left - kx * dilation_x;
          const int ix = reach / stride_x;
          if (ix * stride_x != reach || ix >= width || ix + COLUMNS <= 0) continue;
          __global const STORE_T *tap =
              w + w_offset + ((ky * KW + kx) * all_inner + group * inner) * outer + o;
          if (ix >= 0 && ix + COLUMNS <= width) {
            for (int i = 0; i < inner; i++) {
              const float16 weights = LOAD_LANES(lanes, tap + i * outer);
#pragma unroll
              for (int j = 0; j < COLUMNS; j++) {
                acc[j] = fma((float16)(LOAD((ix + j) * x_column + i, row)), weights, acc[j]);
              }
            }
          } else {
            for (int i = 0; i < inner; i++) {
              const float16 weights = LOAD_LANES(lanes, tap + i * outer);
#pragma unroll
              for (int j = 0; j < COLUMNS; j++) {
                if (ix + j >= 0 && ix + j < width) {
                  acc[j] = fma((float16)(LOAD((ix + j) * x_column + i, row)), weights, acc[j]);
                }
              }
            }
          }
        }
      }
#pragma unroll
      for (int j = 0; j < COLUMNS; j++) {
        const int column = ox + j * stride_x;
        if (column < out_width) STORE_LANES(ACT0(acc[j]), lanes, target + column * y_column);
      }
    }
  }
}

__kernel void conv_transpose2d_items(GEOMETRY, ITEMS3) {
  if (IS_BEYOND3) return;
  const int channel = get_global_id(0);
  const int ox = get_global_id(1);
  const int n = get_global_id(2) / out_height;
  const int oy = get_global_id(2) % out_height;
  const int group = channel / outer;
  __global const STORE_T *image = x + x_offset + n * x_batch + group * inner;
  float sum = 0.0f;
#if HAS_BIAS
  sum = LOAD(bias_offset + channel, bias);
#endif
  for (int ky = 0; ky < KH; ky++) {
    const int iy = pixel_of(oy, top, ky, dilation_y, stride_y, height);
    if (iy < 0) continue;
    for (int kx = 0; kx < KW; kx++) {
      const int ix = pixel_of(ox, left, kx, dilation_x, stride_x, width);
      if (ix < 0) continue;
      __global const STORE_T *pixel = image + iy * x_row + ix * x_column;
      __global const STORE_T *tap = w + w_offset +
                                    ((ky * KW + kx) * all_inner + group * inner) * outer +
                                    channel % outer;
      for (int i = 0; i < inner; i++) sum = fma(LOAD(i, pixel), LOAD(i * outer, tap), sum);
    }
  }
  STORE(ACT0(sum), y_offset + n * y_batch + oy * y_row + ox * y_column + channel, y);
}
