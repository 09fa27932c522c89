import GraphIR
import Operators
import TensorCore

/// Which axis of an image is which, for operations with a `data_format`.
enum DataFormat: String, Sendable {
  case nhwc = "NHWC"
  case nchw = "NCHW"

  /// Where rows, columns and channels are.
  var height: Int { self == .nhwc ? 1 : 2 }
  var width: Int { self == .nhwc ? 2 : 3 }
  var channel: Int { self == .nhwc ? 3 : 1 }
}

extension NodeScope {
  /// The node's `data_format`.
  func format() throws(ImportFailure) -> DataFormat {
    let text = try text("data_format", "NHWC")
    guard let format = DataFormat(rawValue: text.isEmpty ? "NHWC" : text) else {
      throw .refused("its data_format is \(text)")
    }
    return format
  }

  /// A pair out of a list with one number an axis, those of batch and channels being 1; `[1, 1]` for no list.
  func spatial(_ key: String, _ format: DataFormat) throws(ImportFailure) -> Spatial {
    let list = try ints(key)
    if list.isEmpty { return .one }
    guard list.count == 4 else { throw invalid("4 numbers in \(key)", "\(list)") }
    guard list[0] == 1, list[format.channel] == 1 else {
      throw .refused("its \(key) are \(list)")
    }
    return Spatial(list[format.height], list[format.width])
  }

  /// The node's padding.
  func padding(_ format: DataFormat) throws(ImportFailure) -> Padding {
    let text = try text("padding")
    switch text {
    case "SAME": return .same
    case "VALID": return .valid
    case "EXPLICIT":
      let list = try ints("explicit_paddings")
      guard list.count == 8 else { throw invalid("8 explicit_paddings", "\(list.count)") }
      let (rows, columns) = (2 * format.height, 2 * format.width)
      guard
        list.indices.allSatisfy({
          (rows...rows + 1).contains($0) || (columns...columns + 1).contains($0) || list[$0] == 0
        })
      else { throw .refused("it pads batch or channels") }
      return .explicit(
        Border(
          top: list[rows], left: list[columns], bottom: list[rows + 1], right: list[columns + 1]))
    default: throw .refused("its padding is \(text)")
    }
  }

  /// Input `index`, an image, in NHWC order.
  func image(_ index: Int, _ format: DataFormat) throws(ImportFailure) -> ValueID {
    let value = try tensor(index)
    guard shape(value).rank == 4 else {
      throw invalid("an image with 4 axes as input \(index)", "\(shape(value))")
    }
    return format == .nhwc ? value : try nhwc(value)
  }

  /// A 4-D value in NHWC order, given in NCHW.
  func nhwc(_ value: ValueID) throws(ImportFailure) -> ValueID {
    do {
      return try emitter.nhwc(value)
    } catch {
      throw .invalid(error)
    }
  }

  /// The operator that computes the node's image from values in NHWC order.
  func emitImage(
    _ op: any Operator, _ inputs: [ValueID], _ format: DataFormat
  ) throws(ImportFailure) -> ValueID {
    guard format == .nchw else { return try emit(op, inputs) }
    return try emitNCHW(try part(op, inputs, "nhwc"))
  }

  /// The node's value, computed in NHWC order already, in NCHW.
  func emitNCHW(_ inner: ValueID) throws(ImportFailure) -> ValueID {
    let result = try emit(Transpose.toNCHW, [inner])
    emitter.setTwin(of: result, inner)
    return result
  }

  /// An elementwise operator that computes the node's value; in NHWC order where its inputs are images that
  /// exist in that.
  func emitElementwise(_ op: any Operator, _ inputs: [ValueID]) throws(ImportFailure) -> ValueID {
    guard let operands = try nhwcOperands(inputs) else { return try emit(op, inputs) }
    return try emitNCHW(try part(op, operands, "nhwc"))
  }

  /// The same operands in NHWC order, or nil where one isn't there in that or none is an image.
  private func nhwcOperands(_ values: [ValueID]) throws(ImportFailure) -> [ValueID]? {
    guard values.contains(where: { emitter.twins[$0] != nil }),
      values.allSatisfy({ emitter.twins[$0] != nil || channels($0) != nil })
    else { return nil }
    var operands: [ValueID] = []
    for value in values {
      if let twin = emitter.twins[value] {
        operands.append(twin)
      } else if let vector = channels(value) {
        operands.append(try part(Constant(vector), [], "channels"))
      }
    }
    return operands
  }

  /// A constant that broadcasts over NCHW images as one number, or one a channel, for NHWC images.
  private func channels(_ value: ValueID) -> HostTensor? {
    guard let tensor = constant(value), tensor.shape.rank <= 4 else { return nil }
    if tensor.elementCount == 1 { return tensor.reshaped([1]) }
    let rank = tensor.shape.rank
    guard rank >= 3, tensor.shape[rank - 3] == tensor.elementCount else { return nil }
    return tensor.reshaped([tensor.elementCount])
  }

  /// An axis of an NCHW value as one of its NHWC twin.
  static func nhwcAxis(_ axis: Int) -> Int { [0, 3, 1, 2][axis] }
}
