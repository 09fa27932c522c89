import GraphIR
import OpenCLBackend
import Operators
import TensorCore

extension SelfTestFamily {
  private static let tight = 2e-6

  static let pools: [SelfTestFamily] = [
    SelfTestFamily(
      "pools",
      speed: { () throws(InceptError) in
        try ProblemMaker.problem(
          "max 3x3", Pool2D(.max, window: Window(kernel: Spatial(3), strides: Spatial(2))),
          fed: [[1, 112, 112, 64]])
      },
      problems: { () throws(InceptError) in
        let window = Window(kernel: Spatial(3), strides: Spatial(2), padding: .symmetric(1, 1))
        return [
          try ProblemMaker.problem(
            "max 3x3", Pool2D(.max, window: window), fed: [[1, 9, 7, 17]], tolerance: 0),
          try ProblemMaker.problem(
            "average 3x3", Pool2D(.average, window: window), fed: [[2, 6, 9, 33]],
            tolerance: tight),
          try ProblemMaker.problem(
            "norm 2x2", LpPool2D(window: Window(kernel: Spatial(2))), fed: [[1, 5, 4, 5]],
            tolerance: tight),
        ]
      }),
    SelfTestFamily(
      "global pools",
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "average", GlobalPool(.average, keepsAxes: false), fed: [[2, 7, 5, 33]],
            tolerance: tight),
          try ProblemMaker.problem(
            "max", GlobalPool(.max, keepsAxes: true), fed: [[1, 8, 3, 17]], tolerance: 0),
        ]
      }),
  ]

  static let elements: [SelfTestFamily] = [
    SelfTestFamily(
      "elementwise",
      speed: { () throws(InceptError) in
        try ProblemMaker.problem("add", Binary(.add), fed: [[1 << 20], [1 << 20]])
      },
      problems: { () throws(InceptError) in
        var problems: [SelfTestProblem] = []
        let functions: [UnaryFunction] = [
          .relu, .sigmoid, .tanh, .gelu(approximate: false), .exp, .erf, .sin, .expm1, .mish,
        ]
        for function in functions {
          problems.append(
            try ProblemMaker.problem(
              function.name, Unary(function), fed: [[3, 7, 17]], tolerance: SelfTestProblem.close))
        }
        problems += [
          try ProblemMaker.problem(
            "add", Binary(.add), fed: [[2, 5, 7, 17], [17]], tolerance: tight),
          try ProblemMaker.problem(
            "div", Binary(.div), fed: [[3, 1], [1, 5]], in: 0.5...2, tolerance: tight),
        ]
        return problems
      }),
    SelfTestFamily(
      "elementwise, integers",
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "div", Binary(.div), fed: [[2, 3, 5, 7], [7]], type: .int32, in: -9...9, tolerance: 0),
          try ProblemMaker.problem(
            "mul", Binary(.mul), fed: [[33], [33]], type: .int64, in: -99...99, tolerance: 0),
          try ProblemMaker.problem(
            "less", Comparison(.less), fed: [[3, 17], [17]], type: .int64, in: -2...2,
            tolerance: 0),
          try ProblemMaker.problem(
            "cast to int64", Cast(to: .int64), fed: [[2, 3, 19]], in: -9...9, tolerance: 0),
        ]
      }),
    SelfTestFamily(
      "copies between layouts",
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "transpose", Transpose([2, 0, 1]), fed: [[3, 17, 5]], tolerance: 0),
          try ProblemMaker.problem(
            "concat", Concat(axis: 2), fed: [[3, 5, 7], [3, 5, 17]], tolerance: 0),
          try ProblemMaker.problem(
            "slice backwards", Slice([.init(axis: 1, start: -1, end: Int.min, step: -2)]),
            fed: [[3, 9, 5]], type: .int64, in: -99...99, tolerance: 0),
          try ProblemMaker.problem(
            "expand", Expand([3, 5, 7]), fed: [[5, 1]], tolerance: 0),
        ]
      }),
  ]

  static let rows: [SelfTestFamily] = [
    SelfTestFamily(
      "softmax",
      speed: { () throws(InceptError) in
        try ProblemMaker.problem("softmax", Softmax(axis: -1), fed: [[256, 1000]])
      },
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem("softmax", Softmax(axis: -1), fed: [[3, 1001]], in: -4...4),
          try ProblemMaker.problem("softmax", Softmax(axis: 1), fed: [[2, 7, 5]], in: -4...4),
          try ProblemMaker.problem(
            "log softmax", Softmax(axis: -1, isLogarithm: true), fed: [[4, 33]], in: -4...4),
        ]
      }),
    SelfTestFamily(
      "hardmax",
      problems: { () throws(InceptError) in
        [try ProblemMaker.problem("hardmax", Hardmax(axis: -1), fed: [[5, 101]], tolerance: 0)]
      }),
    SelfTestFamily(
      "reductions",
      speed: { () throws(InceptError) in
        try ProblemMaker.problem(
          "sum", Reduce(.sum, axes: [-1], keepsAxes: false), fed: [[512, 2048]])
      },
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "sum", Reduce(.sum, axes: [2], keepsAxes: false), fed: [[2, 7, 119]]),
          try ProblemMaker.problem("mean", Reduce(.mean, axes: [1, 2]), fed: [[2, 5, 7, 17]]),
          try ProblemMaker.problem("sum of all", Reduce(.sum), fed: [[11, 13]]),
          try ProblemMaker.problem(
            "max", Reduce(.max, axes: [0]), fed: [[9, 33]], type: .int32, in: -99...99,
            tolerance: 0),
        ]
      }),
    SelfTestFamily(
      "normalisation",
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "of images", MeanVarianceNormalization(axes: [1, 2], epsilon: 1e-3),
            fed: [[2, 5, 7, 17]], constants: [[17], [17]]),
          try ProblemMaker.problem(
            "of rows", MeanVarianceNormalization(axes: [-1], epsilon: 1e-3), fed: [[5, 131]],
            constants: [[131], [131]]),
          try ProblemMaker.problem("to length 1", LpNormalization(axis: -1), fed: [[3, 33]]),
        ]
      }),
    SelfTestFamily(
      "local response normalisation",
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "5 channels", LRN(size: 5, alpha: 1e-2, beta: 0.75, bias: 1), fed: [[1, 5, 7, 33]])
        ]
      }),
    SelfTestFamily(
      "best of rows",
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem("top 5", TopK(5, axis: -1), fed: [[3, 101]], tolerance: 0),
          try ProblemMaker.problem(
            "top 2 of the middle axis", TopK(2, axis: 1), fed: [[2, 7, 5]], type: .int64,
            in: -9...9, tolerance: 0),
          try ProblemMaker.problem(
            "arg max", ArgReduce(.max, axis: -1), fed: [[4, 133]], tolerance: 0),
        ]
      }),
  ]

  static let movements: [SelfTestFamily] = [
    SelfTestFamily(
      "resize",
      speed: { () throws(InceptError) in
        try ProblemMaker.problem(
          "linear", Resize(axes: [1, 2], to: .scales([2, 2]), mode: .linear),
          fed: [[1, 64, 64, 64]])
      },
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "linear", Resize(axes: [1, 2], to: .scales([1.7, 0.63]), mode: .linear),
            fed: [[1, 6, 7, 17]]),
          try ProblemMaker.problem(
            "nearest", Resize(axes: [1, 2], to: .scales([2, 2]), mode: .nearest(.floor)),
            fed: [[2, 3, 5, 16]], tolerance: 0),
          try ProblemMaker.problem(
            "cubic", Resize(axes: [1], to: .sizes([9]), mode: .cubic(coefficient: -0.75)),
            fed: [[2, 5, 3]]),
        ]
      }),
    SelfTestFamily(
      "pad",
      problems: { () throws(InceptError) in
        [
          try ProblemMaker.problem(
            "mirrored", Pad(before: [0, 2, 1], after: [0, 1, 3], mode: .reflect),
            fed: [[2, 5, 17]], tolerance: 0),
          try ProblemMaker.problem(
            "edges and a crop", Pad(before: [2, -1], after: [1, 4], mode: .edge), fed: [[4, 9]],
            type: .int64, in: -99...99, tolerance: 0),
        ]
      }),
    SelfTestFamily(
      "gather",
      problems: { () throws(InceptError) in
        var problems: [SelfTestProblem] = []
        for (shape, indices, axis) in [([13, 33], [2, 5], 0), ([2, 7, 5], [3], 1)]
          as [(Shape, Shape, Int)]
        {
          var maker = ProblemMaker("rows \(shape) along \(axis)")
          try maker.feed(shape)
          try maker.feed(indices, .int64, in: 0...Double(shape[axis] - 1))
          problems.append(try maker.finish(Gather(axis: axis), tolerance: 0))
        }
        return problems
      }),
  ]

  static let whole: [SelfTestFamily] = [
    SelfTestFamily(
      "chains of launches", kernels: ["chain.cl"],
      problems: { () throws(InceptError) in
        [
          try SmallNetwork.problem([1, 9, 13, 3], channels: 8),
          try SmallNetwork.problem([2, 7, 5, 5], channels: 16),
        ]
        .map { problem in
          var problem = problem
          problem.isChained = true
          return problem
        }
      }),
    SelfTestFamily(
      "float16 storage",
      problems: { () throws(InceptError) in
        [try SmallNetwork.problem([1, 9, 11, 3], channels: 16, precision: .fp16)]
          + [
            try ProblemMaker.problem(
              "3x3", Conv2D(padding: .same, activation: .relu), fed: [[1, 9, 7, 16]],
              constants: [[3, 3, 16, 32], [32]], weights: 0.14,
              tolerance: SelfTestProblem.close * SelfTestProblem.halfFactor, precision: .fp16),
            try ProblemMaker.problem(
              "matmul", MatMul(), fed: [[17, 33], [33, 18]],
              tolerance: SelfTestProblem.close * SelfTestProblem.halfFactor, precision: .fp16),
          ]
      }),
    SelfTestFamily(
      "a small network",
      problems: { () throws(InceptError) in
        [try SmallNetwork.problem([2, 13, 11, 3], channels: 16)]
      }),
  ]
}

