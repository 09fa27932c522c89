import GraphIR
import Operators
import TensorCore
import Testing

/// A window over one image axis (both axes are alike), with what a framework documents or prints for it.
struct WindowProblem: Sendable, CustomStringConvertible {
  let size: Int, kernel: Int, stride: Int, dilation: Int
  let padding: Padding
  let ceil: Bool
  let before: Int, after: Int, count: Int?

  init(
    _ size: Int, _ kernel: Int, _ stride: Int, _ padding: Padding, dilation: Int = 1,
    ceil: Bool = false, border: (Int, Int), count: Int?
  ) {
    (self.size, self.kernel, self.stride, self.dilation) = (size, kernel, stride, dilation)
    (self.padding, self.ceil) = (padding, ceil)
    (before, after) = border
    self.count = count
  }

  var description: String {
    "\(size) / kernel \(kernel) stride \(stride) dilation \(dilation) \(padding) ceil \(ceil)"
  }
}

@Suite("Shape inference")
struct ShapeInferenceTests {
  static let windows: [WindowProblem] = [
    // Inception V3's stem: 299 → 149 → 147 → 147 → 73 → 73 → 71 → 35.
    WindowProblem(299, 3, 2, .valid, border: (0, 0), count: 149),
    WindowProblem(149, 3, 1, .valid, border: (0, 0), count: 147),
    WindowProblem(147, 3, 1, .symmetric(1, 1), border: (1, 1), count: 147),
    WindowProblem(147, 3, 2, .valid, border: (0, 0), count: 73),
    WindowProblem(71, 3, 2, .valid, border: (0, 0), count: 35),
    WindowProblem(17, 7, 1, .symmetric(3, 3), border: (3, 3), count: 17),
    // ResNet's stem in PyTorch.
    WindowProblem(224, 7, 2, .symmetric(3, 3), border: (3, 3), count: 112),
    WindowProblem(112, 3, 2, .symmetric(1, 1), border: (1, 1), count: 56),
    // TensorFlow's SAME: ceil(size / stride), the odd rest after.
    WindowProblem(224, 7, 2, .same, border: (2, 3), count: 112),
    WindowProblem(224, 3, 2, .same, border: (0, 1), count: 112),
    WindowProblem(225, 3, 2, .same, border: (1, 1), count: 113),
    WindowProblem(13, 2, 1, .same, border: (0, 1), count: 13),
    WindowProblem(13, 6, 5, .same, border: (1, 2), count: 3),
    WindowProblem(7, 1, 3, .same, border: (0, 0), count: 3),
    WindowProblem(1, 3, 2, .same, border: (1, 1), count: 1),
    WindowProblem(10, 3, 1, .same, dilation: 2, border: (2, 2), count: 10),
    WindowProblem(224, 3, 2, .sameLower, border: (1, 0), count: 112),
    WindowProblem(224, 7, 2, .sameLower, border: (3, 2), count: 112),
    WindowProblem(225, 3, 2, .sameLower, border: (1, 1), count: 113),
    // Caffe's and PyTorch's ceil mode: GoogLeNet 112 → 56 → 28 → 14, SqueezeNet 111 → 55.
    WindowProblem(112, 3, 2, .valid, ceil: true, border: (0, 0), count: 56),
    WindowProblem(112, 3, 2, .valid, border: (0, 0), count: 55),
    WindowProblem(56, 3, 2, .valid, ceil: true, border: (0, 0), count: 28),
    WindowProblem(111, 3, 2, .valid, ceil: true, border: (0, 0), count: 55),
    // A last window that would start in the padding behind the image does not count.
    WindowProblem(3, 2, 2, .symmetric(1, 1), ceil: true, border: (1, 1), count: 2),
    WindowProblem(6, 2, 3, .valid, ceil: true, border: (0, 0), count: 2),
    WindowProblem(7, 2, 3, .valid, ceil: true, border: (0, 0), count: 3),
    // Dilation: the window spans (kernel − 1) · dilation + 1.
    WindowProblem(9, 3, 1, .valid, dilation: 4, border: (0, 0), count: 1),
    WindowProblem(8, 3, 1, .valid, dilation: 4, border: (0, 0), count: nil),
    WindowProblem(0, 1, 1, .valid, border: (0, 0), count: nil),
    WindowProblem(0, 3, 2, .same, border: (0, 1), count: nil),
  ]

