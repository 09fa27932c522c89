import GraphIR
import OpenCLBackend
import Operators
import TensorCore

extension OperatorSamples {
  /// Convolutions that are solved by each algorithm for work-item groups that accepts them, not by the preferred one
  /// only, and those named so in every tile: around the sizes of tiles, several panels and images, groups, few
  /// pixels.
  package static let forEachVariant: [OperatorSample] = [
    conv("3x3", [1, 4, 4, 1], Spatial(3), 1), conv("3x3", [1, 13, 9, 5], Spatial(3), 17),
    conv("3x3", [2, 7, 6, 16], Spatial(3), 33),
    conv("3x3 valid", [1, 8, 15, 4], Spatial(3), 3, Conv2D()),
    conv("3x3 in every tile", [1, 9, 10, 20], Spatial(3), 70),
    conv("3x3 stride 2", [1, 13, 17, 7], Spatial(3), 18, Conv2D(strides: Spatial(2))),
    conv(
      "3x3 stride 2 same", [2, 12, 14, 3], Spatial(3), 5,
      Conv2D(strides: Spatial(2), padding: .same, activation: .relu)),
    conv("5x5", [1, 11, 13, 6], Spatial(5), 19), conv("1x7", [1, 7, 17, 6], Spatial(1, 7), 20),
    conv("7x1", [2, 17, 5, 9], Spatial(7, 1), 31), conv("1x3", [1, 5, 9, 17], Spatial(1, 3), 16),
    conv("3x1", [1, 9, 4, 1], Spatial(3, 1), 1),
    conv(
      "3x3 in 2 parts", [1, 9, 9, 8], Spatial(3), 24,
      Conv2D(
        padding: .same,
        splits: [.init(channels: 7, activation: .relu), .init(channels: 17, activation: .tanh)])),
    conv("1x1", [1, 1, 1, 7], .one, 3), conv("1x1", [3, 5, 7, 17], .one, 65),
    conv("1x1 in every tile", [1, 12, 12, 40], .one, 130, Conv2D(activation: .relu)),
    conv("1x1 of 5 pixels", [5, 1, 1, 33], .one, 18),
    conv("3x3 dilated", [1, 9, 11, 8], Spatial(3), 16, Conv2D(dilations: Spatial(2))),
    conv("groups 2", [1, 7, 9, 24], Spatial(3), 40, Conv2D(padding: .same, groups: 2)),
    conv("depthwise", [1, 7, 9, 19], Spatial(3), 19, Conv2D(padding: .same, groups: 19)),
    conv(
      "depthwise stride 2", [2, 9, 7, 32], Spatial(3), 32,
      Conv2D(strides: Spatial(2), padding: .same, groups: 32, activation: .relu6)),
  ]

  private static func conv(
    _ name: String, _ image: Shape, _ kernel: Spatial, _ outer: Int,
    _ op: Conv2D = Conv2D(padding: .same)
  ) -> OperatorSample {
    let inner = image[3] / op.groups
    let bound = 1.7 / Float(kernel.height * kernel.width * inner).squareRoot()
    return OperatorSample(
      "variants of \(name) \(image) to \(outer)", op,
      [
        .fed(image), .constant([kernel.height, kernel.width, inner, outer], in: -bound...bound),
        .constant([outer]),
      ], tolerance: .close)
  }
}

extension DeviceRunner {
  /// The variants that accept a sample's problem on a device, as options that choose them: the preferred one of each
  /// algorithm, or where the sample's name asks for it every tile and every accuracy. Empty where there is one
  /// way only.
  package static func variants(
    of sample: OperatorSample, on device: TestDevice, precision: Precision = .fp32
  ) throws(InceptError) -> [(name: String, options: PlanOptions)] {
    let isThorough = sample.name.contains("in every tile") && precision == .fp32
    let options = PlanOptions(accuracy: isThorough ? .fast : .high, precision: precision)
    let graph = try sample.graph(in: precision).graph
    let rest =
      isThorough
      ? try variants(of: graph, on: device, PlanOptions(accuracy: .exact), isThorough: true) : []
    return try variants(of: graph, on: device, options, isThorough: isThorough) + rest
  }

  private static func variants(
    of graph: Graph, on device: TestDevice, _ options: PlanOptions, isThorough: Bool
  ) throws(InceptError) -> [(name: String, options: PlanOptions)] {
    let plan = try PlanBuilder.plan(graph, for: device.traits, options: options)
    guard let tuning = plan.launches.compactMap(\.tuning).first else { return [] }
    var algorithms: Set<String> = []
    let names = tuning.accepted.filter { name in
      // Of Winograd's forms float16 gets one: what differs from float32 is the same in all.
      let isWinograd = name.hasPrefix("F(") && options.precision == .fp16
      let algorithm = isWinograd ? "F" : String(name.prefix { $0 != " " })
      return algorithms.insert(algorithm).inserted || isThorough
    }
    return names.map { name in
      var chosen = options
      chosen.choices = [tuning.key: name]
      return (name, chosen)
    }
  }

  /// What is wrong with a sample's results by one of its variants; nil where nothing is. Algorithms whose rounding
  /// error grows may be that much further off.
  package static func mismatch(
    _ sample: OperatorSample, by options: PlanOptions, on device: TestDevice,
    willRun: (Plan) -> Void = { _ in }
  ) throws(InceptError) -> String? {
    let (graph, feeds) = try sample.graph(in: options.precision)
    let plan = try PlanBuilder.plan(graph, for: device.traits, options: options)
    let growth = plan.launches.map(\.errorGrowth).max() ?? 1
    return try mismatch(
      graph, feeds, tolerance(sample, growth, options.precision), on: device, options: options,
      willRun: willRun)
  }

  /// float16 rounds results, transformed weights and the sums of 16 products by up to 2⁻¹¹ (25 times `close`) of
  /// them; in longer sums these errors partly cancel.
  private static func tolerance(
    _ sample: OperatorSample, _ growth: Double, _ precision: Precision
  ) -> Tolerance {
    let largest = growth.isFinite ? max(growth, 1) : 1
    switch precision {
    case .fp32: return largest > 1 ? .scaled(largest) : sample.tolerance
    case .fp16: return .scaled(75 * largest)
    }
  }
}
