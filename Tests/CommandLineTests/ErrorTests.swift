import Foundation
import TestSupport
import Testing

@Suite("exit codes and errors")
struct ErrorTests {
  /// Checks an error's form: nothing on standard output, one error line, the exit code.
  private func expect(
    _ run: Incept, _ status: Int32, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(run.status == status, "\(run.error)", sourceLocation: sourceLocation)
    #expect(run.output == "", sourceLocation: sourceLocation)
    #expect(
      run.error.hasPrefix("incept: error: "), "\(run.error)", sourceLocation: sourceLocation)
    let lines = run.error.split(separator: "\n").filter { $0.hasPrefix("incept: error: ") }
    #expect(lines.count == 1, sourceLocation: sourceLocation)
    #expect(!run.error.contains("\u{1B}"), "no colours in a file", sourceLocation: sourceLocation)
  }

  @Test(
    "wrong command lines are 64",
    arguments: [
      ["run"], ["run", "digits_cnn"], ["frobnicate"], ["graph"], ["models", "nonsense"],
      ["run", "digits_cnn", "a.png", "--top", "0"],
      ["run", "digits_cnn", "a.png", "--top", "many"],
      ["run", "digits_cnn", "a.png", "--nonsense"],
      ["run", "digits_cnn", "a.png", "--crop", "1,2,3"],
      ["run", "digits_cnn", "a.png", "--crop", "0,0,0,5"],
      ["run", "digits_cnn", "a.png", "--preprocess", "magic"],
      ["run", "digits_cnn", "a.png", "--output-dir", "d"],
      ["run", "digits_cnn", "--input", "x=a.npy"],
      ["run", "digits_cnn", "--input", "x=a.npy", "--output-dir", "d", "--crop", "0,0,4,4"],
      ["run", "digits_cnn", "--input", "x=a.npy", "--output-dir", "d", "--labels", "names"],
      ["profile", "digits_cnn", "--crop", "0,0,4,4"],
      ["profile", "digits_cnn", "--preprocess", "none"],
      ["run", "digits_cnn", "--input", "nofile", "--output-dir", "d"],
      ["bench", "digits_cnn", "--runs", "-1"],
      ["bench", "digits_cnn", "--batch", "99999999999999"],
      ["bench", "inception_v3"], ["bench", "digits_cnn", "--weights", "synthetic:many"],
      ["graph", "digits_cnn", "--format", "gif"], ["graph", "digits_cnn", "--stage", "final"],
      ["profile", "digits_cnn", "--format", "gif"], ["tune"],
      ["profile", "digits_cnn", "--fail-above", "5"], ["profile", "digits_cnn", "--all"],
      ["profile", "digits_cnn", "--against", "x.json", "--fail-above", "-5"],
      ["profile", "digits_cnn", "--against", "x.json", "--format", "trace"],
      ["profile", "digits_cnn", "--dry-run", "--format", "csv"],
      ["profile", "digits_cnn", "--group", "--format", "csv"],
      ["profile", "digits_cnn", "--memory-limit", "much"],
      ["graph", "digits_cnn", "--profile", "p.json"],
    ])
  func usage(_ arguments: [String]) throws {
    expect(try Incept(arguments), 64)
  }

  @Test(
    "missing files are 66",
    arguments: [
      ["run", "no/such/model.pth", "a.png"], ["graph", "digits_cn"],
      ["bench", "digits_cnn", "--weights", "no-such-file"],
    ])
  func missing(_ arguments: [String]) throws {
    expect(try Incept(arguments), 66)
  }

  @Test(
    "missing pictures and tensors are 66",
    .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
  func missingInputs() throws {
    let digit = "Samples/digit-0-a.png"
    expect(try Incept("run", "digits_cnn", "no-such-picture.png"), 66)
    expect(try Incept("run", "digits_cnn", digit, "no-such-picture.png"), 66)
    expect(try Incept("run", "digits_cnn", digit, "--labels", "no-such-file"), 66)
    try withScratch { folder in
      let run = try Incept(
        "run", "digits_cnn", "--input", "x=no-such.npy", "--output-dir", "\(folder)/out")
      expect(run, 66)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/out"))
    }
  }

  @Test(
    "files in place of folders are 73", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
  func outputFolder() throws {
    try withScratch { folder in
      try NPYFile.write(shape: [1, 1, 8, 8], to: "\(folder)/in.npy")
      for path in ["\(folder)/in.npy", "\(folder)/in.npy/below"] {
        let run = try Incept(
          "run", "digits_cnn", "--input", "x=\(folder)/in.npy", "--output-dir", path)
        expect(run, 73)
        #expect(run.error.contains("found Not a directory"), "\(run.error)")
      }
    }
  }

  @Test("folders in place of files are 74")
  func unreadable() throws {
    expect(try Incept("graph", "Samples"), 74)
    expect(try Incept("graph", "digits_cnn", "--weights", "Samples"), 74)
    if Incept.hasDevice { expect(try Incept("run", "digits_cnn", "Samples"), 74) }
  }

  @Test("files that are something else are 65")
  func garbage() throws {
    expect(try Incept("graph", "Samples/digit-0-a.png"), 65)
    expect(try Incept("graph", "digits_cnn", "--weights", "Package.swift"), 65)
    let files: [(name: String, bytes: [UInt8])] = [
      ("empty", []), ("zip", [0x50, 0x4B, 3, 4]), ("noise", Array(0..<200)),
    ]
    try withScratch { folder in
      for (name, bytes) in files {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        expect(try Incept("graph", "\(folder)/\(name)"), 65)
        if Incept.hasDevice { expect(try Incept("run", "digits_cnn", "\(folder)/\(name)"), 65) }
      }
    }
  }

  @Test(
    "results that can't be written are 73",
    arguments: [
      ["graph", "digits_cnn", "-o", "no/such/folder/x"],
      ["graph", "digits_cnn", "-o", "/dev/full"],
    ])
  func unwritable(_ arguments: [String]) throws {
    expect(try Incept(arguments), 73)
  }

  @Test("a full standard output is 73")
  func fullOutput() throws {
    for arguments in [["models"], ["--help"]] {
      let full = try Incept(arguments, output: "/dev/full")
      #expect(full.status == 73)
      #expect(full.error.hasPrefix("incept: error: standard output: "))
    }
  }

  @Test("a reader that goes away ends the command quietly")
  func closedPipe() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "'\(Incept.executable.path)' graph inception_v3 2>&1 | head -n 1"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(output.split(separator: "\n").count == 1)
    #expect(!output.contains("error"))
  }

  @Test(
    "help goes to standard output and is no error",
    arguments: [[], ["--help"], ["help", "run"], ["run", "-h"]])
  func help(_ arguments: [String]) throws {
    let run = try Incept(arguments)
    #expect(run.status == 0)
    #expect(run.output.contains("USAGE: incept"))
    #expect(run.error == "")
  }
}
