import Foundation
import TensorCore

/// The target that this process runs, by name: libFuzzer knows only one function a program.
private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["INCEPT_FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
    let names = FuzzTarget.all.map(\.name).joined(separator: " ")
    FileHandle.standardError.write(Data("INCEPT_FUZZ_TARGET must be one of \(names)\n".utf8))
    exit(64)
  }
  return target
}()

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count)
  do throws(InceptError) {
    try target.read(input)
  } catch {
    check(error)
  }
  return 0
}

/// Ends the process where an error is none of the agreed form: a bug of ours, or one that says nothing.
private func check(_ error: InceptError) {
  precondition(error.category != .software, "a bug: \(error)")
  precondition(!error.subject.isEmpty, "an error without a subject: \(error)")
  precondition(!error.expectation.isEmpty, "an error without an expectation: \(error)")
}
