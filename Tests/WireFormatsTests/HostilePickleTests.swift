import Foundation
import TensorCore
import Testing
import WireFormats

@Suite("Hostile pickles")
struct HostilePickleTests {
  static func read(_ pickle: PickleBuilder) throws -> NamedTensors {
    try TorchFile.read(GuardedBytes(pickle.legacyFile()).file("hostile.pth"))
  }

  static func error(_ pickle: PickleBuilder) -> InceptError? {
    #expect(throws: InceptError.self) { try read(pickle) }
  }

  static let p = PickleBuilder()

  @Test("the builder's tensor is one that reads")
  func control() throws {
    let tensors = try Self.read(Self.p.ascii("}").text("w").tensor().ascii("s."))
    #expect(tensors["w"]?.shape == [2, 3])
    #expect(tensors["w"]?.floats() == [0, 0, 0, 0, 0, 0])
  }

  @Test(
    "a pickle that names anything but tensors is refused by that name",
    arguments: [
      ("GLOBAL, REDUCE", p.ascii("cos\nsystem\n(").text("true").ascii("tR."), "'os.system'"),
      (
        "STACK_GLOBAL",
        p.text("posix").text("system").raw([0x93]).text("true").raw([0x85, 0x52, 0x2E]),
        "'posix.system'"
      ),
      ("INST", p.ascii("(").text("true").ascii("ios\nsystem\n."), "'os.system'"),
      ("INST of a known name", p.ascii("(icollections\nOrderedDict\n."), "collections.OrderedDict"),
      ("OBJ", p.ascii("(cos\nsystem\n").text("true").ascii("o."), "'os.system'"),
      ("NEWOBJ", p.ascii("c__main__\nNet\n)").raw([0x81]).ascii("}b."), "'__main__.Net'"),
      (
        "inside a state_dict",
        p.ascii("}").text("w").ascii("cbuiltins\neval\n(").text("1").ascii("tRs."),
        "'builtins.eval'"
      ),
      ("another name of torch", p.ascii("ctorch\nload\n."), "'torch.load'"),
      (
        "torch's submodules", p.ascii("ctorch._utils\n_import_dotted_name\n."),
        "'torch._utils._import_dotted_name'"
      ),
      ("control characters", p.ascii("cos\u{1B}[2J\nsystem\n."), "'os?[2J.system'"),
      ("calling a dtype", p.ascii("ctorch\nfloat32\n)R."), "a call of 'torch.float32'"),
      ("calling a string", p.text("os.system").ascii(")R."), "a call of a string"),
      (
        "a module by reference",
        p.ascii("(").text("module").ascii("ctorch\nFloatStorage\n").text("x.py").text("import os")
          .ascii("NtQ."), "a pickled module"
      ),
      ("attributes", p.ascii("]}b."), "the attributes of a list"),
    ])
  func refusedByName(what: String, pickle: PickleBuilder, name: String) {
    let error = Self.error(pickle)
    #expect(error?.actual == name, "\(what)")
    #expect(error?.hint?.contains("torch.save(model.state_dict()") == true, "\(what)")
    #expect(error?.exitCode == 65, "\(what)")
  }

  @Test(
    "operations that tensors have no use for are refused",
    arguments: [
      ("EXT1", p.raw([0x82, 1, 0x2E])), ("EXT4", p.raw([0x84, 1, 0, 0, 0, 0x2E])),
      ("NEWOBJ", p.ascii("ccollections\nOrderedDict\n)").raw([0x81, 0x2E])),
      ("NEWOBJ_EX", p.ascii("ccollections\nOrderedDict\n)}").raw([0x92, 0x2E])),
      ("OBJ", p.ascii("(ccollections\nOrderedDict\no.")), ("DUP", p.ascii("}2.")),
      ("PERSID", p.ascii("Pstorage\n.")), ("NEXT_BUFFER", p.raw([0x97, 0x2E])),
      ("protocol 0", PickleBuilder().ascii("I1\n.")),
    ])
  func refusedOperation(what: String, pickle: PickleBuilder) {
    #expect(Self.error(pickle)?.actual?.hasPrefix("operation 0x") == true, "\(what)")
  }

