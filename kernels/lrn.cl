// Local response normalisation across channels: y = x / (bias + scale · Σ x²)^beta over the channels from
// `before` before to `after` after each one.
//
// axes   three ints for each axis but the channels: extent, stride of y, stride of x
//
// lrn_rows   one work-item per group: the channels of `pixels_per_item` pixels; neighbours in memory, before and
//            after at most 16. Global id 0 is the group of pixels.
// lrn_items  one value per work-item: channel, pixel; channels of x are x_step apart.
//
// Macros: POWER(s), s to the power of −beta.
#include "common.clh"
#include "strided.clh"

#ifndef POWER
#define POWER(s) pow(s, -0.75f)
#endif

#define GEOMETRY                                                                            \
  __global const STORE_T *restrict x, int x_offset, __global STORE_T *restrict y, int y_offset, \
      __global const int *restrict axes, int axis_count, int channels, int before, int after, \
      float bias, float scale

// Squares of the 16 channels from c on, zeros for those that are not there.
static inline float16 squares(__global const STORE_T *source, int c, int channels) {
  if (c < 0 || c >= channels) return (float16)(0.0f);
  const float16 v = load_lanes(channels - c, source + c);
  return v * v;
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void lrn_rows(
    GEOMETRY, int pixels, int pixels_per_item) {
  const int first = get_global_id(0) * pixels_per_item;
  const int last = min(first + pixels_per_item, pixels);
  for (int pixel = first; pixel < last; pixel++) {
    const int2 place = place2(axes, axis_count, pixel);
    __global const STORE_T *source = x + x_offset + place.s1;
    __global STORE_T *target = y + y_offset + place.s0;
    // Squares of the block of 16 channels, of the one before and of the one after.
    float near[48];
    vstore16((float16)(0.0f), 0, near);
    vstore16(squares(source, 0, channels), 1, near);
    for (int c = 0; c < channels; c += 16) {
      vstore16(squares(source, c + 16, channels), 2, near);
      float16 sum = (float16)(0.0f);
      for (int d = -before; d <= after; d++) sum += vload16(0, near + 16 + d);
      const float16 s = bias + scale * sum;
      const float16 value = load_lanes(channels - c, source + c);
      store_lanes(value * POWER(s), channels - c, target + c);
      const float16 block = vload16(1, near);
      const float16 next = vload16(2, near);
      vstore16(block, 0, near);
      vstore16(next, 1, near);
    }
  }
}

__kernel void lrn_items(GEOMETRY, int x_step, ITEMS2) {
  if (IS_BEYOND2) return;
  const int c = get_global_id(0);
  const int2 place = place2(axes, axis_count, get_global_id(1));
  __global const STORE_T *source = x + x_offset + place.s1;
  float sum = 0.0f;
  for (int k = max(c - before, 0); k <= min(c + after, channels - 1); k++) {
    const float v = LOAD(k * x_step, source);
    sum = fma(v, v, sum);
  }
  const float s = bias + scale * sum;
  STORE(LOAD(c * x_step, source) * POWER(s), y_offset + place.s0 + c, y);
}
