import TensorCore
import TestSupport
import Testing

/// Elements that count up from a start; reads nothing.
private struct Counting: TensorRule {
  let start: Float
  var sources: [HostTensor] { [] }

  func write(into destination: UnsafeMutableBufferPointer<Float>) {
    for index in destination.indices { destination[index] = start + Float(index) }
  }
}

@Suite("Tensors that are computed when they are read")
struct ComputedTensorTests {
  @Test("They are read like stored ones, however often")
  func reading() {
    let tensor = HostTensor(shape: [2, 3], computedBy: Counting(start: 4))
    for _ in 0..<2 { #expect(tensor.floats() == [4, 5, 6, 7, 8, 9]) }
    #expect(tensor.converted().floats() == tensor.floats())
    #expect(tensor.reshaped([3, 2]).permuted([1, 0]).floats() == [4, 6, 8, 5, 7, 9])
    #expect(tensor.withUnsafeBytes { $0.count } == 24)
    #expect(tensor.storage == nil)
  }

  @Test("Equal rules make equal tensors, and other rules, shapes and stored elements do not")
  func equality() {
    let tensor = HostTensor(shape: [4], computedBy: Counting(start: 1))
    let same = HostTensor(shape: [4], computedBy: Counting(start: 1))
    #expect(tensor == same)
    #expect(tensor.hashValue == same.hashValue)
    #expect(tensor != HostTensor(shape: [4], computedBy: Counting(start: 2)))
    #expect(tensor != tensor.reshaped([2, 2]))
    #expect(tensor != HostTensor(shape: [4], floats: tensor.floats()))
    #expect(tensor != HostTensor(shape: [4], computedBy: FixedElements(tensor.floats())))
  }

  @Test("Columns are those of the whole tensor, for any seed", arguments: 0..<20)
  func columns(seed: Int) {
    var random = RandomSource(seed: UInt64(seed))
    let (rows, width) = (random.int(in: 1...9), random.int(in: 1...40))
    let computed = HostTensor(shape: [rows, width], computedBy: Counting(start: Float(seed)))
    let stored = HostTensor(shape: [rows, width], floats: computed.floats())
    let first = random.int(in: 0...width - 1)
    let end = random.int(in: first...width)
    let all = computed.floats()
    let expected = (0..<rows).flatMap { row in (first..<end).map { all[row * width + $0] } }
    for tensor in [computed, stored] {
      var parts: [[Float]] = []
      tensor.withColumns([first..<end, 0..<width]) { number, part in
        #expect(number == parts.count)
        parts.append(Array(part))
      }
      #expect(parts == [expected, all], "[\(rows), \(width)] columns \(first)..<\(end)")
    }
  }
}
