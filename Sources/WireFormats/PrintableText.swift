extension String {
  /// Text of a file as an error may show it: no control characters, which terminals obey, and no more than
  /// `limit` characters.
  package func printable(limit: Int = 200) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in unicodeScalars.prefix(limit) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: scalars.append("?")
      default: scalars.append(scalar)
      }
    }
    return String(scalars) + (unicodeScalars.dropFirst(limit).isEmpty ? "" : "…")
  }
}
