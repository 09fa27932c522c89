/// The extents of a tensor, outermost first. A scalar has no extents.
public struct Shape: Sendable, Hashable, Codable, ExpressibleByArrayLiteral, CustomStringConvertible
{
  /// Extent of each axis, outermost first.
  public let dimensions: [Int]

  /// Creates a shape; extents are taken as they are (see ``isValid``).
  public init(_ dimensions: [Int]) { self.dimensions = dimensions }

  /// Creates a shape from literal extents.
  public init(arrayLiteral elements: Int...) { dimensions = elements }

  /// Number of axes.
  public var rank: Int { dimensions.count }

  /// Extent of one axis.
  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// Number of elements, or nil where an extent is negative or the product overflows `Int`, be it only without
  /// the extents that are 0: strides and partial products of an empty tensor must fit too.
  public var checkedElementCount: Int? {
    var count = 1
    for extent in dimensions where extent != 0 {
      guard extent > 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    return dimensions.contains(0) ? 0 : count
  }

  /// Whether every extent is non-negative and the element count fits `Int`.
  public var isValid: Bool { checkedElementCount != nil }

  /// Number of elements. The shape must be valid; file contents are checked before they become a shape.
  public var elementCount: Int { dimensions.reduce(1, *) }

  /// Distance in elements between neighbours along each axis of a dense C-order tensor.
  public var denseStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
    }
    return strides
  }

  /// The axis named by a possibly negative index (`-1` is the last), or nil when out of range.
  public func normalizedAxis(_ axis: Int) -> Int? {
    let normalized = axis < 0 ? axis + rank : axis
    return (0..<rank).contains(normalized) ? normalized : nil
  }

  /// The shape with its axes reordered: result axis `i` is axis `order[i]` of this shape.
  public func permuted(_ order: [Int]) -> Shape { Shape(order.map { dimensions[$0] }) }

  /// `[1, 299, 299, 3]`
  public var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }
}
