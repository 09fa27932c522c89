import Foundation
import Incept
import Testing

@Suite("graphs as text")
struct GraphTextTests {
  private func report(
    _ name: String = "inception_v3", _ stage: GraphStage = .imported
  ) throws -> GraphReport {
    try GraphReport.of(Model.structure(name), stage: stage)
  }

  @Test("operators are told by what tells them from others")
  func brief() throws {
    let text = try report("digits_cnn").text()
    #expect(text.contains("conv2d 3x3 /2 pad 1  "))
    #expect(text.contains("transpose perm=0,2,3,1"))
    #expect(
      text.hasSuffix(
        "imported: 11 operators, 18.5 k parameters (72.3 KiB), 124 k multiply-adds; "
          + "outputs logits (fc2)\n"))
    let inception = try report("inception_v3", .optimised).text()
    #expect(inception.contains("conv2d 1x1 splits 64+48+64+32 relu relu relu none"))
    #expect(inception.contains("conv2d 1x7 pad 0x3 relu"))
    #expect(inception.contains("[1, 35, 35, 64], [1, 35, 35, 48], [1, 35, 35, 64]"))
  }

  @Test("lines fit a terminal; piped they are whole", arguments: [80, 100, 132, 200])
  func widths(_ width: Int) throws {
    for stage in [GraphStage.imported, .optimised] {
      let report = try report("inception_v3", stage)
      let lines = report.text(width: width).split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= width }, "\(lines.filter { $0.count > width })")
      #expect(report.text() == report.text(width: 10_000))
    }
  }

  @Test("where there is little room, what is read is told by number")
  func numbers() throws {
    let lines = try report("inception_v3", .optimised).text(width: 80).split(separator: "\n")
    let concat = try #require(lines.first { $0.contains(" concat ") })
    let words = concat.split(separator: " ")
    let number = try #require(Int(words[0]))
    #expect(concat.contains("Mixed_5b "))
    #expect(lines[number + 1] == concat)
    #expect(concat.hasSuffix("9 +3"))
    #expect(
      lines.contains {
        $0.contains("Mixed_5b.branch1x1 +3") || $0.contains("…x1 +3") || $0.contains("1x1 +3")
      })
  }

  @Test("verbose text has attributes, types, constants, sources and counts")
  func verbose() throws {
    let text = try report("digits_cnn", .optimised).text(isVerbose: true)
    #expect(text.contains("      attributes  strides=[2, 2], pads=[1, 1, 1, 1], activation=relu\n"))
    #expect(text.contains("conv2.weight float32[3, 3, 16, 32], conv2.bias float32[32]\n"))
    #expect(text.contains("      inputs      relu1 float32[1, 8, 8, 16]\n"))
    #expect(text.contains("      from        conv1, relu1\n"))
    #expect(text.contains("operators: 3 conv2d, 2 dense, 1 flatten, 1 transpose\n"))
  }

  @Test("plans tell variants, and only verbosely those that were not chosen")
  func plan() throws {
    guard let device = try? Device.select(nil) else { return }
    let plan = try PlanReport(Model.structure("digits_cnn"), for: device)
    let text = plan.text()
    #expect(text.contains("ARENA") && text.contains("arena:"))
    #expect(!text.contains("not simple"))
    let verbose = plan.text(isVerbose: true)
    #expect(verbose.contains("      not ") && verbose.contains("      from conv1, relu1\n"))
    #expect(plan.text(width: 80).split(separator: "\n").allSatisfy { $0.count <= 80 })
    let picked = try plan.filtered(by: GraphFilter(["fc1"]))
    #expect(picked.text().contains("launches: 1 of "))
    #expect(try picked.json().contains("\"arena_bytes\""))
    #expect(throws: InceptError.self) { try plan.filtered(by: GraphFilter(["nothing"])) }
  }
}

@Suite("picking operators")
struct GraphFilterTests {
  private static let reports = Result {
    let model = try Model.structure("inception_v3")
    return [
      GraphStage.imported: try GraphReport.of(model, stage: .imported),
      .optimised: try GraphReport.of(model, stage: .optimised),
    ]
  }

  private func picked(_ patterns: String..., stage: GraphStage = .imported) throws -> [String] {
    let report = try #require(try Self.reports.get()[stage])
    return try report.filtered(by: GraphFilter(patterns)).nodes.map(\.name)
  }

  @Test("part of a name, of a kind, whatever the case")
  func parts() throws {
    #expect(try picked("mixed_5B").allSatisfy { $0.hasPrefix("Mixed_5b") })
    #expect(try picked("mixed_5b").count == 23)
    #expect(try picked("CONCAT").count == 15)
    #expect(try picked("branch7x7dbl_3.conv").count == 4)
  }

