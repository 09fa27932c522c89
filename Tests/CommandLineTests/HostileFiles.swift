import Foundation
import TestSupport
import Testing

/// Files that no tool would write.
enum HostileFiles {
  /// A number, first byte lowest.
  static func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }

  private static func big(_ value: UInt32) -> [UInt8] { little(value).reversed() }

  /// A PNG header that declares a size of RGB pixels, and nothing behind.
  static func png(width: UInt32, height: UInt32) -> [UInt8] {
    var header = Array("IHDR".utf8)
    header += big(width)
    header += big(height)
    header += [8, 2, 0, 0, 0]
    let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    return [signature, big(13), header, big(crc(header))].flatMap { $0 }
  }

  /// The checksum of PNG chunks (ISO 3309).
  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
    }
    return ~crc
  }

  /// A sound JPEG with another size in its frame header.
  static func jpeg(width: UInt16, height: UInt16) throws -> [UInt8] {
    var bytes = try tracked("ImagingTests/Fixtures/rgb_420.jpg")
    let frame = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes.replaceSubrange(
      frame + 5..<frame + 9, with: little(height).reversed() + little(width).reversed())
    return bytes
  }

  /// A file of torch's old form whose state is `pickle`, with a storage of six floats behind it.
  static func legacy(_ pickle: [UInt8]) -> [UInt8] {
    let magic: [UInt8] = [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8]
    let version: [UInt8] = [0x50, 0x19, 0x2E, 0x80, 2, 0x4D, 0xE9, 3, 0x2E, 0x80, 2, 0x7D, 0x2E]
    let start: [UInt8] = [0x80, 2]
    let keys: [[UInt8]] = [start, Array("](".utf8), text("0"), Array("e.".utf8)]
    let storage: [[UInt8]] = [little(Int64(6)), [UInt8](repeating: 0, count: 24)]
    return ([magic, version, start, pickle] + keys + storage).flatMap { $0 }
  }

  /// An archive of torch's zip form whose state is `pickle`.
  static func zip(_ pickle: [UInt8]) -> [UInt8] {
    let name = Array("archive/data.pkl".utf8)
    let protocol2: [UInt8] = [0x80, 2]
    let content = protocol2 + pickle
    let size = little(UInt32(content.count))
    func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    let lengths: [UInt8] = little(UInt16(name.count)) + zeros(2)
    let local: [[UInt8]] = [
      [0x50, 0x4B, 3, 4, 20, 0], zeros(8), zeros(4), size, size, lengths, name, content,
    ]
    let entry: [[UInt8]] = [
      [0x50, 0x4B, 1, 2, 20, 0, 20, 0], zeros(8), zeros(4), size, size, lengths, zeros(14), name,
    ]
    let parts = [local.flatMap { $0 }, entry.flatMap { $0 }]
    let end: [[UInt8]] = [
      [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0], little(UInt32(parts[1].count)),
      little(UInt32(parts[0].count)), zeros(2),
    ]
    return (parts + end).flatMap { $0 }
  }

  /// BINUNICODE
  static func text(_ text: String) -> [UInt8] {
    [[0x58], little(UInt32(text.utf8.count)), Array(text.utf8)].flatMap { $0 }
  }

  /// An NPY file.
  static func npy(_ type: String, _ shape: String, _ data: [UInt8] = []) -> [UInt8] {
    let header = "{'descr': \(type), 'fortran_order': False, 'shape': \(shape), }\n"
    let start: [[UInt8]] = [
      [0x93], Array("NUMPY".utf8), [1, 0], little(UInt16(header.utf8.count)),
    ]
    return (start + [Array(header.utf8), data]).flatMap { $0 }
  }

  /// A whole Keras model whose description is `config`.
  static func keras(config: String) throws -> [UInt8] {
    var bytes = try tracked("ImportKerasTests/Fixtures/pools.h5")
    let start = try #require(
      Data(bytes).range(of: Data("{\"class_name\": \"Functional\"".utf8))?.lowerBound)
    var depth = 0
    var end = start
    repeat {
      depth += bytes[end] == UInt8(ascii: "{") ? 1 : bytes[end] == UInt8(ascii: "}") ? -1 : 0
      end += 1
    } while depth > 0
    try #require(config.utf8.count <= end - start)
    let padding = [UInt8](repeating: 0x20, count: end - start - config.utf8.count)
    bytes.replaceSubrange(start..<end, with: Array(config.utf8) + padding)
    return bytes
  }

  /// A Keras description of an input and one layer behind it.
  static func config(
    input: String = "[null, 224, 224, 3]", layer: String = "Activation",
    options: String = "\"activation\": \"relu\"", name: String = "a", from: String = "input_1"
  ) -> String {
    """
    {"class_name": "Functional", "config": {"name": "m", "layers": [{"class_name": "InputLayer", \
    "name": "input_1", "config": {"batch_input_shape": \(input), "dtype": "float32", \
    "name": "input_1"}, "inbound_nodes": []}, {"class_name": "\(layer)", "name": "\(name)", "config": \
    {"name": "\(name)", \(options)}, "inbound_nodes": [[["\(from)", 0, 0, {}]]]}], \
    "input_layers": [["input_1", 0, 0]], "output_layers": [["\(name)", 0, 0]]}}
    """
  }

  /// A file of the package's own tests.
  static func tracked(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: Fixtures.package.appendingPathComponent("Tests/\(path)")))
  }

  /// A sample picture.
  static let digit = Fixtures.package.appendingPathComponent("Samples/digit-0-a.png").path
}

