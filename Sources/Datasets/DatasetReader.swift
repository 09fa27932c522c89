import Foundation
import TensorCore
import WireFormats

/// Reads images with their classes, from MNIST's files, CSV or a folder of pictures per class: `docs/datasets.md`.
package enum DatasetReader {
  /// Where a set of images is.
  package enum Source: Sendable {
    /// A folder with a folder of pictures per class.
    case folder(ImageFolder)
    /// A file of images and one of labels, both IDX, plain or gzip.
    case idx(images: String, labels: String)
    /// A CSV file, plain or gzip.
    case csv(String)

    /// Whether it is a folder of pictures.
    var hasPictures: Bool { if case .folder = self { true } else { false } }
  }

  /// Finds out what a file or folder has, and whether it tells training from test images. Of IDX and CSV files only the
  /// beginning is looked at.
  ///
  /// - Throws: `.noInput` where there is nothing; `.badData` for what is no data in a known form.
  package static func find(
    _ path: String
  ) throws(InceptError) -> (training: Source, test: Source?) {
    guard ImageFolder.isFolder(path) else { return (try findFile(path), nil) }
    let folder = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let names = try ImageFolder.entries(folder)
    if let pairs = try IDXFolder.find(in: folder, names) {
      return (
        .idx(images: pairs.training.images, labels: pairs.training.labels),
        pairs.test.map { .idx(images: $0.images, labels: $0.labels) }
      )
    }
    func part(_ choices: [String]) -> String? {
      names.first { choices.contains($0.lowercased()) && ImageFolder.isFolder("\(folder)/\($0)") }
    }
    guard let training = part(["train", "training"]) else {
      return (.folder(try ImageFolder(folder)), nil)
    }
    let first = try ImageFolder("\(folder)/\(training)")
    let test = part(["test", "testing"]) ?? part(["val", "valid", "validation"])
    return (
      .folder(first),
      try test.map { (name) throws(InceptError) in
        .folder(try ImageFolder("\(folder)/\(name)").with(classesOf: first))
      }
    )
  }

  private static func findFile(_ path: String) throws(InceptError) -> Source {
    let stream = try ByteStream(path: path)
    let start = try stream.bytes(4096)
    if IDXReader.isIDX(start) {
      guard start[3] >= 3 else {
        throw InceptError(
          .badData, subject: path, expected: "expected images: 3 axes at byte 3",
          found: "\(start[3])",
          hint: "name the file of the images; its labels are found beside it")
      }
      let pair = try IDXFolder.pair(path)
      return .idx(images: pair.images, labels: pair.labels)
    }
    let kinds = "an IDX file, comma-separated numbers or a folder"
    guard !start.isEmpty else {
      throw InceptError(
        .badData, subject: path, expected: "expected \(kinds)", found: "an empty file")
    }
    if start.starts(with: [0x89, 0x50, 0x4E, 0x47]) || start.starts(with: [0xFF, 0xD8, 0xFF]) {
      throw InceptError(
        .badData, subject: path, expected: "expected \(kinds)", found: "a picture",
        hint: "name the folder that has a folder of pictures for each class")
    }
    let blanks: Set<UInt8> = [0x09, 0x0A, 0x0D]
    if let place = start.firstIndex(where: { $0 < 0x20 && !blanks.contains($0) }) {
      throw InceptError(
        .badData, subject: path, expected: "expected \(kinds)",
        found: "other binary data, byte \(start[place]) at \(place)")
    }
    return .csv(path)
  }

  /// The images of a file or folder; of one that tells training from test images those for training.
  ///
  /// - Throws: `.noInput`, `.ioError`; `.badData` that names file and line, image or byte.
  package static func read(
    _ path: String, options: DatasetOptions = DatasetOptions()
  ) throws(InceptError) -> LabelledImages {
    try read(find(path).training, options: options)
  }

  /// All images of a file or folder, by what they are for. Both parts have the same size and classes.
  ///
  /// - Throws: as ``read(_:options:)``.
  package static func readParts(
    _ path: String, options: DatasetOptions = DatasetOptions()
  ) throws(InceptError) -> DatasetParts {
    let found = try find(path)
    try options.check(fits: found.training, path)
    let training = try read(found.training, options: options)
    guard let source = found.test else { return DatasetParts(training: training, test: nil) }
    var options = options
    // Pictures follow the training part, where the caller leaves that to them.
    options.channels = options.channels ?? training.shape.channels
    let test = try read(source, options: options)
    guard test.shape == training.shape else {
      throw InceptError(
        .badData, subject: test.name,
        expected: "expected images of \(training.shape), as in \(training.name)",
        found: "\(test.shape)", hint: found.training.hasPictures ? ImageFolder.sizeHint : nil)
    }
    let names =
      test.classNames.count > training.classNames.count ? test.classNames : training.classNames
    return DatasetParts(
      training: training.with(classNames: names), test: test.with(classNames: names))
  }

  /// The images of a source.
  package static func read(
    _ source: Source, options: DatasetOptions = DatasetOptions()
  ) throws(InceptError) -> LabelledImages {
    switch source {
    case .folder(let folder): try folder.images(options)
    case .idx(let images, let labels): try IDXReader.read(images: images, labels: labels)
    case .csv(let path): try CSVReader.read(path, options)
    }
  }

  /// The images of files in memory: of an IDX file with its labels, or of a CSV file without any.
  package static func read(
    _ file: MappedFile, labels: MappedFile?
  ) throws(InceptError) -> LabelledImages {
    guard let labels else { return try CSVReader.read(ByteStream(file), DatasetOptions()) }
    return try IDXReader.read(ByteStream(file), labels: ByteStream(labels))
  }
}
