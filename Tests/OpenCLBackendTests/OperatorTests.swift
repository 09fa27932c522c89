import OpenCLBackend
import Operators
import TensorCore
import TestSupport
import Testing

/// Every operator that a device computes.
private let computed: [String] = OperatorCatalog.all.filter { $0 != Input.self }.map { $0.mnemonic }

@Suite("Operators on devices", .enabled(if: !TestDevice.all.isEmpty, "no OpenCL device here"))
struct OperatorTests {
  @Test("Every sample gives the reference's result", arguments: TestDevice.all, computed)
  func agrees(device: TestDevice, mnemonic: String) throws {
    var ran = 0
    for type in OperatorCatalog.all where type.mnemonic == mnemonic {
      for sample in device.samples(of: OperatorSamples.samples(of: type))
      where DeviceRunner.skip(sample, on: device) == nil {
        ran += 1
        do {
          let mismatch = try DeviceRunner.mismatch(sample, on: device)
          #expect(mismatch == nil)
        } catch {
          Issue.record("\(sample.name): \(error)")
        }
      }
    }
    #expect(ran > 0)
  }

  @Test("Every skip names a sample and a reason")
  func skipsAreWritten() {
    for skip in DeviceRunner.skips {
      #expect(OperatorSamples.all.contains { $0.name.hasPrefix(skip.sample) })
      #expect(!skip.reason.isEmpty)
    }
  }

  @Test("Every operator of the catalog has kernels or is fed")
  func lowerings() {
    let lacking = OperatorCatalog.all.filter {
      !($0 is any OpenCLLowerable.Type) && $0 != Input.self && $0 != Constant.self
    }
    #expect(lacking.map { $0.mnemonic } == [])
  }
}

@Suite("Networks on devices", .enabled(if: !TestDevice.all.isEmpty, "no OpenCL device here"))
struct RandomGraphTests {
  @Test("Random networks give the reference's results", arguments: TestDevice.all, 0..<4)
  func agrees(device: TestDevice, part: Int) throws {
    for seed in part * 15..<(part + 1) * 15 {
      let (graph, feeds) = try GraphGenerator.randomGraph(seed: UInt64(seed))
      do {
        let mismatch = try DeviceRunner.mismatch(graph, feeds, .loose, on: device)
        #expect(mismatch == nil, "seed \(seed)\n\(graph.text())")
      } catch {
        Issue.record("seed \(seed): \(error)\n\(graph.text())")
      }
    }
  }
}
