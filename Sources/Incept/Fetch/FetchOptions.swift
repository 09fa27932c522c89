import Foundation

/// What to fetch, where from and where to.
public struct FetchOptions: Sendable, Hashable {
  /// Official weights: an architecture, as `inception_v3` or `inception_v3:keras`, or a file of `incept fetch`'s list. Nil
  /// for a file that is none of these, which needs ``url`` and ``output``.
  public var name: String?
  /// An address in place of the official one.
  public var url: String?
  /// The SHA-256 that the file must have, in place of the published checksum.
  public var sha256: String?
  /// Where the file goes, in place of the cache.
  public var output: String?
  /// Whether a file that is there already and has no published checksum is fetched again.
  public var replaces = false
  /// Seconds without bytes before the connection counts as dead.
  public var stall = 30.0
  /// Seconds before a second attempt; later ones wait longer.
  public var pause = 0.5
  /// A file with certificates of authorities, in place of the system's.
  public var authorities: String?

  /// Options for official weights.
  public init(_ name: String?) {
    self.name = name
    authorities = ProcessInfo.processInfo.environment["SSL_CERT_FILE"]
  }
}
