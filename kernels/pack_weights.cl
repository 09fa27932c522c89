// Packs weights and bias that are computed at run time into the order the convolution kernels read.
//
// channels  two ints a block of 16 output channels: first channel, number of channels
#include "common.clh"

// Global id 0 is the lane, 1 the tap, 2 the block. source is dense HWIO: [area][inner][outer]; the result is
// [panel][tap][block of the panel][16].
__kernel void pack_weights(
    __global const STORE_T *restrict source, int source_offset, __global STORE_T *restrict packed,
    int packed_offset, __global const int *restrict channels, int taps, int blocks_per_panel,
    int area, int inner, int channel_major, int outer) {
  const int lane = get_global_id(0);
  const int tap = get_global_id(1);
  const int block = get_global_id(2);
  const int row = channel_major ? tap % area * inner + tap / area : tap;
  const int panel = block / blocks_per_panel;
  const int place =
      ((panel * taps + tap) * blocks_per_panel + block % blocks_per_panel) * 16 + lane;
  STORE(lane < channels[block * 2 + 1]
            ? LOAD(source_offset + row * outer + channels[block * 2] + lane, source)
            : 0.0f,
        packed_offset + place, packed);
}

// Global id 0 is the lane, 1 the block.
__kernel void pack_bias(
    __global const STORE_T *restrict source, int source_offset, __global STORE_T *restrict packed,
    int packed_offset, __global const int *restrict channels) {
  const int lane = get_global_id(0);
  const int block = get_global_id(1);
  STORE(lane < channels[block * 2 + 1]
            ? LOAD(source_offset + channels[block * 2] + lane, source)
            : 0.0f,
        packed_offset + block * 16 + lane, packed);
}
