import Foundation

/// `embed-files kernels OUT.swift FILE…` writes a Swift file with the text of each kernel;
/// `embed-files resources OUT.swift FILE…` one with the bytes of each resource, in base64.
///
/// String literals rather than byte arrays: a 300 KB `[UInt8]` literal takes the compiler a minute.
@main
struct EmbedFiles {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else {
      FileHandle.standardError.write(Data("usage: embed-files kernels|resources OUT FILE…\n".utf8))
      exit(64)
    }
    let files = arguments.dropFirst(3).map { URL(fileURLWithPath: $0) }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
    let text = try arguments[1] == "kernels" ? kernels(files) : resources(files)
    try Data(text.utf8).write(to: URL(fileURLWithPath: arguments[2]), options: .atomic)
  }

  static func kernels(_ files: [URL]) throws -> String {
    var lines = [
      "/// The OpenCL sources of `kernels/`, by file name.",
      "package let embeddedKernels: [String: StaticString] = [",
    ]
    for file in files {
      let source = try String(contentsOf: file, encoding: .utf8)
      let fence = String(repeating: "#", count: longestHashRun(source) + 1)
      lines.append("  \"\(file.lastPathComponent)\": \(fence)\"\"\"")
      lines.append(source.hasSuffix("\n") ? String(source.dropLast()) : source)
      lines.append("\"\"\"\(fence),")
    }
    if files.isEmpty { lines.append("  :") }
    lines.append("]\n")
    return lines.joined(separator: "\n")
  }

  static func resources(_ files: [URL]) throws -> String {
    var lines = [
      "/// The files of `Resources/`, by name, in base64.",
      "let embeddedResources: [String: StaticString] = [",
    ]
    for file in files {
      let bytes = try Data(contentsOf: file).base64EncodedString()
      lines.append("  \"\(file.lastPathComponent)\": \"\(bytes)\",")
    }
    if files.isEmpty { lines.append("  :") }
    lines.append("]\n")
    return lines.joined(separator: "\n")
  }

  /// Length of the longest run of `#` behind three quotes, which a raw string's fence must exceed.
  static func longestHashRun(_ source: String) -> Int {
    var longest = 0
    var rest = source[...]
    while let quotes = rest.range(of: "\"\"\"") {
      rest = rest[quotes.upperBound...]
      longest = max(longest, rest.prefix { $0 == "#" }.count)
    }
    return longest
  }
}
