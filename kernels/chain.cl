// A chain of short convolutions in one launch, for devices that run one work-item per group (CPUs): waking sleeping
// threads at each launch costs as much as many such convolutions take.
//
// Every work-group draws tickets until there are none left. The tickets of all steps are numbered through; a ticket
// of a step waits until all tickets of the step before are done. Those have lower numbers, so that work-groups that
// are running have drawn them: nobody waits for a work-group that did not start, whatever order the device starts
// them in and however few at a time.
//
// data      the arena: results, and images but for the first step's where its record says so
// input     the other image
// constants weights and biases of all steps
// table     for each step its record, then the tables of destinations that conv2d_direct.cl describes. A record is
//           RECORD ints: kind (0 … the register tiles, DEPTHWISE), units along dimension 0, units in all, units of a
//           ticket, the number behind the step's last ticket, 1 where the image is in `input`; x_offset,
//           weights_offset, bias_offset, position of the destinations in `table`; then the arguments of
//           conv2d_direct.cl or conv2d_depthwise.cl from the first behind `blocks` on
// state     zeros: tickets drawn, work-groups that ended, then for each step the tickets done. Zeros again at the
//           end.
//
// Macros: TILES(TILE), a list of TILE(number, pixels, vectors) with at most TILE_LIMIT tiles; ACT0(x) …,
// ACTIVATION_COUNT.
#include "common.clh"
#include "conv2d_tile.clh"
#include "depthwise_row.clh"

#ifndef TILES
#define TILES(TILE) TILE(0, 6, 2)
#endif

#define RECORD 24
#define DEPTHWISE 100

// One unit of a step: what one work-item of conv2d_direct.cl or conv2d_depthwise.cl does.
static inline void unit(
    int id0, int id1, __global float *data, __global const float *input,
    __global const float *constants, __global const int *table, __global const int *record) {
  __global const float *x = record[5] ? input : (__global const float *)data;
  __global const float *weights = constants + record[7];
  __global const float *bias = constants + record[8];
  __global const int *blocks = table + record[9];
  __global const int *a = record + 10;
#define TILE(number, rows, vectors)                                                            \
  case number:                                                                                 \
    conv2d_tile(                                                                               \
        rows, vectors, id0 * rows, id1, x, record[6], weights, bias, data, blocks, a[0], a[1], \
        a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12]);                  \
    break;
  switch (record[0]) {
    TILES(TILE)
    case DEPTHWISE:
      depthwise_row(
          id0, id1, x, record[6], weights, bias, data, blocks, a[0], a[1], a[2], a[3], a[4], a[5],
          a[6], a[7], a[8]);
      break;
    default: break;
  }
#undef TILE
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void chain(
    __global float *data, __global const float *input, __global const float *constants,
    __global const int *table, __global int *state, int steps) {
  volatile __global int *drawn = state;
  volatile __global int *ended = state + 1;
  volatile __global int *done = state + 2;
  int step = 0;
  int before = 0;
  for (;;) {
    const int ticket = atomic_inc(drawn);
    __global const int *record = table + step * RECORD;
    while (step < steps && ticket >= record[4]) {
      before = record[4];
      step++;
      record += RECORD;
    }
    if (step == steps) break;
    if (step > 0) {
      const int first = step > 1 ? record[4 - 2 * RECORD] : 0;
      const int wanted = record[4 - RECORD] - first;
      while (done[step - 1] < wanted) {}
      // Reads the counter once more, with the order between threads that plain reads lack.
      atomic_add(done + step - 1, 0);
    }
    mem_fence(CLK_GLOBAL_MEM_FENCE);
    const int start = (ticket - before) * record[3];
    const int end = min(start + record[3], record[2]);
    for (int i = start; i < end; i++) {
      unit(i % record[1], i / record[1], data, input, constants, table, record);
    }
    mem_fence(CLK_GLOBAL_MEM_FENCE);
    atomic_inc(done + step);
  }
  if (atomic_inc(ended) == (int)get_num_groups(0) - 1) {
    for (int i = 0; i < steps + 2; i++) state[i] = 0;
  }
}
