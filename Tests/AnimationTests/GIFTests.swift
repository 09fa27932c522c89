import Animation
import Foundation
import Imaging
import TensorCore
import TestSupport
import Testing

@Suite("animations")
struct GIFTests {
  private func written(
    _ frames: [Image], delays: [Int]? = nil
  ) throws -> (bytes: [UInt8], gif: GIFReader) {
    var writer = try GIFWriter(width: frames[0].width, height: frames[0].height)
    for (index, frame) in frames.enumerated() { try writer.add(frame, delay: delays?[index] ?? 5) }
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-\(UUID().uuidString).gif").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try writer.write(to: path)
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    return (bytes, try GIFReader(bytes))
  }

  private func noise(
    _ width: Int, _ height: Int, channels: Int, levels: Int, _ random: inout RandomSource
  ) -> Image {
    let pixels = (0..<(width * height * channels)).map { _ in
      UInt8(random.int(in: 0...(levels - 1)) * (255 / (levels - 1)))
    }
    return Image(width: width, height: height, channels: channels, pixels: pixels)
  }

  @Test("grey frames come back exactly, with their delays, and repeat for ever")
  func grey() throws {
    var random = RandomSource(seed: 1)
    for (width, height) in [(1, 1), (7, 3), (64, 48), (301, 97)] {
      let frames = (0..<3).map { _ in
        noise(width, height, channels: 1, levels: 256, &random)
      }
      let gif = try written(frames, delays: [3, 10, 700]).gif
      #expect(gif.frames == frames.map { $0.rgb().pixels }, "\(width)x\(height)")
      #expect(gif.delays == [3, 10, 700] && gif.repeats == 0)
      #expect(gif.width == width && gif.height == height)
    }
  }

  @Test("up to 256 colours are exact, in grey and colour frames side by side")
  func exact() throws {
    var random = RandomSource(seed: 2)
    for levels in [2, 3, 6] {
      let frames = [
        noise(31, 17, channels: 3, levels: levels, &random),
        noise(31, 17, channels: 1, levels: levels, &random),
        noise(31, 17, channels: 3, levels: levels, &random),
      ]
      #expect(try written(frames).gif.frames == frames.map { $0.rgb().pixels }, "\(levels)")
    }
  }

  @Test("only what changed is stored")
  func areas() throws {
    let blank = Image(
      width: 40, height: 30, channels: 3, pixels: [UInt8](repeating: 255, count: 3600))
    var pixels = blank.pixels
    for (x, y) in [(10, 5), (12, 9)] { pixels[3 * (40 * y + x) + 1] = 0 }
    let marked = Image(width: 40, height: 30, channels: 3, pixels: pixels)
    let gif = try written([blank, marked, marked, blank]).gif
    #expect(
      gif.areas == [[0, 0, 40, 30], [10, 5, 3, 5], [0, 0, 1, 1], [10, 5, 3, 5]])
    #expect(gif.frames == [blank, marked, marked, blank].map(\.pixels))
  }

  /// Every colour of a smooth surface, some 10,000 of them.
  private var surface: Image {
    var pixels: [UInt8] = []
    for y in 0..<128 {
      for x in 0..<128 { pixels += [UInt8(2 * x), UInt8(2 * y), UInt8(x + y)] }
    }
    return Image(width: 128, height: 128, channels: 3, pixels: pixels)
  }

  @Test("more colours are near, and right on average")
  func quantised() throws {
    let image = surface
    let frame = try written([image]).gif.frames[0]
    let differences = zip(frame, image.pixels).map { Double($0) - Double($1) }
    let square = differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)
    // 256 colours for two free channels: about 16 steps of 16 levels in each.
    #expect(square.squareRoot() < 8)
    // Areas of 16x16 pixels keep their mean, as what a pixel lacks goes to its neighbours.
    for (top, left) in [(0, 0), (32, 64), (100, 20), (112, 112)] {
      for channel in 0..<3 {
        var sum = 0.0
        for y in 0..<16 {
          for x in 0..<16 { sum += differences[3 * (128 * (top + y) + left + x) + channel] }
        }
        #expect(abs(sum / 256) < 4, "\(top) \(left) \(channel)")
      }
    }
  }

  @Test("a few colours among many stay as they are seen")
  func flat() throws {
    var pixels = surface.pixels
    for place in 0..<(3 * 128 * 64) { pixels[place] = [255, 255, 255][place % 3] }
    let image = Image(width: 128, height: 128, channels: 3, pixels: pixels)
    let frame = try written([image]).gif.frames[0]
    #expect(frame[0..<(3 * 128 * 60)].allSatisfy { $0 >= 254 })
  }

  @Test("sizes that the format can't have, other frames' sizes and no frames are errors")
  func refusals() throws {
    for (width, height) in [(0, 1), (65_536, 1), (1, -3), (60_000, 60_000)] {
      #expect(throws: InceptError.self) { _ = try GIFWriter(width: width, height: height) }
    }
    #expect(throws: InceptError.self) {
      try GIFWriter(width: 2, height: 2).write(to: "/tmp/never.gif")
    }
    #expect(!FileManager.default.fileExists(atPath: "/tmp/never.gif"))
    #expect(throws: InceptError.self) {
      var writer = try GIFWriter(width: 2, height: 2)
      try writer.add(Image(width: 1, height: 2, channels: 1, pixels: [0, 0]), delay: 1)
    }
    #expect(throws: InceptError.self) {
      var writer = try GIFWriter(width: 1, height: 1)
      try writer.add(Image(width: 1, height: 1, channels: 1, pixels: [0]), delay: 1)
      try writer.write(to: "/proc/none/x.gif")
    }
  }
}
