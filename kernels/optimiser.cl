// One step of an optimiser for all parameters: the next parameters and the next state from gradient and state.
//
// All tensors but the rates are dense and of equal shape. `length` elements, `chunk` of them (a multiple of VW) per work-item. The
// rates are read from memory, as a schedule changes them; the other numbers are arguments.
//
// momentum  rates: the learning rate
// adam      rates: the learning rate, 1/(1 - beta1^t), 1/(1 - beta2^t)
//
// Macros: VW (elements at a time, 16 or 4), NESTEROV, DECOUPLED.
#include "common.clh"

#ifndef VW
#define VW 16
#endif
#ifndef NESTEROV
#define NESTEROV 0
#endif
#ifndef DECOUPLED
#define DECOUPLED 0
#endif

#if VW == 16
typedef float16 vec;
#define LOAD_VEC(count, p) load_lanes(count, p)
#define STORE_VEC(v, count, p) store_lanes(v, count, p)
#else
typedef float4 vec;
#define LOAD_VEC(count, p) load_quad(count, p)
#define STORE_VEC(v, count, p) store_quad(v, count, p)
#endif

__kernel void momentum(
    __global const STORE_T *restrict p, int p_offset, __global const STORE_T *restrict g,
    int g_offset, __global const STORE_T *restrict v, int v_offset,
    __global const STORE_T *restrict rates, int rates_offset, __global STORE_T *restrict next_p,
    int next_p_offset, __global STORE_T *restrict next_v, int next_v_offset, int length, int chunk,
    float momentum, float weight_decay) {
  const float rate = LOAD(rates_offset, rates);
  const int first = get_global_id(0) * chunk;
  const int end = min(first + chunk, length);
  for (int i = first; i < end; i += VW) {
    const int count = end - i;
    const vec parameter = LOAD_VEC(count, p + p_offset + i);
    const vec gradient = fma((vec)(weight_decay), parameter, LOAD_VEC(count, g + g_offset + i));
    const vec velocity = fma((vec)(momentum), LOAD_VEC(count, v + v_offset + i), gradient);
#if NESTEROV
    const vec along = fma((vec)(momentum), velocity, gradient);
#else
    const vec along = velocity;
#endif
    STORE_VEC(velocity, count, next_v + next_v_offset + i);
    STORE_VEC(fma((vec)(-rate), along, parameter), count, next_p + next_p_offset + i);
  }
}

__kernel void adam(
    __global const STORE_T *restrict p, int p_offset, __global const STORE_T *restrict g,
    int g_offset, __global const STORE_T *restrict m, int m_offset,
    __global const STORE_T *restrict v, int v_offset, __global const STORE_T *restrict rates,
    int rates_offset, __global STORE_T *restrict next_p, int next_p_offset,
    __global STORE_T *restrict next_m, int next_m_offset, __global STORE_T *restrict next_v,
    int next_v_offset, int length, int chunk, float beta1, float rest1, float beta2, float rest2,
    float epsilon, float weight_decay) {
  const float rate = LOAD(rates_offset, rates);
  const float step = rate * LOAD(rates_offset + 1, rates);
  const float scale = LOAD(rates_offset + 2, rates);
  const int first = get_global_id(0) * chunk;
  const int end = min(first + chunk, length);
  for (int i = first; i < end; i += VW) {
    const int count = end - i;
    vec parameter = LOAD_VEC(count, p + p_offset + i);
    vec gradient = LOAD_VEC(count, g + g_offset + i);
#if DECOUPLED
    parameter *= 1.0f - rate * weight_decay;
#else
    gradient = fma((vec)(weight_decay), parameter, gradient);
#endif
    const vec mean = fma((vec)(beta1), LOAD_VEC(count, m + m_offset + i), rest1 * gradient);
    const vec square =
        fma((vec)(beta2), LOAD_VEC(count, v + v_offset + i), rest2 * gradient * gradient);
    STORE_VEC(mean, count, next_m + next_m_offset + i);
    STORE_VEC(square, count, next_v + next_v_offset + i);
    STORE_VEC(parameter - step * mean / (sqrt(scale * square) + epsilon), count,
              next_p + next_p_offset + i);
  }
}