  @Test("Windows lie where the frameworks put them", arguments: windows)
  func window(problem: WindowProblem) {
    let window = Window(
      kernel: Spatial(problem.kernel), strides: Spatial(problem.stride),
      dilations: Spatial(problem.dilation), padding: problem.padding, ceilMode: problem.ceil)
    let border = window.border(for: Spatial(problem.size))
    #expect(
      border
        == Border(
          top: problem.before, left: problem.before, bottom: problem.after, right: problem.after))
    #expect(window.positions(over: Spatial(problem.size)) == problem.count.map { Spatial($0) })
  }

  @Test("Rows and columns are not mixed up")
  func axes() {
    let window = Window(
      kernel: Spatial(1, 7), strides: Spatial(1, 2),
      padding: .explicit(Border(top: 0, left: 3, bottom: 1, right: 2)))
    #expect(window.positions(over: Spatial(5, 12)) == Spatial(6, 6))
  }

  struct Inference: Sendable, CustomStringConvertible {
    let op: any Operator
    let inputs: [Shape]
    let outputs: [Shape]
    init(_ op: any Operator, _ inputs: [Shape], _ outputs: [Shape]) {
      (self.op, self.inputs, self.outputs) = (op, inputs, outputs)
    }
    var description: String { "\(op.mnemonic) of \(inputs)" }
  }

  static let inferences: [Inference] = [
    Inference(Input(TensorType([1, 2])), [], [[1, 2]]),
    Inference(Constant(HostTensor(shape: [2], floats: [1, 2])), [], [[2]]),
    Inference(
      Conv2D(strides: Spatial(2)), [[2, 299, 299, 3], [3, 3, 3, 32], [32]], [[2, 149, 149, 32]]),
    Inference(Conv2D(groups: 5), [[1, 4, 6, 5], [1, 3, 1, 10]], [[1, 4, 4, 10]]),
    Inference(
      Conv2D(splits: [
        .init(channels: 3, activation: .relu), .init(channels: 5, activation: nil),
      ]), [[1, 4, 6, 5], [1, 1, 5, 8]], [[1, 4, 6, 3], [1, 4, 6, 5]]),
    Inference(Conv2D(), [[0, 4, 4, 1], [1, 1, 1, 1]], [[0, 4, 4, 1]]),
    Inference(
      Pool2D(.max, window: Window(kernel: Spatial(3), strides: Spatial(2), ceilMode: true)),
      [[1, 112, 56, 7]], [[1, 56, 28, 7]]),
    Inference(GlobalPool(.average, keepsAxes: true), [[2, 8, 7, 5]], [[2, 1, 1, 5]]),
    Inference(GlobalPool(.average, keepsAxes: false), [[2, 8, 7, 5]], [[2, 5]]),
    Inference(Dense(), [[2, 3, 4], [4, 7], [7]], [[2, 3, 7]]),
    Inference(MatMul(), [[2, 1, 3, 4], [5, 4, 7]], [[2, 5, 3, 7]]),
    Inference(Binary(.add), [[3, 1, 2], [4, 1]], [[3, 4, 2]]),
    Inference(Binary(.add), [[], [4, 1]], [[4, 1]]),
    Inference(Binary(.add), [[0], [1]], [[0]]),
    Inference(Concat(axis: -1), [[1, 2, 3], [1, 2, 4], [1, 2, 0]], [[1, 2, 7]]),
    Inference(Pad(before: [0, 1], after: [2, 3]), [[4, 5]], [[6, 9]]),
    Inference(Reshape([0, -1, 2]), [[3, 4, 5]], [[3, 10, 2]]),
    Inference(Reshape([0]), [[0]], [[0]]),
    Inference(Flatten(axis: 0), [[2, 3]], [[1, 6]]),
    Inference(Flatten(axis: 2), [[2, 3]], [[6, 1]]),
    Inference(Transpose([2, 0, 1]), [[3, 4, 5]], [[5, 3, 4]]),
    Inference(
      Slice([.init(axis: -1, start: -1, end: Int.min, step: -2)]), [[3, 5]], [[3, 3]]),
    Inference(Slice([.init(axis: 0, start: 5, end: 2)]), [[3, 5]], [[0, 5]]),
    Inference(Slice([.init(axis: 0, start: Int.min, end: Int.max)]), [[3, 5]], [[3, 5]]),
    Inference(Softmax(axis: 1), [[2, 3]], [[2, 3]]),
    Inference(LRN(size: 5, alpha: 1, beta: 1, bias: 1), [[2, 3]], [[2, 3]]),
    Inference(Identity(), [[2, 3]], [[2, 3]]),
    Inference(Dropout(ratio: 0.2), [[]], [[]]),
  ]

  @Test("Operators infer the shapes of their results", arguments: inferences)
  func infers(problem: Inference) throws {
    let types = try problem.op.inferOutputs(problem.inputs.map { TensorType($0) })
    #expect(types == problem.outputs.map { TensorType($0) })
  }

  @Test("Constants of any width are read as float32, integers stay what they are")
  func constantTypes() throws {
    for type in ElementType.allCases {
      let storage = TensorStorage(byteCount: 16) { _ in }
      let tensor = HostTensor(elementType: type, shape: [2], storage: storage)
      let inferred = try Constant(tensor).inferOutputs([])[0].elementType
      #expect(inferred == (type.isFloatingPoint ? .float32 : type))
    }
  }
}
