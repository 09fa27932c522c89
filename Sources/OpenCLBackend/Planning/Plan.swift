import GraphIR
import TensorCore

/// A network made ready for one kind of device and one set of input shapes: kernels in order, with every
/// address and size decided. Pure data; ``Executable`` runs it.
package struct Plan: Sendable {
  /// Name of the model.
  package var name: String
  /// What the plan was made for.
  package var traits: DeviceTraits
  /// What the caller decided.
  package var options: PlanOptions
  /// The kernels, in order.
  package var launches: [Launch]
  /// The regions that values live in, by region number.
  package var regions: [Region]
  /// Size of the arena in bytes.
  package var arenaBytes: Int
  /// The constants, by constant number.
  package var constants: [PlannedConstant]
  /// Where callers' tensors go.
  package var inputs: [Binding]
  /// Where results are found.
  package var outputs: [Binding]
  /// Where every computed value lies from its last write to its last read: other values may have the memory after.
  package var views: [ValueID: TensorView] = [:]

  /// Bytes of all constants together.
  package var weightsBytes: Int { constants.reduce(0) { $0 + $1.byteCount } }

  /// Bytes of the inputs' own buffers.
  package var inputBytes: Int {
    regions.reduce(0) { $0 + ($1.isInput ? $1.elementCount * options.precision.bytes : 0) }
  }

  /// Bytes that the plan needs on the device: weights, arena and inputs.
  package var bytes: Int { weightsBytes + arenaBytes + inputBytes }

  /// The largest single buffer in bytes.
  package var largestBufferBytes: Int {
    let inputs = regions.filter(\.isInput).map { $0.elementCount * options.precision.bytes }
    return Swift.max(arenaBytes, inputs.max() ?? 0, constants.map(\.byteCount).max() ?? 0)
  }

  /// A value that crosses the plan's border.
  package struct Binding: Sendable {
    /// The graph's name for it.
    package let name: String
    /// Where it lies.
    package let view: TensorView
    /// The axis order people see it in: result axis `i` is axis `permutation[i]` of the view.
    package let permutation: [Int]?
  }

  /// A part of the arena that one or more values share, or the buffer of an input.
  package struct Region: Sendable {
    /// Name of the value it was made for.
    package let name: String
    /// Words: elements of the plan's precision, an int64 being two.
    package let elementCount: Int
    /// The storage's extents in elements, border included, and the border: regions with a border share memory only with
    /// regions of the same geometry, so that their zeros stay zeros.
    package let geometry: Geometry
    /// First and last launch that touches it.
    package var lifetime: ClosedRange<Int>
    /// First element in the arena; 0 in an input's buffer.
    package var offset: Int
    /// Whether callers fill it: then it is a buffer of its own, written as a whole, borders included.
    package let isInput: Bool

    /// Extents of a bordered storage.
    package struct Geometry: Hashable, Sendable {
      /// Extents, border included.
      package let shape: Shape
      /// The border.
      package let border: ZeroBorder
    }
  }
}

