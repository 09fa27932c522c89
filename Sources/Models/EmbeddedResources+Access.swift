import Foundation

/// Files that are part of the binary.
package enum EmbeddedResources {
  /// Names of all of them.
  package static var names: [String] { embeddedResources.keys.sorted() }

  /// The bytes of the file of the given name, or nil where there is none.
  package static func data(_ name: String) -> [UInt8]? {
    embeddedResources[name]
      .flatMap { Data(base64Encoded: $0.description) }
      .map { [UInt8]($0) }
  }

  /// `digits_cnn` as `incept train` wrote it: a safetensors file (`tools/models/train-digits.sh`).
  package static var digitsNetwork: [UInt8] { data("digits_cnn.safetensors") ?? [] }
}
