import Foundation
import Imaging
import TensorCore

/// A folder with a folder of PNG and JPEG files for each class. Nothing but names is in memory.
package struct ImageFolder: Sendable {
  /// The folder, as it was named.
  package let name: String
  /// Names of the classes: those of the folders, in the order of their numbers where all are whole numbers, else in that
  /// of their bytes.
  package private(set) var classNames: [String]
  /// The class of each picture.
  package private(set) var labels: [Int]
  /// The pictures' files, class by class, in the order of their names' bytes.
  package let files: [String]

  /// What helps where pictures differ in size.
  static let sizeHint = "--size HxW resizes all pictures"

  /// Number of pictures.
  package var count: Int { files.count }

  /// Lists a folder.
  ///
  /// Hidden files and those that are not called `.png`, `.jpg` or `.jpeg` are left out.
  ///
  /// - Throws: `.badData` for a folder without class folders and for a class folder without pictures, `.ioError` for
  ///   one that can't be listed.
  init(_ path: String) throws(InceptError) {
    let classes = Self.ordered(try Self.entries(path).filter { Self.isFolder("\(path)/\($0)") })
    guard !classes.isEmpty else {
      throw InceptError(
        .badData, subject: path,
        expected: "expected MNIST's files, or a folder of PNG or JPEG files for each class",
        found: "neither")
    }
    guard classes.count <= DatasetLimits.classes else {
      throw InceptError(
        .badData, subject: path,
        expected: "expected at most \(DatasetLimits.classes) class folders",
        found: "\(classes.count)")
    }
    var (files, labels): ([String], [Int]) = ([], [])
    for (label, name) in classes.enumerated() {
      let folder = "\(path)/\(name)"
      let pictures = try Self.entries(folder).filter(Self.isPicture)
      guard !pictures.isEmpty else {
        throw InceptError(
          .badData, subject: folder, expected: "expected PNG or JPEG files of the class '\(name)'",
          found: "none")
      }
      files += pictures.map { "\(folder)/\($0)" }
      labels += [Int](repeating: label, count: pictures.count)
      guard files.count <= DatasetLimits.images else {
        throw InceptError(
          .badData, subject: path, expected: "expected at most \(DatasetLimits.images) pictures",
          found: "more")
      }
    }
    name = path
    classNames = classes
    self.files = files
    self.labels = labels
  }

  /// A picture, decoded. Throws what is wrong with its file.
  package func picture(of index: Int) throws(InceptError) -> Image {
    try Image.decode(path: files[index])
  }

  /// The same pictures with the numbers that `training` gives the classes.
  ///
  /// - Throws: `.badData` about a class folder that `training` doesn't have.
  func with(classesOf training: ImageFolder) throws(InceptError) -> ImageFolder {
    let numbers = Dictionary(
      uniqueKeysWithValues: training.classNames.enumerated().map { ($1, $0) })
    var places: [Int] = []
    for className in classNames {
      guard let number = numbers[className] else {
        throw InceptError(
          .badData, subject: "\(name)/\(className)",
          expected: "expected the classes of \(training.name)", found: "another")
      }
      places.append(number)
    }
    var copy = self
    copy.labels = labels.map { places[$0] }
    copy.classNames = training.classNames
    return copy
  }

  /// All pictures in memory, at one size.
  ///
  /// - Throws: `.badData` about the first picture that can't be read, or has another size than the first where
  ///   `options` don't say one.
  package func images(_ options: DatasetOptions) throws(InceptError) -> LabelledImages {
    let first = try picture(of: 0)
    let (height, width) = options.size ?? (first.height, first.width)
    var channels = options.channels ?? first.channels
    var pixels: [UInt8] = []
    try check(ImageShape(height: height, width: width, channels: channels))
    for index in files.indices {
      var image = try index == 0 ? first : picture(of: index)
      if options.size == nil, image.height != height || image.width != width {
        throw InceptError(
          .badData, subject: files[index],
          expected: "expected \(width)x\(height) pixels, as \(files[0]) has",
          found: "\(image.width)x\(image.height)",
          hint: Self.sizeHint)
      }
      if image.height != height || image.width != width {
        image = try image.resized(width: width, height: height, filter: .bilinear)
      }
      if channels == 1, image.channels == 3 {
        if options.channels == 1 {
          image = image.grey()
        } else {
          // The first picture in colour makes all of them colour.
          channels = 3
          try check(ImageShape(height: height, width: width, channels: 3))
          pixels = pixels.flatMap { [$0, $0, $0] }
        }
      }
      pixels += channels == 3 ? image.rgb().pixels : image.pixels
    }
    return LabelledImages(
      name: name, shape: ImageShape(height: height, width: width, channels: channels),
      labels: labels, classNames: classNames, maximum: 255, samples: .bytes(pixels),
      origins: .files(files))
  }

  private func check(_ shape: ImageShape) throws(InceptError) {
    let bytes = shape.elementCount.multipliedReportingOverflow(by: count)
    guard !bytes.overflow, bytes.partialValue <= DatasetLimits.bytes else {
      throw InceptError(
        .badData, subject: name,
        expected: "expected pictures that fit \(DatasetLimits.bytes) bytes",
        found: "\(count) of \(shape)", hint: "--size HxW makes them smaller")
    }
  }

  // MARK: Names

  /// The names in a folder that are not hidden, in the order of their bytes.
  static func entries(_ path: String) throws(InceptError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: path)
        .filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw InceptError(
        .ioError, subject: path, expected: "expected a folder that can be listed",
        found: "\(error.localizedDescription)")
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  static func isPicture(_ name: String) -> Bool {
    let name = name.lowercased()
    return [".png", ".jpg", ".jpeg"].contains { name.hasSuffix($0) }
  }

  private static func ordered(_ names: [String]) -> [String] {
    let numbers = names.compactMap { name in Int(name).map { (number: $0, name: name) } }
    guard numbers.count == names.count else { return names }
    return numbers.sorted { ($0.number, $0.name) < ($1.number, $1.name) }.map(\.name)
  }
}
