import Datasets
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("hostile data")
struct HostileDataTests {
  private static let name = "train-images-idx3-ubyte"
  private static let labels = "train-labels-idx1-ubyte"

  @Test("IDX files that are cut, too long or lie are refused, naming file and byte")
  func idx() throws {
    let sound = DataFile.idx([3, 2, 2], [UInt8](repeating: 1, count: 12))
    let classes = DataFile.idx([3], [0, 1, 2])
    let huge = 0xFFFF_FFFF
    let images: [(String, [UInt8])] =
      sound.indices.map { ("cut at \($0)", Array(sound[..<$0])) } + [
        ("a byte more", sound + [0]), ("signed", DataFile.idx([3, 2, 2], sound, type: 9)),
        ("float", DataFile.idx([3, 2, 2], sound, type: 0x0D)),
        ("no images", DataFile.idx([0, 2, 2], [])), ("no rows", DataFile.idx([3, 0, 2], [])),
        ("huge", DataFile.idx([huge, huge, huge], [])),
        ("huge sides", DataFile.idx([3, 8192, 8192], [])),
        ("huge axes", DataFile.idx([huge, huge, huge, huge], [])),
        ("two channels", DataFile.idx([3, 2, 2, 2], [UInt8](repeating: 1, count: 24))),
        ("two axes", DataFile.idx([3, 4], [UInt8](repeating: 1, count: 12))),
        ("labels", classes), ("five axes", DataFile.idx([1, 1, 1, 1, 1], [1])),
      ]
    try withFolder { folder in
      for isPacked in [false, true] {
        let (path, other) = ("\(folder)/\(Self.name)", "\(folder)/\(Self.labels)")
        try DataFile.write(classes, other)
        for (what, bytes) in images {
          try DataFile.write(isPacked ? DataFile.gzip(bytes) : bytes, path)
          let error = Attack.refused("\(what), packed \(isPacked)") {
            _ = try DatasetReader.read(folder)
          }
          #expect(error?.subject.hasPrefix(folder) == true, "\(what)")
        }
        try DataFile.write(isPacked ? DataFile.gzip(sound) : sound, path)
        for (what, bytes) in [
          ("other count", DataFile.idx([4], [0, 1, 2, 3])), ("cut", DataFile.idx([3], [0, 1])),
          ("images", sound), ("empty", []),
        ] {
          try DataFile.write(isPacked ? DataFile.gzip(bytes) : bytes, other)
          let error = Attack.refused("labels: \(what)") { _ = try DatasetReader.read(folder) }
          #expect(error?.subject == other)
        }
        try FileManager.default.removeItem(atPath: other)
        Attack.refused("no labels", [.noInput]) { _ = try DatasetReader.read(folder) }
      }
    }
  }

  @Test("gzip bombs and damaged gzip files are refused before they take memory")
  func gzip() throws {
    let zeros = [UInt8](repeating: 0, count: 32 << 20)
    let bomb = DataFile.gzip(zeros)
    // Members one after the other are one stream: 4 GiB of zeros in 4 MiB.
    let bombs = (0..<128).flatMap { _ in bomb }
    let header = DataFile.gzip(DataFile.idx([3, 2, 2], []))
    let sound = DataFile.gzip(DataFile.idx([3, 2, 2], [UInt8](repeating: 1, count: 12)))
    var damaged = sound
    damaged[damaged.count - 6] ^= 0xFF
    try withFolder { folder in
      let path = "\(folder)/\(Self.name).gz"
      try DataFile.write(DataFile.idx([3], [0, 1, 2]), "\(folder)/\(Self.labels)")
      let files: [(String, [UInt8])] = [
        ("bomb behind a header", header + bombs), ("checksum", damaged),
        ("cut", Array(sound.dropLast(9))), ("cut in the header", Array(sound.prefix(5))),
        ("rubbish behind it", sound + [1, 2, 3]),
      ]
      for (what, bytes) in files {
        try DataFile.write(bytes, path)
        Attack.refused(what) { _ = try DatasetReader.read(folder) }
        Attack.refused(what) { _ = try DatasetReader.read(path) }
      }
      let csv = "\(folder)/data.csv.gz"
      for (what, bytes) in [
        ("bomb of zeros", bombs),
        ("bomb of one line", DataFile.gzip(Array("1,2,3,4,0\n".utf8)) + bombs),
        ("bomb of digits", DataFile.gzip([UInt8](repeating: 0x31, count: 64 << 20))),
        ("bomb of commas", DataFile.gzip([UInt8](repeating: 0x2C, count: 64 << 20))),
        (
          "bomb of fields",
          DataFile.gzip(Array(String(repeating: "1,", count: 8 << 20).utf8))
        ),
      ] {
        try DataFile.write(bytes, csv)
        Attack.refused(what) { _ = try DatasetReader.read(csv) }
      }
    }
  }

