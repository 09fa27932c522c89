import Imaging
import TensorCore

/// Images of one size with a class each, in memory.
///
/// Pixels are the numbers of the file, 0 to ``maximum``, row by row from the top, channels innermost.
package struct LabelledImages: Sendable {
  /// The numbers of all images, one image after the other.
  enum Samples: Sendable {
    case bytes([UInt8])
    case floats([Float])
  }

  /// Where images are from, for errors and lists.
  enum Origins: Sendable {
    /// Item by item in one file.
    case items(file: String)
    /// A line each of one file, counted from 1.
    case lines(file: String, [Int32])
    /// A file each.
    case files([String])
  }

  /// The file or folder, as it was named.
  package let name: String
  /// The size of every image.
  package let shape: ImageShape
  /// The class of each image, from 0, each below `classNames.count`.
  package let labels: [Int]
  /// Names of the classes, class 0 first.
  package private(set) var classNames: [String]
  /// The number that stands for full brightness: 255, or 16 of the digits.
  package let maximum: Float

  let samples: Samples
  let origins: Origins

  /// Creates a set; all parts must fit each other.
  init(
    name: String, shape: ImageShape, labels: [Int], classNames: [String], maximum: Float,
    samples: Samples, origins: Origins
  ) {
    self.name = name
    self.shape = shape
    self.labels = labels
    self.classNames = classNames
    self.maximum = maximum
    self.samples = samples
    self.origins = origins
  }

  /// Creates a set of images made in memory: `pixels` has those of one image after the other, each 0 to `maximum`.
  package init(
    name: String, shape: ImageShape, pixels: [Float], maximum: Float, labels: [Int],
    classNames: [String]
  ) {
    precondition(pixels.count == shape.elementCount * labels.count, "LabelledImages: pixel count")
    precondition(labels.allSatisfy(classNames.indices.contains), "LabelledImages: labels")
    self.init(
      name: name, shape: shape, labels: labels, classNames: classNames, maximum: maximum,
      samples: .floats(pixels), origins: .items(file: name))
  }

  /// Number of images.
  package var count: Int { labels.count }

  /// Writes an image's pixels, 0 to ``maximum``: as many as ``shape`` has elements.
  package func pixels(of index: Int, into destination: UnsafeMutableBufferPointer<Float>) {
    let size = shape.elementCount
    precondition(destination.count == size, "LabelledImages: room for another size")
    let range = (index * size)..<((index + 1) * size)
    switch samples {
    case .bytes(let bytes):
      for (place, source) in range.enumerated() { destination[place] = Float(bytes[source]) }
    case .floats(let floats):
      for (place, source) in range.enumerated() { destination[place] = floats[source] }
    }
  }

  /// An image as a picture of 8 bits, ``maximum`` being 255.
  package func picture(of index: Int) -> Image {
    let size = shape.elementCount
    let range = (index * size)..<((index + 1) * size)
    let pixels: [UInt8]
    switch samples {
    case .bytes(let bytes) where maximum == 255: pixels = Array(bytes[range])
    case .bytes(let bytes): pixels = bytes[range].map { eightBits(Float($0)) }
    case .floats(let floats): pixels = floats[range].map(eightBits)
    }
    return Image(
      width: shape.width, height: shape.height, channels: shape.channels, pixels: pixels)
  }

  private func eightBits(_ value: Float) -> UInt8 {
    UInt8(max(0, min(255, (255 * value / maximum).rounded())))
  }

  /// Where an image is from: `digits.csv.gz, line 12`, `train-images-idx3-ubyte, image 7`, or its file.
  package func origin(of index: Int) -> String {
    switch origins {
    case .items(let file): "\(file), image \(index)"
    case .lines(let file, let lines): "\(file), line \(lines[index])"
    case .files(let files): files[index]
    }
  }

  /// The same images of more classes: `names` continue those that there are.
  func with(classNames names: [String]) -> LabelledImages {
    precondition(names.count >= classNames.count, "LabelledImages: fewer classes")
    var copy = self
    copy.classNames = names
    return copy
  }
}

/// The images of a folder or file that tells training from test images.
package struct DatasetParts: Sendable {
  /// What a network is trained on.
  package var training: LabelledImages
  /// What it is judged by; nil where the data doesn't say. Its classes are those of ``training``.
  package var test: LabelledImages?
}
