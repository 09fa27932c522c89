import Foundation
import TensorCore
import Testing

@Suite struct NPYTests {
  static func file(
    version: UInt8 = 1, _ header: String, _ data: [UInt8] = []
  ) -> [UInt8] {
    let text = Array(header.utf8)
    let lengthBytes = version == 1 ? 2 : 4
    return [0x93] + Array("NUMPY".utf8) + [version, 0]
      + (0..<lengthBytes).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + data
  }

  static func file(
    _ type: String, fortran: Bool = false, _ shape: String, _ data: [UInt8]
  ) -> [UInt8] {
    let order = fortran ? "True" : "False"
    return file("{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(shape), }\n", data)
  }

  static func temporary(_ name: String) -> String {
    FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-npy-\(UUID().uuidString)-\(name)").path
  }

  @Test(arguments: [[], [1], [7], [2, 3], [0], [3, 0, 2], [2, 1, 3, 5]])
  func whatIsWrittenIsRead(extents: [Int]) throws {
    let shape = Shape(extents)
    let values = (0..<shape.elementCount).map { Float($0) * 0.37 - 1 }
    let tensor = HostTensor(shape: shape, floats: values)
    let path = Self.temporary("round.npy")
    defer { try? FileManager.default.removeItem(atPath: path) }
    try NPY.write(tensor, to: path)
    let back = try NPY.read(path: path)
    #expect(back.shape == shape)
    #expect(back.elementType == .float32)
    #expect(back.floats() == values)
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect([UInt8](bytes) == NPY.encode(tensor))
    #expect((bytes.count - tensor.byteCount) % 64 == 0)
  }

  static let types: [(String, [UInt8], ElementType, Float)] = [
    ("<f4", [0, 0, 0xC0, 0x3F], .float32, 1.5), (">f4", [0x3F, 0xC0, 0, 0], .float32, 1.5),
    ("<f8", [0, 0, 0, 0, 0, 0, 0x04, 0xC0], .float64, -2.5),
    (">f8", [0xC0, 0x04, 0, 0, 0, 0, 0, 0], .float64, -2.5),
    ("<f2", [0x00, 0x3E], .float16, 1.5), (">f2", [0x3E, 0x00], .float16, 1.5),
    ("|i1", [0xFE], .int8, -2), ("|u1", [0xFE], .uint8, 254), ("|b1", [1], .bool, 1),
    ("<i2", [0xFE, 0xFF], .int16, -2), (">i2", [0x01, 0x02], .int16, 258),
    ("<i4", [2, 1, 0, 0], .int32, 258), (">i4", [0xFF, 0xFF, 0xFF, 0xFE], .int32, -2),
    ("<i8", [2, 1, 0, 0, 0, 0, 0, 0], .int64, 258), (">i8", [0, 0, 0, 0, 0, 0, 1, 2], .int64, 258),
    ("<u2", [0xFF, 0xFF], .int32, 65_535), (">u2", [0x80, 0], .int32, 32_768),
    ("<u4", [0, 0, 0, 0x80], .int64, 2_147_483_648), ("<u8", [9, 0, 0, 0, 0, 0, 0, 0], .int64, 9),
    ("=i2", [0x03, 0x00], .int16, 3),
  ]

  @Test(arguments: types)
  func everyTypeAndByteOrderIsRead(
    type: String, data: [UInt8], stored: ElementType, value: Float
  ) throws {
    let tensor = try NPY.decode(Self.file(type, "(1, 2)", data + data), name: "x")
    #expect(tensor.elementType == stored)
    #expect(tensor.shape == [1, 2])
    #expect(tensor.floats() == [value, value])
  }

  @Test(arguments: ["|u1", "<i2", ">i2", "<u2"])
  func fortranOrderBecomesCOrder(type: String) throws {
    // Element (i, j, k) of a [2, 3, 4] array is 100 i + 10 j + k; the first axis varies fastest in the file.
    var data: [UInt8] = []
    var expected = [Float](repeating: -1, count: 24)
    for k in 0..<4 {
      for j in 0..<3 {
        for i in 0..<2 {
          let value = UInt8(100 * i + 10 * j + k)
          switch type {
          case "|u1": data.append(value)
          case ">i2": data.append(contentsOf: [0, value])
          default: data.append(contentsOf: [value, 0])
          }
          expected[(i * 3 + j) * 4 + k] = Float(value)
        }
      }
    }
    let tensor = try NPY.decode(Self.file(type, fortran: true, "(2, 3, 4)", data), name: "x")
    #expect(tensor.floats() == expected)
  }

