import Foundation
import Training
import WireFormats

/// All that a training needs to go on: a safetensors file with the vectors as tensors and the rest as JSON.
struct Checkpoint {
  /// How far it is.
  struct State: Codable {
    /// The epochs that are done.
    var epochs: [TrainReport.Epoch] = []
    /// Steps that are done of the epoch under way.
    var step = 0
    /// Seconds spent on it before.
    var seconds = 0.0
    /// The epoch with the best model so far.
    var best: Int?

    /// Notes an epoch's result: the best has the most right answers, of equal ones the least loss, of equal ones it is
    /// the first.
    mutating func finish(_ epoch: TrainReport.Epoch) {
      epochs.append(epoch)
      (step, seconds) = (0, 0)
      guard let old = epochs.first(where: { $0.epoch == best }) else { return best = epoch.epoch }
      if (epoch.validationAccuracy, -epoch.validationLoss)
        > (old.validationAccuracy, -old.validationLoss)
      {
        best = epoch.epoch
      }
    }
  }

  var state: State
  var recipe: TrainingRecipe
  var description: NetworkDescription
  var image: [Int]
  /// A digest of the pictures, labels and their division.
  var data: String
  /// What is on the device, by name.
  var vectors: [String: [Float]] = [:]

  private struct Document: Codable {
    var version: Int
    var state: State
    var recipe: TrainingRecipe
    var description: NetworkDescription
    var image: [Int]
    var data: String
  }

  private static let key = "incept.training"
  private static let version = 1

  /// Writes the file, whole or not at all.
  func write(to path: String) throws(InceptError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let document = Document(
      version: Self.version, state: state, recipe: recipe, description: description, image: image,
      data: data)
    guard let json = try? encoder.encode(document) else {
      throw InceptError(
        .software, subject: path, expected: "expected numbers that JSON can hold", found: "others")
    }
    try Safetensors.write(
      vectors.map { (name: $0.key, tensor: HostTensor(shape: [$0.value.count], floats: $0.value)) },
      metadata: ["format": "incept", Self.key: String(decoding: json, as: UTF8.self)], to: path)
  }

  /// Reads a file; nil where there is none.
  ///
  /// - Throws: `.badData` for one that is no checkpoint.
  static func read(_ path: String) throws(InceptError) -> Checkpoint? {
    let file: NamedTensors
    do throws(InceptError) {
      file = try Safetensors.read(path: path)
    } catch {
      if error.category == .noInput { return nil }
      throw error
    }
    guard let text = file.metadata[key],
      let document = try? JSONDecoder().decode(Document.self, from: Data(text.utf8)),
      document.version == version
    else {
      throw InceptError(
        .badData, subject: path, expected: "expected the state of a training",
        found: "another file",
        hint: "without --resume a new training begins, and replaces it")
    }
    var vectors: [String: [Float]] = [:]
    for (name, tensor) in file.entries where tensor.elementType == .float32 {
      vectors[name] = tensor.floats()
    }
    return Checkpoint(
      state: document.state, recipe: document.recipe, description: document.description,
      image: document.image, data: document.data, vectors: vectors)
  }

  /// Refuses a checkpoint of another training.
  func check(
    _ path: String, recipe: TrainingRecipe, description: NetworkDescription, data: String,
    counts: [String: Int]
  ) throws(InceptError) {
    func refuse(_ expectation: String, _ found: String, _ hint: String) -> InceptError {
      InceptError(.badData, subject: path, expected: expectation, found: found, hint: hint)
    }
    if let difference = recipe.difference(from: self.recipe) {
      throw refuse(
        "expected to be resumed as it was begun", difference,
        "leave out --resume to begin anew")
    }
    guard description == self.description else {
      throw refuse(
        "expected the network that it was begun with", "another", "leave out --resume to begin anew"
      )
    }
    guard data == self.data else {
      throw refuse(
        "expected the pictures that it was begun with", "others, or others held out",
        "leave out --resume to begin anew")
    }
    for (name, count) in counts {
      guard let vector = vectors[name], vector.count == count, vector.allSatisfy(\.isFinite) else {
        throw refuse(
          "expected \(count) finite numbers of '\(name)'",
          vectors[name].map { "\($0.count)" } ?? "none", "leave out --resume to begin anew")
      }
    }
    let limit = 1_000_000
    guard state.epochs.count <= recipe.epochs, (0..<limit).contains(state.step) else {
      throw refuse("expected a place within the training", "another", "leave out --resume")
    }
  }
}
