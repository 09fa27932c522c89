import CCairo
import Imaging
import TensorCore

/// Draws a canvas as PNG or PDF.
struct CairoRenderer {
  private let canvas: Canvas
  private let cairo: incept_cairo

  /// Throws `.unavailable` where there is no Cairo.
  init(_ canvas: Canvas) throws(InceptError) {
    self.canvas = canvas
    cairo = try Cairo.functions()
  }

  /// Pixels of a point in bitmaps.
  static let scale = 2.0
  /// Most pixels of a bitmap: 400 MB while it is made.
  private static let pixelLimit = 50_000_000

  /// A PNG file. Throws `.usage` for a picture of too many pixels.
  func png() throws(InceptError) -> [UInt8] {
    try Image.encodePNG(bitmap(scale: Self.scale))
  }

  /// The pixels, `scale` a point. Throws `.usage` for too many.
  func bitmap(scale: Double) throws(InceptError) -> Image {
    let width = Int((canvas.width * scale).rounded(.up))
    let height = Int((canvas.height * scale).rounded(.up))
    guard width > 0, height > 0, width * height <= Self.pixelLimit else {
      throw InceptError(
        .usage, subject: "picture",
        expected: "expected at most \(Self.pixelLimit) pixels for a PNG file",
        found: "\(width)x\(height)", hint: "choose a file name that ends in .svg or .pdf")
    }
    let surface = try CairoSurface(width: width, height: height)
    let context = try CairoContext(surface)
    cairo.scale(context.raw, scale, scale)
    try draw(on: context)
    let pixels = try surface.withRows { rows, stride in
      [UInt8](unsafeUninitializedCapacity: 3 * width * height) { result, count in
        for y in 0..<height {
          for x in 0..<width {
            let pixel = rows.load(fromByteOffset: y * stride + 4 * x, as: UInt32.self)
            let place = 3 * (y * width + x)
            result[place] = UInt8(truncatingIfNeeded: pixel >> 16)
            result[place + 1] = UInt8(truncatingIfNeeded: pixel >> 8)
            result[place + 2] = UInt8(truncatingIfNeeded: pixel)
          }
        }
        count = 3 * width * height
      }
    }
    return Image(width: width, height: height, channels: 3, pixels: pixels)
  }

  /// What Cairo writes, as it comes.
  private final class Sink {
    var bytes: [UInt8] = []
  }

