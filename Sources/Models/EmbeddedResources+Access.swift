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

  /// Weights of `digits_cnn`: a torch `state_dict` in the zip form.
  package static var digitsWeights: [UInt8] { data("digits_cnn.pth") ?? [] }
}
