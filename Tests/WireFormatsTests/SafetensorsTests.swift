import Foundation
import TensorCore
import Testing
import WireFormats

@Suite("Safetensors")
struct SafetensorsTests {
  static func read(_ header: String, bytes: Int) throws -> NamedTensors {
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    let contents = length + Array(header.utf8) + (0..<bytes).map { UInt8(truncatingIfNeeded: $0) }
    return try Safetensors.read(GuardedBytes(contents).file("x.safetensors"))
  }

  @Test("names, types, shapes and metadata are read; order is that of the bytes")
  func reads() throws {
    let tensors = try Self.read(
      #"""
      {"b\u00e9\ud83d\ude00\n":{"shape":[2,2],"dtype":"U8","data_offsets":[8,12]},
       "a" : {"dtype":"F32","data_offsets":[0,8],"shape":[2]},
       "empty":{"dtype":"I64","shape":[0],"data_offsets":[12,12]},
       "scalar":{"dtype":"I16","shape":[],"data_offsets":[12,14]},
       "__metadata__":{"format":"pt","note":"\"\\"}}   
      """#, bytes: 14)
    #expect(tensors.names == ["a", "bé😀\n", "empty", "scalar"])
    #expect(tensors["bé😀\n"]?.floats() == [8, 9, 10, 11])
    #expect(tensors["scalar"]?.floats() == [0x0D0C])
    #expect(tensors["empty"]?.shape == [0])
    #expect(tensors.metadata == ["format": "pt", "note": "\"\\"])
  }

  @Test(
    "headers that break the format's rules are refused",
    arguments: [
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}"#,
      #"{"a":{"dtype":"F32","shape":[2]}}"#, #"{"a":{}}"#, #"{"a":[]}"#, #"{"a":"#, "{", "[]", "",
      #"{"a\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, #"{"\x":1}"#, "{}",
      #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}"#,
      #" {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}\u{B}",
      #"{"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
      #"{"a":{"dtype":"F32","shape":["# + String(repeating: "1,", count: 100) + "]",
      String(repeating: #"{"a":"#, count: 100_000),
    ])
  func refuses(header: String) {
    let error = #expect(throws: InceptError.self) { try Self.read(header, bytes: 8) }
    #expect(error?.exitCode == 65)
    #expect(error?.subject == "x.safetensors")
  }

  @Test("a header length beyond the file is refused", arguments: [UInt64.max, 1 << 62, 100, 9])
  func headerLength(length: UInt64) throws {
    let contents = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array("{}      ".utf8)
    let file = try GuardedBytes(contents).file()
    #expect(throws: InceptError.self) { try Safetensors.read(file) }
  }

  @Test("what is written is read again, in the order and places that the format wants")
  func writes() throws {
    let folder = FileManager.default.temporaryDirectory.path
    let path = "\(folder)/\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = HostTensor(
      elementType: .uint8, shape: [3],
      storage: TensorStorage(byteCount: 3) { $0.copyBytes(from: [1, 2, 3]) })
    let large = HostTensor(shape: [3, 500_000]) { floats in
      for index in floats.indices { floats[index] = Float(index) }
    }
    let tensors: [(name: String, tensor: HostTensor)] = [
      ("b\"\n\u{1}é", bytes), ("z", large), ("a/kernel", .filled([], with: 7)),
      ("empty", .filled([0, 4], with: 0)),
    ]
    let metadata = ["note": "a \"quoted\"\ttext\\"]
    try Safetensors.write(tensors, metadata: metadata, to: path)
    let file = try MappedFile(path: path)
    let read = try Safetensors.read(file)
    #expect(read.names == ["a/kernel", "empty", "z", "b\"\n\u{1}é"])
    #expect(read.metadata == metadata)
    for (name, tensor) in tensors {
      let found = try #require(read[name])
      #expect(found.shape == tensor.shape && found.elementType == tensor.elementType)
      #expect(found.floats() == tensor.floats(), "\(name)")
      #expect(found.byteOffset % found.elementType.byteCount == 0)
    }
    let length = try #require(file.bytes.first)
    #expect(length % 8 == 0)
  }

  @Test("names that the format can't hold are refused, and nothing is left behind")
  func refusesNames() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let one = HostTensor.filled([1], with: 1)
    for names in [["a", "a"], ["__metadata__"]] {
      let path = folder.appendingPathComponent("x.safetensors").path
      #expect(throws: InceptError.self) {
        try Safetensors.write(names.map { ($0, one) }, metadata: [:], to: path)
      }
    }
    #expect(throws: InceptError.self) {
      try Safetensors.write([("a", one)], metadata: [:], to: "\(folder.path)/no/x.safetensors")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }
}
