// Cairo, which is loaded when something is drawn: linking it would make every start of the command wait for the some
// twenty libraries behind it, and fail where they are missing.
#pragma once

#include <cairo/cairo-pdf.h>
#include <cairo/cairo.h>
#include <stddef.h>

// Cairo's functions that we use, by their names without `cairo_`.
#define INCEPT_CAIRO_FUNCTIONS(X) \
  X(arc) X(clip) X(create) X(destroy) X(fill_preserve) X(font_face_destroy) X(font_face_status) \
  X(font_options_create) X(font_options_destroy) X(font_options_set_antialias) X(font_options_set_hint_metrics) \
  X(font_options_set_hint_style) X(font_options_status) X(get_source) X(glyph_free) X(image_surface_create) \
  X(image_surface_get_data) X(image_surface_get_stride) X(line_to) X(move_to) X(new_path) X(paint) \
  X(pattern_set_filter) X(pdf_surface_create_for_stream) X(pdf_surface_set_metadata) X(rectangle) X(restore) \
  X(rotate) X(save) X(scale) X(scaled_font_create) X(scaled_font_destroy) X(scaled_font_glyph_extents) \
  X(scaled_font_status) X(scaled_font_text_to_glyphs) X(select_font_face) X(set_font_options) X(set_font_size) \
  X(set_line_join) X(set_line_width) X(set_source_rgba) X(set_source_surface) X(show_text) X(status) \
  X(status_to_string) X(stroke_preserve) X(surface_destroy) X(surface_finish) X(surface_flush) \
  X(surface_mark_dirty) X(surface_status) X(toy_font_face_create) X(translate)

#define INCEPT_CAIRO_DECLARE(name) __typeof__(&cairo_##name) _Nonnull name;

/// Cairo's functions.
typedef struct {
  INCEPT_CAIRO_FUNCTIONS(INCEPT_CAIRO_DECLARE)
} incept_cairo;

/// The functions, or NULL where there is no Cairo; then `incept_cairo_unavailable` says why. Loads once in a process.
const incept_cairo *_Nullable incept_cairo_functions(void);

/// Why there is no Cairo, in words; empty where there is.
const char *_Nonnull incept_cairo_unavailable(void);