  @Test("globs are whole names, and modules take their members along")
  func globs() throws {
    #expect(try picked("Mixed_5?") == picked("Mixed_5b", "Mixed_5c", "Mixed_5d"))
    #expect(try picked("*branch1x1").allSatisfy { $0.contains("branch1x1") })
    #expect(try picked("Mixed_?b.branch_pool*").allSatisfy { $0.contains("b.branch_pool") })
    #expect(try picked("*").count == 317)
    #expect(throws: InceptError.self) { try picked("ixed_5?") }
    #expect(throws: InceptError.self) { try picked("Mixed") + picked("?ixe") }
  }

  @Test("fused operators are found by the names of their parts")
  func sources() throws {
    #expect(try picked("Conv2d_1a_3x3.bn", stage: .optimised) == ["Conv2d_1a_3x3"])
  }

  @Test("what fits nothing is an error that tells what was maybe meant")
  func nothing() throws {
    do {
      _ = try picked("mixed5b")
      Issue.record("picked something")
    } catch let error as InceptError {
      #expect(error.category == .usage)
      #expect(error.hint?.contains("Mixed_5b") == true)
    }
  }

  @Test("hostile patterns take no time", .timeLimit(.minutes(1)))
  func hostile() throws {
    let stars = String(repeating: "*a", count: 2_000)
    #expect(throws: InceptError.self) { try picked(stars) }
    #expect(throws: InceptError.self) { try picked(String(repeating: "?", count: 100_000)) }
    #expect(try picked(String(repeating: "*", count: 10_000)).count == 317)
  }

  @Test("everything but the operators stays")
  func intact() throws {
    let report = try GraphReport.of(Model.structure("digits_cnn"), stage: .imported)
    let some = try report.filtered(by: GraphFilter(["fc"]))
    #expect(some.nodes.map(\.name) == ["fc1", "fc2"])
    #expect(some.inputs == report.inputs && some.outputNodes == report.outputNodes)
    #expect(some.text().contains("2 of 11 operators"))
  }
}

@Suite("graphs after a pass")
struct AfterPassTests {
  @Test("passes in their order, with what each leaves")
  func list() throws {
    let report = try PassesReport(Model.structure("inception_v3"))
    #expect(report.operators == 317)
    #expect(report.passes.count == 11)
    #expect(report.passes.first?.name == "remove-identities")
    let optimised = try GraphReport.of(Model.structure("inception_v3"), stage: .optimised)
    #expect(report.passes.last?.operators == optimised.nodes.count)
    #expect(report.text().contains("fold-batch-norm-into-convolution"))
    #expect(report.text(width: 80).split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test("the graph has what the pass left, and what it changed")
  func after() throws {
    let model = try Model.structure("inception_v3")
    let passes = try PassesReport(model).passes
    for pass in passes {
      let report = try GraphReport.of(model, after: pass.name)
      #expect(report.nodes.count == pass.operators, "\(pass.name)")
      #expect(report.after?.pass == pass.name)
      #expect(report.after?.rewrites == pass.rewrites)
      let change = try #require(report.after)
      #expect(
        (change.rewrites > 0) == !(change.removed + change.added + change.changed).isEmpty,
        "\(pass.name)")
    }
    let report = try GraphReport.of(model, after: "fold-batch-norm")
    let change = try #require(report.after)
    #expect(change.removed.count == 94 && change.changed.count == 94 && change.added.isEmpty)
    let text = report.text(isVerbose: true)
    #expect(text.contains("  - Conv2d_1a_3x3.conv  conv2d 3x3 /2\n"))
    #expect(text.contains("  ~ Conv2d_1a_3x3.bn  batch_normalization -> conv2d 3x3 /2; reads "))
    #expect(text.contains("takes in Conv2d_1a_3x3.conv"))
  }

  @Test("a beginning is enough where it is one pass's; other names list the passes")
  func names() throws {
    let model = try Model.structure("digits_cnn")
    #expect(try GraphReport.of(model, after: "fuse").after?.pass == "fuse-bias-and-activation")
    for name in ["fold", "", "fold-batchnorm", "nothing"] {
      do {
        _ = try GraphReport.of(model, after: name)
        Issue.record("\(name) is a pass")
      } catch {
        #expect(error.category == .usage)
        #expect(error.hint?.contains("remove-identities (11), fold-constants (11)") == true)
      }
    }
  }
}
