import Foundation
import KernelSources
import OpenCLRuntime
import TensorCore

/// Builds every kernel file by itself, with its macros' defaults, on every OpenCL device found. Exits with 1
/// where one does not build, and where there is no device.
@main
struct CheckKernels {
  static func main() throws {
    let devices = DeviceDiscovery.discover().devices
    guard !devices.isEmpty else {
      print("check-kernels: no OpenCL device (apt-get install pocl-opencl-icd)")
      exit(1)
    }
    var failures = 0
    for device in devices {
      let context = try Context(device)
      for name in KernelSources.names {
        do throws(InceptError) {
          guard let source = KernelSources.source(name) else { continue }
          // Warnings are shown: kernels have none.
          let program = try Program(context, source: source, label: name)
          let log = program.buildLog.filter { !$0.isWhitespace }
          print(
            "  \(name): builds"
              + (log.isEmpty ? "" : ", and the compiler says:\n\(program.buildLog)"))
        } catch {
          failures += 1
          print("  \(name): \(error)")
        }
      }
      print("check-kernels: \(KernelSources.names.count) files on \(device.summary)")
    }
    if failures > 0 {
      print("check-kernels: \(failures) failed")
      exit(1)
    }
  }

}
