import CZlib
import TensorCore

/// The transformations that chunks went through before they were written (format section IV.A.2.l). Only these
/// three are known; none is ever loaded from anywhere.
enum HDF5Filter: Int, Sendable, Hashable {
  case deflate = 1
  case shuffle = 2
  case fletcher32 = 3

  /// Reads a filter pipeline message: the filters in the order in which they were applied.
  static func pipeline(_ message: HDF5Cursor) throws(InceptError) -> [HDF5Filter] {
    var message = message
    let version = try message.byte()
    let count = try message.byte()
    guard (1...2).contains(version), count <= HDF5Limits.filters else {
      throw message.bad("version 1 or 2, at most 32 filters", "version \(version), \(count)")
    }
    try message.skip(version == 1 ? 6 : 0)
    var filters: [HDF5Filter] = []
    for _ in 0..<count {
      let code = try message.number(UInt16.self)
      let nameCount = version == 1 || code >= 256 ? try message.number(UInt16.self) : 0
      try message.skip(2)
      let values = try message.number(UInt16.self)
      try message.skip(nameCount)
      let padding = version == 1 && values % 2 == 1 ? 4 : 0
      try message.skip(values * 4 + padding)
      guard let filter = HDF5Filter(rawValue: code) else {
        throw message.bad(
          "gzip, shuffle or fletcher32", "filter \(code)",
          hint: "save it with compression='gzip' or none")
      }
      guard !filters.contains(filter) else {
        throw message.bad("each filter once", "\(filter) twice")
      }
      filters.append(filter)
    }
    return filters
  }

  /// Undoes the filter; nil where the bytes can't be its result. No more than `limit` bytes come back.
  func undo(_ bytes: [UInt8], elementBytes: Int, limit: Int) -> [UInt8]? {
    switch self {
    case .deflate: HDF5Filter.inflate(bytes, limit: limit)
    case .shuffle: HDF5Filter.unshuffle(bytes, elementBytes: elementBytes)
    case .fletcher32: HDF5Filter.verified(bytes)
    }
  }

  private static func inflate(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
    var status = Z_DATA_ERROR
    let result = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      var written = uLongf(limit)
      status = uncompress(buffer.baseAddress, &written, bytes, uLong(bytes.count))
      count = status == Z_OK ? Int(written) : 0
    }
    return status == Z_OK ? result : nil
  }

  /// Gathers the bytes of each element, which lie apart: all first bytes, all second bytes, …
  private static func unshuffle(_ bytes: [UInt8], elementBytes: Int) -> [UInt8] {
    let count = bytes.count / elementBytes
    guard elementBytes > 1, count > 1 else { return bytes }
    var result = bytes
    bytes.withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { target in
        for index in 0..<count {
          for byte in 0..<elementBytes {
            target[index * elementBytes + byte] = source[byte * count + index]
          }
        }
      }
    }
    return result
  }

  /// The bytes without the Fletcher-32 checksum behind them, nil where it differs.
  private static func verified(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count >= 4 else { return nil }
    let count = bytes.count - 4
    var low: UInt64 = 0
    var high: UInt64 = 0
    // Sums of this many 16-bit words stay far below 64 bits.
    let run = 1 << 20
    for first in stride(from: 0, to: count, by: run) {
      for start in stride(from: first, to: min(first + run, count), by: 2) {
        let second = start + 1 < count ? UInt64(bytes[start + 1]) : 0
        low += UInt64(bytes[start]) << 8 | second
        high += low
      }
      low %= 65535
      high %= 65535
    }
    let sum = high << 16 | low
    let stored = (0..<4).reduce(UInt64(0)) { $0 | UInt64(bytes[count + $1]) << UInt64(8 * $1) }
    return sum == stored ? Array(bytes[..<count]) : nil
  }
}
