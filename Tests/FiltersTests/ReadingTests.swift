import Filters
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("filters as numbers")
struct ReadingTests {
  /// The filter that a file with these bytes gives.
  private func read(_ bytes: [UInt8]) throws -> FilterMatrix {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-filter-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return try FilterMatrix(path: path)
  }

  private func read(_ text: String) throws -> FilterMatrix { try read(Array(text.utf8)) }

  @Test("are read from the command line")
  func inline() throws {
    let laplacian = FilterMatrix(rows: 3, columns: 3, values: [0, 1, 0, 1, -4, 1, 0, 1, 0])
    for text in [
      "0 1 0; 1 -4 1; 0 1 0", "0,1,0;1,-4,1;0,1,0", "0 1 0\n1 -4 1\n0 1 0", " 0 1 0;1 -4 1;0 1 0;",
    ] {
      #expect(try FilterMatrix(inline: text) == laplacian)
      #expect(FilterMatrix.isInline(text))
    }
    #expect(try FilterMatrix(inline: "1 2.5e-1").values == [1, 0.25])
    for text in ["gabor", "random:7", "identity:1,2", "3x3.csv", "./1", ""] {
      #expect(!FilterMatrix.isInline(text), "\(text)")
    }
  }

  @Test("are read from CSV, with remarks and any separator")
  func csv() throws {
    let expected = FilterMatrix(rows: 2, columns: 2, values: [1, -2, 0.5, 4e3])
    for text in [
      "1,-2\n0.5,4e3\n", "# a filter\r\n1;-2\r\n0.5;4e3", "1\t-2 # first\n\n 0.5\t4e3",
      "1 -2\n0.5 4000",
    ] {
      #expect(try read(text) == expected, "\(text)")
    }
  }

  @Test("are read from NPY")
  func npy() throws {
    let values: [Float] = [1, 2, 3, 4, 5, 6]
    for shape: Shape in [[2, 3], [2, 3, 1, 1]] {
      let matrix = try read(NPY.encode(HostTensor(shape: shape, floats: values)))
      #expect(matrix == FilterMatrix(rows: 2, columns: 3, values: values.map(Double.init)))
    }
    for tensor in [
      HostTensor(shape: [6], floats: values), HostTensor(shape: [1, 2, 3], floats: values),
      HostTensor(shape: [2, 3, 1, 0], floats: []), HostTensor(shape: [0, 3], floats: []),
      HostTensor.filled([1, 1025], with: 0), HostTensor(shape: [1, 1], floats: [.nan]),
      HostTensor(shape: [1, 2], floats: [0, -.infinity]),
    ] {
      #expect(throws: InceptError.self, "\(tensor.shape)") { try read(NPY.encode(tensor)) }
    }
  }

  @Test(
    "that are wrong are errors that name the line",
    arguments: [
      ("1,2\n3\n", "line 2"), ("1,2\n3,x\n", "line 2"), ("nan\n", "line 1"),
      ("1\n\n# x\ninf", "line 4"),
      ("1e39\n", "line 1"), ("a,b\n1,2\n", "line 1"), ("1,2\n1,2,3", "line 2"),
    ])
  func lines(_ text: String, _ line: String) throws {
    let error = try #require(throws: InceptError.self) { try read(text) }
    #expect(error.subject.hasSuffix(line), "\(error)")
    #expect(error.category == .badData)
  }

  @Test("that are none, or too many, are errors")
  func hostile() throws {
    let row = [String](repeating: "1", count: 1025).joined(separator: ",")
    let column = [String](repeating: "1", count: 1025).joined(separator: "\n")
    for text in ["", "\n\n", "#", ",,,\n;;", row, column, "\u{0}", "1\u{0}2"] {
      #expect(throws: InceptError.self, "\(text.prefix(10))") { try read(text) }
    }
    #expect(throws: InceptError.self) { try read([0xFF, 0xFE, 0x31, 0x00]) }
    #expect(throws: InceptError.self) {
      try read(Array(NPY.encode(.filled([3, 3], with: 1)).dropLast()))
    }
    #expect(throws: InceptError.self) { try FilterMatrix(path: "/nonexistent/filter.csv") }
    #expect(throws: InceptError.self) { try FilterMatrix(path: "/") }
    #expect(throws: InceptError.self) { try FilterMatrix(inline: "1 2; 3") }
  }

  @Test("damaged files never crash")
  func fuzz() {
    var random = RandomSource(seed: 7)
    let seeds = [
      Array("1,-2.5e3\n0.5,4\n# end\n".utf8), NPY.encode(.filled([3, 2], with: 0.5)),
    ]
    for round in 0..<400 {
      var bytes = seeds[round % 2]
      for _ in 0..<random.int(in: 1...4) {
        let place = random.int(in: 0...bytes.count - 1)
        switch random.int(in: 0...2) {
        case 0: bytes[place] = UInt8(random.int(in: 0...255))
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(random.int(in: 0...255)), at: place)
        }
      }
      if let matrix = try? read(bytes) {
        #expect(matrix.values.count == matrix.rows * matrix.columns)
        #expect(matrix.values.allSatisfy { $0.isFinite })
      }
    }
  }
}

@Suite("parameters that change")
struct SweepTests {
  @Test("have their ends included")
  func values() throws {
    #expect(try Sweep("size=3:61:2").values.count == 30)
    let turn = try Sweep("rotate=0:360:5")
    #expect(turn.parameter == "rotate" && turn.values.count == 73 && turn.values.last == 360)
    #expect(try Sweep("dilation=1:6").values == [1, 2, 3, 4, 5, 6])
    #expect(try Sweep("scale=1:-1").values == [1, 0, -1])
    #expect(try Sweep("scale=0:1:0.1").values.count == 11)
    #expect(try Sweep("size=3:10:4").values == [3, 7])
    #expect(try Sweep("size=3:3").values == [3])
  }

  @Test(
    "that make no sense are errors",
    arguments: [
      "", "size", "=1:2", "size=", "size=1", "size=1:2:3:4", "size=a:b", "size=1:2:0",
      "size=1:5:-1",
      "size=5:1:1", "size=nan:1", "size=1:inf", "rotate=0:1e9", "rotate=0:1000000000:1",
      "rotate=0:1:1e-9", "rotate=-1e308:1e308:1e-308", "rotate=0:1000",
    ])
  func hostile(_ text: String) {
    #expect(throws: InceptError.self) { try Sweep(text) }
  }
}
