import Foundation
import Imaging
import TensorCore
import Testing

@Suite struct PreprocessingTests {
  /// Rounding of float32 beside a reference made in float64.
  static let tolerance: Float = 1e-5

  @Test(arguments: Corpus.shared.tensors)
  func aRecipeGivesWhatPillowAndItsFrameworkGive(expected: Corpus.Prepared) throws {
    let image = try Image.decode(path: Corpus.path(expected.file))
    let recipe = try #require(Preprocessing(named: expected.recipe))
    let size = expected.size
    let tensor = try recipe.tensor(of: image, height: size, width: size, layout: .nhwc)
    #expect(tensor.shape == [1, size, size, 3])
    let values = try Corpus.samples(
      "tensors.npy", offset: expected.offset, count: tensor.elementCount)
    #expect(Corpus.difference(tensor.floats(), values) <= Self.tolerance)
  }

  @Test(arguments: Preprocessing.named.map(\.name))
  func channelsFirstIsTheSameValuesTransposed(name: String) throws {
    let image = try Image.decode(path: Corpus.path("photo.png"))
    let recipe = try #require(Preprocessing(named: name))
    let last = try recipe.tensor(of: image, height: 14, width: 21, layout: .nhwc)
    let first = try recipe.tensor(of: image, height: 14, width: 21, layout: .nchw)
    #expect(first.shape == [1, 3, 14, 21])
    #expect(last.permuted([0, 3, 1, 2]).floats() == first.floats())
  }

  @Test func aBatchIsItsPicturesOneAfterTheOther() throws {
    let images = try ["photo.png", "thin.png", "grey8.png"].map {
      try Image.decode(path: Corpus.path($0))
    }
    let batch = try Preprocessing.torchvision.tensor(of: images, height: 9, width: 9, layout: .nchw)
    let single = try images.flatMap {
      try Preprocessing.torchvision.tensor(of: $0, height: 9, width: 9, layout: .nchw).floats()
    }
    #expect(batch.shape == [3, 3, 9, 9])
    #expect(batch.floats() == single)
  }

  @Test(arguments: Preprocessing.named.map(\.name))
  func aCropReplacesTheRecipeSOwn(name: String) throws {
    let image = try Image.decode(path: Corpus.path("photo.png"))
    var recipe = try #require(Preprocessing(named: name))
    let part = PixelRectangle(x: 5, y: 3, width: 40, height: 31)
    let cropped = try image.crop(x: 5, y: 3, width: 40, height: 31)
    let direct = try recipe.tensor(of: image, height: 16, width: 20, layout: .nhwc, crop: part)
    recipe.fit = .stretched
    let separate = try recipe.tensor(of: cropped, height: 16, width: 20, layout: .nhwc)
    #expect(direct.floats() == separate.floats())
  }

  @Test func aCropOfTheInputSizeIsNotResized() throws {
    let image = try Image.decode(path: Corpus.path("photo.png"))
    let part = PixelRectangle(x: 7, y: 2, width: 20, height: 16)
    let tensor = try Preprocessing.none.tensor(
      of: image, height: 16, width: 20, layout: .nhwc, crop: part)
    let cropped = try image.crop(x: 7, y: 2, width: 20, height: 16)
    #expect(tensor.floats() == cropped.pixels.map(Float.init))
  }

  @Test func aCropOutsideThePictureIsAUsageError() throws {
    let image = try Image.decode(path: Corpus.path("photo.png"))
    let error = #expect(throws: InceptError.self) {
      try Preprocessing.none.tensor(
        of: image, height: 8, width: 8, layout: .nhwc,
        crop: PixelRectangle(x: 60, y: 0, width: 2, height: 2))
    }
    #expect(error?.category == .usage)
  }

  @Test func aGreyNetworkSeesTheMeanOverTheChannels() throws {
    let image = Image(width: 2, height: 1, channels: 3, pixels: [10, 20, 31, 255, 255, 254])
    let tensor = try Preprocessing.none.tensor(
      of: image, height: 1, width: 2, channels: 1, layout: .nhwc)
    #expect(tensor.shape == [1, 1, 2, 1])
    #expect(tensor.floats() == [Float(61) / 3, Float(764) / 3])
  }

  @Test func aSliverOfAPictureNeedsNoMoreMemoryThanItsCentre() throws {
    let image = Image(
      width: 50_000, height: 1, channels: 1, pixels: [UInt8](repeating: 255, count: 50_000))
    let tensor = try Preprocessing.torchvision.tensor(
      of: image, height: 299, width: 299, layout: .nchw)
    #expect(tensor.shape == [1, 3, 299, 299])
    #expect(Set(tensor.floats()).count == 3)
  }

  @Test func theSampleDigitsAre8By8GreysOfTheSetSSeventeenLevels() throws {
    let levels = Set((0...16).map { UInt8((Double($0) * 255 / 16).rounded()) })
    let names = try FileManager.default.contentsOfDirectory(atPath: Corpus.samples.path)
      .filter { $0.hasPrefix("digit-") }
    #expect(names.count == 12)
    for name in names {
      let image = try Image.decode(path: Corpus.samples.appendingPathComponent(name).path)
      #expect(image.width == 8 && image.height == 8 && image.channels == 1)
      #expect(levels.isSuperset(of: image.pixels))
      let input = try Preprocessing.digits.tensor(
        of: image, height: 8, width: 8, channels: 1, layout: .nchw)
      let offLevel = input.floats().map { abs($0 * 16 - ($0 * 16).rounded()) }.max() ?? 1
      // Half a step of 255 levels, in steps of 16.
      #expect(offLevel <= 0.5 * 16 / 255 + Self.tolerance)
    }
  }
}
