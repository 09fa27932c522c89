// One number, or two, of all elements along some axes: sums, extrema, norms, means and variances.
//
// A pass over the elements gives v, the JOIN of MAP(x, s) of all of them, and from that y = RESULT(v, s, n), n elements.
// With TWO_PASSES a first one gives v₁, the FIRST_JOIN of all elements, and s = SHIFT(v₁, n); with STORE_SHIFT s is stored in z.
//
// kept     four ints for each axis that stays: extent, strides of y, z and x
// reduced  two ints for each reduced axis but the innermost one: extent, stride of x; `rows` positions in all
// length, step   the innermost reduced axis
//
// reduce_rows   one work-item per group computes `results_per_item` results. VECTOR 1: elements along the innermost reduced
//               axis are neighbours. Global id 0 is the group of results.
// reduce_lanes  one work-item per group computes 16 results, neighbours in x and y (and z); `width` of them along the innermost
//               axis, which is not in `kept`. Global id 0 is the vector, id 1 the position in `kept`.
// reduce_group  a group of GROUP work-items per result. Global id 1 is the result.
// reduce_items  a result per work-item.
//
// Macros: MAP(x, s), JOIN(a, b), START, RESULT(v, s, n), TWO_PASSES, FIRST_JOIN(a, b), FIRST_START, SHIFT(v, n), STORE_SHIFT,
// VECTOR, GROUP.
#include "common.clh"
#include "strided.clh"

#ifndef MAP
#define MAP(x, s) (x)
#endif
#ifndef JOIN
#define JOIN(a, b) ((a) + (b))
#endif
#ifndef START
#define START 0.0f
#endif
#ifndef RESULT
#define RESULT(v, s, n) (v)
#endif
#ifndef TWO_PASSES
#define TWO_PASSES 0
#endif
#ifndef FIRST_JOIN
#define FIRST_JOIN(a, b) ((a) + (b))
#endif
#ifndef FIRST_START
#define FIRST_START ((T)0)
#endif
#ifndef SHIFT
#define SHIFT(v, n) (v)
#endif
#ifndef STORE_SHIFT
#define STORE_SHIFT 0
#endif
#ifndef VECTOR
#define VECTOR 1
#endif
#ifndef GROUP
#define GROUP 64
#endif

// TYPED: 1 where elements are not STORE_T but T, int or long; then offsets and strides are in 4-byte words, and only
// reduce_items may be launched.
#ifndef TYPED
#define TYPED 0
#endif
#ifndef T
#define T float
#endif
#if TYPED
#define GET(i, p) (*(__global const T *)((p) + (i)))
#define PUT(v, i, p) (*(__global T *)((p) + (i)) = (v))
#else
#define GET LOAD
#define PUT STORE
#endif

#define GEOMETRY                                                                                \
  __global const STORE_T *restrict x, int x_offset, __global STORE_T *restrict y, int y_offset, \
      __global STORE_T *restrict z, int z_offset, __global const int *restrict kept, int kept_count, \
      __global const int *restrict reduced, int reduced_count, int rows, int length, int step

// Both passes: which one is a constant where these are called.
#define MAP_IN(first, x, s) ((first) ? (x) : MAP(x, s))
#define JOIN_IN(first, a, b) ((first) ? FIRST_JOIN(a, b) : JOIN(a, b))
#define START_IN(first) ((first) ? FIRST_START : START)

// One pass over the elements of one result, one by one: sums of rows, summed.
static inline T pass_items(const bool first, __global const STORE_T *p, __global const int *reduced,
                               int reduced_count, int rows, int length, int step, T s) {
  T all = START_IN(first);
  for (int row = 0; row < rows; row++) {
    __global const STORE_T *source = p + place1(reduced, reduced_count, row);
    T part = START_IN(first);
    for (int i = 0; i < length; i++) {
      const T value = GET(i * step, source);
      part = JOIN_IN(first, part, MAP_IN(first, value, s));
    }
    all = JOIN_IN(first, all, part);
  }
  return all;
}

#if !TYPED
// The same, 16 neighbours at a time.
static inline float pass_rows(const bool first, __global const STORE_T *p, __global const int *reduced,
                              int reduced_count, int rows, int length, float s) {
  const int whole = length / 16 * 16;
  float16 all = (float16)(START_IN(first));
  float rest = START_IN(first);
  for (int row = 0; row < rows; row++) {
    __global const STORE_T *source = p + place1(reduced, reduced_count, row);
    float16 part = (float16)(START_IN(first));
    for (int i = 0; i < whole; i += 16) {
      const float16 value = LOAD16(0, source + i);
      part = JOIN_IN(first, part, MAP_IN(first, value, s));
    }
    all = JOIN_IN(first, all, part);
    for (int i = whole; i < length; i++) {
      const float value = LOAD(i, source);
      rest = JOIN_IN(first, rest, MAP_IN(first, value, s));
    }
  }
  float lanes[16];
  vstore16(all, 0, lanes);
  for (int half_size = 8; half_size > 0; half_size /= 2) {
    for (int i = 0; i < half_size; i++) {
      lanes[i] = JOIN_IN(first, lanes[i], lanes[i + half_size]);
    }
  }
  return JOIN_IN(first, lanes[0], rest);
}

