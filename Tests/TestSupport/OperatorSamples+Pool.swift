import Operators
import TensorCore

extension OperatorSamples {
  /// Pools: both kinds over windows, paddings and rounding rules, on images down to one pixel.
  package static let pool2D: [OperatorSample] =
    PoolKind.allCases.flatMap { kind in
      geometries.map { pool($0.detail, kind, $0.image, $0.window) }
        + [
          pool("and relu", kind, [1, 7, 7, 16], padded, activation: .relu),
          pool("and bias", kind, [2, 7, 7, 17], padded, bias: true),
          pool(
            "and bias and sigmoid", kind, [1, 5, 7, 5], padded, bias: true, activation: .sigmoid),
        ]
    }
    + geometries.filter { $0.window.dilations == .one }.map {
      pool("\($0.detail), padding counts", .average, $0.image, $0.window, countsPadding: true)
    }

  /// Norms over the same windows.
  package static let lpPool2D: [OperatorSample] = [1, 2, 3].flatMap { p in
    geometries.map { geometry in
      OperatorSample(
        "\(p) \(geometry.detail)", LpPool2D(p: p, window: geometry.window), [.fed(geometry.image)],
        tolerance: .tight)
    }
  }

  /// Global pools: both kinds, both result ranks.
  package static let globalPool: [OperatorSample] = PoolKind.allCases.flatMap { kind in
    [true, false].flatMap { keeps in
      ([[1, 8, 8, 64], [3, 7, 11, 17], [2, 1, 1, 5], [1, 1, 13, 1], [1, 17, 17, 33]] as [Shape])
        .map {
          OperatorSample(
            "\(kind.rawValue) of \($0)\(keeps ? ", axes kept" : "")",
            GlobalPool(kind, keepsAxes: keeps), [.fed($0)], tolerance: .tight)
        }
    }
  }

  private static let padded = Window(kernel: Spatial(3), padding: .symmetric(1, 1))

  private static let geometries: [(detail: String, image: Shape, window: Window)] = [
    ("2x2 stride 2", [1, 8, 8, 16], Window(kernel: Spatial(2), strides: Spatial(2))),
    ("3x3 stride 2", [1, 17, 17, 33], Window(kernel: Spatial(3), strides: Spatial(2))),
    ("3x3 stride 2 even", [2, 12, 14, 5], Window(kernel: Spatial(3), strides: Spatial(2))),
    ("3x3 padded", [1, 13, 13, 32], padded),
    ("3x3 padded batch 3", [3, 7, 11, 17], padded),
    ("3x3 padded on one pixel", [1, 1, 1, 5], padded),
    ("3x3 padded on one row", [1, 1, 9, 5], padded),
    ("3x3 same", [1, 7, 8, 16], Window(kernel: Spatial(3), padding: .same)),
    (
      "3x3 same stride 2", [1, 12, 13, 5],
      Window(kernel: Spatial(3), strides: Spatial(2), padding: .same)
    ),
    ("2x2 same lower", [1, 7, 8, 3], Window(kernel: Spatial(2), padding: .sameLower)),
    (
      "3x3 stride 2 ceil", [1, 12, 13, 5],
      Window(kernel: Spatial(3), strides: Spatial(2), ceilMode: true)
    ),
    (
      "3x3 stride 2 padded ceil", [2, 7, 8, 17],
      Window(kernel: Spatial(3), strides: Spatial(2), padding: .symmetric(1, 1), ceilMode: true)
    ),
    (
      "2x2 stride 3 ceil", [1, 6, 8, 3],
      Window(kernel: Spatial(2), strides: Spatial(3), ceilMode: true)
    ),
    (
      "3x2 strides 1x2", [1, 7, 11, 1],
      Window(kernel: Spatial(3, 2), strides: Spatial(1, 2), padding: .symmetric(1, 1))
    ),
    (
      "3x3 pads 0 1 2 0", [1, 7, 5, 16],
      Window(
        kernel: Spatial(3), padding: .explicit(Border(top: 0, left: 1, bottom: 2, right: 0)))
    ),
    ("8x8 all of it", [1, 8, 8, 64], Window(kernel: Spatial(8))),
    ("1x1 stride 2", [1, 7, 7, 5], Window(kernel: .one, strides: Spatial(2))),
    (
      "2x3 dilations 2x1", [1, 7, 9, 5],
      Window(kernel: Spatial(2, 3), dilations: Spatial(2, 1), padding: .symmetric(1, 1))
    ),
  ]

  private static func pool(
    _ detail: String, _ kind: PoolKind, _ image: Shape, _ window: Window,
    countsPadding: Bool = false, bias: Bool = false, activation: UnaryFunction? = nil
  ) -> OperatorSample {
    OperatorSample(
      "\(kind.rawValue) \(detail)",
      Pool2D(kind, window: window, countIncludePad: countsPadding, activation: activation),
      [.fed(image)] + (bias ? [.constant([image[3]])] : []), tolerance: .tight)
  }
}
