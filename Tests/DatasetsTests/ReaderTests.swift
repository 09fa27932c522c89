import Datasets
import Foundation
import Imaging
import TensorCore
import TestSupport
import Testing

@Suite("reading images with classes")
struct ReaderTests {
  private func pixels(_ images: LabelledImages, _ index: Int) -> [Float] {
    var values = [Float](repeating: -1, count: images.shape.elementCount)
    values.withUnsafeMutableBufferPointer { images.pixels(of: index, into: $0) }
    return values
  }

  @Test("IDX files are read plain and packed, whatever their names' form", arguments: 0..<6)
  func idx(_ seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let count = random.int(in: 1...40)
    let (height, width) = (random.int(in: 1...9), random.int(in: 1...9))
    let bytes = (0..<(count * height * width)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let labels = (0..<count).map { _ in UInt8(random.int(in: 0...9)) }
    let names = [
      "train-images-idx3-ubyte", "train-images.idx3-ubyte",
      "emnist-letters-train-images-idx3-ubyte",
    ]
    let name = names[Int(seed) % 3]
    let isPacked = seed >= 3
    try withFolder { folder in
      let path = "\(folder)/\(name)\(isPacked ? ".gz" : "")"
      let files = [
        (path, DataFile.idx([count, height, width], bytes)),
        (
          path.replacingOccurrences(of: "images", with: "labels")
            .replacingOccurrences(of: "idx3", with: "idx1"), DataFile.idx([count], labels)
        ),
      ]
      for (path, bytes) in files {
        try DataFile.write(isPacked ? DataFile.gzip(bytes) : bytes, path)
      }
      for named in [path, folder] {
        let images = try DatasetReader.read(named)
        #expect(images.shape == ImageShape(height: height, width: width, channels: 1))
        #expect(images.labels == labels.map(Int.init))
        #expect(images.maximum == 255)
        for index in 0..<count {
          let size = height * width
          #expect(
            pixels(images, index) == bytes[(index * size)..<((index + 1) * size)].map(Float.init))
        }
        #expect(images.origin(of: 0) == "\(path), image 0")
      }
    }
  }

  @Test("a folder of MNIST's four files has two parts with the same classes")
  func parts() throws {
    try withFolder { folder in
      for (part, count, last) in [("train", 5, 3), ("t10k", 2, 7)] {
        try DataFile.write(
          DataFile.idx([count, 2, 2], [UInt8](repeating: 9, count: 4 * count)),
          "\(folder)/\(part)-images-idx3-ubyte")
        try DataFile.write(
          DataFile.gzip(DataFile.idx([count], (1...count).map { $0 == count ? UInt8(last) : 0 })),
          "\(folder)/\(part)-labels-idx1-ubyte.gz")
      }
      let parts = try DatasetReader.readParts(folder)
      #expect(parts.training.count == 5 && parts.test?.count == 2)
      #expect(parts.training.classNames == (0...7).map(String.init))
      #expect(parts.test?.classNames == parts.training.classNames)
    }
  }

  @Test("CSV has the class last or first, a title or none, and line ends of any kind")
  func csv() throws {
    try withFolder { folder in
      func read(_ text: String, _ options: DatasetOptions = .init()) throws -> LabelledImages {
        let path = "\(folder)/data.csv"
        try DataFile.write(text, path)
        return try DatasetReader.read(path, options: options)
      }
      let last = try read("1,2,3,4,0\r\n\r\n5,6,7,8,2\r\n")
      #expect(last.labels == [0, 2] && last.classNames.count == 3)
      #expect(pixels(last, 1) == [5, 6, 7, 8])
      #expect(last.origin(of: 1).hasSuffix("data.csv, line 3"))
      #expect(last.maximum == 255)
      let first = try read("0;1;2;3;4\n2;5;6;7;8", .init(labelColumn: .first))
      #expect(first.labels == [0, 2] && pixels(first, 0) == [1, 2, 3, 4])
      let titled = try read("\u{FEFF}label,1x1,1x2,2x1,2x2\n7,5,6,7,8\n")
      #expect(titled.labels == [7] && pixels(titled, 0) == [5, 6, 7, 8])
      let fractions = try read("0.5, 1 ,1e-1,0,1\n.25,0,0,0,0\n")
      #expect(fractions.maximum == 1 && pixels(fractions, 0) == [0.5, 1, 0.1, 0])
      #expect(fractions.labels == [1, 0])
      let mixed = try read("1,2,3,4,0\n5.5,6,7,8,2\n")
      #expect(pixels(mixed, 0) == [1, 2, 3, 4] && pixels(mixed, 1) == [5.5, 6, 7, 8])
      let deep = try read("1,2,3,4095,0\n5,6,7,8,2\n", .init(maximum: 4095))
      #expect(deep.maximum == 4095 && pixels(deep, 0) == [1, 2, 3, 4095])
    }
  }

  @Test("the digits are 1,797 of 8x8 up to 16", .enabled(if: Fixtures.available, "no fixtures"))
  func digits() throws {
    let images = try DatasetReader.read(Fixtures.url("digits/digits.csv.gz").path)
    #expect(images.count == 1797 && images.maximum == 16)
    #expect(images.shape == ImageShape(height: 8, width: 8, channels: 1))
    #expect(images.classNames == (0...9).map(String.init))
    #expect(images.labels[..<12] == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1])
    #expect(images.origin(of: 11).hasSuffix("digits.csv.gz, line 12"))
    #expect(images.hasDarkGround(rows: 0..<images.count))
    let rows = try RowList.read(Fixtures.url("models/digits_cnn_torch.reference.json").path)
    let split = try Split(count: images.count, validationRows: rows, source: "rows")
    #expect(split.training.count == 1437 && split.validation.count == 360)
  }

