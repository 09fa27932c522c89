/// NumPy's array file format, versions 1 to 3 (NumPy enhancement proposal 1).
///
/// Read: `f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1`, little and big endian, C and Fortran order. Unsigned types
/// without an ``ElementType`` of their own become the next wider signed one. Written: int32, int64
/// and bool as they are, all else as float32, little endian, C order, version 1.
public enum NPY {
  /// Largest file that is read, in bytes: it is held in memory, converted ones twice.
  private static let largestFile = 256 << 20

  /// Reads the array in the file at `path`. Little endian arrays in C order keep the file's bytes as they are.
  ///
  /// Throws `.noInput` or `.ioError` for an unreadable file and `.badData` for anything that is no such array
  /// or has more than 256 MiB.
  public static func read(path: String) throws(InceptError) -> HostTensor {
    try decode(FileAccess.read(path: path, limit: largestFile), name: path)
  }

  /// Reads an array from the bytes of an NPY file; `name` is the subject of errors.
  public static func decode(_ bytes: [UInt8], name: String) throws(InceptError) -> HostTensor {
    try decode(TensorStorage(byteCount: bytes.count) { $0.copyBytes(from: bytes) }, name: name)
  }

  /// Writes `tensor` to a temporary file and renames it to `path`. Throws `.cannotCreate`.
  public static func write(_ tensor: HostTensor, to path: String) throws(InceptError) {
    let header = header(of: tensor)
    try header.withUnsafeBufferPointer { (first) throws(InceptError) in
      try withElements(of: tensor) { (second) throws(InceptError) in
        try FileAccess.write([UnsafeRawBufferPointer(first), second], to: path)
      }
    }
  }

  /// The bytes of an NPY file that holds `tensor`.
  public static func encode(_ tensor: HostTensor) -> [UInt8] {
    header(of: tensor) + withElements(of: tensor) { Array($0) }
  }
}

extension NPY {
  /// How the elements are stored.
  private static func descriptor(of type: ElementType) -> String {
    switch type {
    case .int32: "<i4"
    case .int64: "<i8"
    case .bool: "|b1"
    default: "<f4"
    }
  }

  /// The elements as they are stored.
  private static func withElements<Result, Failure: Error>(
    of tensor: HostTensor, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch tensor.elementType {
    case .bool: return try tensor.withUnsafeBytes(body)
    case .int32, .int64:
      #if _endian(little)
        return try tensor.withUnsafeBytes(body)
      #else
        let swapped = tensor.integers().flatMap { value in
          (0..<tensor.elementType.byteCount).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let storage = TensorStorage(byteCount: swapped.count) { $0.copyBytes(from: swapped) }
        defer { withExtendedLifetime(storage) {} }
        return try body(
          UnsafeRawBufferPointer(start: storage.baseAddress, count: storage.byteCount))
      #endif
    default:
      return try tensor.withFloats { (floats) throws(Failure) in
        try withLittleEndian(floats, body)
      }
    }
  }

  private static func withLittleEndian<Result, Failure: Error>(
    _ floats: UnsafeBufferPointer<Float>,
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    #if _endian(little)
      return try body(UnsafeRawBufferPointer(floats))
    #else
      let swapped = floats.map { $0.bitPattern.littleEndian }
      let storage = TensorStorage(byteCount: 4 * swapped.count) { bytes in
        swapped.withUnsafeBytes { bytes.copyMemory(from: $0) }
      }
      defer { withExtendedLifetime(storage) {} }
      return try body(
        UnsafeRawBufferPointer(start: storage.baseAddress, count: storage.byteCount))
    #endif
  }

  /// Magic, version and dictionary, padded so that the elements start at a multiple of 64 bytes.
  private static func header(of tensor: HostTensor) -> [UInt8] {
    let shape = tensor.shape
    let extents = shape.dimensions.map(String.init).joined(separator: ", ")
    let tuple = shape.rank == 1 ? "(\(extents),)" : "(\(extents))"
    let type = descriptor(of: tensor.elementType)
    var dictionary = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': \(tuple), }".utf8)
    let preamble = 10
    let alignment = 64
    let used = preamble + dictionary.count + 1
    let padding = (alignment - used % alignment) % alignment
    dictionary.append(contentsOf: repeatElement(UInt8(ascii: " "), count: padding))
    dictionary.append(UInt8(ascii: "\n"))
    let length = dictionary.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
      + dictionary
  }

  private static func decode(
    _ storage: TensorStorage, name: String
  ) throws(InceptError) -> HostTensor {
    defer { withExtendedLifetime(storage) {} }
    let file = UnsafeRawBufferPointer(start: storage.baseAddress, count: storage.byteCount)
    let header = try NPYHeader(file, name: name)
    guard let stored = NPYElement(header.descriptor) else {
      throw InceptError(
        .badData, subject: name,
        expected: "expected elements of type f2, f4, f8, i1 to i8, u1 to u8 or b1",
        found: "'\(header.printableDescriptor)'", hint: "convert with array.astype('float32')")
    }
    let shape = Shape(header.shape)
    let available = file.count - header.dataOffset
    // An extent of 0 must not hide extents whose strides overflow.
    let strides = Shape(header.shape.map { max($0, 1) })
    guard strides.isValid, let count = shape.checkedElementCount,
      case (let needed, let overflow) = count.multipliedReportingOverflow(by: stored.byteCount),
      !overflow, needed == available
    else {
      throw InceptError(
        .badData, subject: name, expected: "expected the elements of \(shape) \(header.descriptor)",
        found: "\(available) bytes")
    }
    let transposes = header.fortranOrder && shape.rank > 1
    if let type = stored.elementType, !transposes, !stored.swapsBytes {
      return HostTensor(
        elementType: type, shape: shape, storage: storage, byteOffset: header.dataOffset)
    }
    let data = UnsafeRawBufferPointer(rebasing: file[header.dataOffset...])
    return try stored.normalized(data, shape: shape, fortranOrder: transposes, name: name)
  }
}
