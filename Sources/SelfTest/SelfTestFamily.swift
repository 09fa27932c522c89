import GraphIR
import OpenCLBackend
import Operators
import TensorCore

/// Kernels that do one kind of work, and the problems that show whether they are right.
package struct SelfTestFamily: Sendable {
  /// Its name: `convolution, direct`.
  package var name: String
  /// Files in `kernels/` of which a plan must launch one; empty for whatever a plan launches.
  package var kernels: Set<String> = []
  /// The problems.
  package var problems: @Sendable () throws(InceptError) -> [SelfTestProblem]
  /// A larger problem to time, which is not compared; nil for none.
  package var speed: (@Sendable () throws(InceptError) -> SelfTestProblem)?
  /// Whether its speed is told in operations rather than bytes.
  package var isArithmetic = false

  /// A family.
  package init(
    _ name: String, kernels: Set<String> = [], isArithmetic: Bool = false,
    speed: (@Sendable () throws(InceptError) -> SelfTestProblem)? = nil,
    problems: @escaping @Sendable () throws(InceptError) -> [SelfTestProblem]
  ) {
    self.name = name
    self.kernels = kernels
    self.isArithmetic = isArithmetic
    self.speed = speed
    self.problems = problems
  }

  /// Every family of kernels, convolutions first.
  package static let all: [SelfTestFamily] =
    convolutions + products + pools + elements + rows + movements + training + whole

  /// A problem in each of the algorithms that accept it on a device, those that launch the family's kernels; once where
  /// there is one way only.
  ///
  /// - Returns: Empty where the device's plans don't use the family.
  package func variants(
    of problem: SelfTestProblem, on traits: DeviceTraits
  ) throws(InceptError) -> [SelfTestProblem] {
    let plan = try problem.plan(traits)
    guard !kernels.isEmpty else { return [problem] }
    guard let tuning = plan.launches.compactMap(\.tuning).first else {
      return uses(plan) ? [problem] : []
    }
    var algorithms: Set<String> = []
    var found: [SelfTestProblem] = []
    for name in tuning.accepted where algorithms.insert(String(name.prefix { $0 != " " })).inserted
    {
      var chosen = problem
      chosen.choices = [tuning.key: name]
      let plan = try chosen.plan(traits)
      guard uses(plan) else { continue }
      let growth = plan.launches.map(\.errorGrowth).max() ?? 1
      if growth.isFinite, growth > 1 { chosen.tolerance *= growth }
      chosen.name += " by \(name)"
      found.append(chosen)
    }
    return found
  }

  private func uses(_ plan: Plan) -> Bool {
    plan.launches.contains { kernels.contains($0.kernel.file) }
  }
}

extension SelfTestFamily {
  private static func conv(
    _ name: String, _ image: Shape, _ kernel: Spatial, _ outer: Int, _ op: Conv2D,
    precision: Precision = .fp32
  ) throws(InceptError) -> SelfTestProblem {
    let inner = image[3] / op.groups
    let bound = 1.7 / Double(kernel.height * kernel.width * inner).squareRoot()
    let factor = precision == .fp16 ? SelfTestProblem.halfFactor : 1
    return try ProblemMaker.problem(
      name, op, fed: [image],
      constants: [[kernel.height, kernel.width, inner, outer], [outer]], weights: bound,
      tolerance: SelfTestProblem.close * factor, precision: precision)
  }

  /// The problems of all convolution kernels: each is solved by the algorithms that a family is about.
  @Sendable private static func dense() throws(InceptError) -> [SelfTestProblem] {
    [
      try conv("1x1", [1, 5, 7, 17], .one, 33, Conv2D(activation: .relu)),
      try conv("3x3 same", [1, 9, 7, 16], Spatial(3), 32, Conv2D(padding: .same)),
      try conv(
        "3x3 stride 2", [2, 9, 11, 3], Spatial(3), 17,
        Conv2D(strides: Spatial(2), activation: .relu6)),
      try conv("1x7 same", [1, 5, 9, 5], Spatial(1, 7), 18, Conv2D(padding: .same)),
    ]
  }

