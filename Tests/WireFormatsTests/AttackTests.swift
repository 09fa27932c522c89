import CZlib
import Foundation
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("Weights files made to do harm get an error, soon", .serialized)
struct AttackTests {
  private static let p = PickleBuilder()

  private static func torch(_ what: String, _ bytes: [UInt8]) {
    Attack.refused(what) {
      _ = try TorchFile.read(GuardedBytes(bytes).file("x.pth"))
    }
  }

  @Test(
    "pickles: lengths, frames, memos and calls that lie",
    arguments: [
      ("a frame of 2^63", p.raw([0x95]).number(UInt64.max / 2).ascii("}.")),
      ("a frame of 2^64 - 1", p.raw([0x95]).number(UInt64.max).ascii("}.")),
      ("a frame that is cut", p.raw([0x95, 1, 2])),
      (
        "LONG1 of 255 bytes",
        p.raw([0x8A, 0xFF]).raw([UInt8](repeating: 0xFF, count: 255)).ascii(".")
      ),
      ("LONG4 of 2^31 - 1", p.raw([0x8B]).number(Int32.max).ascii(".")),
      ("BINBYTES of 2^32 - 1", p.ascii("B").number(UInt32.max).ascii(".")),
      ("BINBYTES8 of 2^63", p.raw([0x8E]).number(UInt64(1) << 63).ascii(".")),
      ("BYTEARRAY8 of 2^64 - 1", p.raw([0x96]).number(UInt64.max).ascii(".")),
      ("BINUNICODE8 of 2^62", p.raw([0x8D]).number(UInt64(1) << 62).ascii(".")),
      (
        "a memo of 2^32 - 1",
        p.ascii("}r").number(UInt32.max).ascii("j").number(UInt32.max).ascii("a.")
      ),
      ("a text memo of 2^63", p.ascii("}p9223372036854775807\n.")),
      ("EXT2", p.raw([0x83, 1, 0, 0x2E])),
      ("a reduction of nothing", p.ascii("R.")), ("a build of nothing", p.ascii("b.")),
      ("a build upon a tensor", p.ascii("}").text("w").tensor().ascii("}bs.")),
      ("a key that is a list", p.ascii("}]Ns.")), ("a key that is a dictionary", p.ascii("}}Ns.")),
      ("a key that is a tensor", p.ascii("}").tensor().ascii("Ns.")),
      ("items of a tensor", p.tensor().text("a").ascii("Ns.")),
      ("append to a tuple", p.ascii("))a.")), ("appends to a dictionary", p.ascii("}(Ne.")),
      ("a frozen set", p.ascii("(").text("a").raw([0x91]).ascii(".")),
      ("a set", p.raw([0x8F]).ascii("(").text("a").raw([0x90]).ascii(".")),
      ("STACK_GLOBAL of numbers", p.ascii("K\u{1}K\u{2}").raw([0x93]).ascii(".")),
      ("a name of a megabyte", p.ascii("c\(String(repeating: "a", count: 1 << 20))\nb\n.")),
      (
        "a storage called ../../secret",
        p.ascii("}").text("w").raw(Array(p.tensor(key: "../../secret").bytes.dropFirst(2))).ascii(
          "s.")
      ),
      (
        "a storage of no name",
        p.ascii("}").text("w").raw(Array(p.tensor(key: "").bytes.dropFirst(2))).ascii("s.")
      ),
    ])
  func pickles(what: String, pickle: PickleBuilder) {
    Self.torch("\(what), legacy", pickle.legacyFile())
    Self.torch(
      "\(what), zip",
      ZipBuilder(entries: [
        .init(name: "a/data.pkl", bytes: pickle.bytes),
        .init(name: "a/data/0", bytes: [UInt8](repeating: 0, count: 24)),
      ]).file())
  }

  @Test("pickles that hash or compare what is nested deeply")
  func deepKeys() {
    let depth = 200_000
    let tuple = Self.p.ascii("})").raw([UInt8](repeating: 0x85, count: depth))
    Self.torch("a nested key", tuple.ascii("Ns.").legacyFile())
    Self.torch(
      "a nested key of an ordered dictionary",
      tuple.raw([0x85]).ascii("ccollections\nOrderedDict\n)R.").legacyFile())
  }

