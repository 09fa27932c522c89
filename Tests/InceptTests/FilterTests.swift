import Foundation
import Imaging
import Incept
import Operators
import TestSupport
import Testing
import WireFormats

// docs/filters.md shows the lines between these marks, behind its imports.
// example: begin
/// A picture and a filter that is an input, four times through the same convolution.
func convolutions(of picture: HostTensor, with filter: HostTensor) throws -> [HostTensor] {
  var graph = Graph(name: "lab")
  let x = try graph.add(Input(TensorType(picture.shape)), name: "x")
  let weights = try graph.add(Input(TensorType(filter.shape)), name: "filter")
  var y = x
  for number in 1...4 {
    y = try graph.add(Conv2D(padding: .same), [y, weights], name: "y\(number)")
    graph.outputs.append(GraphOutput(name: "y\(number)", value: y))
  }
  let session = try Session(Model(graph), on: try Device.select())
  return try session.run(["x": picture, "filter": filter]).map(\.tensor)
}
// example: end

@Suite("filters on devices", .enabled(if: hasDevice, "needs an OpenCL device"))
struct FilterTests {
  private func fixture(_ name: String) throws -> NamedTensors {
    let file = Fixtures.package.appendingPathComponent(
      "Tests/FiltersTests/Fixtures/\(name).safetensors")
    return try Safetensors.read(path: file.path)
  }

  /// A grey picture of noise, as a file for the time of `body`.
  private func withNoise(
    width: Int, height: Int, channels: Int = 3, _ body: (String, Image) throws -> Void
  ) throws {
    var random = RandomSource(seed: UInt64(width * height))
    let pixels = (0..<width * height * channels).map { _ in UInt8(random.int(in: 0...255)) }
    let image = Image(width: width, height: height, channels: channels, pixels: pixels)
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-lab-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("noise.png").path
    try Image.encodePNG(image, to: path)
    try body(path, image)
  }

  /// The largest difference in parts of the largest expected value, or of 1.
  private func difference(_ actual: HostTensor, _ expected: HostTensor) -> Float {
    guard actual.shape == expected.shape else { return .infinity }
    let (actual, expected) = (actual.floats(), expected.floats())
    let largest = expected.map(abs).max() ?? 1
    return zip(actual, expected).map { abs($0 - $1) }.max().map { $0 / max(largest, 1) } ?? 0
  }

