/// Why a layer can't become operators.
struct Refusal: Error, Sendable, Hashable {
  /// The reason, as it follows "because": `data_format is channels_first`.
  let reason: String

  /// A refusal.
  init(_ reason: String) { self.reason = reason }
}