  /// Bytes in zlib's form without its frame, as zip has them.
  private static func deflated(_ count: Int) -> [UInt8] {
    let zeros = [UInt8](repeating: 0, count: count)
    var packed = [UInt8](repeating: 0, count: count / 100 + 1000)
    var length = uLong(packed.count)
    _ = compress2(&packed, &length, zeros, uLong(count), 9)
    return Array(packed[2..<Int(length) - 4])
  }

  @Test("archives whose entries unpack to far more than the archive")
  func bombs() {
    let size = 200 << 20
    let packed = Self.deflated(size)
    for (what, name) in [
      ("the pickle", "a/data.pkl"), ("a storage", "a/data/0"), ("the byte order", "a/byteorder"),
    ] {
      var entries = [
        ZipBuilder.Entry(
          name: "a/data.pkl",
          bytes: Self.p.ascii("}").text("w")
            .raw(
              Array(
                Self.p.tensor(count: size / 4, extents: [size / 4], strides: [1]).bytes.dropFirst(2)
              )
            )
            .ascii("s.").bytes),
        ZipBuilder.Entry(name: "a/data/0", bytes: []),
      ]
      entries.removeAll { $0.name == name }
      entries.append(
        .init(name: name, bytes: packed, method: 8, claimedByteCount: UInt64(size)))
      Self.torch(what, ZipBuilder(entries: entries).file())
    }
    // Each small, together large.
    let part = Self.deflated(1 << 20)
    let many = (0..<500).map {
      ZipBuilder.Entry(name: "a/data/\($0)", bytes: part, method: 8, claimedByteCount: 1 << 20)
    }
    Self.torch("many parts without a pickle", ZipBuilder(entries: many).file())
    Attack.refused("a Keras archive") {
      let entries = ["metadata.json", "config.json", "model.weights.h5"].map {
        ZipBuilder.Entry(name: $0, bytes: packed, method: 8, claimedByteCount: UInt64(size))
      }
      let bytes = ZipBuilder(entries: entries).file()
      _ = try KerasWeightFile(archive: MappedFile(copying: bytes, name: "x.keras"))
    }
  }

  @Test("archives with names that lead elsewhere, flags, and a hundred thousand entries")
  func names() {
    func entry(_ name: String) -> ZipBuilder.Entry {
      .init(name: name, bytes: Self.p.ascii("}.").bytes)
    }
    for name in ["a/../../data.pkl", "a/b/c/data.pkl", "a\\b", ""] {
      Self.torch("'\(name)'", ZipBuilder(entries: [entry(name)]).file())
    }
    // Names are looked up in the archive only: nothing on the disk is called by them.
    for name in ["../data.pkl", "/data.pkl", "C:data.pkl", "\u{0}data.pkl"] {
      Attack.survived("'\(name)'") {
        _ = try TorchFile.read(GuardedBytes(ZipBuilder(entries: [entry(name)]).file()).file())
      }
    }
    for flags: UInt16 in [1, 1 << 6, 1 << 13] {
      var builder = ZipBuilder(entries: [entry("a/data.pkl")])
      builder.entries[0].flags = flags
      Self.torch("flags \(flags)", builder.file())
    }
    Self.torch("many entries", ZipBuilder(entries: (0..<65_000).map { entry("a/\($0)") }).file())
    var comment: [UInt8] = []
    for _ in 0..<16_000 { comment += [0x50, 0x4B, 5, 6] }
    Self.torch(
      "a comment full of directory ends",
      ZipBuilder(entries: [entry("b")], comment: comment).file())
  }

