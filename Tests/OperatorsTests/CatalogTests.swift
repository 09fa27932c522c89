import GraphIR
import Operators
import Reference
import TestSupport
import Testing

@Suite("Operator catalog")
struct CatalogTests {
  @Test("Every operator that callers don't feed has a reference")
  func references() {
    let lacking = OperatorCatalog.all.filter {
      !($0 is any ReferenceEvaluable.Type) && !($0 is any GraphInput.Type)
    }
    #expect(lacking.map { $0.mnemonic } == [])
  }

  @Test("Every operator that callers don't feed has samples")
  func samples() {
    let lacking = OperatorCatalog.all.filter {
      OperatorSamples.samples(of: $0).isEmpty && !($0 is any GraphInput.Type)
    }
    #expect(lacking.map { $0.mnemonic } == [])
  }

  @Test("Mnemonics and sample names are unique")
  func uniqueNames() {
    let mnemonics = OperatorCatalog.all.map { $0.mnemonic }
    #expect(Set(mnemonics).count == mnemonics.count)
    let names = OperatorSamples.all.map(\.name)
    let repeated = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys
    #expect(repeated.sorted() == [])
  }

  @Test("Every sample verifies and gives finite results", arguments: OperatorSamples.all)
  func evaluates(sample: OperatorSample) throws {
    let (graph, feeds) = try sample.graph()
    try graph.verify()
    let results = try ReferenceEvaluator.evaluate(graph, feeding: feeds)
    #expect(results.count == graph.outputs.count)
    #expect(results.values.allSatisfy { $0.values.allSatisfy { $0.isFinite } })
    #expect(results.values.allSatisfy { !$0.values.isEmpty })
  }
}
