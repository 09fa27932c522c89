#pragma once
#include <png.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// libpng reports errors with longjmp, which must not cross a Swift frame: whatever may fail stays inside
// the functions below, and Swift sees only a status and a message.

#define INCEPT_PNG_MESSAGE_SIZE 160

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t offset;
} incept_png_reader;

typedef struct {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
} incept_png_writer;

static inline void incept_png_error(png_structp png, png_const_charp text) {
  char *message = (char *)png_get_error_ptr(png);
  if (message != NULL) {
    strncpy(message, text, INCEPT_PNG_MESSAGE_SIZE - 1);
    message[INCEPT_PNG_MESSAGE_SIZE - 1] = 0;
  }
  longjmp(png_jmpbuf(png), 1);
}

static inline void incept_png_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static inline void incept_png_take(png_structp png, png_bytep destination, size_t length) {
  incept_png_reader *reader = (incept_png_reader *)png_get_io_ptr(png);
  if (length > reader->count - reader->offset) png_error(png, "the file ends early");
  memcpy(destination, reader->bytes + reader->offset, length);
  reader->offset += length;
}

static inline void incept_png_put(png_structp png, png_bytep source, size_t length) {
  incept_png_writer *writer = (incept_png_writer *)png_get_io_ptr(png);
  if (length > writer->capacity - writer->count) {
    size_t capacity = 2 * writer->capacity + length + 1024;
    uint8_t *grown = (uint8_t *)realloc(writer->bytes, capacity);
    if (grown == NULL) png_error(png, "out of memory");
    writer->bytes = grown;
    writer->capacity = capacity;
  }
  memcpy(writer->bytes + writer->count, source, length);
  writer->count += length;
}

static inline void incept_png_flush(png_structp png) { (void)png; }

/// Reads a PNG file in memory as 8-bit grey or RGB: palettes and small greys are expanded, 16-bit samples
/// give their high byte, alpha and transparency are dropped, gamma and profiles are ignored.
///
/// `pixels` has room for `width * height * channels` bytes, and the file must be of that size. Everything to
/// the end of the file is read and checked. Returns 0, or -1 with a message.
__attribute__((noinline)) static inline int incept_png_read(
    const uint8_t *bytes, size_t count, uint8_t *pixels, uint32_t width, uint32_t height,
    uint32_t channels, char *message) {
  incept_png_reader reader = {bytes, count, 0};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, incept_png_error,
                                           incept_png_warning);
  if (png == NULL) return -1;
  png_infop info = png_create_info_struct(png);
  if (info == NULL) {
    png_destroy_read_struct(&png, NULL, NULL);
    return -1;
  }
  // `png` and `info` keep their values from here on, so they are safe to read after a longjmp.
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_read_struct(&png, &info, NULL);
    return -1;
  }
  png_set_read_fn(png, &reader, incept_png_take);
  png_set_user_limits(png, width, height);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(png, info);
  if (png_get_image_width(png, info) != width || png_get_image_height(png, info) != height) {
    png_error(png, "unexpected image size");
  }

  int color = png_get_color_type(png, info);
  int depth = png_get_bit_depth(png, info);
  if (color == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (color == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (depth == 16) png_set_strip_16(png);
  png_set_strip_alpha(png);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);

  size_t row = (size_t)width * channels;
  if (png_get_channels(png, info) != channels || png_get_rowbytes(png, info) != row) {
    png_error(png, "unexpected row size");
  }
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t y = 0; y < height; y++) png_read_row(png, pixels + y * row, NULL);
  }
  png_read_end(png, NULL);
  png_destroy_read_struct(&png, &info, NULL);
  return 0;
}

/// Encodes 8-bit grey or RGB rows as a PNG file. On success `*result` is memory for `free`. Returns 0, or
/// -1 with a message.
__attribute__((noinline)) static inline int incept_png_write(
    const uint8_t *pixels, uint32_t width, uint32_t height, uint32_t channels, uint8_t **result,
    size_t *result_count, char *message) {
  incept_png_writer writer = {NULL, 0, 0};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, incept_png_error,
                                            incept_png_warning);
  if (png == NULL) return -1;
  png_infop info = png_create_info_struct(png);
  if (info == NULL) {
    png_destroy_write_struct(&png, NULL);
    return -1;
  }
  if (setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    free(writer.bytes);
    return -1;
  }
  png_set_write_fn(png, &writer, incept_png_put, incept_png_flush);
  png_set_IHDR(png, info, width, height, 8,
               channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (uint32_t y = 0; y < height; y++) {
    png_write_row(png, pixels + (size_t)y * width * channels);
  }
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  *result = writer.bytes;
  *result_count = writer.count;
  return 0;
}
