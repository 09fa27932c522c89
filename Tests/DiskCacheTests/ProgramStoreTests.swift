import DiskCache
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("programs on disk")
struct ProgramStoreTests {
  @Test("what is saved is found, byte for byte, by another store of the same folder")
  func roundTrip() throws {
    try withCache { cache in
      let entry = Self.entry(1, byteCount: 1000)
      #expect(ProgramStore(cache).lookup(entry.key) == .absent)
      #expect(ProgramStore(cache).save(entry))
      #expect(ProgramStore(cache).lookup(entry.key) == .found(entry))
      #expect(ProgramStore(cache).items().map(\.entry) == [entry])
      #expect(ProgramStore(cache).save(Self.entry(2, byteCount: 0)))
      #expect(ProgramStore(cache).size().count == 2)
    }
  }

  @Test("every part of a key makes another entry, and is named when it differs")
  func keys() {
    let key = Self.entry(1).key
    var others = Array(repeating: key, count: 5)
    others[0].options = "-D N=4"
    others[1].device = "another"
    others[2].driver = "2"
    others[3].platform = "P 2"
    others[4].engine = "9"
    #expect(Set((others + [key, Self.entry(2).key]).map(\.digest)).count == 7)
    #expect(
      others.map { key.differences(from: $0) } == [
        ["options"], ["device"], ["driver"], ["platform"], ["Incept's version"],
      ])
    #expect(key.differences(from: Self.entry(2).key) == ["source"])
    // Lengths are part of the digest, so that no text can move from one part to the next.
    var (left, right) = (key, key)
    (left.device, left.driver) = ("ab", "c")
    (right.device, right.driver) = ("a", "bc")
    #expect(left.digest != right.digest)
  }

  @Test("no mutation of an entry is ever taken for a program")
  func mutations() throws {
    var random = RandomSource(seed: 20)
    let good = try #require(Self.entry(3, byteCount: 300).encoded())
    #expect(ProgramEntry(decoding: good) == Self.entry(3, byteCount: 300))
    for number in 0..<2000 {
      var bytes = good
      switch number % 5 {
      case 0: bytes[random.int(in: 0...(bytes.count - 1))] ^= UInt8(1 << random.int(in: 0...7))
      case 1: bytes.removeLast(random.int(in: 1...bytes.count))
      case 2: bytes += (0..<random.int(in: 1...64)).map { _ in UInt8(random.int(in: 0...255)) }
      case 3:
        // Lengths that are huge, negative or point elsewhere.
        for index in 8..<20 where random.int(in: 0...1) == 0 {
          bytes[index] = UInt8(random.int(in: 0...255))
        }
        if bytes == good { bytes[8] ^= 1 }
      default:
        bytes.remove(at: random.int(in: 0...(bytes.count - 1)))
      }
      #expect(ProgramEntry(decoding: bytes) == nil, "mutation \(number) of seed 20")
    }
  }

  @Test("a damaged, cut or foreign entry is no entry, and saving puts a good one there")
  func damaged() throws {
    try withCache { cache in
      let store = ProgramStore(cache)
      let (entry, other) = (Self.entry(4), Self.entry(5))
      #expect(store.save(entry) && store.save(other))
      let path = "\(store.folder)/\(entry.key.digest).program"
      let foreign = try Data(
        contentsOf: URL(fileURLWithPath: "\(store.folder)/\(other.key.digest).program"))
      for bytes in [Data(), Data([1, 2, 3]), foreign, Data(repeating: 0, count: 5000)] {
        try bytes.write(to: URL(fileURLWithPath: path))
        #expect(store.lookup(entry.key) == .damaged)
        #expect(store.items().count { $0.entry == nil } == 1)
        #expect(store.save(entry))
        #expect(store.lookup(entry.key) == .found(entry))
      }
      // What others may write is not ours.
      #expect(chmod(path, 0o666) == 0)
      #expect(store.lookup(entry.key) == .damaged)
    }
  }

  @Test("links, pipes and folders in an entry's place are neither followed nor waited for")
  func otherKinds() throws {
    try withCache { cache in
      let store = ProgramStore(cache)
      let entry = Self.entry(6)
      #expect(store.save(entry))
      let path = "\(store.folder)/\(entry.key.digest).program"
      let elsewhere = "\(cache.path)/elsewhere"
      #expect(rename(path, elsewhere) == 0)
      #expect(symlink(elsewhere, path) == 0)
      #expect(store.lookup(entry.key) == .damaged)
      #expect(store.save(entry))
      #expect(store.lookup(entry.key) == .found(entry))
      #expect(unlink(path) == 0 && symlink(elsewhere, path) == 0)
      #expect(store.clear().count == 1)
      #expect(FileManager.default.fileExists(atPath: elsewhere))
      #expect(mkfifo(path, 0o600) == 0)
      #expect(store.lookup(entry.key) == .damaged)
      #expect(store.save(entry))
      #expect(unlink(path) == 0 && mkdir(path, 0o700) == 0)
      #expect(store.lookup(entry.key) == .damaged)
      #expect(!store.save(entry))
      let left = try FileManager.default.contentsOfDirectory(atPath: store.folder)
      #expect(left.count == 1)
    }
  }

  @Test("those not used for longest go first, and a lookup is a use")
  func prune() throws {
    try withCache { cache in
      let entries = (0..<4).map { Self.entry(10 + $0, byteCount: 2000) }
      let store = ProgramStore(cache)
      for (age, entry) in entries.enumerated() {
        #expect(store.save(entry))
        var times = [
          timespec(tv_sec: 1000 - age, tv_nsec: 0), timespec(tv_sec: 1000 - age, tv_nsec: 0),
        ]
        utimensat(AT_FDCWD, "\(store.folder)/\(entry.key.digest).program", &times, 0)
      }
      #expect(store.lookup(entries[3].key) == .found(entries[3]))
      let each = store.size().byteCount / 4
      let removed = store.prune(to: each * 2 + each / 2)
      #expect(removed.count == 2 && removed.byteCount >= 2 * 2000)
      #expect(store.lookup(entries[3].key) != .absent && store.lookup(entries[0].key) != .absent)
      #expect(store.lookup(entries[1].key) == .absent && store.lookup(entries[2].key) == .absent)
      #expect(store.prune(to: 0).count == 2)
      #expect(store.size().count == 0)
    }
  }

  @Test("clearing removes what is ours, a dead writer's leftovers too, and nothing else")
  func clear() throws {
    try withCache { cache in
      let store = ProgramStore(cache)
      #expect(store.save(Self.entry(20)))
      let digest = Self.entry(21).key.digest
      for name in ["notes.txt", "\(digest).program.bak", "\(digest).x1.tmp", "\(digest).program"] {
        try Data().write(to: URL(fileURLWithPath: "\(store.folder)/\(name)"))
      }
      #expect(store.clear().count == 2)
      let left = try FileManager.default.contentsOfDirectory(atPath: store.folder).sorted()
      #expect(left == ["\(digest).program.bak", "notes.txt"])
      #expect(cache.makeFolder("tuning") != nil)
      for name in ["a.json", "b.txt"] {
        try Data("{}".utf8).write(to: URL(fileURLWithPath: "\(cache.path)/tuning/\(name)"))
      }
      #expect(cache.tuningFiles().map(\.name) == ["a.json"])
      #expect(cache.clearTuning().count == 1)
    }
  }

  @Test("a folder that is missing, a file, or not writable is no error")
  func unwritable() throws {
    try withCache { cache in
      let file = "\(cache.path)/file"
      try Data().write(to: URL(fileURLWithPath: file))
      for path in ["\(file)/cache", "/dev/null/x", "/proc/nothing"] {
        let store = ProgramStore(CacheDirectory(path: path))
        #expect(!store.save(Self.entry(30)))
        #expect(store.lookup(Self.entry(30).key) == .absent)
        #expect(store.items().isEmpty && store.prune().count == 0 && store.clear().count == 0)
      }
    }
  }

  @Test("many writers, readers and pruners at once see whole entries or none")
  func concurrency() throws {
    try withCache { cache in
      let entries = (0..<4).map { Self.entry(40 + $0, byteCount: 20_000) }
      DispatchQueue.concurrentPerform(iterations: 8) { worker in
        let store = ProgramStore(cache)
        for round in 0..<50 {
          let entry = entries[(worker + round) % entries.count]
          switch (worker + round) % 3 {
          case 0: store.save(entry)
          case 1: store.prune(to: 45_000)
          default: break
          }
          let found = store.lookup(entry.key)
          #expect(found == .found(entry) || found == .absent)
          #expect(store.items().allSatisfy { $0.entry != nil })
        }
      }
      #expect(ProgramStore(cache).items().allSatisfy { $0.entry != nil })
      let names = try FileManager.default.contentsOfDirectory(atPath: ProgramStore(cache).folder)
      #expect(names.allSatisfy { $0.hasSuffix(".program") })
    }
  }

  @Test("an entry above the bound is not kept")
  func tooLarge() throws {
    try withCache { cache in
      #expect(!ProgramStore(cache, limit: 1000).save(Self.entry(50, byteCount: 2000)))
      #expect(ProgramStore(cache, limit: 1000).size().count == 0)
    }
  }

  private static func entry(_ seed: Int, byteCount: Int = 100) -> ProgramEntry {
    ProgramEntry(
      key: ProgramKey(
        sourceText: "kernel \(seed)", options: "", device: "d", driver: "1", platform: "P 1",
        engine: "0"),
      name: "kernel N=\(seed)",
      program: (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed) })
  }

  private func withCache(_ body: (CacheDirectory) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-cache-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(CacheDirectory(path: folder.path))
  }
}
