import GraphIR
import Operators
import TensorCore

/// Images made larger or smaller, and pixels moved between rows, columns, channels and the batch.
enum EnlargingOps {
  @Sendable static func nearest(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let coordinates = try coordinates(scope)
    // TensorFlow adds a half and rounds down, or rounds down at once.
    return try resize(scope, .nearest(coordinates == .asymmetric ? .floor : .preferCeil))
  }

  @Sendable static func bilinear(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try resize(scope, .linear)
  }

  /// TensorFlow rounds the places of samples to 1/1024 of a pixel, which is not repeated.
  @Sendable static func bicubic(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let isNew = try scope.bool("half_pixel_centers", false)
    return try resize(scope, .cubic(coefficient: isNew ? -0.5 : -0.75), excludesOutside: isNew)
  }

  private static func coordinates(
    _ scope: NodeScope
  ) throws(ImportFailure) -> Resize.Coordinates {
    if try scope.bool("align_corners", false) { return .alignCorners }
    return try scope.bool("half_pixel_centers", false) ? .halfPixel : .asymmetric
  }

  private static func resize(
    _ scope: NodeScope, _ mode: Resize.Mode, excludesOutside: Bool = false
  ) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let image = try scope.image(0, .nhwc)
    let size = try scope.fixedIntegers(1)
    guard size.count == 2 else { throw scope.invalid("rows and columns", "\(size)") }
    let op = Resize(
      axes: [1, 2], to: .sizes(size), mode: mode, coordinates: try coordinates(scope),
      excludesOutside: excludesOutside)
    return [.tensor(try scope.emit(op, [image]))]
  }

  /// The gradient of a convolution by its image. The filter is `[KH, KW, O, I]`.
  @Sendable static func transposedConvolution(
    _ scope: NodeScope
  ) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(3...3)
    let format = try scope.format()
    let sizes = try scope.integers(0)
    guard sizes.values.count == 4 else {
      throw scope.invalid("4 input_sizes", "\(sizes.values.count)")
    }
    guard !sizes.isOpen[format.height], !sizes.isOpen[format.width] else {
      throw .refused("its size depends on an extent that the graph leaves open")
    }
    let (filter, image) = (try scope.tensor(1), try scope.image(2, format))
    let (kernel, shape) = (scope.shape(filter), scope.shape(image))
    guard kernel.rank == 4, kernel[3] == shape[3], kernel[2] == sizes.values[format.channel] else {
      throw scope.invalid("a filter for \(shape[3]) channels", "\(kernel)")
    }
    let weights = try scope.part(Transpose([0, 1, 3, 2]), [filter], "filter")
    let strides = try scope.spatial("strides", format)
    let dilations = try scope.spatial("dilations", format)
    let limit = 1 << 24
    let output = Spatial(
      min(sizes.values[format.height], limit), min(sizes.values[format.width], limit))
    guard output.height > 0, output.width > 0 else {
      throw scope.invalid("an image of at least one pixel", "\(sizes.values)")
    }
    let border: Border
    switch try scope.padding(format) {
    case .explicit(let given): border = given
    case .same, .sameLower:
      let rows = ConvTranspose2D.cut(
        input: shape[1], kernel: kernel[0], stride: strides.height, dilation: dilations.height,
        output: output.height)
      let columns = ConvTranspose2D.cut(
        input: shape[2], kernel: kernel[1], stride: strides.width, dilation: dilations.width,
        output: output.width)
      border = Border(
        top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
    case .valid:
      border = Border(
        top: 0, left: 0,
        bottom: (shape[1] - 1) * strides.height + (kernel[0] - 1) * dilations.height + 1
          - output.height,
        right: (shape[2] - 1) * strides.width + (kernel[1] - 1) * dilations.width + 1
          - output.width)
    }
    let op = ConvTranspose2D(strides: strides, dilations: dilations, border: border)
    let result = try scope.emitImage(op, [image, weights], format)
    let found = scope.shape(result)
    guard found[format.height] == output.height, found[format.width] == output.width else {
      throw scope.invalid("input_sizes that the convolution can have had", "\(sizes.values)")
    }
    return [.tensor(result)]
  }

  // MARK: Pixels that move

  @Sendable static func depthToSpace(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let (image, block, format) = try blocks(scope)
    let shape = scope.shape(image)
    guard shape[3] % (block * block) == 0 else {
      throw scope.invalid("channels that \(block)² divides", "\(shape)")
    }
    let channels = shape[3] / (block * block)
    let parts = try scope.part(
      Reshape([-1, shape[1], shape[2], block, block, channels]), [image], "blocks")
    let moved = try scope.part(Transpose([0, 1, 3, 2, 4, 5]), [parts], "moved")
    let result = Reshape([-1, shape[1] * block, shape[2] * block, channels])
    return [.tensor(try scope.emitImage(result, [moved], format))]
  }

  @Sendable static func spaceToDepth(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let (image, block, format) = try blocks(scope)
    let shape = scope.shape(image)
    guard shape[1] % block == 0, shape[2] % block == 0 else {
      throw scope.invalid("rows and columns that \(block) divides", "\(shape)")
    }
    let (rows, columns) = (shape[1] / block, shape[2] / block)
    let parts = try scope.part(
      Reshape([-1, rows, block, columns, block, shape[3]]), [image], "blocks")
    let moved = try scope.part(Transpose([0, 1, 3, 2, 4, 5]), [parts], "moved")
    let result = Reshape([-1, rows, columns, block * block * shape[3]])
    return [.tensor(try scope.emitImage(result, [moved], format))]
  }

  private static func blocks(
    _ scope: NodeScope
  ) throws(ImportFailure) -> (image: ValueID, block: Int, format: DataFormat) {
    let format = try scope.format()
    let block = try scope.int("block_size")
    guard (1...1 << 12).contains(block) else { throw scope.invalid("a block_size", "\(block)") }
    return (try scope.image(0, format), block, format)
  }

  /// How TensorFlow 1 dilates convolutions: every block-th row and column becomes an image of its own.
  @Sendable static func spaceToBatch(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let (image, block, pads) = try batchBlocks(scope)
    let padded = try scope.part(
      Pad(before: [0, pads[0], pads[2], 0], after: [0, pads[1], pads[3], 0]), [image], "padded")
    let shape = scope.shape(padded)
    guard shape[1] % block[0] == 0, shape[2] % block[1] == 0 else {
      throw scope.invalid("rows and columns that \(block) divide", "\(shape)")
    }
    let (rows, columns) = (shape[1] / block[0], shape[2] / block[1])
    let parts = try scope.part(
      Reshape([-1, rows, block[0], columns, block[1], shape[3]]), [padded], "blocks")
    let moved = try scope.part(Transpose([2, 4, 0, 1, 3, 5]), [parts], "moved")
    return [.tensor(try scope.emit(Reshape([-1, rows, columns, shape[3]]), [moved]))]
  }

  /// The reverse of ``spaceToBatch(_:)``.
  @Sendable static func batchToSpace(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let (image, block, crops) = try batchBlocks(scope)
    let shape = scope.shape(image)
    let parts = try scope.part(
      Reshape([block[0], block[1], -1, shape[1], shape[2], shape[3]]), [image], "blocks")
    let moved = try scope.part(Transpose([2, 3, 0, 4, 1, 5]), [parts], "moved")
    let whole = try scope.part(
      Reshape([-1, shape[1] * block[0], shape[2] * block[1], shape[3]]), [moved], "whole")
    let cropped = Pad(
      before: [0, -crops[0], -crops[2], 0], after: [0, -crops[1], -crops[3], 0])
    return [.tensor(try scope.emit(cropped, [whole]))]
  }

  private static func batchBlocks(
    _ scope: NodeScope
  ) throws(ImportFailure) -> (image: ValueID, block: [Int], borders: [Int]) {
    try scope.requireInputs(3...3)
    let image = try scope.image(0, .nhwc)
    let (block, borders) = (try scope.fixedIntegers(1), try scope.fixedIntegers(2))
    guard block.count == 2, borders.count == 4 else {
      throw .refused("its blocks are not of rows and columns")
    }
    guard block.allSatisfy({ (1...1 << 12).contains($0) }),
      borders.allSatisfy({ (0...1 << 20).contains($0) })
    else { throw scope.invalid("blocks and borders of some pixels", "\(block), \(borders)") }
    return (image, block, borders)
  }
}