  /// A PDF file of one page.
  func pdf() throws(InceptError) -> [UInt8] {
    let sink = Sink()
    // SAFETY: `sink` outlives the surface, which calls this only until it is finished.
    let closure = Unmanaged.passUnretained(sink).toOpaque()
    try withExtendedLifetime(sink) { () throws(InceptError) in
      let surface = try CairoSurface(
        cairo.pdf_surface_create_for_stream(
          { closure, data, count in
            guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
            Unmanaged<Sink>.fromOpaque(closure).takeUnretainedValue().bytes
              .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
            return CAIRO_STATUS_SUCCESS
          }, closure, canvas.width, canvas.height))
      cairo.pdf_surface_set_metadata(surface.raw, CAIRO_PDF_METADATA_TITLE, canvas.title)
      // The time of drawing, otherwise: equal pictures would be different files.
      cairo.pdf_surface_set_metadata(
        surface.raw, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
      let context = try CairoContext(surface)
      try draw(on: context)
      try surface.finish()
    }
    return sink.bytes
  }

  private func draw(on context: borrowing CairoContext) throws(InceptError) {
    let raw = context.raw
    try Cairo.withFontOptions { (options) throws(InceptError) in
      cairo.set_font_options(raw, options)
    }
    cairo.set_line_join(raw, CAIRO_LINE_JOIN_ROUND)
    set(.paper, raw)
    cairo.paint(raw)
    for mark in canvas.marks {
      switch mark {
      case .line(let points, let stroke):
        for point in points { cairo.line_to(raw, point.x, point.y) }
        paint(nil, stroke, raw)
      case .rectangle(let rectangle, let fill, let stroke):
        add(rectangle, raw)
        paint(fill, stroke, raw)
      case .circle(let centre, let radius, let fill):
        cairo.arc(raw, centre.x, centre.y, radius, 0, 2 * .pi)
        paint(fill, nil, raw)
      case .text(let text): try draw(text, raw)
      case .image(let image, let rectangle): try draw(image, rectangle, raw)
      case .clip(let rectangle):
        cairo.save(raw)
        add(rectangle, raw)
        cairo.clip(raw)
      case .endOfClip: cairo.restore(raw)
      }
    }
    try context.check("drawing")
  }

  private func set(_ colour: Colour, _ raw: OpaquePointer) {
    cairo.set_source_rgba(
      raw, Double(colour.red) / 255, Double(colour.green) / 255, Double(colour.blue) / 255,
      colour.opacity)
  }

  private func add(_ rectangle: Rectangle, _ raw: OpaquePointer) {
    cairo.rectangle(raw, rectangle.x, rectangle.y, rectangle.width, rectangle.height)
  }

  private func paint(_ fill: Colour?, _ stroke: Canvas.Stroke?, _ raw: OpaquePointer) {
    if let fill {
      set(fill, raw)
      cairo.fill_preserve(raw)
    }
    if let stroke {
      set(stroke.colour, raw)
      cairo.set_line_width(raw, stroke.width)
      cairo.stroke_preserve(raw)
    }
    cairo.new_path(raw)
  }

  private func draw(_ text: Canvas.PlacedText, _ raw: OpaquePointer) throws(InceptError) {
    let style = text.style
    let drawn = try canvas.typesetter.drawable(text.text, isBold: style.isBold)
    let width = try canvas.typesetter.width(drawn, style)
    let shift =
      switch text.alignment {
      case .start: 0.0
      case .middle: -width / 2
      case .end: -width
      }
    cairo.save(raw)
    cairo.select_font_face(
      raw, Cairo.family, CAIRO_FONT_SLANT_NORMAL, Cairo.weight(isBold: style.isBold))
    cairo.set_font_size(raw, style.size)
    set(style.colour, raw)
    cairo.translate(raw, text.anchor.x, text.anchor.y)
    if text.isTurned { cairo.rotate(raw, -.pi / 2) }
    cairo.move_to(raw, shift, 0)
    cairo.show_text(raw, drawn)
    cairo.new_path(raw)
    cairo.restore(raw)
  }

  private func draw(
    _ image: Image, _ rectangle: Rectangle, _ raw: OpaquePointer
  ) throws(InceptError) {
    let bitmap = try CairoSurface(width: image.width, height: image.height)
    try bitmap.withRows { rows, stride in
      for y in 0..<image.height {
        for x in 0..<image.width {
          let place = (y * image.width + x) * image.channels
          let colours = image.channels == 3 ? [0, 1, 2] : [0, 0, 0]
          let pixel = colours.reduce(UInt32(0)) { $0 << 8 | UInt32(image.pixels[place + $1]) }
          rows.storeBytes(of: pixel, toByteOffset: y * stride + 4 * x, as: UInt32.self)
        }
      }
    }
    cairo.save(raw)
    cairo.translate(raw, rectangle.x, rectangle.y)
    cairo.scale(
      raw, rectangle.width / Double(image.width), rectangle.height / Double(image.height))
    cairo.set_source_surface(raw, bitmap.raw, 0, 0)
    cairo.pattern_set_filter(
      cairo.get_source(raw),
      image.isEnlarged(in: rectangle) ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD)
    cairo.paint(raw)
    cairo.restore(raw)
  }
}

extension Image {
  /// Whether the picture's pixels are larger than those of a bitmap, when it fills `rectangle`.
  func isEnlarged(in rectangle: Rectangle) -> Bool {
    rectangle.width * CairoRenderer.scale > Double(width)
  }
}
