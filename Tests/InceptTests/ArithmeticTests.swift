import Foundation
import GraphIR
import Incept
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("convolution arithmetic")
struct ArithmeticTests {
  private func random(
    _ random: inout RandomSource
  ) -> ArithmeticOptions {
    func pair(_ range: ClosedRange<Int>) -> ArithmeticOptions.Pair {
      let first = random.int(in: range)
      return .init(first, random.oneIn(2) ? first : random.int(in: range))
    }
    let isTransposed = random.oneIn(2)
    let paddings: [ArithmeticOptions.Padding] =
      [.by(pair(0...3)), .valid, .half, .full] + (isTransposed ? [] : [.same])
    return ArithmeticOptions(
      input: pair(1...9), kernel: pair(1...5), stride: pair(1...4), padding: random.pick(paddings),
      dilation: pair(1...3), isTransposed: isTransposed,
      outputPadding: isTransposed ? pair(0...2) : .init(0), seed: random.next() >> 1)
  }

  /// What the picture adds up equals the operator's definition, for geometry of every kind.
  @Test("the products under the window sum to the reference's results", arguments: 0..<200)
  func reference(_ seed: Int) throws {
    var source = RandomSource(seed: UInt64(seed))
    let options = random(&source)
    guard let axes = try? options.axes() else { return }
    let input = (0..<axes.rows.input).map { _ in
      (0..<axes.columns.input).map { _ in Double(source.int(in: -4...4)) }
    }
    let kernel = (0..<axes.rows.kernel).map { _ in
      (0..<axes.columns.kernel).map { _ in Double(source.int(in: -3...3)) }
    }
    let graph = try ConvolutionArithmetic.graph(options, axes.rows, axes.columns, kernel)
    let image = HostTensor(
      shape: [1, axes.rows.input, axes.columns.input, 1],
      floats: input.flatMap { $0.map(Float.init) })
    let result = try #require(
      try ReferenceEvaluator.evaluate(graph, feeding: ["input": image])["output"])
    #expect(
      result.shape == [1, axes.rows.output, axes.columns.output, 1], "\(options)")
    let arithmetic = try ConvolutionArithmetic(
      options, input: input, kernel: kernel, output: [],
      on: ReportedDevice(index: "", name: "", platform: ""))
    for row in 0..<axes.rows.output {
      for column in 0..<axes.columns.output {
        let sum = arithmetic.products(row, column).joined().reduce(0) {
          $0 + $1.value * $1.weight
        }
        #expect(
          sum == result.values[row * axes.columns.output + column], "\(options) \(row) \(column)")
        let count = arithmetic.products(row, column).joined().count
        #expect(count == axes.rows.kernel * axes.columns.kernel, "\(options) \(row) \(column)")
      }
    }
  }

  @Test("the device's numbers are those sums", .enabled(if: hasDevice), arguments: 0..<6)
  func device(_ seed: Int) throws {
    var source = RandomSource(seed: UInt64(1000 + seed))
    var options = random(&source)
    while (try? options.axes()) == nil { options = random(&source) }
    let arithmetic = try ConvolutionArithmetic(options, on: Device.select())
    for row in arithmetic.output.indices {
      for column in arithmetic.output[row].indices {
        let sum = arithmetic.products(row, column).joined().reduce(0) {
          $0 + $1.value * $1.weight
        }
        #expect(arithmetic.output[row][column] == sum, "\(options)")
      }
    }
  }

  @Test("the guide's figure has the guide's results", .enabled(if: hasDevice))
  func guide() throws {
    let device = try Device.select()
    #expect(
      try ConvolutionArithmetic(ArithmeticOptions(), on: device).output == [
        [12, 12, 17], [10, 17, 19], [9, 6, 14],
      ])
    let strided = ArithmeticOptions(stride: .init(2), padding: .by(.init(1)))
    #expect(
      try ConvolutionArithmetic(strided, on: device).output == [
        [6, 17, 3], [8, 17, 13], [6, 4, 4],
      ])
  }

  @Test("formulas hold for every number of outputs, and say why there is none")
  func formulas() throws {
    let axes = try ArithmeticOptions(stride: .init(2), padding: .by(.init(1))).axes()
    #expect(axes.rows.formula == "floor((5 + 2·1 − 1·(3 − 1) − 1) / 2) + 1 = 3")
    let up = try ArithmeticOptions(
      input: .init(3), stride: .init(2), padding: .by(.init(1)), isTransposed: true,
      outputPadding: .init(1)
    ).axes()
    #expect(up.rows.formula == "(3 − 1)·2 − 2·1 + 1·(3 − 1) + 1 + 1 = 6")
    let error = #expect(throws: InceptError.self) {
      try ArithmeticOptions(input: .init(3, 6), kernel: .init(3), dilation: .init(2)).axes()
    }
    let text = "\(try #require(error))"
    #expect(text.contains("floor((input + 2·padding − dilation·(kernel − 1) − 1) / stride) + 1"))
    #expect(text.contains("floor((3 + 2·0 − 2·(3 − 1) − 1) / 1) + 1 = −1 rows"), "\(text)")
    #expect(error?.category == .usage && error?.hint != nil)
    let none = #expect(throws: InceptError.self) {
      try ArithmeticOptions(
        input: .init(2), padding: .by(.init(3)), isTransposed: true
      ).axes()
    }
    #expect("\(try #require(none))".contains("(2 − 1)·1 − 2·3 + 1·(3 − 1) + 0 + 1 = −2"))
  }

  @Test("numbers that can't be drawn are refused")
  func bounds() {
    let bad: [ArithmeticOptions] = [
      .init(input: .init(0)), .init(input: .init(5, 33)), .init(kernel: .init(12)),
      .init(stride: .init(0)), .init(stride: .init(1_000_000)), .init(dilation: .init(17)),
      .init(padding: .by(.init(33))), .init(outputPadding: .init(1)),
      .init(input: .init(32), padding: .by(.init(32))),
      .init(input: .init(32), stride: .init(16), isTransposed: true),
      .init(padding: .same, isTransposed: true),
      .init(input: .init(32), padding: .by(.init(5))),
    ]
    for options in bad {
      let error = #expect(throws: InceptError.self) { try options.axes() }
      #expect(error?.category == .usage, "\(options)")
    }
  }
}
