import TensorCore

/// The shape of an input: what the file says, completed by what the caller chose.
enum InputShape {
  /// The whole shape, batch first; a batch that neither gives is 1.
  static func resolved(
    _ extents: [Int?], given: Shape?, layer: String
  ) throws(InceptError) -> Shape {
    let text = "[" + extents.map { $0.map(String.init) ?? "None" }.joined(separator: ", ") + "]"
    if let given {
      let fits =
        extents.isEmpty
        || extents.count == given.rank
          && zip(extents, given.dimensions).dropFirst().allSatisfy { $0 == nil || $0 == $1 }
      guard fits, given.rank >= 1, given.dimensions.allSatisfy({ $0 >= 1 }), given.isValid else {
        throw InceptError(
          .usage, subject: "input '\(layer)'",
          expected: extents.isEmpty ? "expected a shape" : "expected a shape like \(text)",
          found: "\(given)")
      }
      return given
    }
    guard !extents.isEmpty, !extents.dropFirst().contains(nil) else {
      throw InceptError(
        .usage, subject: "input '\(layer)'",
        expected: "expected an input shape, as the file leaves it open",
        found: extents.isEmpty ? "none" : text,
        hint: "give the size of the input, as in 1,224,224,3")
    }
    return Shape(extents.map { $0 ?? 1 })
  }
}
