import Foundation
import TestSupport
import Testing

/// Recorded results of the fixtures' Inception V3 networks for one picture.
struct InceptionReference {
  /// A module's recorded output.
  struct Activation: Decodable {
    /// Channels, rows, columns; or classes.
    let shape: [Int]
    /// Euclidean norm of all values.
    let l2: Double
    /// Flat indices in the framework's axis order.
    let index: [Int]
    /// The values there.
    let value: [Double]
  }

  /// Results before or after softmax.
  let outputs: [Double]
  /// Module outputs by name.
  let activations: [String: Activation]

  /// torchvision's logits and every module's output for `chelsea.png`.
  static func torchvision() throws -> InceptionReference {
    struct Entry: Decodable {
      let logits: [Double]
      let activations: [String: Activation]
    }
    let data = try Data(contentsOf: Fixtures.url("models/inception_v3_torchvision.reference.json"))
    let entries = try JSONDecoder().decode([String: Entry].self, from: data)
    let entry = try #require(entries["chelsea.png"])
    return InceptionReference(outputs: entry.logits, activations: entry.activations)
  }

  /// Keras's probabilities for `chelsea.png`.
  static func keras() throws -> InceptionReference {
    struct Entry: Decodable { let probabilities: [Double] }
    let data = try Data(contentsOf: Fixtures.url("models/inception_v3_keras.reference.json"))
    let entries = try JSONDecoder().decode([String: Entry].self, from: data)
    let entry = try #require(entries["chelsea.png"])
    return InceptionReference(outputs: entry.probabilities, activations: [:])
  }
}
