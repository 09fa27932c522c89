import Foundation
import Incept

/// Runs a model once for each line of standard input and prints the milliseconds, so that another process can
/// take turns with it: `bench-runner MODEL INPUT.npy [OUTPUT.npy]`. The first line printed is the time to the
/// first result; the output file gets that result.
@main
struct BenchRunner {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count >= 3 else {
      FileHandle.standardError.write(
        Data("usage: bench-runner MODEL INPUT.npy [OUTPUT.npy]\n".utf8))
      exit(64)
    }
    do throws(InceptError) {
      let begun = DispatchTime.now().uptimeNanoseconds
      let model = try Model.load(arguments[1])
      let session = try Session(model, on: try Device.select())
      let input = try NPY.read(path: arguments[2])
      func run() throws(InceptError) -> HostTensor {
        try session.run(["input": input])[0].tensor
      }
      let first = try run()
      if arguments.count > 3 { try NPY.write(first, to: arguments[3]) }
      answer(begun)
      while readLine() != nil {
        let start = DispatchTime.now().uptimeNanoseconds
        _ = try run()
        answer(start)
      }
    } catch {
      FileHandle.standardError.write(Data("bench-runner: \(error)\n".utf8))
      exit(error.exitCode)
    }
  }

  /// Prints the milliseconds since `start`.
  private static func answer(_ start: UInt64) {
    let nanoseconds = DispatchTime.now().uptimeNanoseconds - start
    print(Double(nanoseconds) / 1e6)
    fflush(nil)
  }
}
