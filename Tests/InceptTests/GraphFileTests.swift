import Foundation
import GraphFiles
import GraphIR
import Incept
import Operators
import Passes
import TensorCore
import TestSupport
import Testing

@Suite("graphs in safetensors files")
struct GraphFileTests {
  private func written(_ graph: Graph, in folder: String) throws -> String {
    let path = "\(folder)/graph.safetensors"
    _ = try Model(graph).write(safetensors: path)
    return path
  }

  @Test("every operator comes back as it was")
  func operators() throws {
    #expect(
      Set(OperatorCatalog.all.map { $0.mnemonic }).count == OperatorCatalog.all.count,
      "files name operators by their type's mnemonic")
    try withFolder { folder in
      for sample in OperatorSamples.all {
        let (graph, _) = try sample.graph()
        let read = try Model.load(written(graph, in: folder)).graph
        #expect(read.text() == graph.text(), "\(sample.name)")
        let pairs = zip(read.topologicalOrder(), graph.topologicalOrder())
        for (one, other) in pairs where !(read[one].op is Constant) {
          #expect(read[one].op.isEqual(to: graph[other].op), "\(sample.name)")
        }
        for id in graph.nodeIDs {
          guard let before = (graph[id].op as? Constant)?.tensor,
            let after = (read.node(named: graph[id].name)?.op as? Constant)?.tensor
          else { continue }
          #expect(after.elementType == before.elementType)
          #expect(after.doubles() == before.doubles(), "\(sample.name)")
        }
      }
    }
  }

  @Test("random networks come back as they were, results and axis order too", arguments: 0..<40)
  func randomNetworks(_ seed: UInt64) throws {
    try withFolder { folder in
      let (graph, _) = try GraphGenerator.randomGraph(seed: seed)
      let model = try Model.load(written(graph, in: folder))
      #expect(model.graph.text() == graph.text())
      #expect(
        model.graph.outputs.map(\.isFrameworkOrdered) == graph.outputs.map(\.isFrameworkOrdered))
      #expect(model.inputs == Model(graph).inputs)
      try model.graph.verify()
    }
  }

  @Test("an infinite bound survives")
  func infinity() throws {
    try withFolder { folder in
      var graph = Graph(name: "bounds")
      let x = try graph.add(Input(TensorType([2])), name: "x")
      let y = try graph.add(Unary(.clip(lower: 0, upper: .infinity)), [x], name: "y")
      graph.outputs = [GraphOutput(name: "y", value: y)]
      let read = try Model.load(written(graph, in: folder)).graph
      #expect(
        read.node(named: "y")?.op.isEqual(to: Unary(.clip(lower: 0, upper: .infinity))) == true)
    }
  }

  @Test("the largest, smallest and oddest numbers in any place are an error, or another graph")
  func extremes() throws {
    let extremes = [
      "9223372036854775807", "-9223372036854775808", "4611686018427387904", "4294967296", "-1",
      "0", "1", "2147483647", "1e300", "\"inf\"", "null", "[]",
    ]
    var seen: [String: Int] = [:]
    var tried = 0
    for sample in OperatorSamples.all {
      // Of every operator some forms, which differ in what attributes they have.
      let form = sample.op.attributes.map(\.name).joined(separator: ",")
      let kind = "\(sample.op.mnemonic) \(form)"
      guard seen[kind, default: 0] < 2 else { continue }
      seen[kind, default: 0] += 1
      let (graph, _) = try sample.graph()
      let constants = Dictionary(
        uniqueKeysWithValues: graph.topologicalOrder().compactMap { id in
          (graph[id].op as? Constant).map { (graph[id].name, $0.tensor) }
        })
      let json = try GraphDocument(graph).json()
      for range in json.ranges(of: /-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?/) {
        for extreme in extremes {
          let text = json.replacingCharacters(in: range, with: extreme)
          tried += 1
          do throws(InceptError) {
            let read = try GraphDocument(json: text, source: "x").graph(constants, source: "x")
            try read.verify()
            _ = try PassPipeline().run(read)
          } catch {
            #expect(error.category != .software, "\(error): \(text)")
          }
        }
      }
    }
    #expect(tried > 10_000)
  }

  @Test("attributes that are large and whole but not counts are kept")
  func largeNumbers() throws {
    try withFolder { folder in
      var graph = Graph(name: "g")
      let x = try graph.add(Input(TensorType([2])), name: "x")
      let clip = Unary(.clip(lower: -10_000_000_000, upper: 1e18))
      graph.outputs = [GraphOutput(name: "y", value: try graph.add(clip, [x], name: "y"))]
      let read = try Model.load(written(graph, in: folder)).graph
      #expect(read.node(named: "y")?.op.isEqual(to: clip) == true)
    }
  }

  @Test("a damaged graph is an error about the file, or another graph; never a crash")
  func damaged() throws {
    try withFolder { folder in
      var random = RandomSource(seed: 4)
      var refused = 0
      for number in 0..<400 {
        let (graph, _) = try GraphGenerator.randomGraph(seed: UInt64(number % 12))
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: written(graph, in: folder))))
        let length = Int(bytes[0]) + Int(bytes[1]) << 8 + Int(bytes[2]) << 16
        for _ in 0..<random.int(in: 1...3) {
          // Digits become others most often: references, extents and attributes.
          let digits = (8..<8 + length).filter { (0x30...0x39).contains(bytes[$0]) }
          let place = random.oneIn(3) ? random.int(in: 8...7 + length) : random.pick(digits)
          bytes[place] = random.pick(Array("0123456789-[]{},:\"ae".utf8))
        }
        let path = "\(folder)/\(number).safetensors"
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        do {
          let model = try Model.load(path)
          _ = try GraphReport.of(model, stage: .optimised)
        } catch let error as InceptError {
          #expect([.badData, .usage].contains(error.category), "\(error)")
          refused += 1
        }
        try FileManager.default.removeItem(atPath: path)
      }
      #expect(refused > 60)
    }
  }

  @Test(
    "graphs that are no graphs are refused",
    arguments: [
      #"{}"#, #"[]"#, #"{"version":2,"name":"","axis_order":"nhwc","nodes":[],"outputs":[]}"#,
      #"{"version":1,"name":"","axis_order":"nhwc","nodes":[],"outputs":[]}"#,
      #"{"version":1,"name":"","axis_order":"x","nodes":[],"outputs":[]}"#,
      #"{"version":1,"name":"","axis_order":"nhwc","nodes":[{"name":"a","op":"identity","inputs":[[0,0]],"attributes":{}}],"outputs":[{"name":"a","value":[0,0],"framework_ordered":false}]}"#,
      #"{"version":1,"name":"","axis_order":"nhwc","nodes":[{"name":"a","op":"warp","inputs":[]}],"outputs":[{"name":"a","value":[0,0],"framework_ordered":false}]}"#,
      #"{"version":1,"name":"","axis_order":"nhwc","nodes":[{"name":"a","op":"constant","inputs":[]}],"outputs":[{"name":"a","value":[0,0],"framework_ordered":false}]}"#,
      #"{"version":1,"name":"","axis_order":"nhwc","nodes":[{"name":"a","op":"input","inputs":[],"shape":[-1]}],"outputs":[{"name":"a","value":[0,0],"framework_ordered":false}]}"#,
      #"{"version":1,"name":"","axis_order":"nhwc","nodes":[{"name":"a","op":"input","inputs":[],"shape":[4294967296,4294967296,4294967296]}],"outputs":[{"name":"a","value":[0,0],"framework_ordered":false}]}"#,
      #"{"version":1,"name":"","axis_order":"nhwc","nodes":[{"name":"a","op":"input","inputs":[],"shape":[1]}],"outputs":[{"name":"a","value":[0,3],"framework_ordered":false}]}"#,
      String(repeating: "[", count: 100_000),
    ])
  func refused(_ json: String) throws {
    try withFolder { folder in
      let quoted = json.replacingOccurrences(of: "\"", with: "\\\"")
      let header = Array("{\"__metadata__\":{\"incept.graph\":\"\(quoted)\"}}".utf8)
      let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
      let path = "\(folder)/x.safetensors"
      try Data(length + header).write(to: URL(fileURLWithPath: path))
      #expect { try Model.load(path) } throws: { ($0 as? InceptError)?.category == .badData }
    }
  }
}
