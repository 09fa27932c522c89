import Imaging
import TensorCore
import Testing

@Suite struct DecodeTests {
  @Test(arguments: Corpus.shared.decoded)
  func everySampleIsWhatPillowDecodes(expected: Corpus.Decoded) throws {
    let image = try Image.decode(path: Corpus.path(expected.file))
    #expect(image.width == expected.width)
    #expect(image.height == expected.height)
    #expect(image.channels == expected.channels)
    let samples = try Corpus.samples(
      "decoded.npy", offset: expected.offset, count: image.pixels.count)
    #expect(Corpus.difference(image.pixels.map(Float.init), samples) == 0)
  }

  @Test func theCorpusIsThere() {
    #expect(Corpus.shared.decoded.count > 50)
    #expect(Corpus.shared.resized.count > 100)
  }

  @Test func greyBecomesThreeEqualChannels() throws {
    let grey = try Image.decode(path: Corpus.path("grey8.png"))
    let colours = grey.rgb()
    #expect(grey.channels == 1)
    #expect(colours.channels == 3)
    #expect(colours.pixels == grey.pixels.flatMap { [$0, $0, $0] })
  }

  @Test func aCropHasTheRectangleSSamples() throws {
    let pixels = (0..<60).map { UInt8($0) }
    let image = Image(width: 5, height: 4, channels: 3, pixels: pixels)
    let part = try image.crop(x: 1, y: 2, width: 3, height: 2)
    #expect(part.pixels == Array(pixels[33..<42]) + Array(pixels[48..<57]))
  }

  @Test(arguments: [
    PixelRectangle(x: 3, y: 0, width: 3, height: 1),
    PixelRectangle(x: 0, y: 4, width: 1, height: 1),
    PixelRectangle(x: -1, y: 0, width: 2, height: 2),
    PixelRectangle(x: 0, y: 0, width: 0, height: 1),
    PixelRectangle(x: 1, y: 1, width: .max, height: 1),
    PixelRectangle(x: .max, y: 0, width: 1, height: 1),
  ])
  func aCropOutsideThePictureIsAUsageError(part: PixelRectangle) {
    let image = Image(width: 5, height: 4, channels: 1, pixels: [UInt8](repeating: 0, count: 20))
    let error = #expect(throws: InceptError.self) {
      try image.crop(x: part.x, y: part.y, width: part.width, height: part.height)
    }
    #expect(error?.category == .usage)
  }

  @Test(arguments: Corpus.shared.decoded.filter { $0.file.hasSuffix(".png") })
  func anEncodedPictureDecodesToItself(source: Corpus.Decoded) throws {
    let image = try Image.decode(path: Corpus.path(source.file))
    #expect(try Image.decode(bytes: Image.encodePNG(image), name: source.file) == image)
  }
}