  @Sendable private static func depthwise() throws(InceptError) -> [SelfTestProblem] {
    [
      try conv(
        "depthwise 3x3", [1, 7, 9, 19], Spatial(3), 19,
        Conv2D(padding: .same, groups: 19, activation: .relu6)),
      try conv(
        "depthwise 5x5 stride 2", [2, 9, 7, 32], Spatial(5), 32,
        Conv2D(strides: Spatial(2), padding: .same, groups: 32)),
    ]
  }

  @Sendable private static func few() throws(InceptError) -> [SelfTestProblem] {
    [
      try conv("1x1 of 5 pixels", [5, 1, 1, 33], .one, 18, Conv2D()),
      try conv("1x1 of one pixel", [1, 1, 1, 70], .one, 65, Conv2D(activation: .relu)),
    ]
  }

  @Sendable private static func speed3x3() throws(InceptError) -> SelfTestProblem {
    try conv("3x3", [1, 56, 56, 64], Spatial(3), 64, Conv2D(padding: .same))
  }

  @Sendable private static func speed1x1() throws(InceptError) -> SelfTestProblem {
    try conv("1x1", [1, 28, 28, 256], .one, 256, Conv2D())
  }

  static let convolutions: [SelfTestFamily] = [
    SelfTestFamily(
      "convolution, direct", kernels: ["conv2d_direct.cl"], isArithmetic: true, speed: speed1x1,
      problems: dense),
    SelfTestFamily(
      "convolution, tiled", kernels: ["conv2d_tiled.cl"], isArithmetic: true, speed: speed1x1,
      problems: dense),
    SelfTestFamily(
      "convolution, Winograd",
      kernels: [
        "conv2d_winograd.cl", "winograd_input.cl", "winograd_products.cl", "winograd_output.cl",
      ], isArithmetic: true, speed: speed3x3, problems: dense),
    SelfTestFamily(
      "convolution, depthwise", kernels: ["conv2d_depthwise.cl", "conv2d_depthwise_items.cl"],
      speed: { () throws(InceptError) in
        try conv(
          "depthwise 3x3", [1, 56, 56, 128], Spatial(3), 128, Conv2D(padding: .same, groups: 128))
      }, problems: depthwise),
    SelfTestFamily(
      "convolution, few pixels", kernels: ["conv2d_slices.cl"], problems: few),
    SelfTestFamily(
      "convolution, plain", kernels: ["conv2d_simple.cl"], isArithmetic: true,
      problems: { () throws(InceptError) in
        try dense() + [
          try conv(
            "3x3 dilated in 2 groups", [1, 9, 11, 8], Spatial(3), 16,
            Conv2D(dilations: Spatial(2), groups: 2))
        ]
      }),
    SelfTestFamily(
      "weights known late",
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "3x3 of fed weights", Conv2D(padding: .same),
            fed: [[1, 7, 7, 5], [3, 3, 5, 16], [16]])
        ]
      }),
    SelfTestFamily(
      "transposed convolution",
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "2x2 stride 2", ConvTranspose2D(strides: Spatial(2)), fed: [[1, 5, 7, 16]],
            constants: [[2, 2, 16, 17], [17]], weights: 0.2),
          try ProblemMaker.problem(
            "3x3 stride 2 and relu",
            ConvTranspose2D(
              strides: Spatial(2), border: Border(Spatial(1)), outputPadding: Spatial(1),
              activation: .relu), fed: [[2, 4, 5, 3]], constants: [[3, 3, 3, 5], [5]], weights: 0.3),
        ]
      }),
  ]

  static let products: [SelfTestFamily] = [
    SelfTestFamily(
      "dense layer", isArithmetic: true,
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "dense", Dense(activation: .relu), fed: [[3, 65]], constants: [[65, 33], [33]],
            weights: 0.2),
          try ProblemMaker.problem(
            "dense", Dense(), fed: [[1, 130]], constants: [[130, 17]], weights: 0.2),
        ]
      }),
    SelfTestFamily(
      "matrix product", isArithmetic: true,
      speed: { () throws(InceptError) in
        try ProblemMaker.problem("matmul", MatMul(), fed: [[256, 256], [256, 256]])
      },
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem("matmul", MatMul(), fed: [[2, 17, 33], [2, 33, 19]]),
          try ProblemMaker.problem("matmul", MatMul(), fed: [[64, 16], [16, 64]]),
          try ProblemMaker.problem("matmul", MatMul(), fed: [[1, 5], [5, 1]]),
        ]
      }),
  ]
}
