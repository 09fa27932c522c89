import Foundation
import Incept

/// Runs a model when it is told to, so that another process can take turns with it:
/// `bench-runner MODEL INPUT.npy OUTPUT.npy [--accuracy NAME]`.
///
/// The first result is written to the output file; then the first line is printed, `{"first_ms":MILLISECONDS}` since the
/// program began. Each line of standard input, `WARMUP RUNS`, makes that many runs that are not timed and then that many
/// that are, and prints the milliseconds of each on one line. `bench-runner --accuracies` prints the accuracies there are.
@main
struct BenchRunner {
  /// The accuracies that this build can be asked for.
  static let accuracies = ["exact"]

  static func main() {
    do throws(InceptError) {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      FileHandle.standardError.write(Data("bench-runner: \(error)\n".utf8))
      exit(error.exitCode)
    }
  }

  private static func run(_ arguments: [String]) throws(InceptError) {
    if arguments == ["--accuracies"] {
      print(accuracies.joined(separator: " "))
      return
    }
    let isAsked = arguments.count == 5 && arguments[3] == "--accuracy"
    guard arguments.count == 3 || isAsked else {
      throw InceptError(
        .usage, subject: "arguments",
        expected: "expected MODEL INPUT.npy OUTPUT.npy [--accuracy NAME]",
        found: "\(arguments.count) arguments")
    }
    let begun = DispatchTime.now().uptimeNanoseconds
    let options = try options(accuracy: isAsked ? arguments[4] : nil)
    let model = try Model.load(arguments[0])
    let session = try Session(model, on: try Device.select(), options: options)
    let input = try NPY.read(path: arguments[1])
    func once() throws(InceptError) -> HostTensor {
      try session.run(["input": input])[0].tensor
    }
    try NPY.write(try once(), to: arguments[2])
    answer("{\"first_ms\":\(milliseconds(since: begun))}")
    while let line = readLine() {
      let counts = line.split(separator: " ").compactMap { Int($0) }
      guard counts.count == 2 else {
        throw InceptError(
          .usage, subject: "standard input", expected: "expected WARMUP RUNS", found: line)
      }
      for _ in 0..<max(0, counts[0]) { _ = try once() }
      var times: [String] = []
      for _ in 0..<max(0, counts[1]) {
        let start = DispatchTime.now().uptimeNanoseconds
        _ = try once()
        times.append("\(milliseconds(since: start))")
      }
      answer(times.joined(separator: " "))
    }
  }

  /// Options of a session of the named accuracy, or of the default one.
  private static func options(accuracy: String?) throws(InceptError) -> SessionOptions {
    let options = SessionOptions()
    guard let accuracy else { return options }
    guard accuracies.contains(accuracy) else {
      throw InceptError(
        .usage, subject: "--accuracy",
        expected: "expected one of \(accuracies.joined(separator: ", "))", found: accuracy)
    }
    return options
  }

  private static func milliseconds(since start: UInt64) -> Double {
    Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6
  }

  private static func answer(_ line: String) {
    print(line)
    fflush(nil)
  }
}
