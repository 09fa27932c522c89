import TensorCore

extension RandomUniform {
  enum CodingKeys: String, CodingKey {
    case shape, seed
  }

  /// Reads a node's shape and seed.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let text = try container.decode(String.self, forKey: .seed)
    guard let seed = Int(text) else {
      throw DecodingError.dataCorruptedError(
        forKey: .seed, in: container, debugDescription: "expected a whole number of 64 bits")
    }
    self.init(shape: try container.decode(Shape.self, forKey: .shape), seed: seed)
  }

  /// Writes them. The seed is text: numbers in files are bounded, because those of other operators count things.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(shape, forKey: .shape)
    try container.encode("\(seed)", forKey: .seed)
  }
}
