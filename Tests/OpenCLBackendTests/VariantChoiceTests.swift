import OpenCLBackend
import Testing

@Suite("Choosing a variant")
struct VariantChoiceTests {
  private struct Problem: TunableProblem {
    let tuningKey = "problem"
  }

  private struct Variant: KernelVariant {
    let name: String
    var accuracy = Accuracy.exact
    var accepted = true

    func accepts(_ problem: Problem, _ traits: DeviceTraits) -> Acceptance {
      accepted ? .yes : .no("not here")
    }
  }

  private let variants = [
    Variant(name: "impossible", accepted: false), Variant(name: "loose", accuracy: .fast),
    Variant(name: "small", accuracy: .high), Variant(name: "direct"), Variant(name: "simple"),
  ]

  private func choose(
    _ accuracy: Accuracy, _ tuned: String? = nil
  ) throws -> VariantChoice<Variant> {
    let choices = tuned.map { ["problem": $0] } ?? [:]
    return try #require(
      VariantChoice(
        variants, Problem(), TestTraits.cpu(),
        PlanOptions(accuracy: accuracy, choices: choices)))
  }

  @Test(
    "accuracy decides which variants there are",
    arguments: [(Accuracy.exact, "direct"), (.high, "small"), (.fast, "loose")])
  func accuracy(_ accuracy: Accuracy, _ expected: String) throws {
    let choice = try choose(accuracy)
    #expect(choice.chosen.name == expected)
    #expect(!choice.isTuned)
    let tuning = choice.tuning(Problem())
    #expect(tuning.accepted.first == expected)
    #expect(Set(tuning.accepted) == Set(choice.accepted.map(\.name)))
    #expect(
      choice.accepted.count + choice.rejected.count(where: { !$0.reason.hasPrefix("acc") }) == 5)
  }

  @Test("what tuning found is taken")
  func tuned() throws {
    let choice = try choose(.high, "simple")
    #expect(choice.chosen.name == "simple")
    #expect(choice.isTuned)
    #expect(choice.rejected.contains { $0.reason == "tuning found simple faster" })
    #expect(choice.tuning(Problem()).accepted == ["simple", "small", "direct"])
  }

  @Test(
    "a name that no accepted variant has is ignored",
    arguments: ["no such variant", "", "loose", "impossible"])
  func unknown(_ name: String) throws {
    let choice = try choose(.high, name)
    #expect(choice.chosen.name == "small")
    #expect(!choice.isTuned)
  }
}
