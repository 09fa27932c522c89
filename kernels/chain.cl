// A chain of short launches in one, for devices that run one work-item per group (CPUs): waking sleeping threads at
// each launch costs as much as a convolution of some million multiply-adds.
//
// Every work-group draws tickets until there are none left. The tickets of all steps are numbered through; a ticket
// of a step waits until all tickets of the step before are done. Those have lower numbers, so that work-groups that
// are running have drawn them: nobody waits for a work-group that did not start, whatever order the device starts
// them in and however few at a time.
//
// data       the arena: results, and images but for those in `input`
// input      another image
// constants  weights and biases of all steps
// table      for each step its record, then the tables that records lead to. A record is RECORD ints: kind, units
//            (work-items of the kernel that it stands for) along dimension 0, units in all, units of a ticket, the
//            number behind the step's last ticket, 1 where the image is in `input`; then the arguments of that kernel
//            but for the buffers, with positions in `table` for tables.
// state      zeros: tickets drawn, work-groups that ended, then for each step the tickets done, each STRIDE ints from
//            the next: who waits for one does not hold up who changes another. Zeros again at the end.
//
// Macros: KINDS, a list of TILE(kind, pixels, vectors) for conv2d_direct.cl, DEPTHWISE(kind) for conv2d_depthwise.cl,
// POOL(kind, vectors) for global averages and SOFTMAX(kind); FLOAT64_SUMS,
// ACT0(x) …, ACTIVATION_COUNT.
#define DATA_ARE_NEAR 1
#include "common.clh"
#include "conv2d_tile.clh"
#include "depthwise_row.clh"
#include "global_pool_block.clh"
#include "softmax_row.clh"

#ifndef KINDS
#define KINDS TILE(0, 6, 2) DEPTHWISE(1) POOL(2, 1) SOFTMAX(3)
#endif
#define RECORD 24
// A cache line.
#define STRIDE 16
// Plain reads of a counter between two atomic ones.
#define SPINS 64

#define TILE(kind, rows, vectors)                                                              \
  case kind:                                                                                   \
    conv2d_tile(                                                                               \
        rows, vectors, i * rows, j, x, a[0], constants + a[1], constants + a[2], data,         \
        table + a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13], a[14],   \
        a[15], a[16]);                                                                         \
    break;
#define DEPTHWISE(kind)                                                                        \
  case kind:                                                                                   \
    depthwise_row(                                                                             \
        i, j, x, a[0], constants + a[1], constants + a[2], data, table + a[3], a[4], a[5],     \
        a[6], a[7], a[8], a[9], a[10], a[11], a[12]);                                          \
    break;
#define POOL(kind, vectors)                                                                    \
  case kind:                                                                                   \
    global_pool_block(                                                                         \
        vectors, i, j, x, a[0], data, a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8],          \
        as_float(a[9]));                                                                       \
    break;
#define SOFTMAX(kind)                                                                          \
  case kind: softmax_row(i, x, a[0], data, a[1], table + a[2], a[3], a[4]); break;

// Unit number `index` of a step.
static inline void unit(
    int index, __global float *data, __global const float *input, __global const float *constants,
    __global const int *table, __global const int *record) {
  __global const float *x = record[5] ? input : (__global const float *)data;
  __global const int *a = record + 6;
  const int i = index % record[1];
  const int j = index / record[1];
  switch (record[0]) {
    KINDS
    default: break;
  }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void chain(
    __global float *data, __global const float *input, __global const float *constants,
    __global const int *table, __global int *state, int steps) {
  volatile __global int *drawn = state;
  volatile __global int *ended = state + STRIDE;
  volatile __global int *done = state + 2 * STRIDE;
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
      volatile __global int *finished = done + (step - 1) * STRIDE;
      // Plain reads hold nobody up; the atomic one also counts for compilers that read a plain one only once, and has the
      // order between threads that plain ones lack.
      do {
        for (int i = 0; i < SPINS && *finished < wanted; i++) {}
      } while (atomic_add(finished, 0) < wanted);
    }
    mem_fence(CLK_GLOBAL_MEM_FENCE);
    const int start = (ticket - before) * record[3];
    const int end = min(start + record[3], record[2]);
    for (int i = start; i < end; i++) unit(i, data, input, constants, table, record);
    mem_fence(CLK_GLOBAL_MEM_FENCE);
    atomic_inc(done + step * STRIDE);
  }
  if (atomic_inc(ended) == (int)get_num_groups(0) - 1) {
    for (int i = 0; i < steps + 2; i++) state[i * STRIDE] = 0;
  }
}