/// A small classifier: convolutions of several kinds, a global average, a dense layer, a softmax.
enum SmallNetwork {
  static func problem(
    _ image: Shape, channels: Int, precision: Precision = .fp32
  ) throws(InceptError) -> SelfTestProblem {
    let name = "classifier of \(image) with \(channels) channels"
    var numbers = ProblemNumbers(name)
    var graph = Graph(name: name)
    let wide = 2 * channels + 1
    func constant(_ shape: Shape, _ bound: Double, _ name: String) throws(InceptError) -> ValueID {
      try graph.add(
        Constant(numbers.tensor(shape, .float32, in: -bound...bound, precision)), name: name)
    }
    var x = try graph.add(Input(TensorType(image)), name: "input")
    let layers: [(name: String, kernel: Int, to: Int, op: Conv2D)] = [
      ("first", 3, channels, Conv2D(strides: Spatial(2), padding: .same, activation: .relu6)),
      ("depthwise", 3, channels, Conv2D(padding: .same, groups: channels, activation: .relu)),
      ("pointwise", 1, wide, Conv2D(activation: .tanh)),
      ("dilated", 3, wide, Conv2D(dilations: Spatial(2), padding: .same, groups: wide)),
    ]
    for layer in layers {
      let inner = graph.type(of: x).shape[3] / layer.op.groups
      let bound = 1.7 / Double(layer.kernel * layer.kernel * inner).squareRoot()
      let weights = try constant(
        [layer.kernel, layer.kernel, inner, layer.to], bound, "\(layer.name).w")
      let bias = try constant([layer.to], 1, "\(layer.name).b")
      x = try graph.add(layer.op, [x, weights, bias], name: layer.name)
    }
    x = try graph.add(GlobalPool(.average, keepsAxes: false), [x], name: "pool")
    let matrix = try constant([wide, 10], 1, "dense.w")
    x = try graph.add(Dense(), [x, matrix], name: "dense")
    x = try graph.add(Softmax(axis: -1), [x], name: "softmax")
    graph.outputs = [GraphOutput(name: "result", value: x)]
    let feeds = ["input": numbers.tensor(image, .float32, in: -1...1, precision)]
    // Values between layers are rounded too in float16, by 2⁻¹¹ of them each.
    let tolerance = precision == .fp16 ? 2e-2 : SelfTestProblem.loose
    var problem = SelfTestProblem(name, graph, feeds: feeds, tolerance: tolerance)
    problem.precision = precision
    return problem
  }
}
