import ArgumentParser
import Foundation
import Incept

/// `incept compile-programs`: what ``CacheOptions/helper`` starts; reads a request from standard input.
struct CompileProgramsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compile-programs",
    abstract: "Compile programs for another process of this command.", shouldDisplay: false)

  func run() throws {
    let request = FileHandle.standardInput.readDataToEndOfFile()
    ProgramCompilation.carryOut(
      request,
      done: {
        var byte: UInt8 = 0x2E
        _ = write(STDOUT_FILENO, &byte, 1)
      },
      willKeep: {
        // Who waits goes on now; the rest must be in nobody's way.
        close(STDOUT_FILENO)
        setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
      })
  }
}
