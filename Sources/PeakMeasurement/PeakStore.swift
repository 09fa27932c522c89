import Foundation
import Roofline
import TensorCore

/// Measured peaks in the cache folder, one file for each device with driver and way of measuring.
package struct PeakStore: Sendable {
  /// Where files are; nil where the user has no cache folder.
  package let cache: CacheDirectory?
  /// What the peaks hold for.
  package let identity: PeakIdentity

  /// The part of the cache that is used.
  package static let folder = "peaks"
  /// The most bytes of a file.
  static let byteLimit = 64 << 10
  /// The most levels of memory.
  static let levelLimit = 16

  /// What is known.
  package enum Lookup: Sendable, Hashable {
    /// What was measured.
    case found(DevicePeaks)
    /// Nothing was measured.
    case absent
    /// The file is there and can't be used, and why.
    case damaged(path: String, reason: String)

    /// What was measured, if it can be used.
    package var peaks: DevicePeaks? {
      if case .found(let peaks) = self { peaks } else { nil }
    }
  }

  /// A store.
  package init(cache: CacheDirectory?, identity: PeakIdentity) {
    self.cache = cache
    self.identity = identity
  }

  /// The file; nil where there is no cache folder.
  package var path: String? {
    cache.map { "\($0.folder(Self.folder))/\(identity.digest).json" }
  }

  /// What was measured of the device.
  package func lookup() -> Lookup {
    guard let path else { return .absent }
    let bytes: TensorStorage
    do throws(InceptError) {
      bytes = try FileAccess.read(path: path, limit: Self.byteLimit)
    } catch {
      let isMissing = error.category == .noInput
      return isMissing ? .absent : .damaged(path: path, reason: error.actual ?? error.expectation)
    }
    let data = withExtendedLifetime(bytes) {
      Data(UnsafeRawBufferPointer(start: bytes.baseAddress, count: bytes.byteCount))
    }
    guard let document = try? JSONDecoder().decode(Document.self, from: data),
      document.schema == Self.schema
    else { return .damaged(path: path, reason: "it is no \(Self.schema) document") }
    guard document.identity == identity else {
      return .damaged(path: path, reason: "it is about another device or driver")
    }
    guard Self.isPlausible(document.peaks) else {
      return .damaged(path: path, reason: "its numbers can't be right")
    }
    return .found(document.peaks)
  }

  /// Writes what was measured, whole or not at all. What a busy machine gave replaces nothing that an idle one did.
  ///
  /// - Returns: Whether that succeeded.
  @discardableResult
  package func save(_ peaks: DevicePeaks) -> Bool {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    if peaks.isDisturbed, lookup().peaks?.isDisturbed == false { return false }
    guard let path, Self.isPlausible(peaks), cache?.makeFolder(Self.folder) != nil,
      let data = try? encoder.encode(
        Document(schema: Self.schema, identity: identity, peaks: peaks)),
      data.count <= Self.byteLimit
    else { return false }
    do throws(InceptError) {
      try [UInt8](data).withUnsafeBufferPointer { (bytes) throws(InceptError) in
        try FileAccess.write([UnsafeRawBufferPointer(bytes)], to: path)
      }
      return true
    } catch {
      return false
    }
  }

  private struct Document: Codable {
    var schema: String
    var identity: PeakIdentity
    var peaks: DevicePeaks
  }

  private static let schema = "incept.peaks/1"

  /// Whether peaks can be divided by: positive and finite, with levels from the nearest to the memory.
  package static func isPlausible(_ peaks: DevicePeaks) -> Bool {
    let rates =
      [peaks.gflops, peaks.launch] + [peaks.halfGflops, peaks.doubleGflops].compactMap { $0 }
      + peaks.memory.map(\.gigabytesPerSecond)
    guard rates.allSatisfy({ $0.isFinite && $0 > 0 && $0 < 1e9 }),
      (0...1).contains(peaks.processorShare ?? 1),
      (1...levelLimit).contains(peaks.memory.count)
    else { return false }
    let names = peaks.memory.map(\.name)
    guard Set(names).count == names.count,
      names.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 16 && $0.utf8.allSatisfy { $0 > 32 } })
    else { return false }
    let capacities = peaks.memory.dropLast().map(\.capacity)
    return peaks.memory.last?.capacity == nil && capacities.allSatisfy { ($0 ?? 0) > 0 }
  }
}
