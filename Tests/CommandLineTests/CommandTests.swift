import Foundation
import TestSupport
import Testing

@Suite("commands", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct CommandTests {
  @Test("run prints a table per picture")
  func runText() throws {
    let run = try Incept("run", "digits_cnn", "Samples/digit-0-a.png", "--top", "2")
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines.last == "accuracy high")
    #expect(lines.first == "Samples/digit-0-a.png")
    #expect(lines.dropFirst().first?.split(separator: " ").first == "1")
    #expect(lines.dropFirst().first?.split(separator: " ").last == "0")
  }

  @Test("run prints CSV, whatever the batch")
  func runCSV() throws {
    let run = try Incept(
      ["run", "digits_cnn", "--format", "csv", "--top", "1", "--batch", "5"] + Incept.samples)
    let lines = run.output.split(separator: "\n")
    #expect(lines.first == "image,rank,index,label,probability,model,weights")
    #expect(lines.count == Incept.samples.count + 1)
    for line in lines.dropFirst() {
      let fields = line.split(separator: ",")
      #expect(fields[0].contains("digit-\(fields[3])-"))
    }
  }

  @Test("labels come from a file, which must fit")
  func labels() throws {
    try withScratch { folder in
      let arguments = [
        "run", "digits_cnn", "Samples/digit-4-a.png", "--labels", "\(folder)/names", "--top", "1",
      ]
      func write(_ names: String) throws {
        try Data(names.utf8).write(to: URL(fileURLWithPath: "\(folder)/names"))
      }
      try write("zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n")
      #expect(try Incept(arguments).output.contains("four"))
      try write("just one")
      #expect(try Incept(arguments).status == 64)
    }
  }

  @Test(
    "made-up weights are named in every report",
    arguments: [
      ["bench", "--runs", "1"], ["bench", "--runs", "1", "--format", "json"],
      ["profile", "--runs", "1"], ["profile", "--runs", "1", "--format", "csv"],
      ["profile", "--runs", "1", "--format", "json"], ["run"], ["run", "--format", "json"],
      ["run", "--format", "csv"],
    ])
  func synthetic(_ command: [String]) throws {
    let image = command[0] == "run" ? ["Samples/digit-0-a.png"] : []
    let run = try Incept(
      [command[0], "digits_cnn"] + image + ["--weights", "synthetic:3"] + command.dropFirst())
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("synthetic:3"))
  }

  @Test("profile lists the slowest first, or as they run")
  func profileOrder() throws {
    let common = ["profile", "digits_cnn", "--runs", "2", "--format", "csv"]
    let order = try Incept(common + ["--sort", "order"])
    let names = order.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
    #expect(names.first == "relu1" && names.last == "fc2")
    #expect(try Incept(common + ["--top", "2"]).output.split(separator: "\n").count == 3)
    let table = try Incept("profile", "digits_cnn", "Samples/digit-1-a.png", "--runs", "2")
    #expect(table.output.contains("profiled") && table.output.contains("kernels"))
  }

  @Test("graph has text, DOT, a summary and the plan")
  func graph() throws {
    #expect(try Incept("graph", "digits_cnn").output.contains("11 operators"))
    #expect(try Incept("graph", "digits_cnn", "--format", "dot").output.hasPrefix("digraph "))
    #expect(try Incept("graph", "inception_v3", "--summary").output.contains("Mixed_5b "))
    let plan = try Incept("graph", "digits_cnn", "--stage", "plan").output
    #expect(plan.contains("arena:") && plan.contains("weights:"))
  }

  @Test(
    "output files appear whole",
    arguments: [["graph", "digits_cnn"], ["profile", "digits_cnn", "--runs", "1"]])
  func outputFile(_ command: [String]) throws {
    try withScratch { folder in
      let run = try Incept(command + ["-o", "\(folder)/report"])
      #expect(run.status == 0)
      #expect(run.output == "")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["report"])
      #expect(try !Data(contentsOf: URL(fileURLWithPath: "\(folder)/report")).isEmpty)
    }
  }

  @Test(
    "every example of --help works",
    arguments: ["devices", "models", "fetch", "run", "graph", "profile", "bench", "compare"])
  func examples(_ command: String) throws {
    let help = try Incept(command, "--help")
    #expect(help.status == 0)
    // The parser wraps lines, so that an example may go on in the next one.
    let text = help.output.components(separatedBy: "USAGE:")[0]
      .split { $0 == "\n" || $0 == " " }.joined(separator: " ")
    let examples = text.components(separatedBy: "Example: incept ").dropFirst()
    #expect(!examples.isEmpty)
    try withScratch { folder in
      try NPYFile.write(shape: [1, 1, 8, 8], to: "\(folder)/digit.npy")
      for example in examples {
        let words = example.split(separator: " ").map(String.init)
        // Files of examples belong into the scratch folder.
        let arguments = words.flatMap { word in
          switch word {
          case "Samples/*.png": Incept.samples
          case "out", "logs", "inception.dot", "inception.html", "before.json", "before.trace.json",
            "digits.svg":
            ["\(folder)/\(word)"]
          case "input=digit.npy": ["input=\(folder)/digit.npy"]
          default: [word]
          }
        }
        let isTimed = ["bench", "profile"].contains(command) && !arguments.contains("--runs")
        let run = try Incept(arguments + (isTimed ? ["--runs", "1", "--warmup", "0"] : []))
        #expect(run.status == 0, "\(arguments): \(run.error)")
        #expect(run.error == "", "\(arguments)")
      }
    }
  }

  @Test("every report names the accuracy", arguments: ["exact", "high", "fast"])
  func accuracy(_ name: String) throws {
    for command in [
      ["run", "digits_cnn", Incept.samples[0]], ["bench", "digits_cnn", "--runs", "1"],
      ["profile", "digits_cnn", "--runs", "1"],
    ] {
      let text = try Incept(command + ["--accuracy", name])
      #expect(text.output.contains("accuracy") && text.output.contains(name), "\(text.error)")
      let json = try Incept(command + ["--accuracy", name, "--format", "json"])
      #expect(try json.object()["accuracy"] as? String == name)
    }
    let plan = try Incept("graph", "digits_cnn", "--stage", "plan", "--accuracy", name)
    #expect(plan.output.contains("accuracy \(name))"))
  }
}
