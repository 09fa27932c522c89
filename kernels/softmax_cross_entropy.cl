// The loss of each item of a classifier, and its gradient by the logits; the row's maximum is subtracted first, so that no
// exponential overflows.
//
// x         logits: rows x_row apart, `classes` elements x_step apart
// labels    an int for each row, label_step apart; one that is no class gives NaN and reads nothing
// upstream  the gradient by each row's loss, upstream_step apart
// y         softmax_cross_entropy_loss: a number for each row, y_row apart
//           softmax_cross_entropy_gradient: a row as x's for each, y_row and y_step apart
//
// A row per work-item; global id 0 is the row. No macros; float32 only.
#include "common.clh"

#define ROW                                                                                   \
  __global const float *restrict x, int x_offset, int x_row, int x_step,                      \
      __global const float *restrict labels, int labels_offset, int label_step

static inline float largest_of(__global const float *row, int step, int classes) {
  float largest = row[0];
  for (int i = 1; i < classes; i++) largest = max(largest, row[i * step]);
  return largest;
}

static inline float exponentials(__global const float *row, int step, int classes, float shift) {
  float sum = 0.0f;
  for (int i = 0; i < classes; i++) sum += exp(row[i * step] - shift);
  return sum;
}

__kernel void softmax_cross_entropy_loss(
    ROW, __global float *restrict y, int y_offset, int y_row, int y_step, int classes) {
  const int item = get_global_id(0);
  const int label = *(__global const int *)(labels + labels_offset + item * label_step);
  __global const float *row = x + x_offset + item * x_row;
  float loss = NAN;
  if (label >= 0 && label < classes) {
    const float shift = largest_of(row, x_step, classes);
    loss = log(exponentials(row, x_step, classes, shift)) + (shift - row[label * x_step]);
  }
  y[y_offset + item * y_row] = loss;
}

__kernel void softmax_cross_entropy_gradient(
    ROW, __global const float *restrict upstream, int upstream_offset, int upstream_step,
    __global float *restrict y, int y_offset, int y_row, int y_step, int classes) {
  const int item = get_global_id(0);
  const int label = *(__global const int *)(labels + labels_offset + item * label_step);
  __global const float *row = x + x_offset + item * x_row;
  __global float *target = y + y_offset + item * y_row;
  const float shift = largest_of(row, x_step, classes);
  const float sum = exponentials(row, x_step, classes, shift);
  const float factor =
      label >= 0 && label < classes ? upstream[upstream_offset + item * upstream_step] : NAN;
  for (int i = 0; i < classes; i++) {
    const float probability = exp(row[i * x_step] - shift) / sum;
    target[i * y_step] = (probability - (i == label ? 1.0f : 0.0f)) * factor;
  }
}
