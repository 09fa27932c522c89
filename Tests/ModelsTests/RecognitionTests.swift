import Models
import TensorCore
import Testing

@Suite("Recognising parameters")
struct RecognitionTests {
  @Test("every architecture is known by its own parameters", arguments: ArchitectureCatalog.all)
  func itself(architecture: Architecture) throws {
    let found = try ArchitectureCatalog.recognise(Self.zeros(architecture))
    #expect(found.identifier == architecture.identifier)
  }

  @Test("ignored parameters are no obstacle")
  func ignored() throws {
    let architecture = try ArchitectureCatalog.find("inception_v3")
    let values = Self.zeros(architecture) { tensors in
      tensors["AuxLogits.fc.weight"] = HostTensor.filled([1000, 768], with: 0)
      tensors["Conv2d_1a_3x3.bn.num_batches_tracked"] = HostTensor(
        elementType: .int64, shape: [], storage: TensorStorage(byteCount: 8) { _ in })
    }
    #expect(try ArchitectureCatalog.recognise(values).identifier == "inception_v3:torchvision")
  }

  @Test("GoogLeNet is recognised with its auxiliary heads and without, as of a model that has none")
  func auxiliaryHeads() throws {
    let architecture = try ArchitectureCatalog.find("googlenet")
    let values = Self.zeros(architecture) { tensors in
      for head in ["aux1", "aux2"] {
        tensors["\(head).conv.bn.weight"] = HostTensor.filled([128], with: 0)
        tensors["\(head).fc1.weight"] = HostTensor.filled([1024, 2048], with: 0)
      }
    }
    #expect(try ArchitectureCatalog.recognise(values).identifier == "googlenet")
    let other = Self.zeros(architecture) { $0["aux.fc.weight"] = HostTensor.filled([1], with: 0) }
    #expect(throws: InceptError.self) { try ArchitectureCatalog.recognise(other) }
  }

  @Test("missing, extra and misshapen parameters are all in one error")
  func mismatches() throws {
    let architecture = try ArchitectureCatalog.find("inception_v3")
    let values = Self.zeros(architecture) { tensors in
      tensors["fc.bias"] = nil
      tensors["Mixed_5b.branch1x1.conv.weight"] = nil
      tensors["extra.weight"] = HostTensor.filled([2], with: 0)
      tensors["fc.weight"] = HostTensor.filled([10, 2048], with: 0)
    }
    let mismatch = architecture.mismatch(values)
    #expect(mismatch.missing == ["Mixed_5b.branch1x1.conv.weight", "fc.bias"])
    #expect(mismatch.extra == ["extra.weight"])
    #expect(
      mismatch.misshapen == [
        .init(name: "fc.weight", expected: "[1000, 2048]", found: "[10, 2048]")
      ])
    let error = #expect(throws: InceptError.self) { try ArchitectureCatalog.recognise(values) }
    #expect(error?.category == .badData && error?.subject == "test.pth")
    for part in [
      "inception_v3:torchvision", "2 missing: Mixed_5b.branch1x1.conv.weight, fc.bias",
      "1 unexpected: extra.weight",
      "1 of another shape: fc.weight [10, 2048] instead of [1000, 2048]",
    ] {
      #expect(error?.description.contains(part) == true, "\(part)")
    }
    #expect(throws: InceptError.self) { try architecture.check(values) }
    #expect(throws: InceptError.self) { try architecture.build(values, 1) }
  }

  @Test("integers are not taken for weights")
  func elementTypes() throws {
    let architecture = try ArchitectureCatalog.find("digits_cnn")
    let values = Self.zeros(architecture) { tensors in
      tensors["fc2.bias"] = HostTensor(
        elementType: .int32, shape: [10], storage: TensorStorage(byteCount: 40) { _ in })
    }
    #expect(architecture.mismatch(values).misshapen.map(\.found) == ["int32 [10]"])
    #expect(throws: InceptError.self) { try architecture.build(values, 1) }
  }

  @Test("long lists are cut but counted, and hostile names tamed")
  func longLists() throws {
    let architecture = try ArchitectureCatalog.find("digits_cnn")
    let tensor = HostTensor.filled([1], with: 0)
    var tensors = [String: HostTensor]()
    for number in 0..<5_000 { tensors["layer\(number)\u{1b}[31m\n"] = tensor }
    tensors[String(repeating: "x", count: 1 << 20)] = tensor
    let values = ParameterSet(source: "other.pth", tensors: tensors)
    let error = #expect(throws: InceptError.self) {
      try ArchitectureCatalog.recognise(values, among: [architecture])
    }
    let text = try #require(error?.description)
    #expect(text.contains("10 missing") && text.contains("5001 unexpected"))
    #expect(text.contains("and 4001 more"))
    #expect(text.count < 50_000 && !text.contains("\u{1b}") && !text.contains("\n"))
  }

  @Test("the most similar architecture comes first")
  func ranking() throws {
    let keras = try ArchitectureCatalog.find("inception_v3:keras")
    let values = Self.zeros(keras) { $0["predictions/bias"] = nil }
    let ranked = ArchitectureCatalog.ranked(values)
    #expect(ranked.count == ArchitectureCatalog.all.count)
    #expect(ranked.first?.architecture.identifier == "inception_v3:keras")
    #expect((ranked.first?.similarity ?? 0) > 0.99)
    #expect(ranked.dropFirst().allSatisfy { $0.similarity < 0.1 })
  }

  /// Every parameter of an architecture, all zero, then changed.
  static func zeros(
    _ architecture: Architecture, source: String = "test.pth",
    change: (inout [String: HostTensor]) -> Void = { _ in }
  ) -> ParameterSet {
    let largest = architecture.parameters.map(\.shape.elementCount).max() ?? 0
    let storage = TensorStorage(byteCount: largest * 4) {
      $0.initializeMemory(as: UInt8.self, repeating: 0)
    }
    var tensors: [String: HostTensor] = [:]
    for spec in architecture.parameters {
      tensors[spec.name] = HostTensor(elementType: .float32, shape: spec.shape, storage: storage)
    }
    change(&tensors)
    return ParameterSet(source: source, tensors: tensors)
  }
}
