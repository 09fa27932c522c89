import TensorCore

/// Reads pickles of protocols 2 to 5 that hold what a torch `state_dict` needs and nothing else.
///
/// This is a data reader: of the operations that name or call things it knows a fixed few (``PickleGlobal``),
/// and refuses the file by the first other name. Work and memory are bounded by the input's length.
struct PickleReader {
  /// Bounds that keep a file of nothing but tiny operations from taking a hundred times its size in memory.
  /// Tens of thousands of tensors stay well inside.
  private enum Limit {
    static let byteCount = 16 << 20
    static let depth = 1 << 18
    static let values = 2 << 20
    static let memo = 1 << 20
  }

  /// The file, for errors.
  let source: String
  /// What was built so far.
  var heap = PickleHeap()
  private var reader: ByteReader
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var memoized = 0
  private var valueCount = 0

  /// Reads the one pickle that starts at `start` of `bytes`, which may go on after it.
  static func read(
    _ bytes: UnsafeRawBufferPointer, at start: Int = 0, source: String
  ) throws(InceptError) -> Pickle {
    let end = start + min(bytes.count - start, Limit.byteCount)
    var reader = PickleReader(
      source: source, reader: ByteReader(UnsafeRawBufferPointer(rebasing: bytes[..<end]), at: start)
    )
    return try reader.run()
  }

  private init(source: String, reader: ByteReader) {
    self.source = source
    self.reader = reader
  }

  private mutating func run() throws(InceptError) -> Pickle {
    while true {
      let position = reader.position
      guard let code = reader.integer(UInt8.self) else { throw truncated() }
      guard let opcode = PickleOpcode(rawValue: code) else {
        throw bad(
          "expected a pickle of nothing but tensors",
          found: "operation 0x\(String(code, radix: 16)) at byte \(position)",
          hint: PickleReader.remedy)
      }
      if opcode == .stop {
        let root = try pop()
        return Pickle(root: root, heap: heap, end: reader.position)
      }
      try perform(opcode)
      guard stack.count <= Limit.depth, marks.count <= Limit.depth, valueCount <= Limit.values
      else {
        throw bad("expected a pickle of at most \(Limit.values) values", found: "more")
      }
    }
  }

  private mutating func perform(_ opcode: PickleOpcode) throws(InceptError) {
    switch opcode {
    case .proto:
      let version = try some(reader.integer(UInt8.self))
      guard (2...5).contains(version) else {
        throw bad("expected pickle protocol 2 to 5", found: "\(version)")
      }
    case .frame:
      let count = try some(reader.count(UInt64.self))
      guard count <= reader.remaining else {
        throw bad("expected a frame of at most \(reader.remaining) bytes", found: "\(count)")
      }
    case .stop: break
    case .mark: marks.append(stack.count)
    case .none, .newTrue, .newFalse, .binInt, .binInt1, .binInt2, .long1, .long4, .binFloat:
      stack.append(try number(opcode))
    case .binUnicode, .shortBinUnicode, .binUnicode8, .binString, .shortBinString:
      let count = try length(opcode)
      stack.append(.text(try some(reader.text(count))))
    case .binBytes, .shortBinBytes, .binBytes8:
      let count = try length(opcode)
      _ = try some(reader.take(count))
      stack.append(.opaque("bytes"))
    case .emptyTuple, .tuple1, .tuple2, .tuple3, .tuple, .emptyList, .append, .appends,
      .emptyDict, .setItem, .setItems:
      try container(opcode)
    case .binPut, .longBinPut, .memoize, .binGet, .longBinGet: try remember(opcode)
    case .global, .inst:
      let module = try some(reader.line())
      let name = try some(reader.line())
      let global = try resolve(module, name)
      guard opcode == .global else { throw refusal("\(global)") }
      stack.append(.global(global))
    case .stackGlobal:
      guard case .text(let name) = try pop(), case .text(let module) = try pop() else {
        throw bad("expected the name of a global", found: "another value")
      }
      stack.append(.global(try resolve(module, name)))
    case .reduce:
      let arguments = try pop()
      let callable = try pop()
      stack.append(try reduce(callable, arguments))
    case .build:
      let state = try pop()
      // A dictionary's attributes (torch keeps `_metadata` there) hold no tensors.
      guard case .dictionary = state, case .dictionary? = stack.last else {
        throw refusal("the attributes of \(stack.last?.kind ?? "nothing")")
      }
    case .binPersID: stack.append(try persistent(try pop()))
    }
  }

  private mutating func number(_ opcode: PickleOpcode) throws(InceptError) -> PickleValue {
    switch opcode {
    case .newTrue: return .bool(true)
    case .newFalse: return .bool(false)
    case .binInt: return .int(Int(try some(reader.integer(Int32.self))))
    case .binInt1: return .int(try some(reader.count(UInt8.self)))
    case .binInt2: return .int(try some(reader.count(UInt16.self)))
    case .long1: return long(try some(reader.take(try some(reader.count(UInt8.self)))))
    case .long4: return long(try some(reader.take(try some(reader.count(UInt32.self)))))
    case .binFloat:
      _ = try some(reader.take(8))
      return .opaque("a float")
    default: return .none
    }
  }

