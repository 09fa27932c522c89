import Filters
import Imaging

/// A picture as filters see it: grey (the mean over the channels), cropped, with a mean of 0 and a variance of 1.
public struct FilterPicture: Sendable {
  /// The picture's file.
  public let file: String
  /// The part that is shown, in pixels of the file.
  public let crop: ClassifyOptions.Crop
  /// The values, `[1, rows, columns, 1]`.
  public let tensor: HostTensor
  private let image: Image

  /// Reads a PNG or JPEG file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - crop: The part to show; nil is the last 256 rows and the columns 100 to 356, or what of a smaller picture
  ///     comes nearest.
  /// - Throws: `.noInput` or `.badData` for no picture; `.usage` for a crop that is not inside.
  public init(_ path: String, crop: ClassifyOptions.Crop? = nil) throws(InceptError) {
    let image = try Image.decode(path: path)
    let crop = crop ?? Self.standardCrop(width: image.width, height: image.height)
    let values = try Self.means(image, crop, option: "--crop", file: path)
    let tensor = HostTensor(
      shape: [1, crop.height, crop.width, 1], floats: Self.standardised(values))
    self.init(file: path, crop: crop, tensor: tensor, image: image)
  }

  private init(file: String, crop: ClassifyOptions.Crop, tensor: HostTensor, image: Image) {
    self.file = file
    self.crop = crop
    self.tensor = tensor
    self.image = image
  }

  /// Number of rows.
  public var rows: Int { crop.height }
  /// Number of columns.
  public var columns: Int { crop.width }

  /// The filter that finds a patch of the picture: the patch less its mean, with a sum of squares of 1.
  ///
  /// - Parameter patch: The patch in pixels of the file, at most 1,024 a side.
  /// - Throws: `.usage` for a patch that is not inside, too large, or even.
  public func filter(matching patch: ClassifyOptions.Crop) throws(InceptError) -> ImageFilter {
    let values = try Self.means(image, patch, option: "--match", file: file)
    let words = "\(patch.x),\(patch.y),\(patch.width),\(patch.height)"
    guard max(patch.width, patch.height) <= FilterMatrix.largestSide else {
      throw InceptError(
        .usage, subject: "--match \(words)",
        expected: "expected at most \(FilterMatrix.largestSide) pixels a side")
    }
    let matrix = FilterMatrix(rows: patch.height, columns: patch.width, values: values).matched
    guard matrix.values.contains(where: { $0 != 0 }) else {
      throw InceptError(
        .usage, subject: "--match \(words)", expected: "expected a patch with a pattern",
        found: "pixels of one brightness")
    }
    return ImageFilter(matrix, name: "patch at \(patch.x),\(patch.y)")
  }

  /// The last 256 rows and columns 100 to 356, or as much as there is.
  static func standardCrop(width: Int, height: Int) -> ClassifyOptions.Crop {
    let (side, left) = (256, 100)
    let (columns, rows) = (min(width, side), min(height, side))
    return ClassifyOptions.Crop(
      x: min(left, width - columns), y: height - rows, width: columns, height: rows)
  }

  /// The mean over the channels of each pixel of a part, 0 to 255.
  private static func means(
    _ image: Image, _ part: ClassifyOptions.Crop, option: String, file: String
  ) throws(InceptError) -> [Double] {
    let rectangle = PixelRectangle(x: part.x, y: part.y, width: part.width, height: part.height)
    guard rectangle.isInside(width: image.width, height: image.height) else {
      throw InceptError(
        .usage, subject: "\(option) \(rectangle)",
        expected: "expected X,Y,W,H inside \(file), which is \(image.width)x\(image.height)")
    }
    let channels = image.channels
    return [Double](unsafeUninitializedCapacity: part.width * part.height) { result, count in
      image.pixels.withUnsafeBufferPointer { pixels in
        for row in 0..<part.height {
          for column in 0..<part.width {
            let start = ((part.y + row) * image.width + part.x + column) * channels
            let sum = (0..<channels).reduce(0) { $0 + Int(pixels[start + $1]) }
            result[row * part.width + column] = Double(sum) / Double(channels)
          }
        }
      }
      count = part.width * part.height
    }
  }

  /// The values less their mean, divided by their standard deviation; zeros for an even picture.
  static func standardised(_ values: [Double]) -> [Float] {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let deviation = variance.squareRoot()
    guard deviation > 0 else { return [Float](repeating: 0, count: values.count) }
    return values.map { Float(($0 - mean) / deviation) }
  }
}
