import Foundation

/// What is known not to work on an implementation, one line each with the reason:
///
///     3x3 dilation 2 as workItems :: why this does not work here
///
/// Cases whose name contains the text before ` :: ` are skipped. Empty lines and lines that begin with `#`
/// don't count.
struct SkipList {
  private var rules: [(text: String, reason: String)] = []

  /// No rules.
  init() {}

  /// Reads a file.
  ///
  /// - Throws: where the file can't be read or a line has no reason.
  init(path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.components(separatedBy: " :: ")
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw Malformed(description: "\(path): a line without a reason: \(line)")
      }
      rules.append((parts[0], parts[1]))
    }
  }

  /// A line that is no rule.
  struct Malformed: Error, CustomStringConvertible {
    let description: String
  }

  /// Why a case is skipped, or nil.
  func reason(for name: String) -> String? { rules.first { name.contains($0.text) }?.reason }
}