/// A scratch folder in which every command must leave everything as it was.
struct Trap {
  let folder: String

  /// The path of a file in the folder, written where `bytes` are given.
  func file(_ name: String, _ bytes: [UInt8]? = nil) throws -> String {
    let path = "\(folder)/\(name)"
    if let bytes { try Data(bytes).write(to: URL(fileURLWithPath: path)) }
    return path
  }

  /// Runs the command, which must end in one error of the agreed form and leave nothing behind.
  @discardableResult
  func refuse(
    _ arguments: [String], _ status: Int32, environment: [String: String] = [:],
    shell: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> MeasuredRun {
    let before = try listing()
    let run = try MeasuredRun(arguments, environment: environment, shell: shell)
    let what = Comment(rawValue: "\(arguments.joined(separator: " ").prefix(300)): \(run.error)")
    #expect(run.status == status, what, sourceLocation: sourceLocation)
    expectForm(run, what, sourceLocation: sourceLocation)
    #expect(try listing() == before, what, sourceLocation: sourceLocation)
    return run
  }

  /// Checks what holds of every failure: one line that says it, maybe a hint, nothing else anywhere, in time and
  /// memory.
  func expectForm(
    _ run: MeasuredRun, _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(run.output.isEmpty, what, sourceLocation: sourceLocation)
    let lines = run.error.split(separator: "\n", omittingEmptySubsequences: false)
    let parts = lines[0].split(separator: ": ", maxSplits: 3, omittingEmptySubsequences: false)
    #expect(
      parts.count == 4 && parts[0] == "incept" && parts[1] == "error" && !parts[2].isEmpty
        && !parts[3].isEmpty, what, sourceLocation: sourceLocation)
    #expect(
      lines.count == 2 || (lines.count == 3 && lines[1].hasPrefix("hint: ")), what,
      sourceLocation: sourceLocation)
    #expect(lines.last == "", what, sourceLocation: sourceLocation)
    let isPlain = run.error.unicodeScalars.allSatisfy {
      $0 == "\n" || ![.control, .format].contains($0.properties.generalCategory)
    }
    #expect(isPlain, what, sourceLocation: sourceLocation)
    expectThrift(run, what, sourceLocation: sourceLocation)
  }

  /// Checks time and memory.
  func expectThrift(
    _ run: MeasuredRun, _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(run.seconds < MeasuredRun.mostSeconds, what, sourceLocation: sourceLocation)
    if let bytes = run.peakBytes {
      #expect(bytes < MeasuredRun.mostBytes, what, sourceLocation: sourceLocation)
    }
  }

  /// Every file below the folder with its size.
  func listing() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: folder).sorted().map { name in
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
      return "\(name) \(attributes[.size] ?? 0)"
    }
  }
}

/// A scratch folder whose content no command may change.
func withTrap(_ body: (Trap) throws -> Void) throws {
  try withScratch { try body(Trap(folder: $0)) }
}
