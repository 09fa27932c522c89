// The gradient of a convolution by its weights: tiles of a product of the image's patches and the gradient by the result.
//
// x is the image at its first tap, in the middle of zeros wherever taps lie outside; g the gradient by the result. Their
// channels are neighbours, all other strides are free. y is dense, [rows][run][outer of all groups]: a row is a row of taps whose
// `run` elements of the image are neighbours, or a tap. Row r begins at (r / row_taps) * outer_step + (r % row_taps) *
// inner_step. A work-item sums TR rows x MR elements of the run x NV vectors of channels over a part of the result's rows, in their order.
//
// conv2d_weight_gradient      global id 0 is the vectors of channels (all groups' in turn), 1 the tile, 2 the part. Parts go to
//                             `part_step` apart.
// conv2d_weight_gradient_sum  adds the parts in their order: `chunk` elements of `length` per work-item.
//
// Macros: VW (channels of a vector, 16 for CPUs or 4), NV, TR, MR, TAIL (a group's channels are no multiple of VW * NV; NV is 1).
#include "common.clh"

#ifndef VW
#define VW 16
#endif
#ifndef NV
#define NV 1
#endif
#ifndef TR
#define TR 1
#endif
#ifndef MR
#define MR 8
#endif
#ifndef TAIL
#define TAIL 1
#endif

#if VW == 16
typedef float16 vec;
#define LOAD_WHOLE(p) LOAD16(0, p)
#define LOAD_VEC(count, p) load_lanes(count, p)
#define STORE_VEC(v, count, p) store_lanes(v, count, p)
#else
typedef float4 vec;
#define LOAD_WHOLE(p) LOAD4(0, p)
#define LOAD_VEC(count, p) load_quad(count, p)
#define STORE_VEC(v, count, p) store_quad(v, count, p)
#endif

#if TAIL
#define LOAD_LANES(count, p) LOAD_VEC(count, p)
#else
#define LOAD_LANES(count, p) LOAD_WHOLE(p)
#endif

__kernel
#if VW == 16
__attribute__((reqd_work_group_size(1, 1, 1)))
#endif
void conv2d_weight_gradient(
    __global const STORE_T *restrict x, int x_offset, __global const STORE_T *restrict g,
    int g_offset, __global STORE_T *restrict y, int y_offset, int x_batch, int x_row, int x_column,
    int out_height, int out_width, int g_batch, int g_row, int g_column, int all_rows,
    int rows_per_part, int rows, int run, int row_taps, int outer_step, int inner_step, int inner,
    int outer, int all_outer, int run_tiles, int part_step) {
  const int panels = (outer + VW * NV - 1) / (VW * NV);
  const int group = get_global_id(0) / panels;
  const int o = get_global_id(0) % panels * (VW * NV);
  const int lanes = outer - o;
  // The last tiles begin earlier, so that they are whole; what their forerunners have is not stored twice.
  const int row_tile = get_global_id(1) / run_tiles * TR;
  const int run_tile = get_global_id(1) % run_tiles * MR;
  const int first_row = min(row_tile, rows - TR);
  const int first_element = min(run_tile, run - MR);
  int steps[TR];
#pragma unroll
  for (int t = 0; t < TR; t++) {
    const int row = first_row + t;
    steps[t] = row / row_taps * outer_step + row % row_taps * inner_step;
  }
  vec acc[TR * MR * NV];
#pragma unroll
  for (int i = 0; i < TR * MR * NV; i++) acc[i] = (vec)(0.0f);

  const int from = get_global_id(2) * rows_per_part;
  const int to = min(from + rows_per_part, all_rows);
  int n = from / out_height;
  int oy = from % out_height;
  for (int r = from; r < to; r++) {
    __global const STORE_T *source =
        x + x_offset + n * x_batch + oy * x_row + group * inner + first_element;
    __global const STORE_T *gradient =
        g + g_offset + n * g_batch + oy * g_row + group * outer + o;
    for (int ox = 0; ox < out_width; ox++) {
      vec factor[NV];
#pragma unroll
      for (int v = 0; v < NV; v++) factor[v] = LOAD_LANES(lanes, gradient + v * VW);
#pragma unroll
      for (int t = 0; t < TR; t++) {
        __global const STORE_T *p = source + steps[t];
#pragma unroll
        for (int m = 0; m < MR; m++) {
          const vec element = (vec)(LOAD(m, p));
#pragma unroll
          for (int v = 0; v < NV; v++) {
            acc[(t * MR + m) * NV + v] = fma(element, factor[v], acc[(t * MR + m) * NV + v]);
          }
        }
      }
      source += x_column;
      gradient += g_column;
    }
    oy++;
    if (oy == out_height) {
      oy = 0;
      n++;
    }
  }

  __global STORE_T *target = y + y_offset + (int)get_global_id(2) * part_step + group * outer + o;
#pragma unroll
  for (int t = 0; t < TR; t++) {
#pragma unroll
    for (int m = 0; m < MR; m++) {
      if (first_row + t < row_tile || first_element + m < run_tile) continue;
      __global STORE_T *place =
          target + ((first_row + t) * run + first_element + m) * all_outer;
#pragma unroll
      for (int v = 0; v < NV; v++) {
        STORE_VEC(acc[(t * MR + m) * NV + v], lanes - v * VW, place + v * VW);
      }
    }
  }
}

__kernel void conv2d_weight_gradient_sum(
    __global const STORE_T *restrict parts, int parts_offset, __global STORE_T *restrict y,
    int y_offset, int count, int part_step, int length, int chunk) {
  const int first = get_global_id(0) * chunk;
  const int end = min(first + chunk, length);
  for (int i = first; i < end; i += VW) {
    vec sum = LOAD_VEC(end - i, parts + parts_offset + i);
    for (int part = 1; part < count; part++) {
      sum += LOAD_VEC(end - i, parts + parts_offset + part * part_step + i);
    }
    STORE_VEC(sum, end - i, y + y_offset + i);
  }
}
