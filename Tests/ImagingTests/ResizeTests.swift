import Imaging
import TensorCore
import Testing

@Suite struct ResizeTests {
  @Test(arguments: Corpus.shared.resized)
  func everySampleIsWhatPillowResizesTo(expected: Corpus.Resized) throws {
    let image = try Image.decode(path: Corpus.path(expected.file))
    let filter: ResampleFilter = expected.filter == "bicubic" ? .bicubic : .bilinear
    let resized = try image.resized(
      width: expected.width, height: expected.height, filter: filter)
    #expect(resized.width == expected.width)
    #expect(resized.height == expected.height)
    let samples = try Corpus.samples(
      "resized.npy", offset: expected.offset, count: resized.pixels.count)
    #expect(Corpus.difference(resized.pixels.map(Float.init), samples) == 0)
  }

  @Test(arguments: ResampleFilter.allCases)
  func aResizedGreyPictureIsAChannelOfTheResizedColours(
    filter: ResampleFilter
  ) throws {
    let grey = try Image.decode(path: Corpus.path("grey8.png"))
    let left = try grey.resized(width: 5, height: 17, filter: filter).rgb()
    let right = try grey.rgb().resized(width: 5, height: 17, filter: filter)
    #expect(left == right)
  }

  @Test(arguments: [(0, 1), (1, -1), (50_001, 1), (50_000, 50_000), (Int.max, 2)])
  func anAbsurdSizeIsAUsageError(width: Int, height: Int) {
    let image = Image(width: 1, height: 1, channels: 1, pixels: [7])
    let error = #expect(throws: InceptError.self) {
      try image.resized(width: width, height: height, filter: .bilinear)
    }
    #expect(error?.category == .usage)
  }
}
