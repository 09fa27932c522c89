extension LabelledImages {
  /// Whether all of these images are grey with a border darker than half: bright things on a dark ground, as MNIST's
  /// digits are. A network that is trained on them knows nothing else.
  package func hasDarkGround(rows: some Collection<Int>) -> Bool {
    guard shape.channels == 1, !rows.isEmpty else { return false }
    var pixels = [Float](repeating: 0, count: shape.elementCount)
    return rows.allSatisfy { row in
      pixels.withUnsafeMutableBufferPointer { self.pixels(of: row, into: $0) }
      var (sum, count) = (Float(0), Float(0))
      for y in 0..<shape.height {
        let isEdge = y == 0 || y == shape.height - 1
        for x in 0..<shape.width where isEdge || x == 0 || x == shape.width - 1 {
          sum += pixels[y * shape.width + x]
          count += 1
        }
      }
      return 2 * sum <= maximum * count
    }
  }
}
