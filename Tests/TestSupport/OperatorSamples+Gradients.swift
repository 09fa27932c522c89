import Operators
import TensorCore

extension OperatorSamples {
  /// A convolution whose gradients are wanted.
  private struct Problem {
    let name: String
    let image: Shape
    let kernel: Spatial
    let outer: Int
    let op: Conv2D

    init(
      _ name: String, _ image: Shape, _ kernel: Spatial, to outer: Int, _ op: Conv2D = Conv2D()
    ) {
      self.name = name
      self.image = image
      self.kernel = kernel
      self.outer = outer
      self.op = op
    }

    var weights: Shape { [kernel.height, kernel.width, image[3] / op.groups, outer] }

    /// `[N, OH, OW, O]`; empty where no window fits, which samples must not be.
    var gradient: Shape {
      let size = op.window(weights: weights).positions(over: Spatial(image[1], image[2]))
      return [image[0], size?.height ?? 0, size?.width ?? 0, outer]
    }
  }

  private static func padded(_ stride: Int, _ padding: Padding) -> Conv2D {
    Conv2D(strides: Spatial(stride), padding: padding)
  }

  // 1-sized, odd, prime, padded, strided, dilated, grouped and batched; the tutorial's network; runs around vector widths.
  private static let problems: [Problem] =
    [
      Problem("1x1", [1, 1, 1, 1], .one, to: 1),
      Problem("1x1 of many rows", [33, 1, 4, 1], .one, to: 3),
      Problem("1x1 on 5x7", [2, 5, 7, 3], .one, to: 5),
      Problem("1x1 stride 3", [2, 7, 8, 17], .one, to: 19, padded(3, .valid)),
      Problem("3x3 valid", [3, 7, 11, 5], Spatial(3), to: 17),
      Problem("3x3 same to 16", [2, 8, 8, 1], Spatial(3), to: 16, padded(1, .same)),
      Problem("3x3 same 28 to 16", [2, 28, 28, 1], Spatial(3), to: 16, padded(1, .same)),
      Problem(
        "3x3 stride 2 to 32", [5, 8, 8, 16], Spatial(3), to: 32, padded(2, .symmetric(1, 1))),
      Problem("3x3 stride 2 same", [3, 14, 13, 32], Spatial(3), to: 32, padded(2, .same)),
      Problem("3x3 stride 2 odd", [2, 13, 11, 7], Spatial(3), to: 23, padded(2, .same)),
      Problem("3x3 on one pixel", [3, 1, 1, 4], Spatial(3), to: 6, padded(1, .same)),
      Problem("2x2 unread edge", [1, 6, 8, 3], Spatial(2), to: 4, padded(3, .valid)),
      Problem("stride beyond kernel", [2, 11, 13, 5], Spatial(2), to: 7, padded(5, .valid)),
      Problem(
        "4x3 strides 2x1 same lower", [2, 9, 10, 16], Spatial(4, 3), to: 33,
        Conv2D(strides: Spatial(2, 1), padding: .sameLower)),
      Problem(
        "pads 0 1 2 3", [2, 7, 6, 5], Spatial(3), to: 16,
        Conv2D(padding: .explicit(Border(top: 0, left: 1, bottom: 2, right: 3)))),
      Problem("pads beyond kernel", [1, 3, 4, 5], Spatial(3), to: 5, padded(1, .symmetric(4, 4))),
      Problem(
        "dilations 2x3", [2, 13, 11, 5], Spatial(3), to: 18, Conv2D(dilations: Spatial(2, 3))),
      Problem(
        "dilation 2 stride 2", [2, 13, 11, 16], Spatial(3), to: 16,
        Conv2D(strides: Spatial(2), dilations: Spatial(2), padding: .symmetric(2, 2))),
      Problem(
        "dilation 3 stride 2 of 1", [1, 17, 9, 1], Spatial(3, 2), to: 8,
        Conv2D(strides: Spatial(2), dilations: Spatial(3), padding: .symmetric(1, 3))),
      Problem(
        "groups 2", [2, 7, 7, 10], Spatial(3), to: 6, Conv2D(padding: .same, groups: 2)),
      Problem(
        "groups 2 of 16", [2, 5, 7, 32], Spatial(3), to: 64,
        Conv2D(strides: Spatial(2), padding: .same, groups: 2)),
      Problem(
        "depthwise", [2, 7, 11, 17], Spatial(3), to: 17, Conv2D(padding: .same, groups: 17)),
      Problem(
        "depthwise times 2", [1, 6, 7, 5], Spatial(3), to: 10,
        Conv2D(strides: Spatial(2), groups: 5)),
      Problem("the whole image", [3, 5, 3, 7], Spatial(5, 3), to: 9),
      Problem("5x5 same", [1, 13, 13, 33], Spatial(5), to: 49, padded(1, .same)),
      Problem("7x1", [2, 13, 5, 16], Spatial(7, 1), to: 16, Conv2D(padding: .same)),
      Problem("1x7", [2, 5, 13, 24], Spatial(1, 7), to: 40, Conv2D(padding: .same)),
    ]
    + [1, 2, 3, 8, 15, 31].map {
      Problem("2x3 same \($0) channels", [1, 4, 19, $0], Spatial(2, 3), to: $0, padded(1, .same))
    }

