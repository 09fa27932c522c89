// giflib, which is loaded when an animation is made: linking it would make every start of the command load it, and fail
// where it is missing. What may go wrong stays inside of the functions below; Swift sees a status and a message.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define INCEPT_GIF_MESSAGE_SIZE 160

/// A GIF file that grows in memory.
typedef struct incept_gif incept_gif;

/// Why there is no giflib, in words; empty where there is.
const char *_Nonnull incept_gif_unavailable(void);

/// Starts a file of `width` by `height` pixels (1 to 65535) that repeats for ever and has at most `limit` bytes. Returns
/// NULL with a message of at most `INCEPT_GIF_MESSAGE_SIZE` bytes where that fails.
incept_gif *_Nullable incept_gif_create(uint32_t width, uint32_t height, size_t limit, char *_Nonnull message);

/// Adds a rectangle that lies inside of the picture, over what was shown before.
///
/// `palette` has `colours` (1 to 256) times red, green, blue; `pixels` has `width * height` indices below `colours`.
/// `delay` is in hundredths of a second. Returns 0, or -1 with a message; after that the file can only be destroyed.
int incept_gif_add(incept_gif *_Nonnull gif, uint32_t left, uint32_t top, uint32_t width, uint32_t height,
                   const uint8_t *_Nonnull palette, uint32_t colours, const uint8_t *_Nonnull pixels, uint16_t delay,
                   char *_Nonnull message);

/// Ends the file. Returns its bytes, which stay until it is destroyed, or NULL with a message.
const uint8_t *_Nullable incept_gif_finish(incept_gif *_Nonnull gif, size_t *_Nonnull count, char *_Nonnull message);

/// Gives everything back.
void incept_gif_destroy(incept_gif *_Nonnull gif);

/// Whether the file got as large as it may.
int incept_gif_is_full(const incept_gif *_Nonnull gif);
