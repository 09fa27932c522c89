import OpenCLBackend

/// What a network is compared with, and on what.
public struct CompareOptions: Sendable {
  /// Where expected values come from.
  public enum Against: Sendable {
    /// The definitions of the operators, in Double.
    case reference
    /// The same network on another device; the session's own for a second run.
    case device(Device)
    /// Named activations in a safetensors file, in the framework's axis order.
    case file(String)
  }

  /// Where expected values come from.
  public var against: Against
  /// Largest error of a layer that is accepted, its own or in the network, as a part of the layer's largest expected
  /// magnitude; nil for ``defaultTolerance(_:_:)``, and for own errors a tenth of that. Integers and bools must be
  /// equal whatever it is.
  public var tolerance: Double?
  /// Whether a layer is judged by its own error alone, on the inputs that are expected, and not by the error of its
  /// value in the network.
  public var isIsolated: Bool
  /// Tensors by the names of the inputs; a network with one input takes any name.
  public var inputs: [String: HostTensor]
  /// NPY files by the names of the inputs.
  public var files: [String: String]
  /// A picture instead.
  public var image: String?
  /// How the picture is prepared.
  public var picture: ClassifyOptions
  /// What numbers are made up from where there is nothing else: floats between -1 and 1, zeros for other types.
  public var seed: UInt32
  /// Values inside of fused layers, which are kept apart and compared too.
  public var outputs: [String]
  /// A folder for the first layer beyond the tolerance, with all that it takes to run it alone; must be empty or new.
  public var dump: String?
  /// The layer that ``dump`` gets instead.
  public var layer: String?
  /// A mistake to be found: changes the plan before it runs. For tests.
  package var fault: (@Sendable (inout Plan) -> Void)?

  /// Creates options. Without inputs or a picture, made-up numbers go in.
  public init(
    against: Against = .reference, tolerance: Double? = nil, isIsolated: Bool = false,
    inputs: [String: HostTensor] = [:], files: [String: String] = [:], image: String? = nil,
    picture: ClassifyOptions = ClassifyOptions(), seed: UInt32 = 1, outputs: [String] = [],
    dump: String? = nil, layer: String? = nil
  ) {
    self.against = against
    self.tolerance = tolerance
    self.isIsolated = isIsolated
    self.inputs = inputs
    self.files = files
    self.image = image
    self.picture = picture
    self.seed = seed
    self.outputs = outputs
    self.dump = dump
    self.layer = layer
  }

  /// An error in the network that rounding alone does not make: several times what real networks of a hundred layers
  /// have (`docs/compare.md`).
  public static func defaultTolerance(_ accuracy: Accuracy, _ precision: Precision) -> Double {
    switch (precision, accuracy) {
    case (.fp16, _): 3e-1
    case (.fp32, .exact): 5e-4
    case (.fp32, .high): 1e-3
    case (.fp32, .fast): 2e-3
    }
  }

  /// The part of the default tolerance that a layer's own error may be: rounding errors of single layers.
  static let ownPart = 0.1
}
