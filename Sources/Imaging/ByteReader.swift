/// Bounds-checked integers out of a file's bytes: nil where the file ends before.
struct ByteReader {
  private let bytes: UnsafeRawBufferPointer

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var count: Int { bytes.count }

  func byte(at offset: Int) -> UInt8? {
    offset >= 0 && offset < bytes.count ? bytes[offset] : nil
  }

  func big16(at offset: Int) -> UInt16? {
    load(at: offset).map { UInt16(bigEndian: $0) }
  }

  func big32(at offset: Int) -> UInt32? {
    load(at: offset).map { UInt32(bigEndian: $0) }
  }

  func little16(at offset: Int) -> UInt16? {
    load(at: offset).map { UInt16(littleEndian: $0) }
  }

  func little32(at offset: Int) -> UInt32? {
    load(at: offset).map { UInt32(littleEndian: $0) }
  }

  private func load<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int) -> Value? {
    guard offset >= 0, offset <= bytes.count - MemoryLayout<Value>.size else { return nil }
    return bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)
  }
}
