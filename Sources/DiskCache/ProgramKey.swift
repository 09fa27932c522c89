import Crypto
import Foundation
import TensorCore

/// Everything that a built program depends on. Equal keys mean that one may stand in for the other.
package struct ProgramKey: Sendable, Hashable, Codable {
  /// SHA-256 of the source text, in hexadecimal.
  package var source: String
  /// The compiler's options.
  package var options: String
  /// The device's name.
  package var device: String
  /// The driver's version.
  package var driver: String
  /// The platform's name and version.
  package var platform: String
  /// The version of Incept.
  package var engine: String

  /// The key of a program.
  package init(
    sourceText: String, options: String, device: String, driver: String, platform: String,
    engine: String
  ) {
    source = Checksum.hexadecimal(SHA256.hash(data: Data(sourceText.utf8)))
    self.options = options
    self.device = device
    self.driver = driver
    self.platform = platform
    self.engine = engine
  }

  /// SHA-256 over all parts with their lengths, in hexadecimal: the entry's name.
  package var digest: String {
    var hash = SHA256()
    for part in [source, options, device, driver, platform, engine] {
      let bytes = Data(part.utf8)
      hash.update(data: Data("\(bytes.count):".utf8))
      hash.update(data: bytes)
    }
    return Checksum.hexadecimal(hash.finalize())
  }

  /// What differs from another key, in words: `source`, `driver`, …
  package func differences(from other: ProgramKey) -> [String] {
    var names: [String] = []
    if source != other.source { names.append("source") }
    if options != other.options { names.append("options") }
    if device != other.device { names.append("device") }
    if driver != other.driver { names.append("driver") }
    if platform != other.platform { names.append("platform") }
    if engine != other.engine { names.append("Incept's version") }
    return names
  }
}
