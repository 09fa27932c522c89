// y = ACT0(EXPR(a, b, c, d, e)) for every element, the operands broadcast: arithmetic, activations, normalisation
// and, with EXPR = a, every copy between strided views.
//
// axes    seven ints an axis: extent, stride of y, strides of the five operands (0: broadcast). Axis 0 is the
//         innermost one, `length` long; the others, outermost first, count the rows.
//
// elementwise_rows   one work-item per group: `chunk` elements of each of `rows_per_item` rows. Global id 0 is
//                    the chunk, id 1 the group of rows.
// elementwise_items  one element per work-item. Global id 0 is the element, id 1 the row.
//
// Offsets and strides are in words of the buffers' elements; those of 8-byte types are even.
//
// Macros: EXPR(a, b, c, d, e), OPERANDS (1 to 5; the pairs behind them are not read), VECTOR (rows 16 at a time:
// y and the operands of KIND 1 have neighbouring elements, those of KIND 0 one value a row), KIND0 …, ACT0(x).
// TYPED: 1 where not all elements are STORE_T; then TY, T0 … are their types: float, int (also for bool, as 0 or 1)
// or long. Not with VECTOR, nor with HALF_STORAGE.
#include "common.clh"

#ifndef OPERANDS
#define OPERANDS 1
#endif
#ifndef EXPR
#define EXPR(a, b, c, d, e) (a)
#endif
#ifndef VECTOR
#define VECTOR 1
#endif
#ifndef KIND0
#define KIND0 1
#endif
#ifndef KIND1
#define KIND1 1
#endif
#ifndef KIND2
#define KIND2 1
#endif
#ifndef KIND3
#define KIND3 1
#endif
#ifndef KIND4
#define KIND4 1
#endif

#ifndef TYPED
#define TYPED 0
#endif
#ifndef TY
#define TY float
#endif
#ifndef T0
#define T0 float
#endif
#ifndef T1
#define T1 float
#endif
#ifndef T2
#define T2 float
#endif
#ifndef T3
#define T3 float
#endif
#ifndef T4
#define T4 float
#endif

#if TYPED
#include "integers.clh"
#define ELEMENT(n, i) (*(__global const T##n *)(x##n + at##n + (i) * axes[2 + n]))
#define RESULT(v, i) (*(__global TY *)(y + at + (i) * axes[1]) = ACT0(v))
#else
#define ELEMENT(n, i) LOAD(at##n + (i) * axes[2 + n], x##n)
#define RESULT(v, i) STORE(ACT0(v), at + (i) * axes[1], y)
#endif
#define LANES_0(n, i) ((float16)(LOAD(at##n, x##n)))
#define LANES_1(n, i) LOAD16(0, x##n + at##n + (i))
#define LANES_OF(kind, n, i) LANES_##kind(n, i)
#define LANES(kind, n, i) LANES_OF(kind, n, i)

// The operands that there are, element or lanes.
#if OPERANDS == 1
#define AT(i) EXPR(ELEMENT(0, i), 0, 0, 0, 0)
#define AT16(i) EXPR(LANES(KIND0, 0, i), 0, 0, 0, 0)
#elif OPERANDS == 2
#define AT(i) EXPR(ELEMENT(0, i), ELEMENT(1, i), 0, 0, 0)
#define AT16(i) EXPR(LANES(KIND0, 0, i), LANES(KIND1, 1, i), 0, 0, 0)
#elif OPERANDS == 3
#define AT(i) EXPR(ELEMENT(0, i), ELEMENT(1, i), ELEMENT(2, i), 0, 0)
#define AT16(i) EXPR(LANES(KIND0, 0, i), LANES(KIND1, 1, i), LANES(KIND2, 2, i), 0, 0)
#else
#define AT(i) EXPR(ELEMENT(0, i), ELEMENT(1, i), ELEMENT(2, i), ELEMENT(3, i), ELEMENT(4, i))
#define AT16(i)                                                                       \
  EXPR(LANES(KIND0, 0, i), LANES(KIND1, 1, i), LANES(KIND2, 2, i), LANES(KIND3, 3, i), \
       LANES(KIND4, 4, i))
#endif

#define TENSORS                                                                          \
  __global STORE_T *restrict y, int y_offset, __global const STORE_T *restrict x0, int x0_offset, \
      __global const STORE_T *restrict x1, int x1_offset, __global const STORE_T *restrict x2, \
      int x2_offset, __global const STORE_T *restrict x3, int x3_offset,                   \
      __global const STORE_T *restrict x4, int x4_offset, __global const int *restrict axes

// Declares where row number `row` begins in every tensor.
#define FIND_ROW(row)                                                                    \
  int at = y_offset, at0 = x0_offset, at1 = x1_offset, at2 = x2_offset, at3 = x3_offset, \
      at4 = x4_offset;                                                                   \
  for (int k = outer_axes, rest = (row); k > 0; k--) {                                   \
    __global const int *axis = axes + k * 7;                                             \
    const int index = rest % axis[0];                                                    \
    rest /= axis[0];                                                                     \
    at += index * axis[1];                                                               \
    at0 += index * axis[2];                                                              \
    at1 += index * axis[3];                                                              \
    at2 += index * axis[4];                                                              \
    at3 += index * axis[5];                                                              \
    at4 += index * axis[6];                                                              \
  }

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void elementwise_rows(
    TENSORS, int outer_axes, int length, int chunk, int rows, int rows_per_item) {
  const int begin = get_global_id(0) * chunk;
  const int end = min(begin + chunk, length);
  const int first = get_global_id(1) * rows_per_item;
  const int last = min(first + rows_per_item, rows);
  for (int row = first; row < last; row++) {
    FIND_ROW(row)
    int i = begin;
#if VECTOR
    for (; i + 16 <= end; i += 16) {
      const float16 value = AT16(i);
      STORE16(ACT0(value), 0, y + at + i);
    }
#endif
    for (; i < end; i++) {
      const TY value = AT(i);
      RESULT(value, i);
    }
  }
}

__kernel void elementwise_items(TENSORS, int outer_axes, ITEMS2) {
  if (IS_BEYOND2) return;
  const int i = get_global_id(0);
  FIND_ROW(get_global_id(1))
  const TY value = AT(i);
  RESULT(value, i);
}
