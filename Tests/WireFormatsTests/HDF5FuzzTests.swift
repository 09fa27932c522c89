import Foundation
import TensorCore
import TestSupport
import Testing
import WireFormats

/// Damages sound files in seeded ways and reads everything in them: each mutant is read or refused, in time and
/// within memory.
@Suite(.serialized) struct HDF5FuzzTests {
  /// `INCEPT_FUZZ_MUTATIONS` asks for a longer campaign.
  private static let mutationsPerFile =
    ProcessInfo.processInfo.environment["INCEPT_FUZZ_MUTATIONS"].flatMap { Int($0) } ?? 1_000
  private static let secondsPerMutant = 5.0
  private static let peakBytes = 1 << 30

  @Test(arguments: ["datasets.h5", "attributes.h5", "keras_split.h5"])
  func generatedFilesSurviveMutation(_ name: String) throws {
    try fuzz(try HDF5Fixtures.path(name))
  }

  @Test(.enabled(if: Fixtures.available, "no shared fixtures"))
  func aRealModelSurvivesMutation() throws {
    try fuzz(try HDF5Fixtures.model("mobilenet_v1_025_224.h5"))
  }

  private func fuzz(_ path: String) throws {
    let original = try [UInt8](#require(FileManager.default.contents(atPath: path)))
    var scan = Scan()
    scan.read(MappedFile(copying: original, name: "original.h5"))
    try #require(scan.errors == 0 || !path.contains("mobilenet"))
    let metadata = original.indices.filter { index in
      !scan.data.contains { $0.contains(index) }
    }
    var refused = 0
    for seed in 0..<HDF5FuzzTests.mutationsPerFile {
      var mutator = Mutator(seed: UInt64(seed))
      let mutant = mutator.mutate(original, metadata: metadata)
      let clock = ContinuousClock()
      var mutantScan = Scan()
      let time = clock.measure { mutantScan.read(MappedFile(copying: mutant, name: "mutant.h5")) }
      refused += mutantScan.errors > scan.errors ? 1 : 0
      #expect(time < .seconds(HDF5FuzzTests.secondsPerMutant), "seed \(seed)")
    }
    // Otherwise the mutations don't reach what is read.
    #expect(refused > HDF5FuzzTests.mutationsPerFile / 20)
    if PeakMemory.isMeaningful { #expect(PeakMemory.bytes < HDF5FuzzTests.peakBytes) }
  }
}

/// Reads everything in a file, through the tree and as a Keras file.
private struct Scan {
  private static let maximumDepth = 6
  private static let maximumObjects = 20_000
  var errors = 0
  var objects = 0
  var data: [Range<Int>] = []
  var sum = 0

  mutating func read(_ mapped: MappedFile) {
    do {
      let file = try HDF5File(mapped)
      visit(.group(try file.root()), depth: 0)
      let keras = try KerasWeightFile(file)
      sum += keras.layers.count
    } catch {
      errors += 1
    }
  }

  private mutating func visit(_ object: HDF5Object, depth: Int) {
    objects += 1
    guard depth <= Scan.maximumDepth, objects <= Scan.maximumObjects else { return }
    for name in object.attributes.names {
      do { sum += try object.attributes.strings(name)?.count ?? 0 } catch { errors += 1 }
    }
    switch object {
    case .dataset(let dataset):
      do {
        let tensor = try dataset.tensor()
        // Unpacked data starts at 0 of memory of its own.
        if tensor.byteOffset > 0 {
          data.append(tensor.byteOffset..<tensor.byteOffset + tensor.byteCount)
        }
        tensor.withUnsafeBytes { bytes in
          for index in stride(from: 0, to: bytes.count, by: 512) { sum += Int(bytes[index]) }
        }
      } catch {
        errors += 1
      }
    case .group(let group):
      for name in group.names {
        do { visit(try group.object(name), depth: depth + 1) } catch { errors += 1 }
      }
    }
  }
}

/// One seeded way of damaging a file: up to 32 edits, nine in ten of them in metadata, and now and then a cut.
private struct Mutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  private mutating func next(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return Int((value ^ value >> 31) % UInt64(bound))
  }

  mutating func mutate(_ original: [UInt8], metadata: [Int]) -> [UInt8] {
    var bytes = original
    for _ in 0..<(1 << next(6)) {
      let place = next(10) < 9 ? metadata[next(metadata.count)] : next(bytes.count)
      switch next(6) {
      case 0: bytes[place] ^= 1 << UInt8(next(8))
      case 1: bytes[place] = UInt8(next(256))
      case 2: bytes[place] = 0xFF
      case 3: bytes[place] = 0
      case 4:
        for index in place..<min(place + 1 << next(4), bytes.count) {
          bytes[index] = next(2) == 0 ? 0xFF : UInt8(next(256))
        }
      default:
        // Another place's eight bytes: plausible addresses in wrong places.
        let source = metadata[next(metadata.count)]
        for index in 0..<8 where max(place, source) + index < bytes.count {
          bytes[place + index] = original[source + index]
        }
      }
    }
    if next(20) == 0 { bytes.removeLast(next(bytes.count)) }
    return bytes
  }
}
