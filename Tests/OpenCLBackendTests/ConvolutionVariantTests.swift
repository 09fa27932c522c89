import OpenCLBackend
import Operators
import TensorCore
import TestSupport
import Testing

/// A convolution that random numbers chose; the description is a literal that makes it again.
private struct RandomConvolution: CustomStringConvertible {
  let image: Shape
  let kernel: Spatial
  let outer: Int
  let stride: Int
  let pads: Border
  let splits: [Int]

  var description: String {
    """
    RandomConvolution(image: \(image.dimensions), kernel: Spatial(\(kernel.height), \(kernel.width)), \
    outer: \(outer), stride: \(stride), pads: Border(top: \(pads.top), left: \(pads.left), \
    bottom: \(pads.bottom), right: \(pads.right)), splits: \(splits))
    """
  }

  init(_ random: inout RandomSource) {
    let kernels = [
      Spatial(3), Spatial(3), Spatial(5), Spatial(1, 7), Spatial(7, 1), Spatial(1, 3),
      Spatial(3, 1), .one,
    ]
    kernel = random.pick(kernels)
    stride = kernel == Spatial(3) && random.oneIn(2) ? 2 : 1
    let sizes = [1, 2, 3, 5, 8, 11, 13, 17, 20]
    let inner = random.pick([1, 3, 5, 16, 17, 32, 33, 48])
    image = [
      random.int(in: 1...3), Swift.max(random.pick(sizes), kernel.height),
      Swift.max(random.pick(sizes), kernel.width), inner,
    ]
    pads = Border(
      top: random.int(in: 0...kernel.height / 2 + 1), left: random.int(in: 0...kernel.width / 2),
      bottom: random.int(in: 0...kernel.height / 2), right: random.int(in: 0...kernel.width / 2 + 1)
    )
    let channels = [1, 5, 16, 17, 32, 48, 49, 80]
    splits = random.oneIn(3) ? [random.pick(channels), random.pick(channels)] : []
    outer = splits.isEmpty ? random.pick(channels) : splits.reduce(0, +)
  }

  var sample: OperatorSample {
    let bound = 1.7 / Float(kernel.height * kernel.width * image[3]).squareRoot()
    let op = Conv2D(
      strides: Spatial(stride), padding: .explicit(pads), activation: splits.isEmpty ? .relu : nil,
      splits: splits.enumerated().map {
        Conv2D.Split(channels: $0.element, activation: $0.offset == 0 ? .relu : nil)
      })
    let weights: Shape = [kernel.height, kernel.width, image[3], outer]
    return OperatorSample(
      "\(self)", op,
      [.fed(image), .constant(weights, in: -bound...bound), .constant([outer])], tolerance: .close)
  }
}

@Suite(
  "Every variant of a convolution", .enabled(if: !TestDevice.all.isEmpty, "no OpenCL device here"))
struct ConvolutionVariantTests {
  private static func plan(
    _ sample: OperatorSample, _ traits: DeviceTraits, _ options: PlanOptions
  ) throws -> Plan {
    try PlanBuilder.plan(try sample.graph().graph, for: traits, options: options)
  }

  /// Runs some of the variants that accept a problem and compares each with the reference. Returns their names.
  private func check(
    _ sample: OperatorSample, on device: TestDevice, atMost limit: Int,
    in accuracy: Accuracy = .fast, _ random: inout RandomSource
  ) throws -> [String] {
    var options = PlanOptions(accuracy: accuracy)
    let plan = try Self.plan(sample, device.traits, options)
    let tuning = try #require(plan.launches.compactMap(\.tuning).first)
    var tried: [String] = []
    var names = tuning.accepted.shuffled(using: &random)
    // Work memory in global memory is rare, and only where there is little local memory.
    if let index = names.firstIndex(where: { $0.hasSuffix("global") }) { names.swapAt(0, index) }
    for name in names.prefix(limit) {
      options.choices = [tuning.key: name]
      let chosen = try Self.plan(sample, device.traits, options)
      #expect(chosen.launches.contains { $0.variant == name }, "\(name) for \(sample)")
      let mismatch = try DeviceRunner.mismatch(sample, on: device, options: options)
      #expect(mismatch == nil, "\(name) on \(device)")
      tried.append(name)
    }
    return tried
  }

