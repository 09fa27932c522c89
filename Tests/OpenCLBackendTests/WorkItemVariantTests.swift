import GraphIR
import OpenCLBackend
import Operators
import TensorCore
import TestSupport
import Testing

@Suite(
  "Every variant for work-item groups", .enabled(if: !devices.isEmpty, "no OpenCL device here"))
struct WorkItemVariantTests {
  /// Problems of up to this many multiply-adds run: emulated groups are slow.
  private static let workLimit = 3_000_000

  @Test(
    "Each accepted variant of a convolution gives the reference's result", arguments: devices,
    samples)
  func agrees(device: TestDevice, sample: OperatorSample) throws {
    guard sample.work <= Self.workLimit else { return }
    let (graph, feeds) = try sample.graph()
    let plan = try PlanBuilder.plan(
      graph, for: device.traits, options: PlanOptions(accuracy: .fast))
    guard let tuning = plan.launches.compactMap(\.tuning).first else { return }
    for name in tuning.accepted {
      let options = PlanOptions(accuracy: .fast, choices: [tuning.key: name])
      let chosen = try PlanBuilder.plan(graph, for: device.traits, options: options)
      #expect(chosen.launches.compactMap(\.tuning).first?.isTuned == true, "\(name)")
      let growth = chosen.launches.map(\.errorGrowth).max() ?? 1
      let mismatch = try DeviceRunner.mismatch(
        graph, feeds, growth > 1 ? .scaled(growth) : .close, on: device, options: options)
      #expect(mismatch == nil, "\(name)")
    }
  }
}

private let devices = TestDevice.all.filter { $0.style == .workItems }

/// Without those that differ in the activation only, and those of one shape of tiles more than others.
private let samples =
  WorkItemSamples.all + (OperatorSamples.conv2D + OperatorSamples.dense).filter(\.isRepresentative)
  .enumerated().filter { $0.offset % 3 == 0 }.map(\.element)

/// Convolutions that Winograd's algorithm takes, around the sizes of its tiles.
private enum WorkItemSamples {
  static let all: [OperatorSample] = [
    conv("3x3", [1, 13, 9, 5], Spatial(3), 17), conv("3x3", [2, 7, 6, 16], Spatial(3), 33),
    conv("3x3 valid", [1, 8, 15, 4], Spatial(3), 3, Conv2D()),
    conv("3x3 stride 2", [1, 13, 17, 7], Spatial(3), 18, Conv2D(strides: Spatial(2))),
    conv(
      "3x3 stride 2 same", [2, 12, 14, 3], Spatial(3), 5,
      Conv2D(strides: Spatial(2), padding: .same, activation: .relu)),
    conv("5x5", [1, 11, 13, 6], Spatial(5), 19),
    conv("1x7", [1, 7, 17, 6], Spatial(1, 7), 20), conv("7x1", [2, 17, 5, 9], Spatial(7, 1), 31),
    conv("1x3", [1, 5, 9, 17], Spatial(1, 3), 16), conv("3x1", [1, 9, 4, 1], Spatial(3, 1), 1),
    conv(
      "3x3 in 2 parts", [1, 9, 9, 8], Spatial(3), 24,
      Conv2D(
        padding: .same,
        splits: [.init(channels: 7, activation: .relu), .init(channels: 17, activation: .tanh)])),
  ]

  private static func conv(
    _ name: String, _ image: Shape, _ kernel: Spatial, _ outer: Int,
    _ op: Conv2D = Conv2D(padding: .same)
  ) -> OperatorSample {
    let bound = 1.7 / Float(kernel.height * kernel.width * image[3]).squareRoot()
    return OperatorSample(
      "for Winograd: \(name) \(image) to \(outer)", op,
      [
        .fed(image), .constant([kernel.height, kernel.width, image[3], outer], in: -bound...bound),
        .constant([outer]),
      ], tolerance: .close)
  }
}
