import Datasets
import GraphIR

/// The pictures of a training, divided and normalised.
struct TrainingData {
  private let images: LabelledImages
  private let judged: LabelledImages
  /// Rows to train on.
  let training: [Int]
  /// Rows to judge by.
  let validation: [Int]
  private let normalisation: Normalisation
  /// Tells other pictures, labels and divisions apart.
  let digest: String

  /// Reads and divides the data of a training.
  init(_ options: TrainOptions) throws(InceptError) {
    let parts = try DatasetReader.readParts(options.data, options: options.reading)
    images = parts.training
    if let path = options.validationRows {
      let split = try Split(
        count: images.count, validationRows: try RowList.read(path), source: path)
      (judged, training, validation) = (images, split.training, split.validation)
    } else if let test = parts.test {
      judged = test
      (training, validation) = (Array(0..<images.count), Array(0..<test.count))
    } else {
      let split = Split(
        labels: images.labels, validation: options.validation, seed: options.seed)
      (judged, training, validation) = (images, split.training, split.validation)
    }
    for (name, rows) in [("to train on", training), ("to judge by", validation)] {
      guard rows.isEmpty else { continue }
      throw InceptError(
        .badData, subject: options.data, expected: "expected pictures \(name)",
        found: "none of \(images.count)", hint: "choose another --validation, such as 0.2")
    }
    guard images.classNames.count > 1 else {
      throw InceptError(
        .badData, subject: options.data, expected: "expected at least two classes",
        found: "\(images.classNames.count)")
    }
    normalisation = Normalisation(of: images, rows: training)
    var digest = Digest()
    digest.add(images, training)
    digest.add(judged, validation)
    digest.add(images.maximum)
    self.digest = digest.text
  }

  /// Rows, columns, channels.
  var shape: Shape { [images.shape.height, images.shape.width, images.shape.channels] }

  /// Number of classes.
  var classes: Int { images.classNames.count }

  /// The rows to train on in the order of an epoch, from 0.
  func order(seed: UInt64, epoch: Int) -> [Int] {
    Shuffle.permutation(count: training.count, seed: seed, epoch: epoch).map { training[$0] }
  }

  /// Pictures `[N, H, W, C]` and labels to train on.
  func batch(_ rows: ArraySlice<Int>) -> (images: HostTensor, labels: HostTensor) {
    images.batch(rows, normalisation)
  }

  /// Pictures `[N, H, W, C]` and labels to judge by.
  func judgedBatch(_ rows: ArraySlice<Int>) -> (images: HostTensor, labels: HostTensor) {
    judged.batch(rows, normalisation)
  }

  /// What a step's dropout derives from.
  func seed(_ seed: UInt64, step: Int) -> Int32 {
    var random = SeededRandom(seed: seed, stream: UInt64(step) &+ 1)
    return Int32(truncatingIfNeeded: random.next() >> 32)
  }

  /// What reports say of the data.
  func reported(_ path: String) -> TrainReport.Data {
    TrainReport.Data(
      path: path, shape: shape.dimensions, classes: classes, training: training.count,
      validation: validation.count)
  }

  /// Writes a trained network with the names of its classes and what is done to pictures before it.
  func write(
    _ graph: Graph, metadata: [String: String], to path: String
  ) throws(InceptError) {
    let preprocessing = TrainedPreprocessing(
      height: images.shape.height, width: images.shape.width, channels: images.shape.channels,
      maximum: Double(images.maximum), mean: normalisation.mean,
      deviation: normalisation.deviation, invert: images.hasDarkGround(rows: training))
    try TrainedModelFile(
      graph: graph, preprocessing: preprocessing, labels: images.classNames, metadata: metadata
    ).write(to: path)
  }
}

/// Fowler, Noll and Vo's hash of 64 bits, of whole numbers rather than bytes.
private struct Digest {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  mutating func add(_ images: LabelledImages, _ rows: [Int]) {
    add(UInt64(rows.count))
    add(UInt64(images.shape.height) << 32 | UInt64(images.shape.width) << 8)
    var pixels = [Float](repeating: 0, count: images.shape.elementCount)
    for row in rows {
      add(UInt64(row) << 20 ^ UInt64(images.labels[row]))
      pixels.withUnsafeMutableBufferPointer { images.pixels(of: row, into: $0) }
      for pixel in pixels { add(UInt64(pixel.bitPattern)) }
    }
  }

  /// Numbers are normalised whatever stands for full brightness; the written model has it.
  mutating func add(_ maximum: Float) { add(UInt64(maximum.bitPattern)) }

  private mutating func add(_ number: UInt64) {
    state = (state ^ number) &* 0x100_0000_01b3
  }
}
