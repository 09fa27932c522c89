import Foundation
import TestSupport
import Testing

/// Every bad model, weights file, picture, tensor and labels file ends in one error line and the agreed exit
/// code, with nothing on standard output or left behind, in bounded time and memory.
@Suite("hostile files")
struct HostileInputTests {
  private static let large = "9223372036854775807"

  @Test("a pickle that runs a command is refused and nothing runs", arguments: ["os", "posix"])
  func command(_ module: String) throws {
    try withTrap { trap in
      let marker = "\(trap.folder)/marker"
      var call = Array("c\(module)\nsystem\n".utf8)
      call += HostileFiles.text("touch \(marker)")
      call += [0x85, 0x52]
      var item = Array("}".utf8) + HostileFiles.text("w")
      item += call
      for pickle in [call + [0x2E], item + [0x73, 0x2E]] {
        for bytes in [HostileFiles.legacy(pickle), HostileFiles.zip(pickle)] {
          let path = try trap.file("model.pth", bytes)
          for arguments in [["graph", path], ["graph", "digits_cnn", "--weights", path]] {
            let run = try trap.refuse(arguments, 65)
            #expect(run.error.contains("'\(module).system'"))
            #expect(run.error.contains("torch.save(model.state_dict()"))
            #expect(!FileManager.default.fileExists(atPath: marker))
          }
        }
      }
    }
  }

  @Test("pickles that nest, repeat or grow without end are refused")
  func endlessPickles() throws {
    let count = 1_000_000
    func times(_ text: String, _ count: Int) -> [UInt8] {
      [UInt8](repeating: UInt8(ascii: text.unicodeScalars.first ?? "."), count: count)
    }
    // A tuple of four times the tuple before it, a hundred times over.
    var laughs = HostileFiles.text("a") + [0x71, 0]
    for level in UInt8(0)..<100 {
      laughs += [0x28, 0x68, level, 0x68, level, 0x68, level, 0x68, level, 0x74, 0x71, level + 1]
    }
    let stop: [UInt8] = [0x2E]
    let none: [UInt8] = [0x4E]
    let pickles: [[UInt8]] = [
      times("]", count) + times("a", count - 1) + stop, times("(", count) + times("t", count),
      none + [UInt8](repeating: 0x85, count: count) + stop, times("N", 20 * count) + stop,
      times("(", 20 * count), laughs + stop, none + [0x72, 0xFF, 0xFF, 0xFF, 0xFF, 0x2E],
      times("c", 1) + times("a", count) + Array("\nb\n.".utf8),
    ]
    try withTrap { trap in
      for pickle in pickles {
        try trap.refuse(["graph", trap.file("model.pth", HostileFiles.legacy(pickle))], 65)
        try trap.refuse(["graph", trap.file("model.pth", HostileFiles.zip(pickle))], 65)
      }
    }
  }

  @Test(
    "whole modules, HDF5 that leaves its file and absurd shapes are refused",
    arguments: [
      "module_zip.pth", "module_legacy.pth", "checkpoint.pth", "big_endian_zip.pth",
      "hdf5/external_link.h5", "hdf5/external_link_aside.h5", "hdf5/external_storage.h5",
      "hdf5/virtual.h5", "hdf5/soft_loop.h5", "hdf5/hard_loop.h5", "hdf5/absurd_contiguous.h5",
      "hdf5/absurd_chunked.h5", "hdf5/absurd_overflow.h5", "hdf5/overlap.h5",
      "hdf5/control_name.h5", "hdf5/long_name.h5", "hdf5/keras_split.h5",
    ])
  func modelFiles(_ name: String) throws {
    try withTrap { trap in
      let path = try trap.file("model", HostileFiles.tracked("WireFormatsTests/Fixtures/\(name)"))
      try trap.refuse(["graph", path], 65)
      try trap.refuse(["graph", "inception_v3", "--weights", path], 65)
    }
  }

