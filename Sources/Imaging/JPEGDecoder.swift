import CTurboJPEG
import TensorCore

/// JPEG files through libjpeg-turbo, with its accurate integer transform and smooth chroma upsampling, as
/// Pillow decodes them. A file that libjpeg-turbo warns about (truncated, corrupt) is an error.
enum JPEGDecoder {
  static func decode(_ file: UnsafeRawBufferPointer, name: String) throws(InceptError) -> Image {
    let header = try JPEGHeader(file, name: name)
    try ImageLimits.check(
      width: header.width, height: header.height, bytesPerPixel: peakBytesPerPixel(header),
      name: name)
    guard let handle = tjInitDecompress() else {
      throw InceptError(.software, subject: name, expected: "expected a JPEG decoder")
    }
    defer { tjDestroy(handle) }

    try checkSize(file, header: header, handle: handle, name: name)
    let decoded = try samples(file, header: header, handle: handle, name: name)
    let isInk = header.components == 4
    let image = Image(
      width: header.width, height: header.height, channels: header.components == 1 ? 1 : 3,
      pixels: isInk ? rgb(fromInvertedInk: decoded) : decoded)
    return image.applying(header.orientation)
  }

  /// Samples, coefficients and copies that are alive at once, per pixel.
  private static func peakBytesPerPixel(_ header: JPEGHeader) -> Int {
    let samples = header.components
    let result = min(samples, 3)
    let coefficients = header.isProgressive ? 2 * header.components : 0
    let converting = samples == 4 ? samples + result : samples
    let turning = header.orientation.isUpright ? result : 2 * result
    return max(samples + coefficients, converting, turning)
  }

  /// The decoder's own reading of the size must be ours: it decides how much it writes.
  private static func checkSize(
    _ file: UnsafeRawBufferPointer, header: JPEGHeader, handle: tjhandle, name: String
  ) throws(InceptError) {
    var (width, height, subsampling, colours) = (CInt(0), CInt(0), CInt(-1), CInt(-1))
    let bytes = file.bindMemory(to: UInt8.self)
    // Fails for samplings that have no name in this interface, which decode all the same.
    let status = tjDecompressHeader3(
      handle, bytes.baseAddress, UInt(bytes.count), &width, &height, &subsampling, &colours)
    guard status == 0 || (width > 0 && height > 0) else { throw failure(handle, name: name) }
    guard Int(width) == header.width, Int(height) == header.height else {
      throw InceptError(
        .badData, subject: name, expected: "expected one frame header in the JPEG image",
        found: "\(header.width)x\(header.height) and \(width)x\(height)")
    }
  }

  private static func samples(
    _ file: UnsafeRawBufferPointer, header: JPEGHeader, handle: tjhandle, name: String
  ) throws(InceptError) -> [UInt8] {
    let format: TJPF =
      switch header.components {
      case 1: TJPF_GRAY
      case 3: TJPF_RGB
      default: TJPF_CMYK
      }
    let row = header.width * header.components
    let count = row * header.height
    var status: CInt = -1
    let decoded = [UInt8](unsafeUninitializedCapacity: count) { destination, initialized in
      let bytes = file.bindMemory(to: UInt8.self)
      status = tjDecompress2(
        handle, bytes.baseAddress, UInt(bytes.count), destination.baseAddress,
        CInt(header.width), CInt(row), CInt(header.height), CInt(format.rawValue),
        CInt(TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT))
      initialized = status == 0 ? count : 0
    }
    guard status == 0 else { throw failure(handle, name: name) }
    return decoded
  }

  private static func failure(_ handle: tjhandle, name: String) -> InceptError {
    let reason = tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown"
    return InceptError(
      .badData, subject: name, expected: "expected a complete JPEG image", found: "'\(reason)'",
      hint: "save the picture again with an image editor")
  }

  /// RGB of CMYK samples stored inverted, as Adobe's programs store them; Pillow's formula.
  private static func rgb(fromInvertedInk ink: [UInt8]) -> [UInt8] {
    let count = ink.count / 4 * 3
    return [UInt8](unsafeUninitializedCapacity: count) { destination, initialized in
      ink.withUnsafeBufferPointer { source in
        for pixel in 0..<(source.count / 4) {
          let light = Int(source[4 * pixel + 3])
          for channel in 0..<3 {
            let product = (255 - Int(source[4 * pixel + channel])) * light + 128
            let absorbed = ((product >> 8) + product) >> 8
            destination[3 * pixel + channel] = UInt8(max(0, light - absorbed))
          }
        }
      }
      initialized = count
    }
  }
}