  @Test("CSV that is none is refused, naming file, line and column")
  func csv() throws {
    let sound = "1,2,3,4,0\n"
    let cases: [(text: String, place: String)] = [
      ("", "data.csv"), ("\n\n", "data.csv"), ("label,a,b,c,d\n", "data.csv"),
      ("1,2,3,4\n", "line 1"), ("5\n", "line 1"), ("1,2\n1,2,3\n", "line 2"),
      (sound + "1,2,3,4\n", "line 2"), (sound + "1,2,3,4,5,6\n", "line 2"),
      (sound + sound + "1,2,x,4,0\n", "line 3, column 3"),
      (sound + "1,,3,4,0\n", "line 2, column 2"),
      (sound + "1,2,3,4,\n", "line 2, column 5"), (sound + "nan,2,3,4,0\n", "line 2, column 1"),
      ("nan,2,3,4,nan\n", "line 1, column 1"), (sound + "1,inf,3,4,0\n", "line 2, column 2"),
      (sound + "1,2,-3,4,0\n", "line 2, column 3"), (sound + "0x10,2,3,4,0\n", "line 2, column 1"),
      (sound + "1e39,2,3,4,0\n", "line 2, column 1"),
      (sound + "1e38,2,3,4,0\n", "line 2, column 1"),
      (sound + "256,2,3,4,0\n", "line 2, column 1"),
      (sound + "99999999999999999999,2,3,4,0\n", "line 2, column 1"),
      (sound + String(repeating: "9", count: 400) + ",2,3,4,0\n", "line 2, column 1"),
      (sound + "1,2,3,4,1.5\n", "line 2, column 5"),
      (sound + "1,2,3,4,70000\n", "line 2, column 5"),
      (sound + "1,2,3,4,-1\n", "line 2, column 5"), (sound + "\"1\",2,3,4,0\n", "line 2, column 1"),
      (sound + "1,2,3,4,0\u{1B}[2J\n", "data.csv"), (sound + "é,2,3,4,0\n", "line 2, column 1"),
      (sound + "1 2,2,3,4,0\n", "line 2, column 1"), (sound + sound, "data.csv"),
      (String(repeating: "1", count: 9 << 20), "line 1"), ("a,b\u{0}", "data.csv"),
    ]
    try withFolder { folder in
      for (text, place) in cases {
        for isPacked in [false, true] {
          let path = "\(folder)/data.csv"
          try DataFile.write(isPacked ? DataFile.gzip(Array(text.utf8)) : Array(text.utf8), path)
          let what = String(text.debugDescription.prefix(60))
          let error = Attack.refused(what) { _ = try DatasetReader.read(path) }
          #expect(error?.subject.hasSuffix(place) == true, "\(what): \(error?.subject ?? "none")")
          #expect(error?.subject.hasPrefix(path) == true)
        }
      }
    }
  }

