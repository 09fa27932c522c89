import Operators
import Reference

/// What a value should be: in Double by the definition, or as another device or file has it.
enum ExpectedTensor {
  case exact(ReferenceTensor)
  case other(HostTensor)

  /// Extents.
  var shape: Shape {
    switch self {
    case .exact(let tensor): tensor.shape
    case .other(let tensor): tensor.shape
    }
  }

  /// As a device takes it.
  var host: HostTensor {
    switch self {
    case .exact(let tensor): tensor.hostTensor
    case .other(let tensor): tensor
    }
  }

  /// As the reference takes it, where it stands for a value of the given type.
  func reference(_ type: ElementType) -> ReferenceTensor {
    switch self {
    case .exact(let tensor): tensor
    case .other(let tensor): ReferenceTensor(tensor, as: type)
    }
  }

  /// Calls `body` with the elements.
  func withDoubles(_ body: (UnsafeBufferPointer<Double>) -> Void) {
    switch self {
    case .exact(let tensor): tensor.values.withUnsafeBufferPointer(body)
    case .other(let tensor): tensor.doubles().withUnsafeBufferPointer(body)
    }
  }

  /// The elements as integers.
  func integers() -> [Int64] {
    switch self {
    case .exact(let tensor): tensor.values.map { Int64(saturating: $0) }
    case .other(let tensor): tensor.integers()
    }
  }
}

/// Where expected values come from. Each is asked for once, in the order in which they are computed.
protocol ExpectedValues {
  /// What a value of the optimised graph should be; nil where that isn't known.
  mutating func value(_ value: ValueID) throws(InceptError) -> ExpectedTensor?
}

/// The definition, in Double: of the network as it was imported, before any pass.
struct ReferenceValues: ExpectedValues {
  private let places: [ValueID: ValueID]
  private var reference: LazyReference
  private let progress: (Int, Int) -> Void

  /// - Parameter places: values of the imported network by those of the optimised one that equal them.
  init(
    _ imported: Graph, _ feeds: [String: HostTensor], places: [ValueID: ValueID],
    progress: @escaping (Int, Int) -> Void
  ) {
    self.places = places
    self.progress = progress
    reference = LazyReference(imported, feeding: feeds, wanted: Array(places.values))
  }

  mutating func value(_ value: ValueID) throws(InceptError) -> ExpectedTensor? {
    guard let place = places[value] else { return nil }
    let progress = progress
    return .exact(try reference.value(place) { progress($0.done, $0.total) })
  }
}

/// Values that are there already: of another device, or from a file.
struct StoredValues: ExpectedValues {
  private var tensors: [ValueID: HostTensor]

  init(_ tensors: [ValueID: HostTensor]) { self.tensors = tensors }

  mutating func value(_ value: ValueID) -> ExpectedTensor? {
    tensors.removeValue(forKey: value).map { .other($0) }
  }
}
