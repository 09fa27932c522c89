import TensorCore

/// How a picture becomes a network's input: which part of it, at what size, with which values.
package struct Preprocessing: Sendable, Hashable {
  /// Which part of the picture is shown to the network.
  package enum Fit: Sendable, Hashable {
    /// All of it, stretched to the input size.
    case stretched
    /// The middle of the picture after its shorter side was resized to `numerator / denominator` of the input
    /// size, as torchvision's `Resize` and `CenterCrop` do.
    case centreOfShorterSide(numerator: Int, denominator: Int)
    /// The largest centred square, resized.
    case centredSquare
  }

  /// Order of the axes of the result.
  package enum Layout: Sendable, Hashable {
    /// `[batch, height, width, channel]`
    case nhwc
    /// `[batch, channel, height, width]`
    case nchw
  }

  /// Name on the command line.
  package var name: String
  /// The part of the picture.
  package var fit: Fit
  /// The values.
  package var normalization: Normalization
  /// The resize filter.
  package var filter: ResampleFilter
  /// Whether the network knows bright things on a dark ground only, so that a picture with a bright border is shown to it as
  /// a negative.
  package var expectsDarkGround: Bool

  /// Creates a recipe.
  package init(
    name: String, fit: Fit, normalization: Normalization, filter: ResampleFilter = .bilinear,
    expectsDarkGround: Bool = false
  ) {
    self.name = name
    self.fit = fit
    self.normalization = normalization
    self.filter = filter
    self.expectsDarkGround = expectsDarkGround
  }
}

extension Preprocessing {
  /// Keras's Inception and MobileNet: the whole picture, x / 127.5 - 1.
  package static let inception = Preprocessing(
    name: "inception", fit: .stretched, normalization: Normalization(scale: 1 / 127.5, mean: [1]))

  /// torchvision's classifiers: shorter side to 8/7 of the input size, centre, ImageNet's mean and deviation.
  package static let torchvision = Preprocessing(
    name: "torchvision", fit: .centreOfShorterSide(numerator: 8, denominator: 7),
    normalization: Normalization(
      scale: 1 / 255.0, mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225]))

  /// The 2015 networks: centred square, x - 117.
  package static let caffe = Preprocessing(
    name: "caffe", fit: .centredSquare, normalization: Normalization(mean: [117]))

  /// The whole picture, 0 to 255.
  package static let none = Preprocessing(
    name: "none", fit: .stretched, normalization: Normalization())

  /// The digits classifier with torch's weights: the whole picture, black 0 to white 1; the digit is bright on a dark
  /// ground.
  package static let digits = Preprocessing(
    name: "digits", fit: .stretched, normalization: Normalization(scale: 1 / 255.0))

  /// The recipes that the command line offers by name.
  package static let named: [Preprocessing] = [.inception, .torchvision, .caffe, .none]

  /// The recipe of that name out of ``named``, or nil.
  package init?(named name: String) {
    guard let found = Self.named.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}

extension Preprocessing {
  /// The network's input for one picture: float32 `[1, height, width, channels]`, or with the channels first.
  ///
  /// `channels` is 1 or 3; a network of 1 channel gets the mean over R, G and B. With `crop` that rectangle of
  /// the picture is resized to the input size instead of what ``fit`` chooses. Throws `.usage` for a rectangle
  /// that isn't inside the picture.
  package func tensor(
    of image: Image, height: Int, width: Int, channels: Int = 3, layout: Layout,
    crop: PixelRectangle? = nil
  ) throws(InceptError) -> HostTensor {
    try tensor(
      of: [image], height: height, width: width, channels: channels, layout: layout, crop: crop)
  }

