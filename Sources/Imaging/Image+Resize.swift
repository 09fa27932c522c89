import TensorCore

extension Image {
  /// The picture resized with antialiasing, sample for sample as Pillow's `resize` does it: along one axis, then
  /// along the other, rounded to 8 bits after each. Throws `.usage` for a size beyond ``ImageLimits``.
  package func resized(
    width: Int, height: Int, filter: ResampleFilter
  ) throws(InceptError) -> Image {
    let sides = 1...ImageLimits.side
    guard sides.contains(width), sides.contains(height), width * height <= ImageLimits.pixels else {
      throw InceptError(
        .usage, subject: "resize to \(width)x\(height)",
        expected: "expected at most \(ImageLimits.side) pixels a side, \(ImageLimits.pixels) in all"
      )
    }
    return resized(
      region: bounds, width: width, height: height,
      window: PixelRectangle(x: 0, y: 0, width: width, height: height), filter: filter)
  }

  /// All of the picture.
  var bounds: PixelRectangle { PixelRectangle(x: 0, y: 0, width: width, height: height) }

  /// The rectangle `window` of what `region` of the picture is when resized to `width` × `height`. Pixels
  /// outside `region` have no influence. Nothing outside `window` is computed, so that the whole may be larger
  /// than memory.
  func resized(
    region: PixelRectangle, width: Int, height: Int, window: PixelRectangle, filter: ResampleFilter
  ) -> Image {
    precondition(region.isInside(width: self.width, height: self.height), "resized: region outside")
    precondition(window.isInside(width: width, height: height), "resized: window outside")
    // An axis that keeps its size is copied, not weighted.
    let horizontal = ResampleWeights(
      input: region.width, output: width, window: window.x..<(window.x + window.width),
      filter: filter)
    let vertical = ResampleWeights(
      input: region.height, output: height, window: window.y..<(window.y + window.height),
      filter: filter)
    let columns = horizontal?.inputs ?? window.x..<(window.x + window.width)
    let rows = vertical?.inputs ?? window.y..<(window.y + window.height)
    let part = PixelRectangle(
      x: region.x + columns.lowerBound, y: region.y + rows.lowerBound, width: columns.count,
      height: rows.count)
    // The order decides what is rounded first. Measured on Pillow 13; versions before it always start with x.
    let (removedRows, removedColumns) = (region.height - height, region.width - width)
    let startsWithColumns = removedRows > 0 && removedRows > 2 * removedColumns
    switch (horizontal, vertical) {
    case (nil, nil): return copied(part)
    case (let horizontal?, nil): return resampledRows(of: part, weights: horizontal)
    case (nil, let vertical?): return resampledColumns(of: part, weights: vertical)
    case (let horizontal?, let vertical?) where startsWithColumns:
      let lowered = resampledColumns(of: part, weights: vertical)
      return lowered.resampledRows(of: lowered.bounds, weights: horizontal)
    case (let horizontal?, let vertical?):
      let narrowed = resampledRows(of: part, weights: horizontal)
      return narrowed.resampledColumns(of: narrowed.bounds, weights: vertical)
    }
  }

  /// A rectangle of the picture, which must be inside.
  func copied(_ part: PixelRectangle) -> Image {
    if part == bounds { return self }
    var result: [UInt8] = []
    result.reserveCapacity(part.width * part.height * channels)
    for row in part.y..<(part.y + part.height) {
      let start = (row * width + part.x) * channels
      result.append(contentsOf: pixels[start..<(start + part.width * channels)])
    }
    return Image(width: part.width, height: part.height, channels: channels, pixels: result)
  }

  /// The rows of a rectangle of the picture, each resampled along x.
  private func resampledRows(of part: PixelRectangle, weights: ResampleWeights) -> Image {
    let newWidth = weights.starts.count
    let total = newWidth * part.height * channels
    let result = [UInt8](unsafeUninitializedCapacity: total) { destination, count in
      pixels.withUnsafeBufferPointer { source in
        weights.weights.withUnsafeBufferPointer { table in
          var target = 0
          for row in part.y..<(part.y + part.height) {
            for x in 0..<newWidth {
              let start = (row * width + part.x + weights.starts[x]) * channels
              let taps = weights.counts[x]
              for channel in 0..<channels {
                var sum = Self.half
                for tap in 0..<taps {
                  sum &+=
                    Int32(source[start + tap * channels + channel])
                    &* table[x * weights.stride + tap]
                }
                destination[target] = Self.clipped(sum)
                target += 1
              }
            }
          }
        }
      }
      count = total
    }
    return Image(width: newWidth, height: part.height, channels: channels, pixels: result)
  }

  /// The columns of a rectangle of the picture, each resampled along y.
  private func resampledColumns(of part: PixelRectangle, weights: ResampleWeights) -> Image {
    let newHeight = weights.starts.count
    let row = part.width * channels
    let result = [UInt8](unsafeUninitializedCapacity: newHeight * row) { destination, count in
      pixels.withUnsafeBufferPointer { source in
        var sums = [Int32](repeating: 0, count: row)
        sums.withUnsafeMutableBufferPointer { sums in
          for y in 0..<newHeight {
            sums.update(repeating: Self.half)
            for tap in 0..<weights.counts[y] {
              let weight = weights.weights[y * weights.stride + tap]
              let start = ((part.y + weights.starts[y] + tap) * width + part.x) * channels
              for x in 0..<row { sums[x] &+= Int32(source[start + x]) &* weight }
            }
            for x in 0..<row { destination[y * row + x] = Self.clipped(sums[x]) }
          }
        }
      }
      count = newHeight * row
    }
    return Image(width: part.width, height: newHeight, channels: channels, pixels: result)
  }

  private static let half = Int32(1) << (ResampleWeights.fractionBits - 1)

  @inline(__always)
  private static func clipped(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: max(0, min(255, sum >> ResampleWeights.fractionBits)))
  }
}
