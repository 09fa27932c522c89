import Foundation
import OpenCLRuntime
import PeakMeasurement
import Roofline
import TensorCore
import Testing

@Suite("Kept peaks")
struct PeakStoreTests {
  private let peaks = DevicePeaks(
    gflops: 234.5, doubleGflops: 117,
    memory: [
      .init(name: "L1", capacity: 65_536, gigabytesPerSecond: 440),
      .init(name: "memory", capacity: nil, gigabytesPerSecond: 45),
    ], launch: 6.5)

  private let device = DeviceInfo(
    platformIndex: 0, deviceIndex: 0, name: "a device", type: .cpu, platformName: "a platform")

  private func withStore(_ body: (PeakStore, String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("peaks-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = PeakStore(cache: CacheDirectory(path: folder), identity: PeakIdentity(device))
    try body(store, try #require(store.path))
  }

  @Test("come back as they were, and are absent before")
  func roundTrip() throws {
    try withStore { store, _ in
      #expect(store.lookup() == .absent)
      #expect(store.save(peaks))
      #expect(store.lookup() == .found(peaks))
    }
  }

  @Test("of a busy machine replace none of an idle one, and are replaced by them")
  func disturbed() throws {
    try withStore { store, _ in
      var busy = peaks
      busy.gflops = 118
      busy.processorShare = 0.5
      var idle = peaks
      idle.processorShare = 0.99
      #expect(busy.isDisturbed && !idle.isDisturbed && !peaks.isDisturbed)
      #expect(store.save(busy))
      #expect(store.lookup() == .found(busy))
      #expect(store.save(idle))
      #expect(!store.save(busy))
      #expect(store.lookup() == .found(idle))
    }
  }

  @Test("hold for one device, driver, platform, number of units and way of measuring")
  func identity() {
    var others: [DeviceInfo] = Array(repeating: device, count: 5)
    others[0].name = "another"
    others[1].driverVersion = "2"
    others[2].platformName = "another"
    others[3].platformVersion = "2"
    others[4].computeUnits = 7
    let own = PeakIdentity(device)
    let identities = others.map { PeakIdentity($0) }
    #expect(Set(([own] + identities).map(\.digest)).count == 6)
    let later = PeakIdentity(
      device: own.device, driver: own.driver, platform: own.platform,
      computeUnits: own.computeUnits, measurement: own.measurement + "x")
    #expect(later.digest != own.digest)
    var index = device
    index.platformIndex = 3
    #expect(PeakIdentity(index) == own)
  }

  @Test(
    "a file that is damaged is told and not used",
    arguments: [
      "", "{", "null", "[]", #"{"schema":"incept.peaks/1"}"#, "NUMBERS", "CUT", "NAN", "FOLDER",
      "LARGE", "OTHER", "LEVELS",
    ])
  func damaged(_ kind: String) throws {
    try withStore { store, path in
      #expect(store.save(peaks))
      var text = try String(contentsOfFile: path, encoding: .utf8)
      switch kind {
      case "NUMBERS": text = text.replacingOccurrences(of: "234.5", with: "-1")
      case "CUT": text = String(text.prefix(text.count / 2))
      case "NAN": text = text.replacingOccurrences(of: "234.5", with: "1e999")
      case "LARGE": text = String(repeating: " ", count: 1 << 20)
      case "OTHER": text = text.replacingOccurrences(of: "a device", with: "b device")
      case "LEVELS": text = text.replacingOccurrences(of: "\"L1\"", with: "\"memory\"")
      default: text = kind
      }
      try FileManager.default.removeItem(atPath: path)
      if kind == "FOLDER" {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      } else {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      }
      guard case .damaged(let named, let reason) = store.lookup() else {
        Issue.record("\(kind) was taken as \(store.lookup())")
        return
      }
      #expect(named == path)
      #expect(!reason.isEmpty)
      if kind != "FOLDER" {
        #expect(store.save(peaks))
        #expect(store.lookup() == .found(peaks))
      }
    }
  }

  @Test("without a cache folder, or one that can't be made, nothing is kept")
  func noFolder() {
    let identity = PeakIdentity(device)
    #expect(!PeakStore(cache: nil, identity: identity).save(peaks))
    #expect(PeakStore(cache: nil, identity: identity).lookup() == .absent)
    let impossible = PeakStore(cache: CacheDirectory(path: "/dev/null/x"), identity: identity)
    #expect(!impossible.save(peaks))
    #expect(impossible.lookup() == .absent)
  }

  @Test("numbers that nothing can be divided by are not kept")
  func implausible() throws {
    try withStore { store, _ in
      var bad = peaks
      bad.gflops = .infinity
      #expect(!store.save(bad))
      bad = peaks
      bad.memory = []
      #expect(!store.save(bad))
      #expect(store.lookup() == .absent)
    }
  }
}
