import Foundation
import Imaging
import Models

/// What lies between pictures and class names on either side of a network.
struct Pictures {
  let input: String
  let size: Model.ImageSize
  let layout: Preprocessing.Layout
  let recipe: Preprocessing
  let crop: PixelRectangle?
  let labels: [String]?
  private let hasOwnLabels: Bool
  private let isProbability: Bool
  private let name: String

  init(_ model: Model, _ options: ClassifyOptions) throws(InceptError) {
    guard let size = model.imageInput, let input = model.inputs.first else {
      let shapes = model.inputs.map { "\($0.name) \($0.shape)" }.joined(separator: ", ")
      throw InceptError(
        .usage, subject: model.name, expected: "expected a network with one image input",
        found: shapes,
        hint: "`incept run` takes tensors too: --input NAME=FILE.npy --output-dir DIR")
    }
    self.size = size
    self.input = input.name
    name = model.name
    layout = model.imageOrder == .nchw ? .nchw : .nhwc
    recipe = try Self.recipe(options.preprocessing, model)
    crop = options.crop.map { PixelRectangle(x: $0.x, y: $0.y, width: $0.width, height: $0.height) }
    labels = options.labels ?? model.labels
    hasOwnLabels = options.labels != nil
    isProbability = model.outputIsProbability
  }

  private static func recipe(
    _ name: String?, _ model: Model
  ) throws(InceptError) -> Preprocessing {
    let choices = Preprocessing.named.map(\.name).joined(separator: ", ")
    guard let name, name != "auto" else {
      if let recipe = model.recipe { return recipe }
      throw InceptError(
        .usage, subject: model.name,
        expected: "expected a file that says how pictures are prepared",
        found: "nothing", hint: "choose with --preprocess: \(choices)")
    }
    if let recipe = Preprocessing(named: name) { return recipe }
    if let own = model.recipe, own.name == name { return own }
    throw InceptError(
      .usage, subject: "--preprocess '\(name)'", expected: "expected auto, \(choices)")
  }

  /// The network's input for a group of pictures.
  func tensor(_ images: [Image], names: [String]) throws(InceptError) -> HostTensor {
    // Errors are about single pictures, so a rectangle is checked against each by name.
    if let crop {
      for (image, name) in zip(images, names)
      where !crop.isInside(width: image.width, height: image.height) {
        throw InceptError(
          .usage, subject: "--crop \(crop)",
          expected: "expected X,Y,W,H inside \(name), which is \(image.width)x\(image.height)")
      }
    }
    return try recipe.tensor(
      of: images, height: size.height, width: size.width, channels: size.channels, layout: layout,
      crop: crop)
  }

  /// The part of a picture that the network sees, at the network's input size and in as many colours as it takes,
  /// but not larger than `limit` pixels a side; and the input size in words.
  func seen(_ image: Image, limit: Int) throws(InceptError) -> (image: Image, size: String) {
    let fitted = try recipe.fitted(image, height: size.height, width: size.width, crop: crop)
    let whole = size.channels == 1 ? fitted.grey() : fitted
    let scale = min(1, Double(limit) / Double(max(size.width, size.height)))
    let small = try whole.resized(
      width: max(1, Int(Double(size.width) * scale)),
      height: max(1, Int(Double(size.height) * scale)), filter: recipe.filter)
    return (small, "\(size.width)x\(size.height)")
  }

  /// The probabilities of all classes for a picture.
  struct Scores {
    /// The probability of each class.
    fileprivate let probabilities: [Double]
    /// Classes, the most probable first.
    private let order: [Int]
    private let names: [String]?

    fileprivate init(_ probabilities: [Double], names: [String]?) {
      self.probabilities = probabilities
      self.names = names
      order = probabilities.indices.sorted {
        (probabilities[$1], $0) < (probabilities[$0], $1)
      }
    }

    /// The most probable classes, the best first.
    func top(_ count: Int) -> [RunReport.Class] {
      order.prefix(count).map { index in
        RunReport.Class(
          index: index, label: names?[index] ?? "class \(index)", probability: probabilities[index])
      }
    }

    /// How many classes there are.
    var count: Int { probabilities.count }

    /// The probability of a class.
    subscript(index: Int) -> Double { probabilities[index] }

    /// The place of a class among all of them, 0 for the most probable.
    func rank(of index: Int) -> Int {
      probabilities.indices.count {
        probabilities[$0] > probabilities[index]
          || (probabilities[$0] == probabilities[index] && $0 < index)
      }
    }

    /// The names of all classes, where they are known.
    var classNames: [String]? { names }

    /// All probabilities, the highest first.
    var sorted: [Double] { order.map { probabilities[$0] } }
  }

  /// The probabilities of all classes for each picture of a batch.
  func scores(_ scores: HostTensor, batch: Int) throws(InceptError) -> [Scores] {
    let classes = scores.elementCount / max(batch, 1)
    guard scores.shape.rank >= 1, scores.shape[0] == batch, classes > 0,
      scores.shape.dimensions.filter({ $0 > 1 }).count <= (batch > 1 ? 2 : 1)
    else {
      throw InceptError(
        .usage, subject: name, expected: "expected a result of one number per class",
        found: "\(scores.shape)",
        hint: "`incept run` takes tensors too: --input NAME=FILE.npy --output-dir DIR")
    }
    var names = labels
    if let given = labels, given.count != classes {
      guard !hasOwnLabels else {
        throw InceptError(
          .usage, subject: "labels", expected: "expected the \(classes) names of \(name)'s classes",
          found: "\(given.count)")
      }
      names = nil
    }
    // 1000 classes of a network that doesn't name them are, by custom, those of ILSVRC 2012.
    if names == nil, classes == 1000 { names = Labels.names(.imagenet) }
    let values = scores.floats()
    return (0..<batch).map { image in
      let row = values[(image * classes)..<((image + 1) * classes)].map(Double.init)
      return Scores(isProbability ? row : Self.softmax(row), names: names)
    }
  }

  /// Probabilities from logits, in Double, without overflow.
  static func softmax(_ logits: [Double]) -> [Double] {
    let largest = logits.max() ?? 0
    let powers = logits.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}
