import Drawing

/// Which feature maps are drawn, and how.
public struct FeatureOptions: Sendable {
  /// Which values are dark and which are bright.
  public enum Range: Sendable, Hashable {
    /// Each map from its own lowest to its own highest value.
    case each
    /// All from the lowest to the highest value of those that are drawn.
    case layer
    /// Given values.
    case fixed(ClosedRange<Float>)
  }

  /// The colours of values.
  public enum Colours: String, Sendable, Hashable, CaseIterable, Codable {
    /// Dark blue over green to yellow.
    case viridis
    /// Black to white.
    case grey

    var scale: ColourScale { self == .grey ? .grey : .viridis }
  }

  /// Most maps that are drawn, from the first channel on; at most ``channelLimit``.
  public var channels: Int
  /// Whether those with the largest mean magnitude come first, instead of channel 0.
  public var strongestFirst: Bool
  /// Which values are dark and which are bright.
  public var range: Range
  /// The colours of values.
  public var colours: Colours
  /// The part of the picture that the network sees, and how it is prepared.
  public var picture: ClassifyOptions

  /// Most maps in one picture.
  public static let channelLimit = 1024

  /// Creates options.
  public init(
    channels: Int = 64, strongestFirst: Bool = false, range: Range = .each,
    colours: Colours = .viridis, picture: ClassifyOptions = ClassifyOptions()
  ) {
    self.channels = min(max(channels, 1), Self.channelLimit)
    self.strongestFirst = strongestFirst
    self.range = range
    self.colours = colours
    self.picture = picture
  }
}