  /// The network's input for a batch of pictures, one after the other along the first axis.
  package func tensor(
    of images: [Image], height: Int, width: Int, channels: Int = 3, layout: Layout,
    crop: PixelRectangle? = nil
  ) throws(InceptError) -> HostTensor {
    precondition(channels == 1 || channels == 3, "Preprocessing: 1 or 3 channels")
    let shape: Shape =
      switch layout {
      case .nhwc: [images.count, height, width, channels]
      case .nchw: [images.count, channels, height, width]
      }
    return try HostTensor(shape: shape) { (destination) throws(InceptError) in
      let size = height * width * channels
      for (index, image) in images.enumerated() {
        let fitted = try fitted(image, height: height, width: width, crop: crop)
        let part = UnsafeMutableBufferPointer(
          rebasing: destination[(index * size)..<((index + 1) * size)])
        write(fitted, channels: channels, layout: layout, to: part)
      }
    }
  }

  /// The part of the picture that the network sees, at the network's input size, as a negative where
  /// ``expectsDarkGround`` asks for it.
  package func fitted(
    _ image: Image, height: Int, width: Int, crop: PixelRectangle? = nil
  ) throws(InceptError) -> Image {
    let part = try part(of: image, height: height, width: width, crop: crop)
    return expectsDarkGround && part.hasBrightBorder ? part.negative() : part
  }

  private func part(
    of image: Image, height: Int, width: Int, crop: PixelRectangle?
  ) throws(InceptError) -> Image {
    let target = PixelRectangle(x: 0, y: 0, width: width, height: height)
    if let crop {
      try image.check(crop)
      return image.resized(
        region: crop, width: width, height: height, window: target, filter: filter)
    }
    switch fit {
    case .stretched:
      return image.resized(
        region: image.bounds, width: width, height: height, window: target, filter: filter)
    case .centredSquare:
      let side = min(image.width, image.height)
      let square = PixelRectangle(
        x: (image.width - side) / 2, y: (image.height - side) / 2, width: side, height: side)
      return image.resized(
        region: square, width: width, height: height, window: target, filter: filter)
    case .centreOfShorterSide(let numerator, let denominator):
      let side = max(width, height)
      let shorter = (2 * side * numerator + denominator) / (2 * denominator)
      let isWide = image.width >= image.height
      let longer =
        shorter * max(image.width, image.height) / min(image.width, image.height)
      let (fullWidth, fullHeight) = isWide ? (longer, shorter) : (shorter, longer)
      let window = PixelRectangle(
        x: Self.margin(fullWidth - width), y: Self.margin(fullHeight - height), width: width,
        height: height)
      return image.resized(
        region: image.bounds, width: fullWidth, height: fullHeight, window: window, filter: filter)
    }
  }

  /// Half of `excess` as Python rounds it: to the even number when it lies between two.
  private static func margin(_ excess: Int) -> Int {
    Int((Double(excess) / 2).rounded(.toNearestOrEven))
  }

  private func write(
    _ image: Image, channels: Int, layout: Layout, to destination: UnsafeMutableBufferPointer<Float>
  ) {
    let count = image.width * image.height
    let (pixelStep, channelStep) = layout == .nhwc ? (channels, 1) : (1, count)
    image.pixels.withUnsafeBufferPointer { source in
      if channels == 1 {
        let isGrey = image.channels == 1
        let table = normalization.table(
          channel: nil, largest: isGrey ? 255 : 3 * 255, divisor: isGrey ? 1 : 3)
        for pixel in 0..<count {
          let sum =
            isGrey
            ? Int(source[pixel])
            : Int(source[3 * pixel]) + Int(source[3 * pixel + 1]) + Int(source[3 * pixel + 2])
          destination[pixel] = table[sum]
        }
        return
      }
      for channel in 0..<3 {
        let table = normalization.table(channel: channel, largest: 255, divisor: 1)
        let first = image.channels == 1 ? 0 : channel
        for pixel in 0..<count {
          destination[pixel * pixelStep + channel * channelStep] =
            table[Int(source[pixel * image.channels + first])]
        }
      }
    }
  }
}
