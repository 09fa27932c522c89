#include "CGIF.h"

#include <COptionalLibrary.h>
#include <gif_lib.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if GIFLIB_MAJOR < 5 || (GIFLIB_MAJOR == 5 && GIFLIB_MINOR < 1)
#error "giflib 5.1 or later is needed"
#endif

// The functions that we use.
#define FUNCTIONS(X) \
  X(EGifOpen) X(EGifCloseFile) X(EGifSetGifVersion) X(EGifPutScreenDesc) X(EGifPutExtensionLeader) \
  X(EGifPutExtensionBlock) X(EGifPutExtensionTrailer) X(EGifPutExtension) X(EGifPutImageDesc) X(EGifPutLine) \
  X(GifMakeMapObject) X(GifFreeMapObject) X(GifErrorString)

#define DECLARE(name) __typeof__(&name) name;

static struct {
  FUNCTIONS(DECLARE)
} giflib;

static pthread_once_t once = PTHREAD_ONCE_INIT;

#if defined(__APPLE__)
static const char *const files[] = {"libgif.dylib", "/opt/homebrew/lib/libgif.dylib", NULL};
#else
static const char *const files[] = {"libgif.so.7", "libgif.so", NULL};
#endif
static incept_library library = {.name = "libgif", .files = files};

static void load(void) {
  if (!incept_library_open(&library)) return;
#define RESOLVE(name) \
  giflib.name = (__typeof__(giflib.name))incept_library_function(&library, #name); \
  if (!giflib.name) return;
  FUNCTIONS(RESOLVE)
}

const char *incept_gif_unavailable(void) {
  pthread_once(&once, load);
  return library.missing;
}

struct incept_gif {
  GifFileType *file;
  uint8_t *bytes;
  size_t count, capacity, limit;
  int is_full;
};

static int put(GifFileType *file, const GifByteType *bytes, int count) {
  incept_gif *gif = file->UserData;
  size_t length = (size_t)count;
  if (gif->is_full || length > gif->limit - gif->count) {
    gif->is_full = 1;
    return 0;
  }
  if (length > gif->capacity - gif->count) {
    size_t capacity = gif->capacity + gif->capacity / 2 + length + (1 << 16);
    uint8_t *grown = realloc(gif->bytes, capacity);
    if (!grown) return 0;
    gif->bytes = grown;
    gif->capacity = capacity;
  }
  memcpy(gif->bytes + gif->count, bytes, length);
  gif->count += length;
  return count;
}

static void say(char *message, int code) {
  const char *words = giflib.GifErrorString(code);
  snprintf(message, INCEPT_GIF_MESSAGE_SIZE, "%s", words ? words : "unknown error");
}

incept_gif *incept_gif_create(uint32_t width, uint32_t height, size_t limit, char *message) {
  if (incept_gif_unavailable()[0]) {
    snprintf(message, INCEPT_GIF_MESSAGE_SIZE, "%s", library.missing);
    return NULL;
  }
  incept_gif *gif = calloc(1, sizeof *gif);
  if (!gif) {
    snprintf(message, INCEPT_GIF_MESSAGE_SIZE, "out of memory");
    return NULL;
  }
  gif->limit = limit;
  int code = 0;
  gif->file = giflib.EGifOpen(gif, put, &code);
  if (!gif->file) {
    say(message, code);
    free(gif);
    return NULL;
  }
  // The extension that browsers and viewers know as "repeat", 0 times for ever.
  const uint8_t repeat[] = {1, 0, 0};
  const int bits = 8;
  giflib.EGifSetGifVersion(gif->file, true);
  if (giflib.EGifPutScreenDesc(gif->file, (int)width, (int)height, bits, 0, NULL) == GIF_ERROR ||
      giflib.EGifPutExtensionLeader(gif->file, APPLICATION_EXT_FUNC_CODE) == GIF_ERROR ||
      giflib.EGifPutExtensionBlock(gif->file, 11, "NETSCAPE2.0") == GIF_ERROR ||
      giflib.EGifPutExtensionBlock(gif->file, sizeof repeat, repeat) == GIF_ERROR ||
      giflib.EGifPutExtensionTrailer(gif->file) == GIF_ERROR) {
    say(message, gif->file->Error);
    incept_gif_destroy(gif);
    return NULL;
  }
  return gif;
}

int incept_gif_add(incept_gif *gif, uint32_t left, uint32_t top, uint32_t width, uint32_t height,
                   const uint8_t *palette, uint32_t colours, const uint8_t *pixels, uint16_t delay, char *message) {
  int entries = 2;
  while (entries < (int)colours) entries *= 2;
  ColorMapObject *map = giflib.GifMakeMapObject(entries, NULL);
  GifPixelType *row = malloc(width);
  int status = map && row ? 0 : -1;
  if (status) snprintf(message, INCEPT_GIF_MESSAGE_SIZE, "out of memory");
  if (!status) {
    for (int i = 0; i < entries; i++) {
      const uint8_t *colour = palette + 3 * ((uint32_t)i < colours ? (uint32_t)i : 0);
      map->Colors[i] = (GifColorType){colour[0], colour[1], colour[2]};
    }
    // Graphics control: what was drawn stays, no transparent colour.
    const uint8_t control[] = {DISPOSE_DO_NOT << 2, (uint8_t)delay, (uint8_t)(delay >> 8), 0};
    GifFileType *file = gif->file;
    if (giflib.EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, sizeof control, control) == GIF_ERROR ||
        giflib.EGifPutImageDesc(file, (int)left, (int)top, (int)width, (int)height, false, map) == GIF_ERROR) {
      status = -1;
    }
    // giflib masks the pixels where they are.
    for (uint32_t y = 0; y < height && !status; y++) {
      memcpy(row, pixels + (size_t)y * width, width);
      if (giflib.EGifPutLine(file, row, (int)width) == GIF_ERROR) status = -1;
    }
    if (status) say(message, file->Error);
  }
  if (map) giflib.GifFreeMapObject(map);
  free(row);
  return status;
}

const uint8_t *incept_gif_finish(incept_gif *gif, size_t *count, char *message) {
  int code = 0;
  size_t before = gif->count;
  GifFileType *file = gif->file;
  gif->file = NULL;
  // Closing tells of failed writes in some versions only.
  if (file && giflib.EGifCloseFile(file, &code) == GIF_ERROR) {
    say(message, code);
    return NULL;
  }
  if (gif->count == before) {
    snprintf(message, INCEPT_GIF_MESSAGE_SIZE, "the end could not be written");
    return NULL;
  }
  *count = gif->count;
  return gif->bytes;
}

void incept_gif_destroy(incept_gif *gif) {
  if (gif->file) {
    int code = 0;
    giflib.EGifCloseFile(gif->file, &code);
  }
  free(gif->bytes);
  free(gif);
}

int incept_gif_is_full(const incept_gif *gif) { return gif->is_full; }
