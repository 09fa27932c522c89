import ArgumentParser
import Incept

/// The root command.
@main
struct InceptCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "incept",
    abstract: "Run, look at and profile convolutional networks on any OpenCL device.",
    discussion: """
      MODEL is a file (ONNX, TensorFlow .pb, Keras .keras and .h5, torch .pth, safetensors; weights alone are \
      recognised) or a built-in architecture from `incept models`.

      Try it: incept run digits_cnn Samples/*.png
      """,
    version: "incept \(Incept.version)",
    subcommands: [
      DevicesCommand.self, ModelsCommand.self, FetchCommand.self, RunCommand.self,
      GraphCommand.self, ProfileCommand.self, BenchCommand.self, TuneCommand.self,
      CompareCommand.self, FilterCommand.self, ArithmeticCommand.self, FeaturesCommand.self,
      TrainCommand.self, EvaluateCommand.self,
      ConvertCommand.self, CacheCommand.self, CompileProgramsCommand.self,
      CheckDeviceCommand.self,
    ])

  static func main() {
    Terminal.prepare()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as InceptError {
      Terminal.exit(error)
    } catch {
      exitAfterParsing(error)
    }
  }

  /// Ends the process for what the parser throws: help and wrong command lines.
  private static func exitAfterParsing(_ error: any Error) -> Never {
    guard exitCode(for: error).isSuccess else {
      let full = fullMessage(for: error)
      // The usage and the pointer to help that follow the parser's message.
      let rest = full.split(separator: "\n").filter {
        $0.hasPrefix("Usage:") || $0.hasPrefix("  See ")
      }
      let hint = rest.map { $0.drop { $0 == " " } }.joined(separator: "; ")
      Terminal.exit(
        InceptError(
          .usage, subject: "command line", expected: message(for: error),
          hint: hint.isEmpty ? "`incept --help`" : String(hint)))
    }
    do throws(InceptError) {
      try Terminal.write(fullMessage(for: error) + "\n")
    } catch {
      Terminal.exit(error)
    }
    Terminal.exit()
  }
}
