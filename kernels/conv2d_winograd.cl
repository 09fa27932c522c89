// Convolution by Winograd's algorithm on NHWC, fused: transforms, products, bias and activation in one kernel. For
// devices that run one work-item per group (CPUs).
//
// A work-item takes `group_tiles` tiles of MY × MX outputs and `item_panels` panels of NV·16 output channels:
//   1. the input patches of its tiles, transformed, to V[point][channel block][tile][16] in its work memory;
//   2. for each panel and point a product of tiles × channels with channels × NV·16 weights, in register tiles of
//      MR × NV vectors, to P[point][tile][NV·16]; then the inverse transform straight to the destinations.
// The last tile of a row or column of tiles overlaps its neighbour rather than leaving the image; what both compute,
// one stores. Tiles are numbered through all images of a batch.
//
// x        image with its zero border; the first sample of the tile at output (n, y, x) is x_offset + n·x_batch +
//          y·x_row + x·x_column; samples are sample_row and sample_column apart
// weights  [panel][point][channel][NV·16], transformed
// bias     [panel][NV·16]
// blocks   eight ints for each 16 output channels: offset, batch, row and column stride of the destination,
//          number of channels (0: none), activation number, 0, 0
// work     work memory, local, or with WORK_IS_GLOBAL a slice of work_slice floats per group from work_offset on:
//          points · group_tiles · (channels rounded up to 16 + NV·16) floats. Groups then take several blocks of
//          tiles in turn.
//
// Macros: MR, NV, WORK_IS_GLOBAL, ACT0(x) …, ACTIVATION_COUNT, and of the algorithm along y and along x: AY, AX
// products, MY, MX outputs (AY = MY = 1 for filters of one row; those of one column come with the image's axes
// exchanged), INPUT_Y(d, v), INPUT_X(d, v), INVERSE_Y(d, v), INVERSE_X(d, v).
#include "common.clh"

#define VECTOR float16

#ifndef MR
#define MR 6
#endif
#ifndef NV
#define NV 2
#endif
#ifndef AX
#define AY 1
#define MY 1
#define INPUT_Y(d, v) { (v)[0] = (d)[0]; }
#define INVERSE_Y(d, v) { (v)[0] = (d)[0]; }
#define AX 4
#define MX 2
#define INPUT_X(d, v) \
  { (v)[0] = (d)[2] - (d)[0]; (v)[1] = (d)[1] + (d)[2]; (v)[2] = (d)[2] - (d)[1]; (v)[3] = (d)[3] - (d)[1]; }
#define INVERSE_X(d, v) { (v)[0] = (d)[0] + (d)[1] + (d)[2]; (v)[1] = (d)[1] - (d)[2] + (d)[3]; }
#endif

#ifdef WORK_IS_GLOBAL
#define WORK __global
#else
#define WORK __local
#endif

#define POINTS (AY * AX)

// Floats between the weights that are read and those that are prefetched: each is read once or twice a run, from memory.
#define AHEAD 4096

// Where a tile lies: image, and first output row and column; what its neighbours store already.
typedef struct {
  int image, row, column, skipped_rows, skipped_columns;
} Tile;

static inline Tile locate(int tile, int tile_rows, int tile_columns, int out_height, int out_width) {
  Tile t;
  const int tile_row = tile / tile_columns;
  const int row = tile_row % tile_rows * MY;
  const int column = tile % tile_columns * MX;
  t.image = tile_row / tile_rows;
  t.row = min(row, out_height - MY);
  t.column = min(column, out_width - MX);
  t.skipped_rows = row - t.row;
  t.skipped_columns = column - t.column;
  return t;
}

// `count` samples, `step` floats apart, 16 channels of each, to d; zeros for channels that are not there. The copy keeps
// d in registers: the loop is rolled because it is rare.
#define LOAD_SAMPLES(d, count, source, step)                                    \
  if (lanes >= 16) {                                                            \
    _Pragma("unroll") for (int s = 0; s < (count); s++)                         \
        d[s] = vload16(0, (source) + s * (step));                               \
  } else {                                                                      \
    float16 raw[count];                                                         \
    _Pragma("nounroll") for (int s = 0; s < (count); s++)                       \
        raw[s] = load_lanes(lanes, (source) + s * (step));                      \
    _Pragma("unroll") for (int s = 0; s < (count); s++) d[s] = raw[s];          \
  }

