import Foundation
import Operators
import TensorCore

extension NetworkDescription {
  /// The most bytes of a description, and the most layers.
  private static let byteLimit = 1 << 20
  private static let layerLimit = 1000

  /// Reads a description.
  ///
  /// - Throws: `.noInput`; `.badData` for what is no description, naming the layer and what is wrong with it.
  package static func read(_ path: String) throws(InceptError) -> NetworkDescription {
    let bytes = try FileAccess.read(path: path, limit: byteLimit)
    let data = withExtendedLifetime(bytes) {
      Data(UnsafeRawBufferPointer(start: bytes.baseAddress, count: bytes.byteCount))
    }
    return try decode(data, subject: path)
  }

  /// Reads a description from JSON.
  package static func decode(_ data: Data, subject: String) throws(InceptError)
    -> NetworkDescription
  {
    let result: NetworkDescription
    do {
      result = try JSONDecoder().decode(NetworkDescription.self, from: data)
    } catch {
      throw InceptError(
        .badData, subject: subject, expected: "expected the description of a network",
        found: DescriptionFlaw.text(of: error),
        hint: "docs/training.md has the layers and an example")
    }
    guard (1...layerLimit).contains(result.layers.count) else {
      throw InceptError(
        .badData, subject: subject, expected: "expected 1 to \(layerLimit) layers",
        found: "\(result.layers.count)")
    }
    return result
  }
}

/// What a decoder says is wrong, for people.
enum DescriptionFlaw {
  static func text(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    func place(_ context: DecodingError.Context) -> String {
      let path = context.codingPath.map { key in
        key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)"
      }
      return path.isEmpty ? "" : " at " + path.joined().drop { $0 == "." }
    }
    return switch error {
    case .keyNotFound(let key, let context): "no '\(key.stringValue)'\(place(context))"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      context.debugDescription + place(context)
    case .dataCorrupted(let context): context.debugDescription + place(context)
    @unknown default: "something else"
    }
  }
}

