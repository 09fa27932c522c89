import Foundation
import TensorCore

/// A pair of IDX files.
struct IDXPair: Sendable, Hashable {
  let images: String
  let labels: String
}

/// Finds IDX files by the names that MNIST and its kin are published under: `train-images-idx3-ubyte`,
/// `t10k-images.idx3-ubyte.gz`, `emnist-digits-test-labels-idx1-ubyte.gz`.
enum IDXFolder {
  /// The pairs of a folder; nil where no file is named as one of images.
  static func find(
    in folder: String, _ names: [String]
  ) throws(InceptError) -> (training: IDXPair, test: IDXPair?)? {
    let images = names.filter(isImages)
    guard !images.isEmpty else { return nil }
    let training = try one(images.filter { !isTest($0) }, in: folder, "training")
    let test = try one(images.filter(isTest), in: folder, "test")
    // A folder of test images alone is a set like any other.
    guard let first = training ?? test else { return nil }
    return (
      try pair(join(folder, first)),
      try training == nil
        ? nil : test.map { (name) throws(InceptError) in try pair(join(folder, name)) }
    )
  }

  /// A file of images and the labels beside it.
  ///
  /// - Throws: `.noInput` where there are none.
  static func pair(_ images: String) throws(InceptError) -> IDXPair {
    let folder = images.lastIndex(of: "/").map { String(images[...$0]) } ?? ""
    let name = String(images.dropFirst(folder.count))
    let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    var candidates: [String] = []
    for (from, to) in [("images", "labels"), ("Images", "Labels"), ("image", "label")] {
      guard let place = plain.range(of: from, options: .backwards) else { continue }
      var other = plain.replacingCharacters(in: place, with: to)
      if let axes = other.range(of: "idx3", options: .backwards) {
        other.replaceSubrange(axes, with: "idx1")
      }
      candidates += name == plain ? [other, other + ".gz"] : [other + ".gz", other]
    }
    for candidate in candidates where FileManager.default.fileExists(atPath: folder + candidate) {
      return IDXPair(images: images, labels: folder + candidate)
    }
    throw InceptError(
      .noInput, subject: images, expected: "expected the images' labels beside them",
      found: candidates.first.map { "no \($0)" } ?? "a name without 'images' in it",
      hint: "name the files as MNIST's are: NAME-images-idx3-ubyte, NAME-labels-idx1-ubyte")
  }

  private static func isImages(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.contains("images") && (name.contains("idx3") || name.contains("ubyte"))
  }

  private static func isTest(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.contains("t10k") || name.contains("test")
  }

  private static func one(
    _ names: [String], in folder: String, _ what: String
  ) throws(InceptError) -> String? {
    // The same file packed and unpacked is one.
    let kinds = Set(names.map { $0.hasSuffix(".gz") ? String($0.dropLast(3)) : $0 })
    guard kinds.count <= 1 else {
      throw InceptError(
        .usage, subject: folder, expected: "expected one file of \(what) images",
        found: names.joined(separator: ", "), hint: "name the file instead of its folder")
    }
    return names.min { $0.count < $1.count }
  }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}
