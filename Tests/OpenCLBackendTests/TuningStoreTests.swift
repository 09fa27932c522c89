import Foundation
import OpenCLBackend
import TensorCore
import TestSupport
import Testing

@Suite("Results of tuning")
struct TuningStoreTests {
  private static let identity = TuningIdentity(
    device: "device", driver: "1.2", platform: "platform OpenCL 3.0", computeUnits: 2,
    kernels: "0123", engine: "0.1.0")

  private static let records = [
    "conv2d n1 8x8 c16o32 k3x3 -> 8x8": TuningRecord(
      reference: "direct 8x32", candidates: ["F(4x4,3x3) 9x48", "simple"],
      ratios: ["F(4x4,3x3) 9x48": [0.5, 0.6, 0.55, 0.5, 0.6], "simple": [38.5]]),
    "conv2d \"quoted\" \u{1F600}": TuningRecord(reference: "r", candidates: ["x"]),
  ]

  private func withStore(
    _ identity: TuningIdentity = identity, _ body: (TuningStore) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-tuning-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(TuningStore(cache: CacheDirectory(path: folder), identity: identity))
  }

  private func store(
    _ store: TuningStore, _ change: (TuningIdentity) -> TuningIdentity
  ) -> TuningStore {
    TuningStore(cache: store.cache, identity: change(store.identity))
  }

  @Test("come back as they were saved, for their accuracy only")
  func roundTrip() throws {
    try withStore { store in
      #expect(store.load(.high).isEmpty)
      #expect(store.save(Self.records, .high))
      #expect(store.load(.high) == Self.records)
      #expect(store.load(.fast).isEmpty)
      #expect(
        store.choices(.high) == ["conv2d n1 8x8 c16o32 k3x3 -> 8x8": "F(4x4,3x3) 9x48"])
      let folder = try #require(store.cache).folder(TuningStore.folder)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
      store.clear(.high)
      #expect(store.load(.high).isEmpty)
    }
  }

  @Test("hold for one device, driver, platform, set of kernels and version")
  func identity() throws {
    func with(
      device: String = "device", driver: String = "1.2", platform: String = "platform OpenCL 3.0",
      units: Int = 2, kernels: String = "0123", engine: String = "0.1.0"
    ) -> TuningIdentity {
      TuningIdentity(
        device: device, driver: driver, platform: platform, computeUnits: units, kernels: kernels,
        engine: engine)
    }
    let others = [
      with(device: "other"), with(driver: "1.3"), with(platform: "platform OpenCL 3.1"),
      with(units: 1), with(kernels: "0124"), with(engine: "0.2.0"),
      with(device: "device1", driver: ".2"),
    ]
    #expect(Set(others.map(\.fingerprint) + [Self.identity.fingerprint]).count == others.count + 1)
    try withStore { store in
      store.save(Self.records, .high)
      let path = try #require(store.path(.high))
      for other in others {
        let stranger = self.store(store) { _ in other }
        #expect(stranger.load(.high).isEmpty)
        // Not even where the file is in its place.
        let place = try #require(stranger.path(.high))
        try FileManager.default.copyItem(atPath: path, toPath: place)
        #expect(stranger.load(.high).isEmpty)
      }
      let fast = try #require(store.path(.fast))
      try FileManager.default.copyItem(atPath: path, toPath: fast)
      #expect(store.load(.fast).isEmpty)
    }
  }

  @Test("damaged files are ignored or read in part, and never harm")
  func mutations() throws {
    try withStore { store in
      store.save(Self.records, .high)
      let path = try #require(store.path(.high))
      let original = try Data(contentsOf: URL(fileURLWithPath: path))
      var random = RandomSource(seed: 7)
      for _ in 0..<1000 {
        var bytes = [UInt8](original)
        for _ in 0...random.int(in: 0...3) {
          let index = random.int(in: 0...(bytes.count - 1))
          switch random.int(in: 0...3) {
          case 0: bytes[index] = UInt8(random.int(in: 0...255))
          case 1: bytes.removeSubrange(index..<min(bytes.count, index + random.int(in: 1...40)))
          case 2: bytes.insert(contentsOf: [UInt8]("9e99[{\"\\".utf8), at: index)
          default: bytes.removeLast(min(bytes.count - 1, random.int(in: 1...200)))
          }
          if bytes.isEmpty { bytes = [0] }
        }
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        for record in store.load(.high).values {
          _ = record.next
          #expect(record.choice.ratio > 0 && record.choice.ratio <= 1)
        }
        _ = store.choices(.high)
      }
    }
  }

  @Test(
    "files that are no results are ignored",
    arguments: [
      "", "null", "[]", "{}", "{\"schema\":\"incept.tuning/1\"}",
      String(repeating: "[", count: 100_000),
      "{\"schema\":\"incept.tuning/2\",\"problems\":[]}",
    ])
  func strangers(_ text: String) throws {
    try withStore { store in
      store.save(Self.records, .high)
      let path = try #require(store.path(.high))
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      #expect(store.load(.high).isEmpty)
    }
  }

  @Test("a file that is too large is not read, a folder or pipe in its place neither")
  func places() throws {
    try withStore { store in
      store.save(Self.records, .high)
      let path = try #require(store.path(.high))
      try Data(count: 9 << 20).write(to: URL(fileURLWithPath: path))
      #expect(store.load(.high).isEmpty)
      unlink(path)
      mkdir(path, 0o700)
      #expect(store.load(.high).isEmpty)
      #expect(!store.save(Self.records, .high))
      rmdir(path)
      mkfifo(path, 0o600)
      #expect(store.load(.high).isEmpty)
    }
  }

  @Test("without a cache folder nothing is kept")
  func nowhere() {
    for cache in [nil, CacheDirectory(path: "/dev/null/x")] {
      let store = TuningStore(cache: cache, identity: Self.identity)
      #expect(!store.save(Self.records, .high))
      #expect(store.load(.high).isEmpty)
    }
  }
}
