import ArgumentParser
import Incept

/// `incept devices`
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "List every OpenCL platform and device.",
    discussion: """
      Platforms without devices and drivers that can't be loaded are noted. The index in front of a device is \
      what --device takes.

      Example: incept devices --format json
      """)

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let report = DeviceReport.current()
    try Terminal.write(format == .json ? try report.json() : report.text())
  }
}