  /// A little-endian number in two's complement of any length.
  private func long(_ bytes: UnsafeRawBufferPointer) -> PickleValue {
    guard bytes.count <= 8 else { return .opaque("a huge int") }
    var value = (bytes.last ?? 0) & 0x80 == 0 ? 0 : -1
    for byte in bytes.reversed() { value = value << 8 | Int(byte) }
    return .int(value)
  }

  private mutating func length(_ opcode: PickleOpcode) throws(InceptError) -> Int {
    switch opcode {
    case .binUnicode, .binString, .binBytes: try some(reader.count(UInt32.self))
    case .binUnicode8, .binBytes8: try some(reader.count(UInt64.self))
    default: try some(reader.count(UInt8.self))
    }
  }

  private mutating func container(_ opcode: PickleOpcode) throws(InceptError) {
    switch opcode {
    case .emptyTuple: stack.append(tuple([]))
    case .tuple1: stack.append(tuple(try pop(1)))
    case .tuple2: stack.append(tuple(try pop(2)))
    case .tuple3: stack.append(tuple(try pop(3)))
    case .tuple: stack.append(tuple(try popMarked()))
    case .emptyList:
      valueCount += 1
      heap.sequences.append([])
      stack.append(.list(heap.sequences.count - 1))
    case .append: try append(try pop(1))
    case .appends: try append(try popMarked())
    case .setItem: try insert(try pop(2))
    case .setItems: try insert(try popMarked())
    default: stack.append(dictionary([]))
    }
  }

  private mutating func append(_ values: [PickleValue]) throws(InceptError) {
    guard case .list(let list)? = stack.last else {
      throw bad("expected a list to append to", found: stack.last?.kind)
    }
    valueCount += values.count
    heap.sequences[list] += values
  }

  private mutating func insert(_ values: [PickleValue]) throws(InceptError) {
    guard case .dictionary(let dictionary)? = stack.last, values.count % 2 == 0 else {
      throw bad("expected a dictionary to insert into", found: stack.last?.kind)
    }
    valueCount += values.count
    for index in stride(from: 0, to: values.count, by: 2) {
      heap.dictionaries[dictionary].append((values[index], values[index + 1]))
    }
  }

  private mutating func remember(_ opcode: PickleOpcode) throws(InceptError) {
    switch opcode {
    case .binGet, .longBinGet:
      let index =
        try opcode == .binGet ? some(reader.count(UInt8.self)) : some(reader.count(UInt32.self))
      guard let value = memo[index] else {
        throw bad("expected a value remembered as \(index)", found: "none")
      }
      stack.append(value)
    default:
      var index = memoized
      if opcode == .binPut { index = try some(reader.count(UInt8.self)) }
      if opcode == .longBinPut { index = try some(reader.count(UInt32.self)) }
      guard let value = stack.last, memo.count < Limit.memo else {
        throw bad("expected a value to remember", found: stack.isEmpty ? "none" : "too many")
      }
      memoized += 1
      memo[index] = value
    }
  }
}

extension PickleReader {
  /// What to do about a file that holds more than tensors.
  static let remedy = #"save the state_dict instead: torch.save(model.state_dict(), "weights.pth")"#

  /// Counts values towards the bound on them.
  mutating func charge(_ values: Int) { valueCount += values }

  /// Makes a tuple.
  mutating func tuple(_ values: [PickleValue]) -> PickleValue {
    valueCount += 1 + values.count
    heap.sequences.append(values)
    return .tuple(heap.sequences.count - 1)
  }

  /// Makes a dictionary.
  mutating func dictionary(
    _ pairs: [(key: PickleValue, value: PickleValue)]
  ) -> PickleValue {
    valueCount += 1 + 2 * pairs.count
    heap.dictionaries.append(pairs)
    return .dictionary(heap.dictionaries.count - 1)
  }

  private mutating func pop() throws(InceptError) -> PickleValue {
    guard stack.count > marks.last ?? 0, let value = stack.popLast() else {
      throw bad("expected a value on the pickle's stack", found: "none")
    }
    return value
  }

  private mutating func pop(_ count: Int) throws(InceptError) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else {
      throw bad("expected \(count) values on the pickle's stack", found: "fewer")
    }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popMarked() throws(InceptError) -> [PickleValue] {
    guard let mark = marks.popLast() else {
      throw bad("expected a mark on the pickle's stack", found: "none")
    }
    defer { stack.removeLast(stack.count - mark) }
    return Array(stack[mark...])
  }

  private func resolve(_ module: String, _ name: String) throws(InceptError) -> PickleGlobal {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw refusal("'\("\(module).\(name)".printable())'")
    }
    return global
  }

  private func some<Value>(_ value: Value?) throws(InceptError) -> Value {
    guard let value else { throw truncated() }
    return value
  }

  private func truncated() -> InceptError {
    bad(
      "expected a complete pickle", found: "its end or unreadable text at byte \(reader.position)")
  }

  /// An error about something that the pickle refers to and that weights have no use for.
  func refusal(_ actual: String) -> InceptError {
    bad(
      "expected a state_dict, nothing but named tensors", found: actual, hint: PickleReader.remedy)
  }

  /// An error about the pickle.
  func bad(_ expectation: String, found actual: String?, hint: String? = nil) -> InceptError {
    InceptError(
      .badData, subject: source, expected: expectation, found: actual ?? "none", hint: hint)
  }
}
