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
}