  @Test("folders with what is no picture are refused, naming the file")
  func folders() throws {
    var random = RandomSource(seed: 9)
    try withFolder { folder in
      let files = FileManager.default
      Attack.refused("empty folder") { _ = try DatasetReader.read(folder) }
      Attack.refused("no folder", [.noInput]) { _ = try DatasetReader.read("\(folder)/none") }
      _ = try DataFile.picture("\(folder)/a/1.png", &random)
      let bad = "\(folder)/b/2.png"
      try files.createDirectory(atPath: "\(folder)/b", withIntermediateDirectories: true)
      let empty = Attack.refused("class without pictures") { _ = try DatasetReader.read(folder) }
      #expect(empty?.subject == "\(folder)/b")
      let sound = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a/1.png")))
      for (what, bytes) in [
        ("empty", []), ("text", Array("hello".utf8)), ("cut", Array(sound.dropLast(20))),
        ("signature only", Array(sound.prefix(8))),
      ] {
        try DataFile.write(bytes, bad)
        let error = Attack.refused(what) { _ = try DatasetReader.read(folder) }
        #expect(error?.subject.hasPrefix(bad) == true)
      }
      try files.removeItem(atPath: bad)
      try files.createDirectory(atPath: bad, withIntermediateDirectories: true)
      Attack.refused("folder as picture", [.ioError, .badData]) {
        _ = try DatasetReader.read(folder)
      }
      try files.removeItem(atPath: bad)
      #expect(mkfifo(bad, 0o600) == 0)
      Attack.refused("pipe as picture", [.ioError, .badData]) { _ = try DatasetReader.read(folder) }
      try files.removeItem(atPath: bad)
      try files.createSymbolicLink(atPath: bad, withDestinationPath: bad)
      Attack.refused("loop of links", [.ioError, .badData]) { _ = try DatasetReader.read(folder) }
      try files.removeItem(atPath: bad)
      _ = try DataFile.picture(bad, &random, width: 5, height: 3)
      let size = Attack.refused("other size") { _ = try DatasetReader.read(folder) }
      #expect(size?.subject == bad)
    }
  }

  @Test("pictures, archives and devices are no data")
  func others() throws {
    try withFolder { folder in
      var random = RandomSource(seed: 2)
      _ = try DataFile.picture("\(folder)/x.png", &random)
      Attack.refused("a picture") { _ = try DatasetReader.read("\(folder)/x.png") }
      try DataFile.write([0x50, 0x4B, 3, 4, 0, 0], "\(folder)/x.zip")
      Attack.refused("an archive") { _ = try DatasetReader.read("\(folder)/x.zip") }
      Attack.refused("a device", [.ioError]) { _ = try DatasetReader.read("/dev/zero") }
    }
  }

  @Test("random changes of sound files end in an error or in images", arguments: 0..<40)
  func fuzz(_ seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    try withFolder { folder in
      let csv = (0..<8).map { "\($0),0,16,3,\($0 % 3)" }.joined(separator: "\n")
      let seeds: [(String, [UInt8])] = [
        ("data.csv", Array(csv.utf8)), ("data.csv", DataFile.gzip(Array(csv.utf8))),
        (Self.name, DataFile.idx([3, 2, 2], [UInt8](repeating: 1, count: 12))),
        (Self.name, DataFile.gzip(DataFile.idx([3, 2, 2], [UInt8](repeating: 1, count: 12)))),
      ]
      try DataFile.write(DataFile.idx([3], [0, 1, 2]), "\(folder)/\(Self.labels)")
      for (name, sound) in seeds {
        for _ in 0..<25 {
          var bytes = sound
          for _ in 0..<random.int(in: 1...4) {
            let place = random.int(in: 0...(bytes.count - 1))
            switch random.int(in: 0...2) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.insert(random.pick([0, 0x2C, 0x0A, 0x2D, 0xFF]), at: place)
            default: if bytes.count > 1 { bytes.remove(at: place) }
            }
          }
          try DataFile.write(bytes, "\(folder)/\(name)")
          Attack.survived("seed \(seed): \(bytes)") {
            _ = try DatasetReader.readParts("\(folder)/\(name)")
          }
        }
      }
    }
  }
}