  @Test(
    "damage is an error",
    arguments: [
      ("no value", p.ascii(".")), ("a value below the mark", p.ascii("}(.")),
      ("no mark", p.ascii("t.")), ("too few for a tuple", p.ascii("}").raw([0x86, 0x2E])),
      ("no list", p.ascii("}}a.")), ("odd items", p.ascii("}(}u.")),
      ("unknown memo", p.ascii("h\u{5}.")), ("memo of nothing", p.ascii("q\u{5}.")),
      ("endless text", p.ascii("X").raw([0xFF, 0xFF, 0xFF, 0xFF])),
      ("text of 2^63", p.raw([0x8D]).number(UInt64.max).ascii(".")),
      ("bytes of 2^63", p.raw([0x8E]).number(UInt64.max / 2).ascii(".")),
      ("number of 4 GB", p.raw([0x8B]).number(UInt32.max).ascii(".")),
      ("negative LONG4", p.raw([0x8B]).number(Int32(-1)).ascii(".")),
      ("text that isn't UTF-8", p.ascii("X").number(UInt32(2)).raw([0xC3, 0x28]).ascii(".")),
      ("name without an end", p.ascii("cos")),
      ("protocol 9", PickleBuilder().raw([0x80, 9, 0x2E])),
      ("a string as root", p.text("hello").ascii(".")),
      ("a dictionary of none", p.ascii("}").text("a").ascii("Ns.")),
      ("a tensor as root", p.tensor().ascii(".")),
      ("a storage reference of nothing", p.ascii(")Q.")),
      ("arguments of nothing", p.ascii("ctorch._utils\n_rebuild_tensor_v2\n)R.")),
      ("a parameter of nothing", p.ascii("ctorch._utils\n_rebuild_parameter\n)R.")),
      ("pairs of nothing", p.ascii("ccollections\nOrderedDict\n(](").text("a").ascii("etR.")),
    ])
  func damaged(what: String, pickle: PickleBuilder) {
    #expect(Self.error(pickle)?.exitCode == 65, "\(what)")
  }

  @Test(
    "a tensor that doesn't lie in its storage is refused",
    arguments: [
      p.tensor(extents: [3, 3]), p.tensor(offset: 1), p.tensor(offset: -1), p.tensor(offset: .max),
      p.tensor(strides: [4, 1]), p.tensor(strides: [-3, 1]), p.tensor(strides: [.max, .max]),
      p.tensor(extents: [-2, -3]), p.tensor(extents: [.max, .max]),
      p.tensor(extents: [0, .max, .max], strides: [1, 1, 1]), p.tensor(extents: [2], strides: []),
      p.tensor(extents: [1 << 40], strides: [0]), p.tensor(extents: [.max], strides: [0]),
      p.tensor(extents: [1 << 16, 1 << 16], strides: [0, 0]), p.tensor(count: 7),
      p.tensor(count: -1), p.tensor(count: .max), p.tensor(key: "1"),
      p.tensor(
        extents: [Int](repeating: 1, count: 65), strides: [Int](repeating: 1, count: 65)),
    ].map { p.ascii("}").text("w").raw(Array($0.bytes.dropFirst(2))).ascii("s.") })
  func outside(pickle: PickleBuilder) {
    #expect(Self.error(pickle)?.exitCode == 65)
  }

  @Test(
    "nesting and repetition take bounded time and memory",
    arguments: [
      (
        "tuples 100,000 deep",
        p.ascii("}").ascii(String(repeating: "(", count: 100_000))
          .ascii(String(repeating: "t", count: 100_000)).ascii(".")
      ),
      (
        "tuples around tuples",
        p.ascii(")").raw([UInt8](repeating: 0x85, count: 5_000_000)).ascii(".")
      ),
      (
        "lists in lists",
        p.ascii(String(repeating: "]", count: 100_000))
          .ascii(String(repeating: "a", count: 99_999)).ascii(".")
      ),
      ("a list in itself", p.ascii("]q\u{0}h\u{0}a.")),
      (
        "doubling tuples",
        (0..<60).reduce(p.ascii(")q\u{0}")) { pickle, _ in
          pickle.ascii("h\u{0}h\u{0}").raw([0x86]).ascii("q\u{0}")
        }.ascii(".")
      ),
      ("marks", p.raw([UInt8](repeating: 0x28, count: 5_000_000))),
      ("dictionaries", p.raw([UInt8](repeating: 0x7D, count: 5_000_000))),
      (
        "strings",
        p.ascii("]").raw(
          Array([[0x8C, 16], Array("sixteen letters!".utf8), [0x61]].joined().cycled(17_000_000)))
      ),
      ("memo", p.ascii("}").raw([UInt8](repeating: 0x94, count: 5_000_000)).ascii(".")),
    ])
  func bombs(what: String, pickle: PickleBuilder) {
    let clock = ContinuousClock()
    let start = clock.now
    #expect(Self.error(pickle)?.exitCode == 65, "\(what)")
    #expect(clock.now - start < .seconds(5), "\(what)")
  }

  @Test("a dictionary within itself is no state_dict")
  func cyclic() {
    let pickle = Self.p.ascii("}q\u{0}").text("state_dict").ascii("h\u{0}s.")
    #expect(Self.error(pickle)?.exitCode == 65)
  }
}

extension Sequence where Element == UInt8 {
  /// The sequence again and again, `count` bytes of it.
  fileprivate func cycled(_ count: Int) -> some Sequence<UInt8> {
    let bytes = Array(self)
    return (0..<count).lazy.map { bytes[$0 % bytes.count] }
  }
}
