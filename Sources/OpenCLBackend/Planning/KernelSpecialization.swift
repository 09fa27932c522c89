import KernelSources
import TensorCore

/// One compiled form of a kernel: its file, its entry point and the values fixed at compile time. The value is
/// both the source of the `#define`s and the key of every cache.
package struct KernelSpecialization: Hashable, Codable, Sendable {
  /// File in `kernels/`: `conv2d_direct.cl`.
  package let file: String
  /// The kernel function.
  package let entry: String
  /// Compile-time values, in order.
  package let defines: [Define]

  /// A compile-time value: `#define name value`. The name may have parameters: `ACT0(x)`.
  package struct Define: Hashable, Codable, Sendable {
    /// Left side.
    package let name: String
    /// Right side.
    package let value: String

    /// A definition.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }

    /// A definition of an integer.
    package init(_ name: String, _ value: Int) { self.init(name, "\(value)") }
  }

  /// A specialisation.
  package init(file: String, entry: String, defines: [Define] = []) {
    self.file = file
    self.entry = entry
    self.defines = defines
  }

  /// The OpenCL C text to build: definitions, then the file with its includes.
  package func source() throws(InceptError) -> String {
    guard let text = KernelSources.source(file) else {
      throw InceptError(
        .software, subject: "kernel '\(entry)'", expected: "expected an embedded file '\(file)'",
        found: "none", hint: "this is a bug of Incept; please report it with the command you ran")
    }
    return defines.map { "#define \($0.name) \($0.value)\n" }.joined() + text
  }
}
