import Crypto
import Foundation

/// A cached program with what it was made from, and its form on disk.
///
///     8 bytes   "INCEPTP" and the format's version
///     4 bytes   length of the description, little endian
///     8 bytes   length of the program, little endian
///     …         description (JSON), program
///     32 bytes  SHA-256 of everything before
///
/// Drivers crash on binaries that are not what they wrote, so that nothing of an entry is used before all of it is
/// known to be what was written.
package struct ProgramEntry: Sendable, Hashable {
  /// What it was made from.
  package var key: ProgramKey
  /// Which kernel it is, in one form for all versions of its source: `conv2d_direct MR=5 NV=4`.
  package var name: String
  /// The driver's form of the program.
  package var program: [UInt8]

  /// The largest entry, in bytes. Larger ones are not kept.
  package static let limit = 64 << 20

  private static let magic = Array("INCEPTP".utf8) + [1]
  private static let prefixLength = 8 + 4 + 8

  private struct Description: Codable {
    var key: ProgramKey
    var name: String
  }

  /// An entry.
  package init(key: ProgramKey, name: String, program: [UInt8]) {
    self.key = key
    self.name = name
    self.program = program
  }

  /// The entry's bytes; nil for one that can't be kept.
  package func encoded() -> [UInt8]? {
    guard let description = try? JSONEncoder().encode(Description(key: key, name: name)),
      description.count + program.count < Self.limit - 64
    else { return nil }
    var bytes = Self.magic
    bytes += (0..<4).map { UInt8(truncatingIfNeeded: description.count >> ($0 * 8)) }
    bytes += (0..<8).map { UInt8(truncatingIfNeeded: program.count >> ($0 * 8)) }
    bytes += description
    bytes += program
    bytes += SHA256.hash(data: bytes)
    return bytes
  }

  /// Reads an entry's bytes; nil unless every one is as it was written.
  package init?(decoding bytes: [UInt8]) {
    let overhead = Self.prefixLength + SHA256.byteCount
    guard bytes.count >= overhead, bytes.count <= Self.limit, bytes.starts(with: Self.magic)
    else { return nil }
    let descriptionLength = Self.number(bytes[8..<12])
    let programLength = Self.number(bytes[12..<20])
    guard descriptionLength <= bytes.count, programLength <= bytes.count,
      overhead + descriptionLength + programLength == bytes.count
    else { return nil }
    let end = bytes.count - SHA256.byteCount
    guard SHA256.hash(data: bytes[..<end]).elementsEqual(bytes[end...]) else { return nil }
    let start = Self.prefixLength + descriptionLength
    let text = Data(bytes[Self.prefixLength..<start])
    guard let description = try? JSONDecoder().decode(Description.self, from: text) else {
      return nil
    }
    key = description.key
    name = description.name
    program = Array(bytes[start..<end])
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    Int(clamping: bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
  }
}
