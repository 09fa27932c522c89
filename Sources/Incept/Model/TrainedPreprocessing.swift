import Foundation
import Imaging

/// How pictures are prepared for a network that Incept trained: stretched to a size, then
/// `(pixel / maximum - mean) / deviation` per channel. Files have it as JSON under `incept.preprocessing`.
package struct TrainedPreprocessing: Sendable, Hashable, Codable {
  /// Always `normalised`.
  package private(set) var kind = Self.name
  /// Rows of the network's input.
  package var height: Int
  /// Its columns.
  package var width: Int
  /// 1 for grey, 3 for RGB.
  package var channels: Int
  /// What full brightness was in the training data. Pictures are scaled to it from 255.
  package var maximum: Double
  /// What is subtracted from brightness 0 to 1, of each channel.
  package var mean: [Double]
  /// What is divided by, of each channel; above 0.
  package var deviation: [Double]
  /// Whether a picture with a bright border becomes a negative, as the network was trained on a dark ground only.
  package var invert: Bool?

  /// What the recipe is called.
  static let name = "normalised"
  /// Longest text that is read.
  private static let longest = 1 << 16

  /// Creates a recipe; `mean` and `deviation` have a number per channel.
  package init(
    height: Int, width: Int, channels: Int, maximum: Double, mean: [Double], deviation: [Double],
    invert: Bool = false
  ) {
    self.height = height
    self.width = width
    self.channels = channels
    self.maximum = maximum
    self.mean = mean
    self.deviation = deviation
    self.invert = invert ? true : nil
  }

  /// Reads what a file says; nil for nothing and for the name of a recipe.
  ///
  /// - Throws: `.badData` about `source` for what is no recipe.
  init?(_ text: String?, source: String) throws(InceptError) {
    guard let text, text.first == "{" else { return nil }
    let found: Self?
    found =
      text.utf8.count <= Self.longest
      ? try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) : nil
    guard let found else {
      throw Self.bad(source, "of a kind, a size, a maximum, means and deviations", "something else")
    }
    self = found
    guard kind == Self.name else { throw Self.bad(source, "of kind \(Self.name)", "another") }
    let sides = 1...ImageLimits.side
    guard sides.contains(height), sides.contains(width), channels == 1 || channels == 3 else {
      throw Self.bad(source, "of a size", "\(width)x\(height), \(channels) channels")
    }
    let largest = 1e6
    guard maximum.isFinite, maximum > 0, mean.count == channels, deviation.count == channels,
      mean.allSatisfy({ abs($0) <= largest }),
      deviation.allSatisfy({ (1e-6...largest).contains($0) })
    else {
      throw Self.bad(
        source, "with a mean and a deviation above 0 per channel", "\(mean) and \(deviation)")
    }
  }

  private static func bad(_ source: String, _ what: String, _ found: String) -> InceptError {
    InceptError(
      .badData, subject: source, expected: "expected preprocessing \(what)", found: found)
  }

  /// The recipe as a file has it.
  package func json() throws(InceptError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      throw InceptError(
        .software, subject: "preprocessing", expected: "expected finite numbers", found: "\(error)")
    }
  }

  /// What prepares pictures of 8 bits.
  var recipe: Preprocessing {
    Preprocessing(
      name: Self.name, fit: .stretched,
      normalization: Normalization(scale: 1 / 255.0, mean: mean, deviation: deviation),
      expectsDarkGround: invert == true)
  }

  /// Throws `.badData` where the network takes other images.
  func check(fits model: Model) throws(InceptError) {
    let size = Model.ImageSize(height: height, width: width, channels: channels)
    guard model.imageInput == size else {
      throw InceptError(
        .badData, subject: model.weights, expected: "expected a network that takes \(size) images",
        found: model.inputs.map { "\($0.name) \($0.shape)" }.joined(separator: ", "))
    }
  }
}

/// Names of classes in files: a JSON list under `incept.labels`.
enum StoredLabels {
  private static let most = 1 << 20
  private static let longest = 16 << 20

  /// The names as a file has them.
  static func json(_ labels: [String]) throws(InceptError) -> String {
    do {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.withoutEscapingSlashes]
      return String(decoding: try encoder.encode(labels), as: UTF8.self)
    } catch {
      throw InceptError(
        .software, subject: "labels", expected: "expected text", found: "\(error)")
    }
  }

  /// The names that a file has; nil where it has none.
  static func read(
    _ metadata: [String: String], source: String
  ) throws(InceptError) -> [String]? {
    guard let text = metadata[StoredWeights.Key.labels] else { return nil }
    guard text.utf8.count <= longest,
      let labels = try? JSONDecoder().decode([String].self, from: Data(text.utf8)),
      (1...most).contains(labels.count)
    else {
      throw InceptError(
        .badData, subject: source, expected: "expected labels as a JSON list of names",
        found: "something else")
    }
    return labels
  }
}
