import Operators
import TensorCore

/// A layer's own configuration, read with types and ranges.
struct LayerConfig: Sendable {
  /// The layer's name.
  let name: String
  /// The constructor's arguments, as `get_config` wrote them.
  let values: [String: ConfigValue]
  /// The major version of the Keras that wrote the file, or nil where it doesn't say.
  let kerasMajor: Int?

  /// The value of an argument; nil where it is absent or null.
  subscript(key: String) -> ConfigValue? {
    guard let value = values[key], !value.isNull else { return nil }
    return value
  }

  /// An integer within `range`.
  func int(_ key: String, default standard: Int? = nil, in range: ClosedRange<Int>)
    throws(Refusal) -> Int
  {
    guard let value = self[key] else {
      guard let standard else { throw missing(key) }
      return standard
    }
    guard let number = value.int, range.contains(number) else {
      throw Refusal(
        "\(key) is \(value.summary), not within \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A finite number.
  func float(_ key: String, default standard: Double? = nil) throws(Refusal) -> Float {
    guard let value = self[key] else {
      guard let standard else { throw missing(key) }
      return Float(standard)
    }
    guard let number = value.double, Float(number).isFinite else {
      throw Refusal("\(key) is \(value.summary), not a number")
    }
    return Float(number)
  }

  /// A truth value.
  func bool(_ key: String, default standard: Bool) throws(Refusal) -> Bool {
    guard let value = self[key] else { return standard }
    guard case .bool(let flag) = value else {
      throw Refusal("\(key) is \(value.summary), not true or false")
    }
    return flag
  }

  /// Two integers, height first, or one for both.
  func spatial(_ key: String, default standard: Spatial? = nil, in range: ClosedRange<Int>)
    throws(Refusal) -> Spatial
  {
    guard let value = self[key] else {
      guard let standard else { throw missing(key) }
      return standard
    }
    let numbers = (value.elements ?? [value, value]).map(\.int)
    guard numbers.count == 2, let height = numbers[0], let width = numbers[1],
      range.contains(height), range.contains(width)
    else {
      throw Refusal(
        "\(key) is \(value.summary), not two numbers of \(range.lowerBound) to \(range.upperBound)")
    }
    return Spatial(height, width)
  }

  /// A list of integers.
  func ints(_ key: String) throws(Refusal) -> [Int] {
    guard let value = self[key] else { throw missing(key) }
    var numbers: [Int] = []
    for element in value.elements ?? [value] {
      guard let number = element.int else {
        throw Refusal("\(key) is \(value.summary), not integers")
      }
      numbers.append(number)
    }
    guard numbers.count <= 16 else { throw Refusal("\(key) has \(numbers.count) numbers") }
    return numbers
  }

  /// `same` or `valid`.
  func padding() throws(Refusal) -> Padding {
    switch self["padding"] {
    case nil, .string("valid"): return .valid
    case .string("same"): return .same
    case .some(let value): throw Refusal("padding is \(value.summary), not same or valid")
    }
  }

  /// Rows and columns at the four edges: `[[top, bottom], [left, right]]`, `[height, width]` or one number.
  func border(_ key: String) throws(Refusal) -> Border {
    guard let value = self[key] else { throw missing(key) }
    let sides = (value.elements ?? [value, value]).map { $0.elements ?? [$0, $0] }
    let numbers = sides.flatMap { $0 }.compactMap(\.int)
    guard sides.count == 2, sides.allSatisfy({ $0.count == 2 }), numbers.count == 4,
      numbers.allSatisfy({ LayerConfig.borders.contains($0) })
    else { throw Refusal("\(key) is \(value.summary), not a border of an image") }
    return Border(top: numbers[0], left: numbers[2], bottom: numbers[1], right: numbers[3])
  }

  /// Refuses images whose channels come first.
  func requireChannelsLast() throws(Refusal) {
    switch self["data_format"] {
    case nil, .string("channels_last"): return
    case .string("channels_first"):
      throw Refusal("data_format is channels_first; save the model with channels_last")
    case .some(let value): throw Refusal("data_format is \(value.summary)")
    }
  }

  /// Finite numbers, one or one per channel.
  func numbers(_ key: String, default standard: Float? = nil) throws(Refusal) -> [Float] {
    guard let value = self[key] else {
      guard let standard else { throw missing(key) }
      return [standard]
    }
    // Arrays of NumPy are saved with an axis for each of the image's.
    var elements = value.elements ?? [value]
    while elements.count == 1, let inner = elements[0].elements { elements = inner }
    let numbers = elements.compactMap(\.double).map { Float($0) }
    guard numbers.count == elements.count, (1...4096).contains(numbers.count),
      numbers.allSatisfy(\.isFinite)
    else { throw Refusal("\(key) is \(value.summary), not a number or one per channel") }
    return numbers
  }

  /// The refusal of a layer without an argument it needs.
  func missing(_ key: String) -> Refusal { Refusal("it has no \(key)") }

  /// What a kernel, stride or dilation may be.
  static let windows = 1...(1 << 20)
  /// What a number of channels may be.
  static let channels = 1...(1 << 24)
  /// What a border may be.
  static let borders = 0...(1 << 20)
}