  @Test(
    "equal tf.nn.conv2d and torch.nn.functional.conv2d in chains, with any stride, dilation and padding",
    arguments: Device.list().filter(\.isUsable))
  func frameworks(_ device: Device) throws {
    let tensorflow = try fixture("tensorflow")
    let torch = try fixture("torch")
    #expect(tensorflow.names == torch.names)
    let x = try #require(torch["x"])
    var checked = 0
    for stride in 1...3 {
      for dilation in 1...3 {
        for padding in ["0", "1", "2", "3", "same", "valid"] {
          var sessions: [Int: Session] = [:]
          for name in ["identity", "gaussian", "gabor", "ddgaussian2d", "random:7"] {
            let key = "\(name)/s\(stride)/d\(dilation)/p\(padding)/y"
            let count = (1...4).last { torch["\(key)\($0)"] != nil } ?? 0
            guard count > 0 else { continue }
            let filter = try ImageFilter(name, size: 5)
            let chain = FilterChain(
              count: count, stride: stride, dilation: dilation,
              padding: try #require(FilterChain.Padding(padding)))
            let session =
              try sessions[count]
              ?? Session(
                Model(chain.graph(picture: (21, 18), filter: (5, 5))), on: device)
            sessions[count] = session
            let results = try session.run(["x": x, "filter": filter.tensor])
            #expect(results.map(\.name) == ["x"] + (1...count).map { "y\($0)" })
            #expect(results[0].tensor.floats() == x.floats())
            for number in 1...count {
              let result = results[number].tensor
              for (oracle, file) in [("tensorflow", tensorflow), ("torch", torch)] {
                let expected = try #require(file["\(key)\(number)"])
                let off = difference(result, expected)
                #expect(off <= 1e-5, "\(oracle) \(key)\(number) on \(device.name): \(off)")
                checked += 1
              }
            }
          }
        }
      }
    }
    #expect(checked == 2 * (torch.count - 6))
  }

  @Test("the fixtures' filters are those that have the names")
  func filters() throws {
    let torch = try fixture("torch")
    for name in ["identity", "gaussian", "gabor", "ddgaussian2d", "random:7"] {
      let expected = try #require(torch["filter/\(name)"]).floats()
      let off = zip(try ImageFilter(name, size: 5).tensor.floats(), expected).map { abs($0 - $1) }
      #expect(off.max() ?? 1 <= 1e-7, "\(name)")
    }
  }

  @Test("a picture is the mean of its channels, cropped, with a mean of 0 and a variance of 1")
  func preparation() throws {
    try withNoise(width: 400, height: 300) { path, image in
      let picture = try FilterPicture(path)
      #expect(picture.crop == ClassifyOptions.Crop(x: 100, y: 44, width: 256, height: 256))
      #expect(picture.tensor.shape == [1, 256, 256, 1])
      let values = picture.tensor.floats().map(Double.init)
      let mean = values.reduce(0, +) / 65536
      #expect(abs(mean) < 1e-6)
      #expect(abs(values.reduce(0) { $0 + $1 * $1 } / 65536 - 1) < 1e-5)
      // The last pixel of the crop is column 355 of the last row.
      func grey(_ x: Int, _ y: Int) -> Double {
        let place = 3 * (y * 400 + x)
        return image.pixels[place..<place + 3].reduce(0) { $0 + Double($1) } / 3
      }
      let slope = (grey(355, 299) - grey(100, 44)) / (values[65535] - values[0])
      #expect(abs(grey(101, 44) - grey(100, 44) - slope * (values[1] - values[0])) < 1e-3)
    }
    for (width, height, crop) in [
      (300, 500, (44, 244, 256, 256)), (20, 300, (0, 44, 20, 256)), (500, 9, (100, 0, 256, 9)),
      (356, 256, (100, 0, 256, 256)), (1, 1, (0, 0, 1, 1)),
    ] {
      try withNoise(width: width, height: height, channels: 1) { path, _ in
        let found = try FilterPicture(path).crop
        #expect((found.x, found.y, found.width, found.height) == crop)
      }
    }
  }

  @Test("identity gives the picture, off its centre it moves it")
  func identity() throws {
    try withNoise(width: 40, height: 30) { path, _ in
      let lab = try FilterLab(on: try Device.select())
      let picture = try FilterPicture(path)
      let x = picture.tensor.floats()
      for size in [1, 4, 5, 30] {
        let result = try lab.apply(ImageFilter("identity", size: size), to: picture)
        #expect(result.outputs.count == 5)
        for output in result.outputs { #expect(output.tensor.floats() == x, "size \(size)") }
      }
      let moved = try lab.apply(
        ImageFilter("identity:2,-1", size: 7), to: picture, FilterChain(count: 2))
      let y2 = moved.outputs[2].tensor.floats()
      // A 1 right of the centre shows what is right of each pixel.
      for (row, column) in [(2, 0), (10, 20), (29, 35)] {
        #expect(y2[row * 40 + column] == x[(row - 2) * 40 + column + 4])
      }
      #expect(y2[0] == 0 && y2[5 * 40 + 39] == 0)
    }
  }

  @Test("the filter of a patch answers strongest at the patch")
  func match() throws {
    try withNoise(width: 64, height: 48) { path, _ in
      let picture = try FilterPicture(path)
      let filter = try picture.filter(
        matching: ClassifyOptions.Crop(x: 20, y: 11, width: 9, height: 7))
      #expect(filter.rows == 7 && filter.columns == 9)
      let lab = try FilterLab(on: try Device.select())
      let result = try lab.apply(filter, to: picture, FilterChain(count: 1))
      let y = result.outputs[1].tensor.floats()
      let best = try #require(y.indices.max { y[$0] < y[$1] })
      #expect((best % 64, best / 64) == (24, 14))
      for patch in [
        ClassifyOptions.Crop(x: 60, y: 0, width: 9, height: 7),
        .init(x: -1, y: 0, width: 9, height: 7), .init(x: 0, y: 0, width: 1, height: 1),
        .init(x: .max, y: 0, width: .max, height: 1),
      ] {
        #expect(throws: InceptError.self) { try picture.filter(matching: patch) }
      }
    }
  }

  @Test("an even picture is zeros rather than a division by zero")
  func even() throws {
    let pixels = [UInt8](repeating: 77, count: 12)
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-even-\(UUID().uuidString).png").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Image.encodePNG(Image(width: 4, height: 3, channels: 1, pixels: pixels), to: path)
    #expect(try FilterPicture(path).tensor.floats() == [Float](repeating: 0, count: 12))
  }

  @Test("what can't be is said with the option that is to blame")
  func refusals() throws {
    let chains = [
      FilterChain(count: 0), FilterChain(count: 33), FilterChain(stride: 0),
      FilterChain(stride: 100_000), FilterChain(dilation: 0), FilterChain(dilation: .max),
      FilterChain(padding: .pixels(-1)), FilterChain(padding: .pixels(5000)),
      FilterChain(count: 3, padding: .valid), FilterChain(dilation: 2000),
    ]
    for chain in chains {
      #expect(throws: InceptError.self, "\(chain)") {
        try chain.graph(picture: (20, 20), filter: (9, 9))
      }
    }
    #expect(throws: InceptError.self) {
      try FilterChain().graph(picture: (20_000, 20_000), filter: (1000, 1000))
    }
    for name in ["gabor:1", "gabr", "no.csv", "/", "1 2; 3", ""] {
      #expect(throws: InceptError.self, "\(name)") { try ImageFilter(name) }
    }
    for (name, size) in [("gabor", 0), ("gabor", 100_000), ("sobel", 5), ("1 2; 3 4", 2)] {
      #expect(throws: InceptError.self) { try ImageFilter(name, size: size) }
    }
    #expect(try ImageFilter("sobel", size: 3).rows == 3)
    #expect(throws: InceptError.self) { try ImageFilter("box").scaled(by: 1e300) }
    #expect(throws: InceptError.self) { try ImageFilter("box").rotated(by: .nan) }
    #expect(throws: InceptError.self) { try ImageFilter(rows: 2, columns: 2, values: [1]) }
  }