// The transformed patch at `source`, 16 channels of it, to `target`; points are `plane` floats apart.
OUTLINED void transform_input(
    __global const float *source, int sample_row, int sample_column, int lanes,
    WORK float *target, int plane) {
#if AY == 1
  float16 d[AX], v[AX];
  LOAD_SAMPLES(d, AX, source, sample_column)
  INPUT_X(d, v)
#pragma unroll
  for (int j = 0; j < AX; j++) STORE16_NEAR(WORK, v[j], 0, target + j * plane);
#else
  float16 columns[AY * AX];
  // Rolled: unrolled transforms compile many times as long and spill.
#pragma nounroll
  for (int j = 0; j < AX; j++) {
    float16 d[AY], v[AY];
    LOAD_SAMPLES(d, AY, source + j * sample_column, sample_row)
    INPUT_Y(d, v)
#pragma unroll
    for (int i = 0; i < AY; i++) columns[i * AX + j] = v[i];
  }
#pragma nounroll
  for (int i = 0; i < AY; i++) {
    float16 v[AX];
    INPUT_X(columns + i * AX, v)
#pragma unroll
    for (int j = 0; j < AX; j++) {
      STORE16_NEAR(WORK, v[j], 0, target + (i * AX + j) * plane);
    }
  }
#endif
}

// A register tile: MR tiles × NV·16 channels of one point. `v` points to the first tile, its channel blocks are
// `block_step` floats apart.
OUTLINED void multiply(
    WORK const float *v, int block_step, __global const float *w, int channels,
    WORK float *product) {
  float16 acc[MR][NV];
#pragma unroll
  for (int i = 0; i < MR; i++) {
#pragma unroll
    for (int n = 0; n < NV; n++) acc[i][n] = (float16)(0.0f);
  }
  for (int first = 0; first < channels; first += 16) {
    const int count = min(channels - first, 16);
    for (int c = 0; c < count; c++) {
      float16 wv[NV];
#pragma unroll
      for (int n = 0; n < NV; n++) wv[n] = vload16(n, w);
#pragma unroll
      for (int n = 0; n < NV; n++) PREFETCH(w + n * 16 + AHEAD);
#pragma unroll
      for (int i = 0; i < MR; i++) {
        const float16 s = (float16)(v[i * 16 + c]);
#pragma unroll
        for (int n = 0; n < NV; n++) acc[i][n] = fma(s, wv[n], acc[i][n]);
      }
      w += NV * 16;
    }
    v += block_step;
  }
#pragma unroll
  for (int i = 0; i < MR; i++) {
#pragma unroll
    for (int n = 0; n < NV; n++) STORE16_NEAR(WORK, acc[i][n], i * NV + n, product);
  }
}

// The outputs of one tile and 16 channels. `product` is its first point; points are `plane` floats apart.
OUTLINED void store_tile(
    WORK const float *product, int plane, float16 bias, int skipped_rows, int skipped_columns,
    __global float *destination, int row_stride, int column_stride, int channels, int kind) {
#if AY == 1
  float16 d[AX], v[MX];
#pragma unroll
  for (int j = 0; j < AX; j++) d[j] = vload16(0, product + j * plane);
  INVERSE_X(d, v)
#pragma nounroll
  for (int l = skipped_columns; l < MX; l++) {
    store_lanes(ACTIVATE(v[l] + bias, kind), channels, destination + l * column_stride);
  }
#else
  float16 columns[MY * AX];
#pragma nounroll
  for (int j = 0; j < AX; j++) {
    float16 d[AY], v[MY];
#pragma unroll
    for (int i = 0; i < AY; i++) d[i] = vload16(0, product + (i * AX + j) * plane);
    INVERSE_Y(d, v)
#pragma unroll
    for (int k = 0; k < MY; k++) columns[k * AX + j] = v[k];
  }
#pragma nounroll
  for (int k = skipped_rows; k < MY; k++) {
    float16 v[MX];
    INVERSE_X(columns + k * AX, v)
#pragma nounroll
    for (int l = skipped_columns; l < MX; l++) {
      store_lanes(
          ACTIVATE(v[l] + bias, kind), channels,
          destination + k * row_stride + l * column_stride);
    }
  }
#endif
}

