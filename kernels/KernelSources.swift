/// The kernels' OpenCL C text, embedded at build time by the `EmbedKernels` plugin.
package enum KernelSources {
  /// Names of all kernel files, sorted: `conv2d_direct.cl`, …
  package static var names: [String] {
    embeddedKernels.keys.filter { $0.hasSuffix(".cl") }.sorted()
  }

  /// The text of one file with `#include "…"` lines of other embedded files replaced by their text, or nil
  /// where there is no such file.
  package static func source(_ name: String) -> String? {
    var included: Set<String> = []
    return expand(name, &included)
  }

  private static func expand(_ name: String, _ included: inout Set<String>) -> String? {
    guard let text = embeddedKernels[name]?.description else { return nil }
    included.insert(name)
    var lines: [Substring] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("#include \""), let file = line.split(separator: "\"").dropFirst().first
      else {
        lines.append(line)
        continue
      }
      // A header that was expanded already would define everything twice.
      guard !included.contains(String(file)) else { continue }
      lines.append(
        contentsOf: (expand(String(file), &included) ?? "").split(
          separator: "\n", omittingEmptySubsequences: false))
    }
    return lines.joined(separator: "\n")
  }
}