  @Test("a folder per class: names, numbers, colours, sizes")
  func folders() throws {
    var random = RandomSource(seed: 3)
    try withFolder { folder in
      let dog = try DataFile.picture("\(folder)/dog/b.png", &random)
      let cat = try DataFile.picture("\(folder)/cat/a.PNG", &random)
      try DataFile.write("notes", "\(folder)/readme.txt")
      try DataFile.write("notes", "\(folder)/dog/.hidden.png")
      let images = try DatasetReader.read(folder)
      #expect(images.classNames == ["cat", "dog"] && images.labels == [0, 1])
      #expect(images.shape == ImageShape(height: 3, width: 4, channels: 1))
      #expect(pixels(images, 0) == cat.map(Float.init) && pixels(images, 1) == dog.map(Float.init))
      #expect(images.origin(of: 1) == "\(folder)/dog/b.png")
      // One picture in colour makes all of them colour.
      let red = try DataFile.picture("\(folder)/dog/c.png", &random, channels: 3)
      let colour = try DatasetReader.read(folder)
      #expect(colour.shape.channels == 3)
      #expect(pixels(colour, 0) == cat.flatMap { [Float($0), Float($0), Float($0)] })
      #expect(pixels(colour, 2) == red.map(Float.init))
      let grey = try DatasetReader.read(folder, options: .init(size: (2, 2), channels: 1))
      #expect(grey.shape == ImageShape(height: 2, width: 2, channels: 1) && grey.count == 3)
    }
  }

  @Test("class folders that are numbers are in the order of numbers; parts share classes")
  func numbered() throws {
    var random = RandomSource(seed: 4)
    try withFolder { folder in
      for name in ["10", "9", "2"] {
        _ = try DataFile.picture("\(folder)/train/\(name)/a.png", &random)
      }
      for name in ["10", "2"] { _ = try DataFile.picture("\(folder)/val/\(name)/a.png", &random) }
      let parts = try DatasetReader.readParts(folder)
      #expect(parts.training.classNames == ["2", "9", "10"])
      #expect(parts.test?.labels == [0, 2])
      #expect(parts.test?.classNames == ["2", "9", "10"])
      _ = try DataFile.picture("\(folder)/val/3/a.png", &random)
      let error = Attack.refused("unknown class") { _ = try DatasetReader.readParts(folder) }
      #expect(error?.subject == "\(folder)/val/3")
    }
  }

  @Test("thousands of classes are classes like any other")
  func manyClasses() throws {
    try withFolder { folder in
      let bytes = try Image.encodePNG(Image(width: 1, height: 1, channels: 1, pixels: [7]))
      for number in 0..<1200 {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/c\(number)", withIntermediateDirectories: false)
        try DataFile.write(bytes, "\(folder)/c\(number)/p.png")
      }
      let images = try DatasetReader.read(folder)
      #expect(images.classNames.count == 1200 && images.count == 1200)
    }
  }

  @Test("mean and deviation are those of the pixels, and make them 0 and 1", arguments: 0..<8)
  func normalisation(_ seed: UInt64) {
    var random = RandomSource(seed: seed)
    let channels = random.oneIn(2) ? 1 : 3
    let shape = ImageShape(
      height: random.int(in: 1...7), width: random.int(in: 1...7), channels: channels)
    let count = random.int(in: 2...30)
    let maximum: Float = random.pick([1, 16, 255])
    let values = (0..<(count * shape.elementCount)).map { _ in random.float(in: 0...maximum) }
    let images = LabelledImages(
      name: "made", shape: shape, pixels: values, maximum: maximum,
      labels: [Int](repeating: 0, count: count), classNames: ["x"])
    let rows = Array(0..<(count / 2 + 1))
    let normalisation = Normalisation(of: images, rows: rows)
    let (batch, labels) = images.batch(rows, normalisation)
    #expect(batch.shape == [rows.count, shape.height, shape.width, channels])
    #expect(labels.elementType == .int32 && labels.shape == [rows.count])
    let floats = batch.floats()
    for channel in 0..<channels {
      let part = stride(from: channel, to: floats.count, by: channels).map { Double(floats[$0]) }
      let mean = part.reduce(0, +) / Double(part.count)
      let square = part.reduce(0) { $0 + $1 * $1 } / Double(part.count)
      #expect(abs(mean) < 1e-5, "seed \(seed)")
      if part.count > 1 { #expect(abs(square - 1) < 1e-4, "seed \(seed)") }
    }
  }

  @Test("a channel of one value is only shifted")
  func constant() {
    let images = LabelledImages(
      name: "made", shape: ImageShape(height: 2, width: 1, channels: 1), pixels: [51, 51],
      maximum: 255, labels: [0], classNames: ["x"])
    let normalisation = Normalisation(of: images, rows: [0])
    #expect(normalisation.deviation == [1] && abs(normalisation.mean[0] - 0.2) < 1e-12)
  }
}
