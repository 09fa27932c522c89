import Operators
import Reference
import TensorCore
import TestSupport
import Testing

/// The reference evaluator against PyTorch and NumPy, which no test of another backend does again.
@Suite("Agreement with PyTorch and NumPy")
struct FrameworkAgreementTests {
  @Test("The reference computes what the frameworks compute", arguments: try OperatorCase.all())
  func agrees(problem: OperatorCase) throws {
    let op = try #require(try problem.makeOperator() as? any ReferenceEvaluable)
    let outputs = try op.evaluate(problem.inputTensors)
    let wanted = problem.outputTensors
    #expect(outputs.map(\.shape) == wanted.map(\.shape))
    for (output, reference) in zip(outputs, wanted) {
      let mismatch = Tolerance.double.mismatch(output.values, reference: reference.values)
      #expect(mismatch == nil, "\(problem)")
    }
  }

  @Test("There is a case for every operator that computes")
  func coversCatalog() throws {
    let covered = Set(try OperatorCase.all().map(\.op) + TypedOperatorCase.all().map(\.op))
    let sources: Set<String> = [Input.mnemonic, Constant.mnemonic, RandomUniform.mnemonic]
    #expect(Set(OperatorCatalog.all.map { $0.mnemonic }).subtracting(covered) == sources)
  }

  @Test("There is a case for every elementwise function", arguments: UnaryFunction.samples)
  func coversFunctions(function: UnaryFunction) throws {
    let cases = try OperatorCase.all().filter { $0.op == "unary" }
    #expect(try cases.contains { try $0.unaryFunction() == function })
  }
}
