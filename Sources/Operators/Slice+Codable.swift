extension Slice.Range: Codable {
  /// What stands for "beyond any extent" in files, whose other numbers are all smaller.
  private static let beyond = 1 << 30

  enum CodingKeys: String, CodingKey {
    case axis, start, end, step
  }

  /// Reads a range.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func bound(_ key: CodingKeys) throws -> Int {
      switch try container.decode(Int.self, forKey: key) {
      case Self.beyond: Int.max
      case -Self.beyond: Int.min
      case let bound: bound
      }
    }
    self.init(
      axis: try container.decode(Int.self, forKey: .axis), start: try bound(.start),
      end: try bound(.end), step: try container.decode(Int.self, forKey: .step))
  }

  /// Writes a range. Bounds that no extent reaches are all the same.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    func bound(_ value: Int) -> Int { Swift.min(Swift.max(value, -Self.beyond), Self.beyond) }
    try container.encode(axis, forKey: .axis)
    try container.encode(bound(start), forKey: .start)
    try container.encode(bound(end), forKey: .end)
    try container.encode(step, forKey: .step)
  }
}