  @Test(
    "what accepts a random problem gives the reference's result, in every form of a device",
    arguments: TestDevice.all.filter { $0.style == .registerTiles } + TestDevice.littleLocalMemory)
  func agrees(device: TestDevice) throws {
    var random = RandomSource(seed: 20)
    var tried: [String] = []
    for _ in 0..<(device.isNative ? 30 : 12) {
      let problem = RandomConvolution(&random)
      let positions = problem.sample
      guard (try? positions.graph()) != nil else { continue }
      tried += try check(positions, on: device, atMost: 2, &random)
      tried += try check(positions, on: device, atMost: 1, in: .exact, &random)
    }
    #expect(tried.count >= 12)
    if device.style == .registerTiles {
      #expect(tried.contains { $0.hasPrefix("F(") })
      let isLittle = device.traits.localMemoryBytes < 1 << 16
      #expect(tried.contains { $0.hasSuffix("global") } == isLittle)
    }
  }

  @Test("the largest layers of Inception V3 take Winograd's algorithm at once, unless asked not to")
  func choosesWinograd() throws {
    let layers: [(Shape, Spatial, Int, Conv2D)] = [
      ([1, 147, 147, 32], Spatial(3), 64, Conv2D(padding: .symmetric(1, 1))),
      ([1, 73, 73, 80], Spatial(3), 192, Conv2D()),
      ([1, 35, 35, 48], Spatial(5), 64, Conv2D(padding: .symmetric(2, 2))),
      ([1, 17, 17, 192], Spatial(1, 7), 192, Conv2D(padding: .symmetric(0, 3))),
      ([1, 17, 17, 192], Spatial(7, 1), 192, Conv2D(padding: .symmetric(3, 0))),
      ([1, 8, 8, 384], Spatial(1, 3), 384, Conv2D(padding: .symmetric(0, 1))),
      ([1, 8, 8, 448], Spatial(3), 384, Conv2D(padding: .symmetric(1, 1))),
      ([8, 35, 35, 96], Spatial(3), 96, Conv2D(padding: .symmetric(1, 1))),
    ]
    var traits = TestTraits.cpu()
    traits.localMemoryBytes = 1 << 20
    for (image, kernel, outer, op) in layers {
      let sample = OperatorSample(
        "\(image)", op, [.fed(image), .constant([kernel.height, kernel.width, image[3], outer])],
        tolerance: .close)
      let fast = try Self.plan(sample, traits, PlanOptions(accuracy: .high)).launches[0]
      #expect(fast.variant.hasPrefix("F("), "\(fast.variant) for \(image)")
      #expect(fast.errorGrowth > 1)
      let exact = try Self.plan(sample, traits, PlanOptions(accuracy: .exact)).launches[0]
      #expect(exact.variant.hasPrefix("direct"))
      #expect(exact.errorGrowth == 1)
      #expect(exact.rejected.contains { $0.variant.hasPrefix("F(") })
    }
  }

  @Test("work memory never exceeds what the device has", arguments: [32, 64, 256, 1024])
  func localMemory(kibibytes: Int) throws {
    var traits = TestTraits.cpu()
    traits.localMemoryBytes = kibibytes << 10
    var random = RandomSource(seed: 7)
    for _ in 0..<60 {
      let sample = RandomConvolution(&random).sample
      guard (try? sample.graph()) != nil else { continue }
      let plan = try Self.plan(sample, traits, PlanOptions(accuracy: .fast))
      for name in try #require(plan.launches.compactMap(\.tuning).first).accepted {
        let options = PlanOptions(
          accuracy: .fast, choices: [plan.launches[0].tuning?.key ?? "": name])
        for case .localBytes(let bytes) in try Self.plan(sample, traits, options).launches.flatMap(
          \.arguments)
        {
          #expect(bytes <= traits.localMemoryBytes, "\(name) for \(sample)")
        }
      }
    }
  }
}
