/// Conversions between stored element types and float32.
enum ElementConversion {
  /// Converts every element of `bytes` to float32. Elements need not be aligned.
  static func toFloat(
    _ bytes: UnsafeRawBufferPointer, type: ElementType,
    _ destination: UnsafeMutableBufferPointer<Float>
  ) {
    switch type {
    case .float32: UnsafeMutableRawBufferPointer(destination).copyMemory(from: bytes)
    case .float64: convert(bytes, destination) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .float16: convert(bytes, destination) { (bits: UInt16) in Float(halfBits: bits) }
    case .bfloat16:
      convert(bytes, destination) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .int8: convert(bytes, destination) { (value: Int8) in Float(value) }
    case .int16: convert(bytes, destination) { (value: Int16) in Float(value) }
    case .int32: convert(bytes, destination) { (value: Int32) in Float(value) }
    case .int64: convert(bytes, destination) { (value: Int64) in Float(value) }
    case .uint8: convert(bytes, destination) { (value: UInt8) in Float(value) }
    case .bool: convert(bytes, destination) { (value: UInt8) in value == 0 ? 0 : 1 }
    }
  }

  @inline(__always)
  private static func convert<Stored: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ destination: UnsafeMutableBufferPointer<Float>,
    _ value: (Stored) -> Float
  ) {
    for index in destination.indices {
      destination[index] = value(
        bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self))
    }
  }
}

extension Float {
  /// The value of an IEEE 754 binary16 number, exact (every half is a float). `Float16` itself is not
  /// available on every platform Swift runs on.
  public init(halfBits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch (exponent, fraction) {
    case (0, 0): self.init(bitPattern: sign)
    case (0, _):
      let magnitude = Float(fraction) * 0x1p-24
      self = sign == 0 ? magnitude : -magnitude
    case (31, _): self.init(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: self.init(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

extension UInt16 {
  /// The IEEE 754 binary16 number nearest to a float, ties to even; infinity beyond the largest one, 65504.
  public init(halfBitsOf value: Float) {
    let sign = UInt16(truncatingIfNeeded: value.bitPattern >> 16) & 0x8000
    let magnitude = value.bitPattern & 0x7FFF_FFFF
    switch magnitude {
    case 0x7F80_0001...: self = sign | 0x7E00
    case 0x4780_0000...: self = sign | 0x7C00
    case 0x3880_0000...:
      let rounded = magnitude + 0xFFF + ((magnitude >> 13) & 1)
      self = sign | UInt16(truncatingIfNeeded: (rounded >> 13) - (112 << 10))
    default:
      // The steps of the floats around a half are those of the numbers below the smallest normal one.
      let rounded = Float(bitPattern: magnitude) + 0.5
      self = sign | UInt16(truncatingIfNeeded: rounded.bitPattern - 0x3F00_0000)
    }
  }
}
