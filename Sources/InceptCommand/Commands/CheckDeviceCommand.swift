import ArgumentParser
import Foundation
import Incept

/// `incept check-device`: what `devices --check` starts for each device; reads a request from standard input.
struct CheckDeviceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-device", abstract: "Check a device for another process of this command.",
    shouldDisplay: false)

  func run() throws {
    let request = FileHandle.standardInput.readDataToEndOfFile()
    DeviceCheckRequest.carryOut(request) { text in
      // At once and whole: the next call may end the process.
      _ = Array(text.utf8).withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
  }
}