  @Test(
    "weights of another architecture are refused", .enabled(if: Fixtures.available, "no fixtures"),
    arguments: [
      ("inception_v3", "digits_cnn_torch_zip.pth"), ("inception_v3", "digits_cnn_torch_legacy.pth"),
      ("inception_v3:keras", "mobilenet_v1_025_224.h5"), ("digits_cnn", "mobilenet_v1_025_224.h5"),
      ("inception_v3", "digits_cnn_torch.safetensors"), ("digits_cnn", "mobilenet_v1_025_224.pb"),
      ("digits_cnn", "mobilenet_v1_025_224.onnx"),
      ("digits_cnn", "mobilenet_v1_025_224.weights.h5"),
      ("digits_cnn", "mobilenet_v1_025_224.keras"),
    ])
  func otherArchitecture(_ model: String, _ weights: String) throws {
    let path = try Fixtures.url("models/\(weights)").path
    try withTrap { trap in try trap.refuse(["graph", model, "--weights", path], 65) }
  }

  @Test("hostile Keras descriptions are refused, or their graphs are only described")
  func kerasDescriptions() throws {
    let large = Self.large
    let layers = [
      ("ZeroPadding2D", "\"padding\": [[\(large), \(large)], [\(large), \(large)]]"),
      ("ZeroPadding2D", "\"padding\": [[-300, -300], [1, 1]]"),
      ("MaxPooling2D", "\"pool_size\": [\(large), 1], \"strides\": [1, 1], \"padding\": \"same\""),
      ("MaxPooling2D", "\"pool_size\": [2, 2], \"strides\": [0, 0], \"padding\": \"valid\""),
      ("AveragePooling2D", "\"pool_size\": [-1, 1], \"strides\": [1, -1], \"padding\": \"same\""),
      ("Reshape", "\"target_shape\": [\(large), \(large)]"),
      ("Reshape", "\"target_shape\": [-1, -1]"), ("Permute", "\"dims\": [\(large), 1, 1]"),
      ("Concatenate", "\"axis\": -\(large)"), ("Softmax", "\"axis\": \(large)"),
      ("Lambda", "\"function\": \"os.system\""), ("E\\n\\u001b[2J\\u202e", "\"x\": 1"),
      ("Activation", "\"activation\": \"x\\nincept: error: y\\u001b[2J\""),
    ].map { HostileFiles.config(layer: $0.0, options: $0.1) }
    let inputs = [
      "[null, \(large), \(large), 3]", "[null, 4294967296, 4294967296, 3]", "[null, 0, 0, 3]",
      "[null, -1, 5, 3]", "[null, 1e9, 1e9, 3]", "[]", "5", "[null, \"x\", 2, 3]",
    ].map { HostileFiles.config(input: $0) }
    let others = [
      HostileFiles.config(from: "a"), HostileFiles.config(from: "nowhere"),
      HostileFiles.config(name: "input_1"), String(repeating: "[", count: 6000),
      String(repeating: "{\"a\":", count: 1000), "{}", "null",
    ]
    try withTrap { trap in
      let sound = try trap.file("sound.h5", HostileFiles.keras(config: HostileFiles.config()))
      let described = try MeasuredRun(["graph", sound])
      #expect(described.status == 0, "the description itself is sound: \(described.error)")
      for config in layers + inputs + others {
        let path = try trap.file("model.h5", HostileFiles.keras(config: config))
        let run = try trap.refuse(["graph", path], 65)
        #expect(run.error.contains("model.h5") || run.error.contains("'"), "it says where")
      }
      // Within what can be calculated with, but beyond every device.
      let vast = HostileFiles.config(input: "[null, 100000, 100000, 1]")
      let path = try trap.file("vast.h5", HostileFiles.keras(config: vast))
      if Incept.hasDevice { try trap.refuse(["bench", path], 69) }
    }
  }

  @Test(
    "pictures of no or absurd size are refused by their headers", .enabled(if: Incept.hasDevice))
  func pictureSizes() throws {
    try withTrap { trap in
      for (width, height) in [
        (0, 0), (0, 8), (8, 0), (100_000, 100_000), (100_000, 1), (1, 100_000), (12_000, 9_000),
      ] as [(UInt32, UInt32)] {
        let path = try trap.file("picture", HostileFiles.png(width: width, height: height))
        for arguments in [["run", "digits_cnn", path], ["profile", "digits_cnn", path]] {
          try trap.refuse(arguments, 65)
        }
      }
      // A JPEG can't say 100,000.
      for (width, height) in [(0, 0), (0, 8), (65_535, 65_535), (65_535, 1), (9_000, 6_000)]
        as [(UInt16, UInt16)]
      {
        let path = try trap.file("picture", HostileFiles.jpeg(width: width, height: height))
        try trap.refuse(["run", "digits_cnn", path], 65)
      }
    }
  }