extension NetworkDescription.Layer: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case type, name, channels, kernel, stride, dilation, padding, groups, bias, activation, size
    case momentum, epsilon, rate, units, function
  }

  private enum TypeName: String, CaseIterable {
    case conv2d, dense, flatten, dropout, activation
    case maxPool = "max_pool2d"
    case averagePool = "average_pool2d"
    case globalAveragePool = "global_average_pool"
    case batchNormalization = "batch_norm"

    /// The keys besides `type` and `name`.
    var keys: Set<Key> {
      switch self {
      case .conv2d:
        [.channels, .kernel, .stride, .dilation, .padding, .groups, .bias, .activation]
      case .dense: [.units, .bias, .activation]
      case .flatten, .globalAveragePool: []
      case .dropout: [.rate]
      case .activation: [.function]
      case .maxPool, .averagePool: [.size, .stride, .padding]
      case .batchNormalization: [.momentum, .epsilon, .activation]
      }
    }
  }

  /// Reads a layer; unknown types and keys are refused.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let found = try values.decode(String.self, forKey: .type)
    guard let type = TypeName(rawValue: found) else {
      throw Self.flaw(
        values, .type,
        "type '\(found)', expected \(TypeName.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let known = Set(type.keys.map(\.rawValue) + ["type", "name"])
    for key in try decoder.container(keyedBy: AnyKey.self).allKeys
    where !known.contains(key.stringValue) {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "'\(key.stringValue)' of a \(type.rawValue)"))
    }
    name = try values.decodeIfPresent(String.self, forKey: .name)
    kind = try Self.kind(type, values)
  }

  private static func kind(
    _ type: TypeName, _ values: KeyedDecodingContainer<Key>
  ) throws -> NetworkDescription.Kind {
    func activation(_ key: Key = .activation) throws -> UnaryFunction? {
      guard let name = try values.decodeIfPresent(String.self, forKey: key) else { return nil }
      guard let function = TrainableFunctions.named[name] else {
        throw flaw(
          values, key,
          "'\(name)', expected " + TrainableFunctions.named.keys.sorted().joined(separator: ", "))
      }
      return function
    }
    func pair(_ key: Key, _ fallback: Spatial?) throws -> Spatial {
      guard values.contains(key) else {
        if let fallback { return fallback }
        throw DecodingError.keyNotFound(
          key, .init(codingPath: values.codingPath, debugDescription: ""))
      }
      let both = try? values.decode(Int.self, forKey: key)
      let list = try both.map { [$0, $0] } ?? values.decode([Int].self, forKey: key)
      guard list.count == 2, list.allSatisfy({ (1...limit).contains($0) }) else {
        throw flaw(values, key, "\(list), expected one number from 1 to \(limit) or two")
      }
      return Spatial(list[0], list[1])
    }
    func count(_ key: Key, _ fallback: Int? = nil) throws -> Int {
      if let fallback, !values.contains(key) { return fallback }
      let value = try values.decode(Int.self, forKey: key)
      guard (1...limit).contains(value) else {
        throw flaw(values, key, "\(value), expected 1 to \(limit)")
      }
      return value
    }
    func number(
      _ key: Key, _ fallback: Float? = nil, _ range: ClosedRange<Float>
    ) throws -> Float {
      if let fallback, !values.contains(key) { return fallback }
      let value = try values.decode(Float.self, forKey: key)
      guard range.contains(value) else {
        throw flaw(values, key, "\(value), expected \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
    func padding() throws -> Padding {
      guard values.contains(.padding) else { return .valid }
      if let both = try? values.decode(Int.self, forKey: .padding), (0...limit).contains(both) {
        return .symmetric(both, both)
      }
      switch try? values.decode(String.self, forKey: .padding) {
      case "same": return .same
      case "valid": return .valid
      default: throw flaw(values, .padding, "expected \"same\", \"valid\" or a number from 0")
      }
    }
    switch type {
    case .conv2d:
      return .conv2d(
        .init(
          channels: try count(.channels), kernel: try pair(.kernel, nil),
          strides: try pair(.stride, .one), dilations: try pair(.dilation, .one),
          padding: try padding(), groups: try count(.groups, 1),
          hasBias: try values.decodeIfPresent(Bool.self, forKey: .bias) ?? true,
          activation: try activation()))
    case .dense:
      return .dense(
        units: try count(.units),
        hasBias: try values.decodeIfPresent(Bool.self, forKey: .bias) ?? true, try activation())
    case .flatten: return .flatten
    case .globalAveragePool: return .globalAveragePool
    case .dropout: return .dropout(rate: try number(.rate, nil, 0...0.99))
    case .activation:
      guard let function = try activation(.function) else {
        throw DecodingError.keyNotFound(
          Key.function, .init(codingPath: values.codingPath, debugDescription: ""))
      }
      return .activation(function)
    case .maxPool, .averagePool:
      let size = try pair(.size, nil)
      return .pool2d(
        type == .maxPool ? .max : .average, size: size, strides: try pair(.stride, size),
        padding: try padding())
    case .batchNormalization:
      return .batchNormalization(
        momentum: try number(.momentum, 0.1, 0...1), epsilon: try number(.epsilon, 1e-5, 1e-12...1),
        try activation())
    }
  }

  private static let limit = 1 << 16

  private static func flaw(
    _ values: KeyedDecodingContainer<Key>, _ key: Key, _ text: String
  ) -> DecodingError {
    .dataCorrupted(.init(codingPath: values.codingPath + [key], debugDescription: text))
  }

  private struct AnyKey: CodingKey {
    let stringValue: String
    let intValue: Int?
    init?(stringValue: String) { (self.stringValue, intValue) = (stringValue, nil) }
    init?(intValue: Int) { (stringValue, self.intValue) = ("\(intValue)", intValue) }
  }

  /// Writes the layer as it is read.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encodeIfPresent(name, forKey: .name)
    func type(_ name: TypeName) throws { try values.encode(name.rawValue, forKey: .type) }
    func function(_ function: UnaryFunction?, _ key: Key = .activation) throws {
      try values.encodeIfPresent(
        TrainableFunctions.named.first { $0.value == function }?.key, forKey: key)
    }
    func padding(_ padding: Padding) throws {
      switch padding {
      case .explicit(let border): try values.encode(border.top, forKey: .padding)
      case .same, .sameLower: try values.encode("same", forKey: .padding)
      case .valid: try values.encode("valid", forKey: .padding)
      }
    }
    switch kind {
    case .conv2d(let conv):
      try type(.conv2d)
      try values.encode(conv.channels, forKey: .channels)
      try values.encode(conv.kernel.list, forKey: .kernel)
      try values.encode(conv.strides.list, forKey: .stride)
      try values.encode(conv.dilations.list, forKey: .dilation)
      try padding(conv.padding)
      try values.encode(conv.groups, forKey: .groups)
      try values.encode(conv.hasBias, forKey: .bias)
      try function(conv.activation)
    case .dense(let units, let hasBias, let activation):
      try type(.dense)
      try values.encode(units, forKey: .units)
      try values.encode(hasBias, forKey: .bias)
      try function(activation)
    case .flatten: try type(.flatten)
    case .globalAveragePool: try type(.globalAveragePool)
    case .dropout(let rate):
      try type(.dropout)
      try values.encode(rate, forKey: .rate)
    case .activation(let activation):
      try type(.activation)
      try function(activation, .function)
    case .pool2d(let pool, let size, let strides, let border):
      try type(pool == .max ? .maxPool : .averagePool)
      try values.encode(size.list, forKey: .size)
      try values.encode(strides.list, forKey: .stride)
      try padding(border)
    case .batchNormalization(let momentum, let epsilon, let activation):
      try type(.batchNormalization)
      try values.encode(momentum, forKey: .momentum)
      try values.encode(epsilon, forKey: .epsilon)
      try function(activation)
    }
  }
}

/// The functions that a description may name.
enum TrainableFunctions {
  static let named: [String: UnaryFunction] = [
    "relu": .relu, "relu6": .relu6, "sigmoid": .sigmoid, "tanh": .tanh, "softplus": .softplus,
    "softsign": .softsign, "selu": .selu, "mish": .mish, "leaky_relu": .leakyRelu(alpha: 0.01),
    "elu": .elu(alpha: 1), "hard_swish": .hardSwish, "silu": .silu,
    "gelu": .gelu(approximate: false),
  ]
}
