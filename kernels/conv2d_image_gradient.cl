// The gradient of a convolution by its image: every pixel gathers the windows that it was part of.
//
// g is the gradient by the convolution's result, in the middle of zeros wherever windows lie outside; y the result, [N, H, W, I]. Their
// channels are neighbours, all other strides are free. Pixels whose columns are a stride apart (a phase) get the same taps, so
// that COLUMNS of them share the weights. Taps and channels are summed in their order.
//
// conv2d_image_gradient       a work-item computes NV vectors of channels of `rows_per_item` rows (CPUs), or of COLUMNS pixels of a row
//                             (BY_COLUMNS). Global id 0 is the vectors (all groups' in turn), 1 the rows (all images' in turn), 2 the
//                             phase and the tile of columns, or 0.
// conv2d_image_gradient_pack  weights [taps][inner][all outer] to [group][panel][tap][outer][VW * NV], zeros where the channels
//                             end. Global id 0 is the panel (all groups' in turn), 1 the tap, and 2 a slice of the outer channels.
//
// Macros: VW (channels of a vector, 16 for CPUs or 4), NV, COLUMNS, BY_COLUMNS, KH, KW.
#include "common.clh"

#ifndef VW
#define VW 16
#endif
#ifndef NV
#define NV 1
#endif
#ifndef COLUMNS
#define COLUMNS 8
#endif
#ifndef BY_COLUMNS
#define BY_COLUMNS 0
#endif
#ifndef KH
#define KH 3
#endif
#ifndef KW
#define KW 3
#endif

#if VW == 16
typedef float16 vec;
#define LOAD_WHOLE(p) LOAD16(0, p)
#define STORE_VEC(v, count, p) store_lanes(v, count, p)
#else
typedef float4 vec;
#define LOAD_WHOLE(p) LOAD4(0, p)
#define STORE_VEC(v, count, p) store_quad(v, count, p)
#endif

__kernel void conv2d_image_gradient_pack(
    __global const STORE_T *restrict w, int w_offset, __global STORE_T *restrict packed,
    int packed_offset, int inner, int outer, int all_outer, int taps, int slice) {
  const int panels = (inner + VW * NV - 1) / (VW * NV);
  const int group = get_global_id(0) / panels;
  const int first = get_global_id(0) % panels * (VW * NV);
  const int tap = get_global_id(1);
  const int from = get_global_id(2) * slice;
  const int to = min(from + slice, outer);
  __global const STORE_T *source = w + w_offset + (tap * inner + first) * all_outer + group * outer;
  __global STORE_T *target =
      packed + packed_offset + ((int)get_global_id(0) * taps + tap) * outer * (VW * NV);
  for (int i = 0; i < VW * NV; i++) {
    __global STORE_T *lane = target + i;
    if (first + i < inner) {
      __global const STORE_T *row = source + i * all_outer;
      for (int o = from; o < to; o++) STORE(LOAD(o, row), o * (VW * NV), lane);
    } else {
      for (int o = from; o < to; o++) STORE(0.0f, o * (VW * NV), lane);
    }
  }
}

// One tile: COLUMNS pixels of a row that are stride_x apart, from column `column` on; only those from number `skipped` are stored.
static inline void tile(
    __global const STORE_T *gradient, __global const STORE_T *weights, __global STORE_T *target,
    int row, int column, int skipped, int lanes, int outer, int g_row, int g_column, int y_column,
    int top, int left, int stride_y, int stride_x, int dilation_y, int dilation_x) {
  vec acc[COLUMNS * NV];
#pragma unroll
  for (int i = 0; i < COLUMNS * NV; i++) acc[i] = (vec)(0.0f);
  for (int ky = 0; ky < KH; ky++) {
    const int reach_y = row + top - ky * dilation_y;
    const int oy = reach_y / stride_y;
    if (oy * stride_y != reach_y) continue;
    for (int kx = 0; kx < KW; kx++) {
      const int reach_x = column + left - kx * dilation_x;
      const int ox = reach_x / stride_x;
      if (ox * stride_x != reach_x) continue;
      __global const STORE_T *p = gradient + oy * g_row + ox * g_column;
      __global const STORE_T *tap = weights + (ky * KW + kx) * outer * (VW * NV);
      for (int o = 0; o < outer; o++) {
        vec factor[NV];
#pragma unroll
        for (int v = 0; v < NV; v++) factor[v] = LOAD_WHOLE(tap + v * VW);
#pragma unroll
        for (int j = 0; j < COLUMNS; j++) {
          const vec element = (vec)(LOAD(j * g_column, p));
#pragma unroll
          for (int v = 0; v < NV; v++) {
            acc[j * NV + v] = fma(element, factor[v], acc[j * NV + v]);
          }
        }
        tap += VW * NV;
        p++;
      }
    }
  }
#pragma unroll
  for (int j = 0; j < COLUMNS; j++) {
    if (j < skipped) continue;
    __global STORE_T *place = target + (column + j * stride_x) * y_column;
#pragma unroll
    for (int v = 0; v < NV; v++) {
      if (lanes > v * VW) STORE_VEC(acc[j * NV + v], lanes - v * VW, place + v * VW);
    }
  }
}

__kernel
#if !BY_COLUMNS
__attribute__((reqd_work_group_size(1, 1, 1)))
#endif
void conv2d_image_gradient(
    __global const STORE_T *restrict g, int g_offset, __global const STORE_T *restrict packed,
    int packed_offset, __global STORE_T *restrict y, int y_offset, int height, int width,
    int g_batch, int g_row, int g_column, int y_batch, int y_row, int y_column, int inner, int outer,
    int top, int left, int stride_y, int stride_x, int dilation_y, int dilation_x, int all_rows,
    int rows_per_item, int column_tiles) {
  const int panels = (inner + VW * NV - 1) / (VW * NV);
  const int group = get_global_id(0) / panels;
  const int i = get_global_id(0) % panels * (VW * NV);
  const int lanes = inner - i;
  __global const STORE_T *weights =
      packed + packed_offset + (int)get_global_id(0) * (KH * KW) * outer * (VW * NV);
  const int from = get_global_id(1) * rows_per_item;
  const int to = min(from + rows_per_item, all_rows);
  for (int r = from; r < to; r++) {
    const int n = r / height;
    const int row = r % height;
    __global const STORE_T *gradient = g + g_offset + n * g_batch + group * outer;
    __global STORE_T *target = y + y_offset + n * y_batch + row * y_row + group * inner + i;
#if BY_COLUMNS
    const int phase = get_global_id(2) / column_tiles;
    const int count = (width - phase + stride_x - 1) / stride_x;
    const int wanted = get_global_id(2) % column_tiles * COLUMNS;
    if (wanted >= count) return;
#else
    for (int phase = 0; phase < min(stride_x, width); phase++) {
      const int count = (width - phase + stride_x - 1) / stride_x;
      for (int wanted = 0; wanted < count; wanted += COLUMNS)
#endif
      {
        // The last tile begins earlier, so that it is whole; what its forerunner has is not stored twice.
        const int begin = min(wanted, count - COLUMNS);
        tile(gradient, weights, target, row, phase + begin * stride_x, wanted - begin, lanes, outer,
             g_row, g_column, y_column, top, left, stride_y, stride_x, dilation_y, dilation_x);
      }
#if !BY_COLUMNS
    }
#endif
  }
}
