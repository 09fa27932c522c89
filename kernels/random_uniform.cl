// Random numbers in [0, 1), multiples of 2^-24, that depend on seeds and position only: Philox 4x32 with ten rounds.
//
// random_uniform  four neighbouring results of the dense y per work-item. seed is one int; low and high are the halves of the node's
//                 own seed. Global id 0 counts the fours; the last may be fewer.
#include "common.clh"

__kernel void random_uniform(
    __global const float *restrict seed, int seed_offset, __global STORE_T *restrict y, int y_offset,
    int count, int low, int high) {
  const int block = get_global_id(0);
  uint4 counter = (uint4)((uint)block, 0u, (uint)high, 0u);
  uint key0 = (uint)low;
  uint key1 = (uint)*(__global const int *)(seed + seed_offset);
#pragma unroll
  for (int i = 0; i < 10; i++) {
    const uint first = 0xD2511F53u * counter.x;
    const uint first_high = mul_hi(0xD2511F53u, counter.x);
    const uint second = 0xCD9E8D57u * counter.z;
    const uint second_high = mul_hi(0xCD9E8D57u, counter.z);
    counter = (uint4)(second_high ^ counter.y ^ key0, second, first_high ^ counter.w ^ key1, first);
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  const float4 result = convert_float4(counter >> 8) * (1.0f / 16777216.0f);
  store_quad(result, count - block * 4, y + y_offset + block * 4);
}