  /// Gradients by weights.
  package static let conv2DWeightGradient: [OperatorSample] =
    problems.map {
      OperatorSample(
        $0.name, Conv2DWeightGradient(of: $0.op, kernel: $0.kernel),
        [.fed($0.image), .fed($0.gradient)], tolerance: .close)
    } + [
      OperatorSample(
        "of a constant image",
        Conv2DWeightGradient(kernel: Spatial(3), strides: Spatial(2), padding: .same),
        [.constant([1, 5, 4, 3]), .fed([1, 3, 2, 5])], tolerance: .close)
    ]

  /// Gradients by the image.
  package static let conv2DImageGradient: [OperatorSample] =
    problems.map {
      OperatorSample(
        $0.name, Conv2DImageGradient(of: $0.op, image: Spatial($0.image[1], $0.image[2])),
        [.fed($0.gradient), .fed($0.weights)], tolerance: .close)
    } + [
      OperatorSample(
        "of constant weights", Conv2DImageGradient(image: Spatial(5, 7), padding: .same),
        [.fed([2, 5, 7, 19]), .constant([3, 3, 16, 19])], tolerance: .close),
      OperatorSample(
        "of a constant gradient", Conv2DImageGradient(image: Spatial(3, 4), padding: .same),
        [.constant([1, 3, 4, 5]), .fed([3, 3, 2, 5])], tolerance: .close),
    ]

  /// Gradients of pools.
  package static let pool2DGradient: [OperatorSample] =
    ([
      ("2x2 stride 2", [2, 8, 6, 16], Window(kernel: Spatial(2), strides: Spatial(2))),
      ("2x2 stride 2 odd", [3, 7, 5, 17], Window(kernel: Spatial(2), strides: Spatial(2))),
      ("1x1", [1, 1, 1, 1], Window(kernel: .one)),
      ("1x1 stride 2", [2, 5, 4, 3], Window(kernel: .one, strides: Spatial(2))),
      (
        "3x3 stride 2 padded", [2, 11, 13, 5],
        Window(kernel: Spatial(3), strides: Spatial(2), padding: .symmetric(1, 1))
      ),
      ("3x3 same", [1, 7, 5, 35], Window(kernel: Spatial(3), padding: .same)),
      (
        "3x2 strides 1x3 same lower", [2, 6, 8, 16],
        Window(kernel: Spatial(3, 2), strides: Spatial(1, 3), padding: .sameLower)
      ),
      (
        "2x3 dilated", [1, 9, 11, 7],
        Window(kernel: Spatial(2, 3), dilations: Spatial(3, 2), padding: .symmetric(1, 2))
      ),
      (
        "3x3 stride 2 overhanging", [2, 8, 10, 9],
        Window(
          kernel: Spatial(3), strides: Spatial(2), padding: .symmetric(1, 0), ceilMode: true)
      ),
      ("the whole image", [2, 3, 5, 20], Window(kernel: Spatial(3, 5))),
    ] as [(String, Shape, Window)]).flatMap { name, image, window in
      let size = window.positions(over: Spatial(image[1], image[2]))
      let gradient: Shape = [image[0], size?.height ?? 0, size?.width ?? 0, image[3]]
      return [
        ("max", Pool2D(.max, window: window)), ("average", Pool2D(.average, window: window)),
        ("average with padding", Pool2D(.average, window: window, countIncludePad: true)),
      ].map {
        OperatorSample(
          "\($0.0) \(name)", Pool2DGradient($0.1), [.fed(image), .fed(gradient)], tolerance: .tight)
      }
    }
}
