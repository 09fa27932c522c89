/// One of OpenCL's `clGet…Info` functions with its objects bound: asks for the size first, then for
/// that many bytes.
///
/// A failing query, a size that makes no sense and text that isn't terminated all give nil or what
/// can be saved of it; drivers get these wrong, and a listing must survive that.
struct InfoQuery {
  /// The function: parameter name, size of the space, the space, where the real size goes.
  typealias Function = (UInt32, Int, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int>?) -> Int32

  /// No answer of OpenCL's is larger than this in good faith.
  static let sizeLimit = 1 << 24

  let function: Function

  init(_ function: @escaping Function) { self.function = function }

  /// The answer's bytes, or nil where the query fails.
  func bytes(_ parameter: Int32) -> [UInt8]? {
    let parameter = UInt32(bitPattern: parameter)
    var size = 0
    guard function(parameter, 0, nil, &size) == 0, size >= 0, size <= Self.sizeLimit else {
      return nil
    }
    guard size > 0 else { return [] }
    var status: Int32 = 0
    let capacity = size
    var written = capacity
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { space, count in
      space.initialize(repeating: 0)
      status = function(parameter, capacity, space.baseAddress, &written)
      count = capacity
    }
    guard status == 0 else { return nil }
    return written >= 0 && written < capacity ? Array(bytes.prefix(written)) : bytes
  }

  /// The answer as text up to its first NUL, repaired where it isn't UTF-8, without surrounding
  /// space.
  func text(_ parameter: Int32) -> String? {
    guard let bytes = bytes(parameter) else { return nil }
    var characters = bytes.prefix { $0 != 0 }[...]
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    characters = characters.drop(while: isSpace)
    while let last = characters.last, isSpace(last) { characters = characters.dropLast() }
    return String(decoding: characters, as: UTF8.self)
  }

  /// The answer as one value of exactly that size, or nil.
  func value<Value: BitwiseCopyable>(_ parameter: Int32, as type: Value.Type = Value.self) -> Value?
  {
    guard let bytes = bytes(parameter), bytes.count == MemoryLayout<Value>.size else { return nil }
    return bytes.withUnsafeBytes { $0.loadUnaligned(as: Value.self) }
  }

  /// The answer as a list of values; what doesn't fill a whole value is dropped.
  func values<Value: BitwiseCopyable>(_ parameter: Int32, as type: Value.Type) -> [Value] {
    guard let bytes = bytes(parameter) else { return [] }
    let stride = MemoryLayout<Value>.stride
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / stride).map {
        raw.loadUnaligned(fromByteOffset: $0 * stride, as: Value.self)
      }
    }
  }

  /// A `cl_uint` answer, or 0.
  func count(_ parameter: Int32) -> Int { Int(value(parameter, as: UInt32.self) ?? 0) }

  /// A `cl_ulong` answer clamped to `Int`, or 0.
  func size64(_ parameter: Int32) -> Int { Int(clamping: value(parameter, as: UInt64.self) ?? 0) }

  /// A `size_t` answer clamped to `Int`, or 0.
  func size(_ parameter: Int32) -> Int { Int(clamping: value(parameter, as: UInt.self) ?? 0) }

  /// A `cl_bool` answer, or `fallback` where the query fails.
  func flag(_ parameter: Int32, default fallback: Bool) -> Bool {
    value(parameter, as: UInt32.self).map { $0 != 0 } ?? fallback
  }
}