  @Test("hostile NPY files are refused", .enabled(if: Incept.hasDevice))
  func tensors() throws {
    let large = Self.large
    let files: [[UInt8]] = [
      [], [0x93], HostileFiles.npy("'<f4'", "(1, 1, 8, 8)"),
      HostileFiles.npy("'<f4'", "(99999999999999999999,)"),
      HostileFiles.npy("'<f4'", "(4294967296, 4294967296)"),
      HostileFiles.npy("'<f4'", "(0, \(large), \(large))"), HostileFiles.npy("'<f4'", "(-1, 8)"),
      HostileFiles.npy("'|O'", "(1, 1, 8, 8)", [UInt8](repeating: 1, count: 512)),
      HostileFiles.npy("'\u{1B}[2J\nincept: error: x'", "(1,)"),
      HostileFiles.npy("'<f4'", "(1, 1, 9, 8)", [UInt8](repeating: 0, count: 288)),
      HostileFiles.npy("'<f4'", "(0, 1, 8, 8)"),
      HostileFiles.npy("'<u8'", "(1, 1, 8, 8)", [UInt8](repeating: 255, count: 512)),
    ]
    try withTrap { trap in
      func arguments(_ path: String) -> [String] {
        ["run", "digits_cnn", "--input", "x=\(path)", "--output-dir", "\(trap.folder)/a/b"]
      }
      for bytes in files { try trap.refuse(arguments(trap.file("x.npy", bytes)), 65) }
      // A file of no bytes on disk and a device that never ends.
      let sparse = try trap.file("sparse.npy", HostileFiles.npy("'<f4'", "(50000000000, 1, 8, 8)"))
      #expect(truncate(sparse, 200 << 30) == 0)
      try trap.refuse(arguments(sparse), 65)
      try trap.refuse(arguments("/dev/zero"), 65)
    }
  }

  @Test("labels that are no labels are refused", .enabled(if: Incept.hasDevice))
  func labels() throws {
    var random = RandomSource(name: "labels")
    let noise = (0..<1 << 20).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    try withTrap { trap in
      func refuse(_ path: String, _ status: Int32) throws {
        try trap.refuse(["run", "digits_cnn", HostileFiles.digit, "--labels", path], status)
      }
      try refuse(trap.file("noise", noise), 64)
      try refuse(trap.file("empty", []), 65)
      try refuse("/dev/zero", 65)
      let huge = try trap.file("huge", [])
      #expect(truncate(huge, 200 << 30) == 0)
      try refuse(huge, 65)
    }
  }

  @Test("folders, pipes without a writer and files without permission are 74")
  func unreadable() throws {
    try withTrap { trap in
      let pipe = "\(trap.folder)/pipe"
      #expect(mkfifo(pipe, 0o600) == 0)
      for path in [pipe, trap.folder] {
        for arguments in Self.uses(of: path) { try trap.refuse(arguments, 74) }
      }
      let locked = try trap.file("locked", [1, 2, 3])
      #expect(chmod(locked, 0) == 0)
      // Root reads everything unless it gives that up.
      let isRoot = geteuid() == 0
      let setpriv = "/usr/bin/setpriv"
      if isRoot, !FileManager.default.isExecutableFile(atPath: setpriv) { return }
      let shell = "\(setpriv) --bounding-set=-dac_override,-dac_read_search \"$0\" \"$@\""
      for arguments in Self.uses(of: locked) {
        try trap.refuse(arguments, 74, shell: isRoot ? shell : nil)
      }
    }
  }

  /// Commands that read `path` as a model, as weights, and with a device also as everything else.
  private static func uses(of path: String) -> [[String]] {
    let models = [["graph", path], ["graph", "digits_cnn", "--weights", path]]
    guard Incept.hasDevice else { return models }
    return models + [
      ["run", "digits_cnn", path], ["run", "digits_cnn", HostileFiles.digit, "--labels", path],
      ["run", "digits_cnn", "--input", "x=\(path)", "--output-dir", "\(path)-out"],
    ]
  }
}
