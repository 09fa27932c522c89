import Foundation
import TensorCore

/// What is known of a file that is there in part, kept beside it: it lets a later process tell whether the rest belongs
/// to the same version.
struct PartNote: Codable, Sendable, Hashable {
  /// Where the part came from.
  var url: String
  /// The version's entity tag or date.
  var validator: String?
  /// Size of the whole.
  var total: Int?

  /// Notes are small; what is larger is none.
  private static let limit = 4096

  /// The note at `path`; nil where there is none that can be read.
  static func read(_ path: String) -> PartNote? {
    guard let storage = try? FileAccess.read(path: path, limit: limit) else { return nil }
    let bytes = withExtendedLifetime(storage) {
      Data(bytes: storage.baseAddress, count: storage.byteCount)
    }
    return try? JSONDecoder().decode(PartNote.self, from: bytes)
  }

  /// Writes the note; without it the part is just less useful.
  func write(_ path: String) {
    guard let bytes = try? JSONEncoder().encode(self) else { return }
    bytes.withUnsafeBytes { try? FileAccess.write([$0], to: path) }
  }
}
