import Foundation
import TestSupport
import Testing

/// Bad options, names and places to write to end in one error line and the agreed exit code, with nothing on
/// standard output or left behind.
@Suite("hostile input: options and outputs")
struct HostileInputOptionTests {
  private static let name = "\u{1B}[31m\nincept: error: a: b\nhint: c\u{7}\u{202E}"

  @Test(
    "numbers that make no sense are 64",
    arguments: [
      ["--batch", "0"], ["--batch=-1"], ["--batch", "1000001"],
      ["--batch", "99999999999999999999"],
      ["--top", "0"], ["--top=-1"], ["--top", "99999999999999999999"], ["--crop=-1,0,4,4"],
      ["--crop", "0,0,9,8"], ["--crop", "8,8,1,1"], ["--crop", "99999999999999999999,0,1,1"],
      ["--crop", "9223372036854775807,0,9223372036854775807,1"], ["--crop", ",,,"],
      ["--crop", "0,0,9223372036854775807,9223372036854775807"], ["--crop", "1e3,0,1,1"],
    ])
  func numbers(_ options: [String]) throws {
    try withTrap { trap in
      let needsDevice = options[0] == "--crop"
      guard Incept.hasDevice || !needsDevice else { return }
      for command in ["run", "profile"] {
        try trap.refuse([command, "digits_cnn", HostileFiles.digit] + options, 64)
      }
    }
  }

  @Test("no runs are 64", arguments: ["bench", "profile"])
  func noRuns(_ command: String) throws {
    try withTrap { trap in
      for runs in ["0", "-1", "1000001", "x"] {
        try trap.refuse([command, "digits_cnn", "--runs=\(runs)"], 64)
      }
    }
  }

  @Test(
    "a batch beyond the device is refused before anything is allocated",
    .enabled(if: Incept.hasDevice))
  func hugeBatch() throws {
    try withTrap { trap in
      for (batch, status) in [("1000000", 65), ("100000", 69)] as [(String, Int32)] {
        for command in ["bench", "profile"] {
          try trap.refuse(
            [command, "inception_v3", "--weights", "synthetic", "--batch", batch], status)
        }
      }
    }
  }

  @Test("unknown outputs are 64", .enabled(if: Incept.hasDevice))
  func unknownOutputs() throws {
    try withTrap { trap in
      let input = "\(trap.folder)/x.npy"
      try NPYFile.write(shape: [1, 1, 8, 8], to: input)
      for outputs in ["nope", "conv1,nope", Self.name, "../../x"] {
        try trap.refuse(
          [
            "run", "digits_cnn", "--input", "x=\(input)", "--output-dir", "\(trap.folder)/out",
            "--outputs", outputs,
          ], 64)
      }
    }
  }

  @Test("places that can't be written to are 73")
  func unwritable() throws {
    try withTrap { trap in
      let input = "\(trap.folder)/x.npy"
      try NPYFile.write(shape: [1, 1, 8, 8], to: input)
      // Compiling for the first time is not what is measured here.
      if Incept.hasDevice { _ = try MeasuredRun(["profile", "digits_cnn", "--runs", "1"]) }
      for path in ["\(trap.folder)/none/x", trap.folder, "/dev/full", "\(input)/x", "/proc/none"] {
        try trap.refuse(["graph", "digits_cnn", "-o", path], 73)
        if Incept.hasDevice {
          try trap.refuse(["profile", "digits_cnn", "--runs", "1", "-o", path], 73)
        }
      }
      guard Incept.hasDevice else { return }
      try FileManager.default.createDirectory(
        atPath: "\(trap.folder)/taken/logits.npy", withIntermediateDirectories: true)
      for path in [input, "\(input)/x", "/proc/none/x", "\(trap.folder)/taken", "/dev/full"] {
        let run = try trap.refuse(
          [
            "run", "digits_cnn", "--input", "x=\(input)", "--output-dir", path, "--outputs",
            "conv1,relu1",
          ], 73)
        #expect(!run.error.contains("Success"))
      }
      // Folders that had to be made go again when the last one can't be.
      let long = String(repeating: "x", count: 300)
      try trap.refuse(
        [
          "run", "digits_cnn", "--input", "x=\(input)", "--output-dir",
          "\(trap.folder)/a/b/\(long)",
        ], 73)
    }
  }

  @Test("a disk that fills up half-way leaves nothing")
  func limitedFiles() throws {
    try withTrap { trap in
      // In blocks of 512 bytes; the graph has more than 100 of them.
      try trap.refuse(
        ["graph", "inception_v3", "-o", "\(trap.folder)/graph"], 73,
        shell: "sh -c 'ulimit -f 20; exec \"$0\" \"$@\"' \"$0\" \"$@\"")
    }
  }

  @Test(
    "closed streams are errors of writing, never files of the same number",
    arguments: [">&-", "<&- >&-", ">/dev/full"])
  func closedOutput(_ streams: String) throws {
    try withTrap { trap in
      let shell = "\"$0\" \"$@\" \(streams)"
      for arguments in [["models"], ["graph", "digits_cnn"], ["--help"]] {
        try trap.refuse(arguments, 73, shell: shell)
      }
      if Incept.hasDevice {
        try trap.refuse(["run", "digits_cnn", HostileFiles.digit], 73, shell: shell)
      }
      let path = "\(trap.folder)/graph"
      let run = try MeasuredRun(["graph", "digits_cnn", "-o", path], shell: shell)
      #expect(run.status == 0)
      let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
      #expect(text == (try Incept("graph", "digits_cnn").output))
      let silent = try MeasuredRun(["graph", "nowhere"], shell: "\(shell) 2>&-")
      #expect(silent.status == 66)
    }
  }

  @Test(
    "devices that aren't there are 69, and names of several 64", .enabled(if: Incept.hasDevice),
    arguments: [
      "nope", "99:0", "0:99", "-1:0", "99999999999999999999:0", ":", name,
      String(repeating: "x", count: 50_000),
    ])
  func devices(_ wanted: String) throws {
    try withTrap { trap in
      let byOption = try trap.refuse(["bench", "digits_cnn", "--device=\(wanted)"], 69)
      let byVariable = try trap.refuse(
        ["bench", "digits_cnn"], 69, environment: ["INCEPT_DEVICE": wanted])
      #expect(byOption.error.contains("0:0 "))
      #expect(byVariable.error.contains("INCEPT_DEVICE"))
    }
  }

  @Test(
    "names with line breaks and control characters stay within the line",
    .enabled(if: Incept.hasDevice))
  func names() throws {
    try withTrap { trap in
      let path = "\(trap.folder)/\(Self.name.replacingOccurrences(of: "/", with: ""))"
      try trap.refuse(["graph", path], 66)
      try trap.refuse(["run", "digits_cnn", path], 66)
      try trap.refuse(["run", "digits_cnn", HostileFiles.digit, "--labels", path], 66)
      try trap.refuse(["graph", "digits_cnn", "-o", "\(path)/x"], 73)
      try trap.refuse(["models", Self.name], 64)
      try trap.refuse(["graph", "digits_cnn", "--\(Self.name)"], 64)
      try trap.refuse(["graph", "digits_cnn", "--weights", "synthetic:\(Self.name)"], 64)
      let file = try trap.file(Self.name, [1, 2, 3])
      try trap.refuse(["graph", file], 65)
      try trap.refuse(["run", "digits_cnn", file], 65)
      let run = try trap.refuse(["graph", String(repeating: "x", count: 100_000)], 66)
      #expect(run.error.utf8.count < 20_000)
    }
  }
}