  @Test("panels of other filters, ranges and chains are other pictures")
  func panels() throws {
    try withNoise(width: 60, height: 50) { path, _ in
      let lab = try FilterLab(on: try Device.select())
      let picture = try FilterPicture(path)
      let gabor = try ImageFilter("gabor", size: 9)
      var pictures: Set<[UInt8]> = []
      for (filter, chain) in [
        (gabor, FilterChain()), (try gabor.rotated(by: 30), FilterChain()),
        (try gabor.scaled(by: -1), FilterChain()), (gabor, FilterChain(count: 8)),
        (gabor, FilterChain(dilation: 2)), (gabor, FilterChain(stride: 2)),
      ] {
        let result = try lab.apply(filter, to: picture, chain)
        pictures.insert(try result.picture().image.pixels)
        pictures.insert(try result.picture(range: -3...3).image.pixels)
      }
      #expect(pictures.count == 12)
    }
  }
}

@Suite("the example of the filters' documentation")
struct FilterExampleTests {
  @Test("is the code that is compiled here")
  func isCurrent() throws {
    try expectExample(
      of: #filePath, in: "docs/filters.md", importing: ["Incept", "Operators"])
  }

  @Test("runs", .enabled(if: hasDevice, "needs an OpenCL device"))
  func runs() throws {
    let picture = HostTensor(shape: [1, 20, 30, 1]) { $0[310] = 1 }
    let filter = try ImageFilter("identity", size: 5).tensor
    let results = try convolutions(of: picture, with: filter)
    #expect(results.count == 4)
    for result in results { #expect(result.floats() == picture.floats()) }
  }
}