  @Test("safetensors headers as long as the format lets them be")
  func headers() {
    func file(_ header: String) -> [UInt8] {
      let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
      return length + Array(header.utf8)
    }
    let entry = #":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"#
    var many = "{"
    for index in 0..<100_000 { many += "\"\(index)\"\(entry)" }
    many += "\"0\"\(entry.dropLast())}"
    let cases: [(String, String)] = [
      ("a name of 20 MB", "{\"" + String(repeating: "a", count: 20_000_000) + "\":1}"),
      ("escapes", "{\"" + String(repeating: "\\u0061", count: 3_000_000) + "\":1}"),
      ("blanks", "{" + String(repeating: " ", count: 20_000_000) + "]"),
      ("brackets", String(repeating: "[", count: 5_000_000)),
      ("a hundred thousand tensors, the first twice", many),
      (
        "a shape of a million axes",
        #"{"a":{"dtype":"F32","shape":["# + String(repeating: "1,", count: 1_000_000) + "1]}}"
      ),
      (
        "metadata within metadata",
        "{\"__metadata__\":" + String(repeating: #"{"a":"#, count: 100_000)
      ),
      (
        "a hole",
        #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}   "#
      ),
      ("a tensor behind the end", #"{"a":{"dtype":"U8","shape":[9],"data_offsets":[0,9]}}"#),
      (
        "2^63 bytes",
        #"{"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}}"#
      ),
      (
        "2^64 elements",
        #"{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#
      ),
      ("a number of -0", #"{"a":{"dtype":"U8","shape":[-0],"data_offsets":[0,0]}}"#),
      ("a number with an exponent", #"{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}"#),
      ("a surrogate", #"{"\ud800\u0041":1}"#), ("a zero in a name", "{\"a\u{0}\":1}"),
    ]
    for (what, header) in cases {
      Attack.refused(what) {
        _ = try Safetensors.read(MappedFile(copying: file(header), name: "x.safetensors"))
      }
    }
  }

  /// Places where a signature of the file format stands.
  private static func places(of signature: String, in bytes: [UInt8]) -> [Int] {
    let wanted = Array(signature.utf8)
    return bytes.indices.dropLast(4).filter { Array(bytes[$0..<$0 + 4]) == wanted }
  }

  /// The file with eight bytes at a place changed.
  private static func patched(_ bytes: [UInt8], _ place: Int, _ value: UInt64) -> [UInt8] {
    var copy = bytes
    for index in 0..<8 where place + index < copy.count {
      copy[place + index] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(index)))
    }
    return copy
  }

  private static func scan(_ what: String, _ bytes: [UInt8]) {
    Attack.survived(what) {
      let file = try HDF5File(GuardedBytes(bytes).file("x.h5"))
      let keras = try KerasWeightFile(file)
      for layer in keras.layers {
        for weight in layer.weights { _ = weight.tensor.floats() }
      }
    }
  }

  @Test(
    "HDF5 trees, symbol tables and heaps that lead back to themselves, or nowhere",
    arguments: ["keras_split.h5", "datasets.h5", "attributes.h5"])
  func structures(_ name: String) throws {
    let bytes = try [UInt8](
      #require(FileManager.default.contents(atPath: HDF5Fixtures.path(name))))
    for (signature, size) in [("TREE", 120), ("SNOD", 120), ("HEAP", 32), ("GCOL", 64)] {
      for start in Self.places(of: signature, in: bytes).prefix(12) {
        for offset in stride(from: 4, to: size, by: 8) {
          for value in [UInt64(start), 0, .max, 1 << 63, UInt64(bytes.count), 0xFFFF_FFFF] {
            Self.scan(
              "\(signature) at \(start): \(value) at \(offset)",
              Self.patched(bytes, start + offset, value))
          }
        }
      }
    }
  }

  @Test("HDF5 numbers of every message, one after another, made huge")
  func numbers() throws {
    let bytes = try [UInt8](
      #require(FileManager.default.contents(atPath: HDF5Fixtures.path("keras_split.h5"))))
    for place in stride(from: 8, to: min(bytes.count, 12_000), by: 8) {
      for value in [UInt64.max, 1 << 62, 0x7FFF_FFFF_FFFF_FFFF] {
        Self.scan("\(value) at \(place)", Self.patched(bytes, place, value))
      }
    }
  }
}
