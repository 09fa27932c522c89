import Filters

/// Everything that decides what a filter does to a picture, by the names that the command line has.
public struct FilterSetup: Sendable, Hashable {
  /// Where the filter is from.
  public enum Source: Sendable, Hashable {
    /// A name, numbers or a file, as ``ImageFilter/init(_:size:)`` takes it.
    case text(String)
    /// A part of the picture itself, in pixels of its file.
    case patch(ClassifyOptions.Crop)
  }

  /// Where the filter is from.
  public var source: Source
  /// Rows and columns of a filter with a name; nil is its own, or ``ImageFilter/defaultSize``.
  public var size: Int?
  /// Degrees to turn it by, before it is scaled.
  public var rotation: Double
  /// What to multiply it by.
  public var scale: Double
  /// The convolutions.
  public var chain: FilterChain

  /// Creates a setup.
  public init(
    _ source: Source, size: Int? = nil, rotation: Double = 0, scale: Double = 1,
    chain: FilterChain = FilterChain()
  ) {
    self.source = source
    self.size = size
    self.rotation = rotation
    self.scale = scale
    self.chain = chain
  }

  /// The filter for a picture.
  public func filter(for picture: FilterPicture) throws(InceptError) -> ImageFilter {
    let filter: ImageFilter
    switch source {
    case .text(let text): filter = try ImageFilter(text, size: size)
    case .patch(let part):
      guard size == nil else {
        throw InceptError(
          .usage, subject: "filter size", expected: "expected none with --match",
          found: "\(size ?? 0)")
      }
      filter = try picture.filter(matching: part)
    }
    return try filter.rotated(by: rotation).scaled(by: scale)
  }

  /// The part of the picture that the filter is, if it is one.
  var patch: ClassifyOptions.Crop? {
    if case .patch(let part) = source { part } else { nil }
  }

  /// The parameters that an animation can change.
  public static let parameters = [
    "size", "rotate", "scale", "stride", "dilation", "padding", "repeat", "dx", "dy",
  ]

  /// The setup with another value of a parameter.
  ///
  /// - Throws: `.usage` for an unknown parameter, and for a part of a whole where a whole number is needed.
  func setting(_ parameter: String, to value: Double) throws(InceptError) -> FilterSetup {
    func whole() throws(InceptError) -> Int {
      guard let number = Int(exactly: value) else {
        throw InceptError(
          .usage, subject: "animation of \(parameter)", expected: "expected whole numbers",
          found: "\(value)")
      }
      return number
    }
    var copy = self
    switch parameter {
    case "size": copy.size = try whole()
    case "rotate": copy.rotation = value
    case "scale": copy.scale = value
    case "stride": copy.chain.stride = try whole()
    case "dilation": copy.chain.dilation = try whole()
    case "padding": copy.chain.padding = .pixels(try whole())
    case "repeat": copy.chain.count = try whole()
    case "dx", "dy":
      guard case .text(let text) = source,
        case .identity(let dx, let dy) = try NamedFilter(text)
      else {
        throw InceptError(
          .usage, subject: "animation of \(parameter)", expected: "expected --filter identity")
      }
      let number = try whole()
      copy.source = .text(
        parameter == "dx" ? "identity:\(number),\(dy)" : "identity:\(dx),\(number)")
    default:
      throw InceptError(
        .usage, subject: "animation of '\(parameter)'",
        expected: "expected one of \(Self.parameters.joined(separator: ", "))")
    }
    return copy
  }
}
