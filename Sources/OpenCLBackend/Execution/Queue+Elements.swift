import OpenCLRuntime
import TensorCore

/// Elements between the host, where they are floats, and buffers, where they have a plan's precision.
extension Queue {
  /// Writes elements to element number `first` and on.
  func write(
    _ buffer: borrowing Buffer, elements: UnsafeBufferPointer<Float>, first: Int = 0,
    as precision: Precision
  ) throws(InceptError) {
    let offset = first * precision.bytes
    switch precision {
    case .fp32: try write(buffer, from: UnsafeRawBufferPointer(elements), offset: offset)
    case .fp16: try write(buffer, elements.map { UInt16(halfBitsOf: $0) }, offset: offset)
    }
  }

  /// Reads elements from element number `first` on into all of `destination`.
  func read(
    _ buffer: borrowing Buffer, elements destination: UnsafeMutableBufferPointer<Float>,
    first: Int, as precision: Precision
  ) throws(InceptError) {
    switch precision {
    case .fp32:
      try read(
        buffer, into: UnsafeMutableRawBufferPointer(destination), offset: first * precision.bytes)
    case .fp16:
      let halves: [UInt16] = try read(
        buffer, count: destination.count, offset: first * precision.bytes)
      for (index, bits) in halves.enumerated() { destination[index] = Float(halfBits: bits) }
    }
  }
}
