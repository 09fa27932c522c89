import Profiling

/// Layer by layer, how far a network on a device is from what is expected of it.
public struct CompareReport: Report {
  /// `incept.compare/1`
  public private(set) var schema = "incept.compare/1"
  /// The network.
  public var model: ReportedModel
  /// Where it ran.
  public var device: ReportedDevice
  /// What the values were compared with.
  public var against: Source
  /// How much rounding error the network was planned with.
  public var accuracy: Accuracy
  /// What activations and weights were stored as.
  public var precision: Precision
  /// What went in.
  public var inputs: [Input]
  /// Largest accepted error, as a part of a layer's largest expected magnitude.
  public var tolerance: Double
  /// Largest accepted own error, likewise.
  public var ownTolerance: Double
  /// Whether layers are judged by their own errors alone, where these are known.
  public var isIsolated: Bool
  /// Whether all layers are within the tolerance.
  public var agrees: Bool
  /// The first layer beyond the tolerance.
  public var firstBad: FirstBad?
  /// The layers, each after those that it reads.
  public var layers: [Layer]
  /// The results as a run gives them, where these differ from those of single kernels.
  public var results: [Layer]
  /// Layers that the file knows nothing of.
  public var missing: [String]
  /// Names in the file that are no layers.
  public var unmatched: [String]
  /// The folder with the reproducer, where one was written.
  public var reproducer: Reproducer?

  enum CodingKeys: String, CodingKey {
    case schema, model, device, against, accuracy, precision, inputs, tolerance
    case ownTolerance = "own_tolerance"
    case isIsolated = "isolated"
    case agrees
    case firstBad = "first_bad"
    case layers, results, missing, unmatched, reproducer
  }

  /// Where expected values came from.
  public struct Source: Codable, Sendable, Hashable {
    /// `reference`, `device` or `file`.
    public var kind: String
    /// The device's line, or the file; for the reference what it is.
    public var name: String
  }

  /// A tensor that went in.
  public struct Input: Codable, Sendable, Hashable {
    /// The input.
    public var name: String
    /// Its shape in the framework's axis order.
    public var shape: [Int]
    /// A file, or what it was made up from.
    public var source: String
  }

  /// A layer.
  public struct Layer: Codable, Sendable, Hashable {
    /// The value's name, the framework's where it has one.
    public var name: String
    /// The operator.
    public var op: String
    /// The kernel variant; empty where the value is only a view.
    public var variant: String
    /// The imported nodes that it computes.
    public var sources: [String]
    /// Shape of the value, in the framework's axis order.
    public var shape: [Int]
    /// Type of its elements.
    public var type: String
    /// Whether the layer is kept apart only because its value was asked for: a run fuses it with others.
    public var isApart: Bool
    /// Whether it is within the tolerance.
    public var isWithin: Bool
    /// The error of the value in the network: the layer's own, and what came in.
    public var error: LayerDifference
    /// The layer's error on the inputs that are expected; nil where these aren't known, and for views.
    public var own: LayerDifference?

    enum CodingKeys: String, CodingKey {
      case name, op, variant, sources, shape, type
      case isApart = "apart"
      case isWithin = "within"
      case error, own
    }
  }

  /// Why a layer is beyond the tolerance, as far as that can be told.
  public enum Cause: String, Codable, Sendable, Hashable {
    /// The kernel does not compute what the layer says.
    case kernel
    /// The layer is right on the inputs that are expected: it passes on errors of those before it.
    case inputs
    /// The kernel computes what the layer says; the layer is another than what is expected: other weights or
    /// attributes, or a mistake of a pass.
    case definition
    /// The kernel computes what the layer says of what comes in. What should come in isn't known.
    case before
    /// The layer is right on the inputs that are expected and in the network does not compute what it says of what
    /// the layers before gave: something else wrote there, or it ran too early.
    case memory
    /// Layer by layer all is right, but not in a run as a whole.
    case order
  }

  /// The first layer beyond the tolerance.
  public struct FirstBad: Codable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its number among the layers, from 0.
    public var index: Int
    /// Why.
    public var cause: Cause?
    /// How far the kernel is from the layer's definition on the same inputs, as ``LayerDifference/relativeError``.
    public var kernelError: Double?

    enum CodingKeys: String, CodingKey {
      case name, index, cause
      case kernelError = "kernel_error"
    }
  }

  /// A folder that ``CompareOptions/dump`` asked for.
  public struct Reproducer: Codable, Sendable, Hashable {
    /// The folder.
    public var folder: String
    /// The layer in it.
    public var layer: String
    /// The command that runs it alone.
    public var command: String
    /// Whether the layer alone is beyond the tolerance too; it was tried.
    public var reproduces: Bool
  }
}