// Prefetches where one tile and panel will be stored; `block` is the panel's first.
static inline void prefetch_tile(Tile t, __global float *y, __global const int *block) {
  for (int n = 0; n < NV; n++, block += 8) {
    if (block[4] == 0) continue;
    __global const float *destination =
        y + block[0] + t.image * block[1] + t.row * block[2] + t.column * block[3];
    for (int k = 0; k < MY; k++) {
      for (int l = 0; l < MX; l++) PREFETCH(destination + k * block[2] + l * block[3]);
    }
  }
}

__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void conv2d_winograd(
    __global const float *restrict x, int x_offset, __global const float *restrict weights,
    int weights_offset, __global const float *restrict bias, int bias_offset,
    __global float *restrict y, __global const int *restrict blocks, WORK float *restrict work,
    int work_offset, int work_slice, int tiles, int tile_rows, int tile_columns, int out_height,
    int out_width, int x_batch, int x_row, int x_column, int sample_row, int sample_column,
    int channels, int panels, int item_panels, int group_tiles) {
  const int channel_blocks = (channels + 15) / 16;
  const int plane = channel_blocks * group_tiles * 16;
  const int product_plane = group_tiles * NV * 16;
#ifdef WORK_IS_GLOBAL
  WORK float *v =
      work + work_offset + (get_global_id(1) * get_global_size(0) + get_global_id(0)) * work_slice;
#else
  WORK float *v = work;
#endif
  WORK float *product = v + POINTS * plane;
  const int first_panel = get_global_id(1) * item_panels;
  const int end_panel = min(first_panel + item_panels, panels);

  for (int first = get_global_id(0) * group_tiles; first < tiles;
       first += get_global_size(0) * group_tiles) {
    for (int t = 0; t < group_tiles; t++) {
      const Tile tile =
          locate(min(first + t, tiles - 1), tile_rows, tile_columns, out_height, out_width);
      __global const float *source =
          x + x_offset + tile.image * x_batch + tile.row * x_row + tile.column * x_column;
      for (int block = 0; block < channel_blocks; block++) {
        transform_input(
            source + block * 16, sample_row, sample_column, channels - block * 16,
            v + (block * group_tiles + t) * 16, plane);
      }
    }

    for (int panel = first_panel; panel < end_panel; panel++) {
      __global const float *w =
          weights + weights_offset + panel * (POINTS * NV * 16) * channels;
      for (int point = 0; point < POINTS; point++) {
        if (point < group_tiles && first + point < tiles) {
          prefetch_tile(
              locate(first + point, tile_rows, tile_columns, out_height, out_width), y,
              blocks + panel * NV * 8);
        }
        for (int t = 0; t < group_tiles; t += MR) {
          multiply(
              v + point * plane + t * 16, group_tiles * 16, w, channels,
              product + point * product_plane + t * NV * 16);
        }
        w += channels * NV * 16;
      }
      for (int n = 0; n < NV; n++) {
        __global const int *block = blocks + (panel * NV + n) * 8;
        const int count = block[4];
        if (count == 0) continue;
        const float16 b = vload16(panel * NV + n, bias + bias_offset);
        for (int t = 0; t < group_tiles && first + t < tiles; t++) {
          const Tile tile =
              locate(first + t, tile_rows, tile_columns, out_height, out_width);
          store_tile(
              product + (t * NV + n) * 16, product_plane, b, tile.skipped_rows, tile.skipped_columns,
              y + block[0] + tile.image * block[1] + tile.row * block[2] + tile.column * block[3],
              block[2], block[3], count, block[5]);
        }
      }
    }
  }
}
