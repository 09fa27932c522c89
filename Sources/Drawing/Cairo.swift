import CCairo
import TensorCore

/// What all calls of Cairo share. The library is loaded when something is drawn (`CCairo`).
enum Cairo {
  /// Cairo's functions, by their names without `cairo_`. Throws `.unavailable` where there is no Cairo.
  static func functions() throws(InceptError) -> incept_cairo {
    guard let functions = incept_cairo_functions() else {
      throw InceptError(
        .unavailable, subject: "drawing", expected: "expected the library Cairo",
        found: "'\(String(cString: incept_cairo_unavailable()))'",
        hint: "apt-get install libcairo2")
    }
    return functions.pointee
  }

  /// Throws `.software`, as what was drawn is checked before, with Cairo's words for any status but success.
  static func check(_ status: cairo_status_t, _ doing: String) throws(InceptError) {
    guard status != CAIRO_STATUS_SUCCESS else { return }
    let text = try functions().status_to_string(status)
    let reason = text.map { String(cString: $0) } ?? "status \(status.rawValue)"
    throw InceptError(
      .software, subject: "Cairo", expected: "expected \(doing) to succeed", found: "'\(reason)'")
  }

  /// Font options that make text as wide in one kind of file as in another: without hinting, at any scale.
  static func withFontOptions<Result>(
    _ body: (OpaquePointer) throws(InceptError) -> Result
  ) throws(InceptError) -> Result {
    let cairo = try functions()
    guard let options = cairo.font_options_create() else { throw missing("font options") }
    defer { cairo.font_options_destroy(options) }
    try check(cairo.font_options_status(options), "making font options")
    cairo.font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo.font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo.font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    return try body(options)
  }

  /// The error where Cairo gives nothing instead of an object.
  static func missing(_ thing: String) -> InceptError {
    InceptError(.software, subject: "Cairo", expected: "expected \(thing)")
  }

  /// Cairo finds a font for this family on every machine; without any it has a built-in one of ASCII.
  static let family = "sans-serif"

  /// The weight as Cairo names it.
  static func weight(isBold: Bool) -> cairo_font_weight_t {
    isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL
  }
}

/// Something that Cairo draws on.
struct CairoSurface: ~Copyable {
  // SAFETY: the reference that `init` takes over is this value's own and given back once, by `deinit`.
  let raw: OpaquePointer
  private let cairo: incept_cairo

  /// Takes over a surface that Cairo has just made.
  init(_ made: OpaquePointer?) throws(InceptError) {
    let cairo = try Cairo.functions()
    guard let made else { throw Cairo.missing("a surface") }
    do throws(InceptError) {
      try Cairo.check(cairo.surface_status(made), "making a surface")
    } catch {
      cairo.surface_destroy(made)
      throw error
    }
    raw = made
    self.cairo = cairo
  }

  /// A bitmap of opaque pixels, black.
  init(width: Int, height: Int) throws(InceptError) {
    try self.init(
      Cairo.functions().image_surface_create(CAIRO_FORMAT_RGB24, CInt(width), CInt(height)))
  }

  deinit { cairo.surface_destroy(raw) }

  /// Writes what is pending and ends drawing.
  borrowing func finish() throws(InceptError) {
    cairo.surface_finish(raw)
    try Cairo.check(cairo.surface_status(raw), "writing the picture")
  }

  /// The rows of a bitmap, 4 bytes a pixel (`0x00RRGGBB` in the machine's byte order), for the time of `body`.
  borrowing func withRows<Result>(
    _ body: (UnsafeMutableRawPointer, _ bytesPerRow: Int) -> Result
  ) throws(InceptError) -> Result {
    cairo.surface_flush(raw)
    guard let bytes = cairo.image_surface_get_data(raw) else { throw Cairo.missing("pixels") }
    defer { cairo.surface_mark_dirty(raw) }
    return body(UnsafeMutableRawPointer(bytes), Int(cairo.image_surface_get_stride(raw)))
  }
}

/// A pen for a surface.
struct CairoContext: ~Copyable {
  // SAFETY: the reference that `init` makes is this value's own and given back once, by `deinit`.
  let raw: OpaquePointer
  private let cairo: incept_cairo

  /// Creates a pen.
  init(_ surface: borrowing CairoSurface) throws(InceptError) {
    let cairo = try Cairo.functions()
    guard let made = cairo.create(surface.raw) else { throw Cairo.missing("a drawing context") }
    do throws(InceptError) {
      try Cairo.check(cairo.status(made), "making a drawing context")
    } catch {
      cairo.destroy(made)
      throw error
    }
    raw = made
    self.cairo = cairo
  }

  deinit { cairo.destroy(raw) }

  /// Throws where anything drawn before failed; Cairo keeps the first error.
  borrowing func check(_ doing: String) throws(InceptError) {
    try Cairo.check(cairo.status(raw), doing)
  }
}

/// A font at a size of 1 point.
struct CairoFont: ~Copyable {
  // SAFETY: the reference that `init` makes is this value's own and given back once, by `deinit`.
  private let raw: OpaquePointer
  private let cairo: incept_cairo

  /// The machine's sans-serif font.
  init(isBold: Bool) throws(InceptError) {
    let cairo = try Cairo.functions()
    let face = cairo.toy_font_face_create(
      Cairo.family, CAIRO_FONT_SLANT_NORMAL, Cairo.weight(isBold: isBold))
    defer { cairo.font_face_destroy(face) }
    try Cairo.check(cairo.font_face_status(face), "finding a font")
    // Freetype measures in 64ths: at a large size that is exact.
    var size = cairo_matrix_t(
      xx: Self.measuredSize, yx: 0, xy: 0, yy: Self.measuredSize, x0: 0, y0: 0)
    var identity = cairo_matrix_t(xx: 1, yx: 0, xy: 0, yy: 1, x0: 0, y0: 0)
    let made = try Cairo.withFontOptions { (options) throws(InceptError) in
      cairo.scaled_font_create(face, &size, &identity, options)
    }
    guard let made else { throw Cairo.missing("a font") }
    do throws(InceptError) {
      try Cairo.check(cairo.scaled_font_status(made), "making a font")
    } catch {
      cairo.scaled_font_destroy(made)
      throw error
    }
    raw = made
    self.cairo = cairo
  }

  deinit { cairo.scaled_font_destroy(raw) }

  private static let measuredSize = 1024.0

  /// How far the pen moves for a scalar, as a part of the font's size; nil where the font has no glyph for it.
  borrowing func advance(of scalar: Unicode.Scalar) throws(InceptError) -> Double? {
    var glyphs: UnsafeMutablePointer<cairo_glyph_t>?
    var count: CInt = 0
    let text = String(scalar)
    let status = cairo.scaled_font_text_to_glyphs(
      raw, 0, 0, text, CInt(text.utf8.count), &glyphs, &count, nil, nil, nil)
    try Cairo.check(status, "finding glyphs")
    defer { cairo.glyph_free(glyphs) }
    guard let glyphs, count > 0 else { return 0 }
    let missing: UInt = 0
    guard glyphs.pointee.index != missing else { return nil }
    var extents = cairo_text_extents_t()
    cairo.scaled_font_glyph_extents(raw, glyphs, count, &extents)
    try Cairo.check(cairo.scaled_font_status(raw), "measuring glyphs")
    return extents.x_advance / Self.measuredSize
  }
}
