import Foundation
import TestSupport
import Testing

@Suite("incept profile", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct ProfileCommandTests {
  private let common = ["profile", "digits_cnn", "--runs", "9", "--warmup", "1"]

  @Test("a saved profile is shown in every form without measuring again")
  func saved() throws {
    try withScratch { folder in
      let path = "\(folder)/a.json"
      #expect(try Incept(common + ["--format", "json", "-o", path]).status == 0)
      #expect(try Incept("profile", path, "--group").output.contains("KERNELS"))
      #expect(try Incept("profile", path).output.contains("relu2"))
      #expect(try Incept("profile", path, "--format", "csv").output.contains("relu2"))
      let trace = try Incept("profile", path, "--format", "trace")
      #expect(trace.status == 0 && trace.output.contains("\"traceEvents\""))
      let again = try Incept("profile", path, "--format", "json", "--sort", "order")
      #expect(try again.keys().first == "schema")
    }
  }

  @Test("a comparison fails beyond the percentage, for what is slower than the noise")
  func against() throws {
    try withScratch { folder in
      let (before, after) = ("\(folder)/before.json", "\(folder)/after.json")
      #expect(try Incept(common + ["--format", "json", "-o", before]).status == 0)
      let text = try String(contentsOfFile: before, encoding: .utf8)
      // A run of a second is slower than any noise of a network of some microseconds.
      let slow = text.replacing(
        #/"unprofiled_min_ms": [0-9.e-]+/#, with: "\"unprofiled_min_ms\": 1000.0")
      #expect(slow != text)
      try slow.write(toFile: after, atomically: true, encoding: .utf8)
      let same = try Incept("profile", before, "--against", before, "--fail-above", "0")
      #expect(same.status == 0 && same.output.contains("same"))
      let worse = try Incept("profile", after, "--against", before, "--fail-above", "5")
      #expect(worse.status == 1)
      #expect(worse.error.contains("slower by more than 5 %: the whole run"))
      #expect(try Incept("profile", after, "--against", before).status == 0)
      #expect(try Incept("profile", before, "--against", after, "--fail-above", "5").status == 0)
      let json = try Incept("profile", after, "--against", before, "--format", "json")
      #expect(try json.keys() == ["schema", "before", "after", "total", "layers"])
      let now = try Incept(common + ["--against", before, "--all"])
      #expect(now.status == 0 && now.output.contains("relu2"))
    }
  }

  @Test("a file that is no profile is refused")
  func noProfile() throws {
    try withScratch { folder in
      let path = "\(folder)/a.json"
      try "{}".write(toFile: path, atomically: true, encoding: .utf8)
      #expect(try Incept(common + ["--against", path]).status == 65)
      #expect(try Incept(common + ["--against", "\(folder)/none.json"]).status == 66)
    }
  }

  @Test("one run is called so")
  func oneRun() throws {
    for (command, runs, words) in [
      ("profile", "1", "  1 run of batch 1\n"), ("bench", "1", "  1 run of batch 1\n"),
      ("profile", "2", "  medians of 2 runs of batch 1\n"), ("bench", "2", "  2 runs of batch 1\n"),
    ] {
      let run = try Incept(command, "digits_cnn", "--runs", runs)
      #expect(run.output.contains(words), "\(run.output)")
    }
  }

  @Test("a dry run plans and allocates nothing")
  func dryRun() throws {
    let text = try Incept("profile", "digits_cnn", "--dry-run")
    #expect(text.status == 0 && text.output.contains("on the device"))
    let json = try Incept("profile", "digits_cnn", "--dry-run", "--format", "json", "--batch", "3")
    #expect(
      try json.keys() == [
        "schema", "model", "device", "accuracy", "precision", "batch", "memory", "layers",
      ])
    #expect(try json.object()["batch"] as? Int == 3)
    let launches = try #require(json.object()["layers"] as? [Any]).count
    for count in [1, launches, launches + 1] {
      let top = ["profile", "digits_cnn", "--dry-run", "--top", "\(count)"]
      let cut = try Incept(top).output
      // A title, a line per launch, what is left out, an empty line; the totals are those of all.
      let shown = min(count, launches) + 1 + (count < launches ? 1 : 0)
      #expect(cut.components(separatedBy: "\n\n")[0].split(separator: "\n").count == shown)
      #expect(cut.contains("\n\(launches - count) more, which run later\n") == (count < launches))
      #expect(
        cut.components(separatedBy: "\n\n")[1] == text.output.components(separatedBy: "\n\n")[1])
      let listed = try Incept(top + ["--format", "json"]).object()["layers"] as? [Any]
      #expect(listed?.count == min(count, launches))
    }
  }

  @Test("a limit of memory is kept by every command that runs, or names the layer")
  func memoryLimit() throws {
    for command in [
      ["profile", "digits_cnn", "--runs", "1"], ["bench", "digits_cnn", "--runs", "1"],
      ["run", "digits_cnn", "Samples/digit-1-a.png"], ["profile", "digits_cnn", "--dry-run"],
      ["graph", "digits_cnn", "--stage", "plan"],
    ] {
      let refused = try Incept(command + ["--memory-limit", "1K"])
      #expect(refused.status == 69, "\(command)")
      #expect(
        refused.error.contains("memory for") && refused.error.contains("'"), "\(refused.error)")
      #expect(try Incept(command + ["--memory-limit", "10M"]).status == 0, "\(command)")
    }
  }
}
