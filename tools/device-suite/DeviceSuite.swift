import Foundation
import GraphIR
import OpenCLBackend
import OpenCLRuntime
import TensorCore
import TestSupport

/// Solves the sample problems of every operator on every OpenCL device found, in every form of its kernels, and
/// compares with the reference. One line per failure and skip, then one per device:
///
///     RESULT <tab> device <tab> driver <tab> run <tab> failed <tab> skipped <tab> seconds
///
/// Exits with 0, 1 where something failed, 64 for bad arguments, 69 without any device.
@main
struct DeviceSuite {
  private struct Tally {
    var run = 0
    var failed = 0
    var skipped = 0
  }

  static func main() throws {
    guard let options = Options(Array(CommandLine.arguments.dropFirst())) else {
      FileHandle.standardError.write(Data((Options.usage + "\n").utf8))
      exit(64)
    }
    let samples = OperatorSamples.all.filter { sample in
      options.includes(sample) && (!options.representativeOnly || sample.isRepresentative)
        && isLowerable(sample)
    }
    if options.lists {
      for sample in samples { print("\(sample.name)\t\(sample.work)") }
      return
    }
    let skips = try options.skipList.map { try SkipList(path: $0) } ?? SkipList()
    let forms = TestDevice.all + TestDevice.otherWidths
    guard !forms.isEmpty else {
      print(
        (["device-suite: no OpenCL device"] + DeviceDiscovery.discover().notes).joined(
          separator: "\n"))
      exit(69)
    }
    var failed = 0
    for (index, device) in forms.enumerated()
    where forms[..<index].allSatisfy({ $0.info != device.info }) {
      let own = forms.filter { $0.info == device.info && (options.forms == .all || $0.isNative) }
      failed += run(samples, on: device.info, as: own, options, skips).failed
    }
    exit(failed == 0 ? 0 : 1)
  }

  /// Whether the backend has kernels for the sample's operator.
  private static func isLowerable(_ sample: OperatorSample) -> Bool {
    sample.op is any OpenCLLowerable
  }

  private static func run(
    _ samples: [OperatorSample], on device: DeviceInfo, as forms: [TestDevice], _ options: Options,
    _ skips: SkipList
  ) -> Tally {
    let clock = ContinuousClock()
    let started = clock.now
    var tally = Tally()
    var coverage = KernelCoverage()
    for form in forms {
      run(form, form.samples(of: samples), options, skips, &tally, &coverage)
      guard form.style == .registerTiles else { continue }
      if form.traits.ordersMemoryBetweenGroups {
        runChains(form, options, &tally, &coverage)
      } else if options.forcesChains {
        runChains(form.withOrderedMemory(), options, &tally, &coverage)
      } else {
        coverage.excuse("chain.cl: chain")
      }
    }
    if options.requiresCoverage {
      for kernel in coverage.missing {
        tally.failed += 1
        say("FAIL\tkernel \(kernel)\tno sample launched it")
      }
      say(
        "kernels launched: \(KernelCoverage.all.count - coverage.missing.count) of \(KernelCoverage.all.count)"
      )
    }
    let seconds = String(format: "%.1f", (clock.now - started) / .seconds(1))
    let columns = [
      device.name, device.driverVersion, "\(tally.run)", "\(tally.failed)", "\(tally.skipped)",
      seconds,
    ]
    say("RESULT\t" + columns.joined(separator: "\t"))
    return tally
  }

  private static func run(
    _ device: TestDevice, _ samples: [OperatorSample], _ options: Options, _ skips: SkipList,
    _ tally: inout Tally, _ coverage: inout KernelCoverage
  ) {
    let clock = ContinuousClock()
    let started = clock.now
    defer {
      let seconds = String(format: "%.1f", (clock.now - started) / .seconds(1))
      say("form \(device.form): \(samples.count) samples, \(seconds) s")
    }
    for sample in samples {
      solve("\(sample.name) as \(device.form)", options, skips, &tally, &coverage) {
        (plan) throws(InceptError) in
        try DeviceRunner.mismatch(sample, on: device) { plan = $0 }
      }
    }
    // Register tiles have so many variants that the smallest problem has to do: it launches each kernel.
    let problems = OperatorSamples.forEachVariant
    for sample in device.style == .workItems ? problems[...] : problems.prefix(1)
    where options.includes(sample) {
      for precision in Precision.allCases {
        solveVariants(sample, precision, device, options, skips, &tally, &coverage)
      }
    }
  }

  private static func solveVariants(
    _ sample: OperatorSample, _ precision: Precision, _ device: TestDevice, _ options: Options,
    _ skips: SkipList, _ tally: inout Tally, _ coverage: inout KernelCoverage
  ) {
    let variants = try? DeviceRunner.variants(of: sample, on: device, precision: precision)
    for (variant, choice) in variants ?? [] {
      let name = "\(sample.name) by \(variant) in \(precision) as \(device.form)"
      solve(name, options, skips, &tally, &coverage) { (plan) throws(InceptError) in
        try DeviceRunner.mismatch(sample, by: choice, on: device) { plan = $0 }
      }
    }
  }

  /// Runs one problem and says what is wrong with its result.
  private static func solve(
    _ name: String, _ options: Options, _ skips: SkipList, _ tally: inout Tally,
    _ coverage: inout KernelCoverage,
    _ run: (inout Plan?) throws(InceptError) -> String?
  ) {
    if let reason = skips.reason(for: name) {
      tally.skipped += 1
      say("SKIP\t\(name)\t\(reason)")
      return
    }
    if options.isVerbose { say("RUN\t\(name)") }
    tally.run += 1
    let clock = ContinuousClock()
    let began = clock.now
    defer {
      let milliseconds = Int((clock.now - began) / .milliseconds(1))
      if options.isVerbose { say("TIME\t\(name)\t\(milliseconds)") }
    }
    do throws(InceptError) {
      var plan: Plan?
      let mismatch = try run(&plan)
      coverage.add(plan?.launches.map(\.kernel) ?? [])
      if let mismatch {
        tally.failed += 1
        let variants = plan?.launches.map(\.variant).joined(separator: ", ") ?? ""
        say("FAIL\t\(name) (\(variants))\t\(mismatch)")
      }
    } catch {
      tally.failed += 1
      say("FAIL\t\(name)\t\(error)")
    }
  }

  /// Small networks in one launch each.
  private static func runChains(
    _ device: TestDevice, _ options: Options, _ tally: inout Tally,
    _ coverage: inout KernelCoverage
  ) {
    // As large as they need be for one that is more than a pixel.
    let limit = Swift.max(options.maxWork, 2_000)
    for sample in ChainSample.all where sample.work <= limit && options.admits("\(sample)") {
      let name = "\(sample) as \(device.form)"
      if options.isVerbose { say("RUN\t\(name)") }
      tally.run += 1
      do throws(InceptError) {
        let (graph, feeds) = try sample.graph()
        let mismatch = try DeviceRunner.mismatch(
          graph, feeds, .loose, on: device, chained: true,
          willRun: { coverage.add($0.launches.map(\.kernel)) })
        guard let mismatch else { continue }
        tally.failed += 1
        say("FAIL\t\(name)\t\(mismatch)")
      } catch {
        tally.failed += 1
        say("FAIL\t\(name)\t\(error)")
      }
    }
  }

  /// A line that is out before the next problem runs: a driver may end the process.
  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}