/// One kernel launch, labelled with the node it computes.
package struct Launch: Sendable {
  /// The node's name.
  package var label: String
  /// The node's operator.
  package var op: String
  /// The imported nodes it computes.
  package var sources: [String]
  /// Which variant of the operator's kernels was chosen.
  package var variant: String
  /// The variants that were not chosen, with the reasons.
  package var rejected: [Rejection]
  /// What a tuner may change about it; nil where there is one way only.
  package var tuning: Tuning?
  /// The rounding error next to that of direct summation, as a factor.
  package var errorGrowth = 1.0
  /// Multiply-adds of the algorithm chosen; nil where they are those of the definition, ``cost``.
  package var multiplyAdds: Int?
  /// The kernel.
  package var kernel: KernelSpecialization
  /// Its arguments, in order.
  package var arguments: [Argument]
  /// Number of work-items along each dimension.
  package var global: [Int]
  /// Work-group size, or nil where the device may choose.
  package var local: [Int]?
  /// What it computes and moves.
  package var cost: Cost
  /// Shapes of the node's inputs that are not weights.
  package var inputShapes: [Shape]
  /// Shape of the node's (first) output.
  package var outputShape: Shape
  /// Where the (first) result goes; nil for a step whose result only the node itself reads.
  package var output: TensorView?
  /// What it reads and writes.
  package var access: LaunchAccess
  /// The node; nil where one launch computes several.
  package var node: NodeID?
  /// The earlier launches that must have ended before it begins, the latest first.
  package var waits: [Int] = []

  /// One kernel argument.
  package enum Argument: Hashable, Sendable {
    /// The buffer of a storage.
    case buffer(Storage)
    /// Position of an element of a storage in its buffer, as int.
    case offset(Storage, Int)
    /// An int.
    case int(Int)
    /// A float.
    case float(Float)
    /// Local memory of the given size.
    case localBytes(Int)
    /// A buffer of ints that belongs to the launch.
    case table([Cell])
    /// A buffer of so many ints that belongs to the launch: zeros before the first run, and the kernel's after.
    case state(Int)

    /// What most kernels take: of each view its buffer and the position of its first element, then ints.
    static func views(_ views: TensorView..., ints: [Int] = []) -> [Self] {
      views.flatMap { [.buffer($0.storage), .offset($0.storage, $0.offset)] }
        + ints.map { .int($0) }
    }

    /// The storages whose elements the argument leads to.
    package var storages: [Storage] {
      switch self {
      case .buffer(let storage), .offset(let storage, _): [storage]
      case .table(let cells):
        cells.compactMap { if case .offset(let storage, _) = $0 { storage } else { nil } }
      case .int, .float, .localBytes, .state: []
      }
    }
  }

  /// One int of a table argument.
  package enum Cell: Hashable, Sendable {
    /// A number.
    case int(Int)
    /// Position of an element of a storage in its buffer.
    case offset(Storage, Int)
  }

  /// The choice between variants, for a tuner.
  package struct Tuning: Hashable, Sendable {
    /// The problem; see ``TunableProblem/tuningKey``.
    package let key: String
    /// Names of the variants that accept the problem, the preferred one first.
    package let accepted: [String]
    /// Whether the variant was chosen by tuning.
    package let isTuned: Bool
  }

  /// A variant that was not chosen.
  package struct Rejection: Hashable, Sendable {
    /// The variant.
    package let variant: String
    /// Why.
    package let reason: String
  }
}

/// A constant that a plan needs on the device, in the form its kernels read.
package struct PlannedConstant: Sendable {
  /// What it is made from and how: equal keys mean equal bytes, so that plans of one model share them.
  package var key: Key
  /// Number of words: elements, an int64 being two.
  package let elementCount: Int
  /// Size in bytes.
  package var byteCount: Int { elementCount * key.precision.bytes }
  /// Writes the bytes: every element, as the memory starts with any content.
  package let write: Write

  /// Writes the elements of a constant, ``elementCount`` of them, as floats; integers in the floats' bits.
  package typealias Write =
    @Sendable (UnsafeMutableBufferPointer<Float>) throws(InceptError) -> Void

  /// Identity of a packed constant.
  package struct Key: Hashable, Sendable {
    /// The graph's tensors.
    package let sources: [HostTensor]
    /// How they are packed.
    package let packing: String
    /// What the elements are stored as.
    package var precision = Precision.fp32

    /// An identity, in float32.
    package init(sources: [HostTensor], packing: String) {
      self.sources = sources
      self.packing = packing
    }
  }

  /// A constant of `byteCount` bytes, were it float32; the plan stores it in its own precision. `write` gets
  /// memory of the device where that is the host's too and no conversion is needed, so that no other copy exists;
  /// it must set every element, padding included, and should not read what it wrote.
  package init(key: Key, byteCount: Int, write: @escaping Write) {
    self.key = key
    elementCount = byteCount / Precision.fp32.bytes
    self.write = write
  }
}
