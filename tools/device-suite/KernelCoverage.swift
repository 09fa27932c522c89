import KernelSources
import OpenCLBackend

/// Which of the embedded kernels have been launched.
struct KernelCoverage {
  private var launched: Set<String> = []

  /// Counts kernels as launched.
  mutating func add(_ kernels: [KernelSpecialization]) {
    for kernel in kernels { launched.insert("\(kernel.file): \(kernel.entry)") }
  }

  /// Counts a kernel, as `FILE: ENTRY`, as one that this device is not meant for.
  mutating func excuse(_ kernel: String) {
    launched.insert(kernel)
    print("kernel \(kernel) is not for this device")
  }

  /// `FILE: ENTRY` of every kernel in `kernels/` that networks use.
  static let all: [String] = KernelSources.names.filter { $0 != "peaks.cl" }.flatMap { file in
    entries(KernelSources.source(file) ?? "").map { "\(file): \($0)" }
  }

  /// The kernels that were not launched.
  var missing: [String] { Self.all.filter { !launched.contains($0) } }

  /// Names of the functions that `__kernel` marks, outside of comments.
  static func entries(_ source: String) -> [String] {
    let lines = source.split(separator: "\n").map { (line: Substring) -> String in
      line.firstRange(of: "//").map { String(line[..<$0.lowerBound]) } ?? String(line)
    }
    let code = lines.joined(separator: "\n")
    return code.split(separator: "__kernel").dropFirst().compactMap {
      (text: Substring) -> String? in
      guard let start = text.firstRange(of: "void ")?.upperBound else { return nil }
      let name = text[start...].prefix { $0.isLetter || $0.isNumber || $0 == "_" }
      return name.isEmpty ? nil : String(name)
    }
  }
}
