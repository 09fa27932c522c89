// What `incept devices --measure` times: arithmetic, reads, and nothing at all. No network uses these kernels.
//
// arithmetic  Each work-item has CHAINS independent chains v = v * a + b of vectors with LANES elements of type T, and does
//             STEPS steps of each `rounds` times. With 0 < a < 1 they tend to b / (1 - a), so that nothing becomes infinite
//             or denormal. They begin at the CHAINS * LANES numbers of `seeds`: compilers compute what is equal in all lanes
//             once only. y[global id] depends on all of them. Global id 0 counts work-items.
// reads       Each work-group reads its own part of x, `part` times READ_STEPS vectors of LANES words a work-item, from
//             beginning to end and again, `rounds` times READ_STEPS vectors in all; neighbouring work-items read
//             neighbouring vectors. The first part begins after `first` groups' steps. y[global id] depends on all of it.
//             x is aligned to its vectors.
// nothing     The launch itself.
//
// Macros: T (float, half, double), LANES (1, 2, 4, 8, 16), CHAINS (4, 8, 12, 16), USES_FMA (1 for fma, 0 for mad, which may be
// faster where fma is no instruction), LOCAL (work-items of a group), READ_STEPS (4, 8, 16, 32).
#ifndef T
#define T float
#endif
#ifndef LANES
#define LANES 4
#endif
#ifndef CHAINS
#define CHAINS 8
#endif
#ifndef USES_FMA
#define USES_FMA 1
#endif
#ifndef LOCAL
#define LOCAL 1
#endif
#ifndef READ_STEPS
#define READ_STEPS 8
#endif
#ifndef USES_HALF
#define USES_HALF 0
#endif
#ifndef USES_DOUBLE
#define USES_DOUBLE 0
#endif

#if USES_HALF
#pragma OPENCL EXTENSION cl_khr_fp16 : enable
#endif
#if USES_DOUBLE
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif

#define JOIN_TOKENS(a, b) a##b
#define VECTOR_TYPE(type, lanes) JOIN_TOKENS(type, lanes)
#if LANES == 1
#define VECTOR T
#define WORDS uint
#else
#define VECTOR VECTOR_TYPE(T, LANES)
#define WORDS VECTOR_TYPE(uint, LANES)
#endif

#if USES_FMA
#define MULTIPLY_ADD(x, a, b) fma(x, a, b)
#else
#define MULTIPLY_ADD(x, a, b) mad(x, a, b)
#endif

// Steps of each chain a round: enough that the loop costs nothing.
#define STEPS 4

__kernel __attribute__((reqd_work_group_size(LOCAL, 1, 1))) void arithmetic(
    __global const float *restrict seeds, __global float *restrict y, float a_value, float b_value,
    int rounds) {
  const VECTOR a = (VECTOR)((T)a_value);
  const VECTOR b = (VECTOR)((T)b_value);
  VECTOR v[CHAINS];
#pragma unroll
  for (int c = 0; c < CHAINS; c++) {
    VECTOR start;
    T *elements = (T *)&start;
    for (int i = 0; i < LANES; i++) elements[i] = (T)seeds[c * LANES + i];
    v[c] = start;
  }
#pragma unroll 1
  for (int i = 0; i < rounds; i++) {
#pragma unroll
    for (int step = 0; step < STEPS; step++) {
#pragma unroll
      for (int c = 0; c < CHAINS; c++) v[c] = MULTIPLY_ADD(v[c], a, b);
    }
  }
  VECTOR sum = v[0];
#pragma unroll
  for (int c = 1; c < CHAINS; c++) sum += v[c];
  const T *lanes = (const T *)&sum;
  float total = 0.0f;
  for (int i = 0; i < LANES; i++) total += (float)lanes[i];
  y[get_global_id(0)] = total;
}

// What is read needs registers for sums only, of which there are few.
#if READ_STEPS < 8
#define SUMS READ_STEPS
#else
#define SUMS 8
#endif

__kernel __attribute__((reqd_work_group_size(LOCAL, 1, 1))) void reads(
    __global const uint *restrict x, __global uint *restrict y, int part, int rounds, int first) {
  __global const WORDS *from = (__global const WORDS *)x +
      ((size_t)get_group_id(0) * part + first) * (LOCAL * READ_STEPS);
  from += get_local_id(0);
  WORDS v[SUMS];
#pragma unroll
  for (int c = 0; c < SUMS; c++) v[c] = (WORDS)(0);
  // One loop with a choice in it: leaving an inner loop costs as much as reading a hundred vectors.
  int i = 0;
#pragma unroll 1
  for (int round = 0; round < rounds; round++) {
#pragma unroll
    for (int c = 0; c < READ_STEPS; c++) v[c % SUMS] ^= from[(i * READ_STEPS + c) * LOCAL];
    i = select(0, i + 1, i + 1 < part);
  }
  WORDS sum = v[0];
#pragma unroll
  for (int c = 1; c < SUMS; c++) sum ^= v[c];
  const uint *lanes = (const uint *)&sum;
  uint total = 0;
  for (int i = 0; i < LANES; i++) total ^= lanes[i];
  y[get_global_id(0)] = total;
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void nothing(int unused) {}