  @Test(arguments: [UInt8(1), 2, 3])
  func versions1To3AreRead(version: UInt8) throws {
    let header = "{\"shape\": (2L,),\t'fortran_order':False, 'descr': '|u1'}   \n"
    let tensor = try NPY.decode(Self.file(version: version, header, [4, 5]), name: "x")
    #expect(tensor.shape == [2])
    #expect(tensor.floats() == [4, 5])
  }

  static let badFiles: [[UInt8]] = [
    file(version: 4, "{'descr': '<f4', 'fortran_order': False, 'shape': (), }", [0, 0, 0, 0]),
    file("<c8", "(1,)", [UInt8](repeating: 0, count: 8)), file("|O", "(1,)", [0]),
    file("<f3", "(1,)", [0, 0, 0]), file("|f4", "(1,)", [0, 0, 0, 0]), file("<U4", "(1,)", [0]),
    file("<f4", "(2,)", [0, 0, 0, 0]), file("<f4", "(1,)", [0, 0, 0, 0, 0]),
    file("<f4", "(-1,)", []), file("<f4", "(9223372036854775807, 9223372036854775807)", []),
    file("<f4", "(4611686018427387904,)", []), file("<f4", "(99999999999999999999,)", []),
    file("<f4", "(0, 9223372036854775807, 9223372036854775807)", [1]),
    file("<f4", "(0, 9223372036854775807, 9223372036854775807)", []),
    file("<f4", fortran: true, "(9223372036854775807, 9223372036854775807, 0)", []),
    file("<f4", "(1", [0, 0, 0, 0]), file("<f4", "[1]", [0, 0, 0, 0]), file("<f4", "(,)", []),
    file("<u8", "(1,)", [UInt8](repeating: 0xFF, count: 8)),
    file("{'descr': '<f4', 'shape': (1,), }", [0, 0, 0, 0]),
    file("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}", [0, 0, 0, 0]),
    file("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 1}", [0, 0, 0, 0]),
    file("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (), }", [0, 0, 0, 0]),
    file("{'descr': '<f4', 'fortran_order': False, 'shape': ()} x", [0, 0, 0, 0]),
    file("{'descr: <f4", []), file("", []), [], [0x93], Array("NUMPY and more".utf8),
    [0x93] + Array("NUMPY".utf8) + [2, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7B],
    [0x93] + Array("NUMPY".utf8) + [1, 0, 0x40, 0x00, 0x7B],
    [0x93] + Array("NUMPY".utf8) + [2, 0, 0x40, 0x00],
  ]

  @Test(arguments: badFiles)
  func aBadFileIsAnError(bytes: [UInt8]) {
    let error = #expect(throws: InceptError.self) { try NPY.decode(bytes, name: "x") }
    #expect(error?.category == .badData)
    #expect(error?.subject == "x")
  }

  @Test func damagedFilesEndInAnErrorOrATensor() {
    let original = Self.file("<f4", "(2, 3)", [UInt8](repeating: 0x3F, count: 24))
    var state: UInt64 = 1
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var refused = 0
    for _ in 0..<2_000 {
      var bytes = original
      for _ in 0...random(3) { bytes[random(bytes.count)] ^= 1 << UInt8(random(8)) }
      if random(4) == 0 { bytes.removeLast(random(bytes.count)) }
      do {
        let tensor = try NPY.decode(bytes, name: "x")
        #expect(tensor.floats().count == tensor.elementCount)
      } catch {
        refused += 1
      }
    }
    #expect(refused > 0 && refused < 2_000)
  }

  @Test func aMissingFileIsNoInput() {
    let error = #expect(throws: InceptError.self) { try NPY.read(path: Self.temporary("none")) }
    #expect(error?.category == .noInput)
  }

  @Test func aFailedWriteLeavesNothingAndAGoodOneReplaces() throws {
    let directory = Self.temporary("directory")
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let tensor = HostTensor(shape: [1], floats: [3])
    let error = #expect(throws: InceptError.self) {
      try NPY.write(tensor, to: directory + "/missing/x.npy")
    }
    #expect(error?.category == .cannotCreate)
    let path = directory + "/x.npy"
    try Data("old".utf8).write(to: URL(fileURLWithPath: path))
    try NPY.write(tensor, to: path)
    #expect(try NPY.read(path: path).floats() == [3])
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["x.npy"])
  }

  @Test func somethingThatIsNoRegularFileIsWrittenInPlace() throws {
    try NPY.write(HostTensor(shape: [1], floats: [3]), to: "/dev/null")
    let attributes = try FileManager.default.attributesOfItem(atPath: "/dev/null")
    #expect(attributes[.type] as? FileAttributeType != .typeRegular)
  }
}
