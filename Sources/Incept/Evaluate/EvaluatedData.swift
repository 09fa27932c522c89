import Datasets
import Imaging

/// The images that a network is judged by. Those of one size are in memory; pictures of a folder are decoded when their turn
/// comes, so that each goes through the network's own preprocessing.
struct EvaluatedData {
  private enum Content {
    case images(LabelledImages)
    case folder(ImageFolder)
  }

  private let content: Content
  /// What pictures of a folder are resized to.
  private let pictureSize: PictureSize?
  /// The rows that are taken, in rising order.
  let rows: [Int]
  /// Images that there are, taken or not.
  let total: Int

  /// Reads data and chooses rows.
  init(_ options: EvaluateOptions) throws(InceptError) {
    let found = try DatasetReader.find(options.data)
    let source: DatasetReader.Source
    switch options.part {
    case .auto: source = found.test ?? found.training
    case .training: source = found.training
    case .test:
      guard let test = found.test else {
        throw InceptError(
          .usage, subject: options.data, expected: "expected data with a part for tests",
          found: "one part", hint: "--split or --rows chooses from it")
      }
      source = test
    }
    let read = DatasetOptions(
      labelColumn: .init(options.labelColumn), maximum: options.maximum,
      size: options.size.map { ($0.height, $0.width) })
    try read.check(fits: source, options.data)
    pictureSize = options.size
    if case .folder(let folder) = source {
      content = .folder(folder)
    } else {
      content = .images(try DatasetReader.read(source, options: read))
    }
    let labels =
      switch content {
      case .images(let images): images.labels
      case .folder(let folder): folder.labels
      }
    total = labels.count
    if let path = options.rows {
      rows = try Split(count: total, validationRows: RowList.read(path), source: path).validation
    } else if let share = options.split {
      rows = Split(labels: labels, validation: share, seed: options.seed).validation
    } else {
      rows = Array(labels.indices)
    }
    guard !rows.isEmpty else {
      throw InceptError(
        .usage, subject: options.data, expected: "expected a choice of one image or more",
        found: "none of \(total)")
    }
  }

  /// The class of a row.
  func label(_ row: Int) -> Int {
    switch content {
    case .images(let images): images.labels[row]
    case .folder(let folder): folder.labels[row]
    }
  }

  /// The names of the data's classes.
  var classNames: [String] {
    switch content {
    case .images(let images): images.classNames
    case .folder(let folder): folder.classNames
    }
  }

  /// Whether classes are numbers rather than names.
  var hasNumbers: Bool { if case .images = content { true } else { false } }

  /// Where a row is from.
  func origin(_ row: Int) -> String {
    switch content {
    case .images(let images): images.origin(of: row)
    case .folder(let folder): folder.files[row]
    }
  }

  /// A row as a picture of 8 bits.
  func picture(_ row: Int) throws(InceptError) -> Image {
    switch content {
    case .images(let images): return images.picture(of: row)
    case .folder(let folder):
      let image = try folder.picture(of: row)
      guard let pictureSize else { return image }
      return try image.resized(
        width: pictureSize.width, height: pictureSize.height, filter: .bilinear)
    }
  }

  /// The network's input for some rows. Numbers that need no resizing keep their precision.
  func tensor(_ rows: [Int], _ pictures: Pictures) throws(InceptError) -> HostTensor {
    if case .images(let images) = content, let tensor = pictures.tensor(images, rows) {
      return tensor
    }
    let group = try rows.map { (row) throws(InceptError) in try picture(row) }
    return try pictures.tensor(group, names: rows.map(origin))
  }
}

extension DatasetOptions.LabelColumn {
  init(_ column: EvaluateOptions.LabelColumn) {
    self =
      switch column {
      case .auto: .auto
      case .first: .first
      case .last: .last
      }
  }
}

extension Pictures {
  /// The network's input for images of its very size, straight from their numbers; nil where they need more than
  /// normalisation.
  fileprivate func tensor(_ images: LabelledImages, _ rows: [Int]) -> HostTensor? {
    let shape = images.shape
    guard crop == nil, recipe.fit == .stretched, shape.height == size.height,
      shape.width == size.width, shape.channels == size.channels
    else { return nil }
    // The recipe is for samples up to 255.
    let values = recipe.normalization
    let factor = 255 * values.scale
    func perChannel(_ list: [Double]) -> [Double] {
      (0..<shape.channels).map { channel in
        if list.count == shape.channels { return list[channel] / factor }
        return list.reduce(0, +) / Double(list.count) / factor
      }
    }
    let (batch, _) = images.batch(
      rows,
      Normalisation(mean: perChannel(values.mean), deviation: perChannel(values.deviation)))
    guard layout == .nchw else { return batch }
    if shape.channels == 1 {
      return batch.reshaped([rows.count, 1, shape.height, shape.width])
    }
    return batch.permuted([0, 3, 1, 2])
  }
}
