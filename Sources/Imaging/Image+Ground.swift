extension Image {
  /// Whether the outermost rows and columns are brighter than half on average.
  package var hasBrightBorder: Bool {
    var (sum, count) = (0, 0)
    for row in 0..<height {
      let isEdge = row == 0 || row == height - 1
      for column in 0..<width where isEdge || column == 0 || column == width - 1 {
        for channel in 0..<channels {
          sum += Int(pixels[(row * width + column) * channels + channel])
        }
        count += channels
      }
    }
    return 2 * sum > 255 * count
  }

  /// The picture with bright and dark exchanged.
  package func negative() -> Image {
    Image(width: width, height: height, channels: channels, pixels: pixels.map { 255 - $0 })
  }
}
