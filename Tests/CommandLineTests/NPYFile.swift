import TensorCore

/// NPY files for commands.
enum NPYFile {
  /// Writes a tensor of small numbers.
  static func write(shape: Shape, to path: String) throws {
    let tensor = HostTensor(
      shape: shape, floats: (0..<shape.elementCount).map { Float($0 % 17) / 17 })
    try NPY.write(tensor, to: path)
  }
}
