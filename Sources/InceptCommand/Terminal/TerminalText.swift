import Incept

/// Text with names out of files and command lines in it, made safe to print: such names must neither steer the
/// terminal nor pass for lines of ours.
enum TerminalText {
  /// Longest part of a message, in characters. Longer ones are cut.
  private static let limit = 16_384
  /// Longest list of what was found: every parameter by which two networks differ has room.
  private static let listLimit = 131_072

  /// Nothing that a terminal obeys but new lines and tabs.
  static func printable(_ text: String) -> String {
    replacing(text) { $0 == "\n" || $0 == "\t" ? String($0) : "?" }
  }

  /// One line of bounded length.
  static func line(_ text: String) -> String { replacing(cut(text)) { _ in "?" } }

  /// An error's one line. Where the fault is ours, what was found may be a build log, which goes on in indented
  /// lines.
  static func line(_ error: InceptError) -> String {
    var error = error
    error.subject = line(error.subject)
    error.expectation = line(error.expectation)
    let hasLog = error.category == .software
    error.actual = error.actual.map { text in
      replacing(cut(text, to: listLimit)) { hasLog && $0 == "\n" ? "\n  " : "?" }
    }
    return error.description
  }

  private static func cut(_ text: String, to limit: Int = limit) -> String {
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return text }
    return String(scalars[..<end]) + "…"
  }

  private static func replacing(
    _ text: String, _ replacement: (Unicode.Scalar) -> String
  ) -> String {
    text.unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: replacement(scalar)
      default: String(scalar)
      }
    }.joined()
  }
}