// The same for 16 results at once, of which `lanes` are there.
static inline float16 pass_lanes(const bool first, __global const STORE_T *p, int lanes,
                                 __global const int *reduced, int reduced_count, int rows, int length,
                                 int step, float16 s) {
  float16 all = (float16)(START_IN(first));
  for (int row = 0; row < rows; row++) {
    __global const STORE_T *source = p + place1(reduced, reduced_count, row);
    // Four at a time, as each has to wait for its predecessor.
    float16 parts[4];
#pragma unroll
    for (int k = 0; k < 4; k++) parts[k] = (float16)(START_IN(first));
    const int whole = length / 4 * 4;
    for (int i = 0; i < whole; i += 4) {
#pragma unroll
      for (int k = 0; k < 4; k++) {
        const float16 value = load_lanes(lanes, source + (i + k) * step);
        parts[k] = JOIN_IN(first, parts[k], MAP_IN(first, value, s));
      }
    }
    for (int i = whole; i < length; i++) {
      const float16 value = load_lanes(lanes, source + i * step);
      parts[0] = JOIN_IN(first, parts[0], MAP_IN(first, value, s));
    }
    const float16 low = JOIN_IN(first, parts[0], parts[1]);
    const float16 high = JOIN_IN(first, parts[2], parts[3]);
    all = JOIN_IN(first, all, JOIN_IN(first, low, high));
  }
  return all;
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void reduce_rows(
    GEOMETRY, int results, int results_per_item) {
  const int first = get_global_id(0) * results_per_item;
  const int last = min(first + results_per_item, results);
  const float n = (float)rows * (float)length;
  for (int result = first; result < last; result++) {
    const int4 place = place3(kept, kept_count, result);
    __global const STORE_T *p = x + x_offset + place.s2;
    float s = 0.0f;
#if VECTOR
#define PASS(first) pass_rows(first, p, reduced, reduced_count, rows, length, s)
#else
#define PASS(first) pass_items(first, p, reduced, reduced_count, rows, length, step, s)
#endif
#if TWO_PASSES
    s = SHIFT(PASS(true), n);
#endif
    const float v = PASS(false);
    STORE(RESULT(v, s, n), y_offset + place.s0, y);
#if STORE_SHIFT
    STORE(s, z_offset + place.s1, z);
#endif
  }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void reduce_lanes(GEOMETRY, int width) {
  const int begin = get_global_id(0) * 16;
  const int lanes = min(16, width - begin);
  const int4 place = place3(kept, kept_count, get_global_id(1));
  const float n = (float)rows * (float)length;
  __global const STORE_T *p = x + x_offset + place.s2 + begin;
  float16 s = (float16)(0.0f);
#if TWO_PASSES
  const float16 v1 = pass_lanes(true, p, lanes, reduced, reduced_count, rows, length, step, s);
  s = SHIFT(v1, n);
#endif
  const float16 v = pass_lanes(false, p, lanes, reduced, reduced_count, rows, length, step, s);
  store_lanes(RESULT(v, s, n), lanes, y + y_offset + place.s0 + begin);
#if STORE_SHIFT
  store_lanes(s, lanes, z + z_offset + place.s1 + begin);
#endif
}

// The part of one pass that a work-item of a group does, then all parts: the same number for all of them.
static inline float pass_group(const bool first, __global const STORE_T *p, __global const int *reduced,
                               int reduced_count, int rows, int length, int step, float s,
                               __local float *shared) {
  const int lane = get_local_id(0);
  float part = START_IN(first);
  for (int i = lane; i < rows * length; i += GROUP) {
    const int at = place1(reduced, reduced_count, i / length) + i % length * step;
    const float value = LOAD(at, p);
    part = JOIN_IN(first, part, MAP_IN(first, value, s));
  }
  shared[lane] = part;
  barrier(CLK_LOCAL_MEM_FENCE);
  for (int half_size = GROUP / 2; half_size > 0; half_size /= 2) {
    if (lane < half_size) shared[lane] = JOIN_IN(first, shared[lane], shared[lane + half_size]);
    barrier(CLK_LOCAL_MEM_FENCE);
  }
  const float all = shared[0];
  barrier(CLK_LOCAL_MEM_FENCE);
  return all;
}

__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void reduce_group(GEOMETRY) {
  __local float shared[GROUP];
  const int4 place = place3(kept, kept_count, get_global_id(1));
  const float n = (float)rows * (float)length;
  __global const STORE_T *p = x + x_offset + place.s2;
  float s = 0.0f;
#if TWO_PASSES
  const float v1 = pass_group(true, p, reduced, reduced_count, rows, length, step, s, shared);
  s = SHIFT(v1, n);
#endif
  const float v = pass_group(false, p, reduced, reduced_count, rows, length, step, s, shared);
  if (get_local_id(0) == 0) {
    STORE(RESULT(v, s, n), y_offset + place.s0, y);
#if STORE_SHIFT
    STORE(s, z_offset + place.s1, z);
#endif
  }
}
#endif

__kernel void reduce_items(GEOMETRY, ITEMS1) {
  if (IS_BEYOND1) return;
  const int4 place = place3(kept, kept_count, get_global_id(0));
  const float n = (float)rows * (float)length;
  __global const STORE_T *p = x + x_offset + place.s2;
  T s = 0;
#if TWO_PASSES
  const T v1 = pass_items(true, p, reduced, reduced_count, rows, length, step, s);
  s = SHIFT(v1, n);
#endif
  const T v = pass_items(false, p, reduced, reduced_count, rows, length, step, s);
  PUT(RESULT(v, s, n), y_offset + place.s0, y);
#if STORE_SHIFT
  PUT(s, z_offset + place.s1, z);
#endif
}
