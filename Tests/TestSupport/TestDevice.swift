import OpenCLBackend
import OpenCLRuntime
import Operators
import TensorCore

/// An OpenCL device as tests use it: with the kernels meant for it, or in another form, which has to be right on
/// every device too.
package struct TestDevice: Sendable, CustomStringConvertible {
  /// The device.
  package let info: DeviceInfo
  /// What plans are made for: the device's own traits but for style and vector width.
  package let traits: DeviceTraits
  /// Whether this is the form of the kernels that the device prefers.
  package let isNative: Bool
  private let opened: Opened

  /// Opens the device on first use, once for all tests, so that they share programs.
  private final class Opened: Sendable {
    let result: Result<BackendDevice, InceptError>

    init(_ info: DeviceInfo, _ traits: DeviceTraits) {
      do throws(InceptError) {
        result = .success(try BackendDevice(info, traits: traits))
      } catch {
        result = .failure(error)
      }
    }
  }

  private init(
    _ info: DeviceInfo, style: DeviceTraits.Style? = nil, vectorWidth: Int? = nil,
    localMemoryBytes: Int? = nil, ordersMemory: Bool? = nil
  ) {
    self.info = info
    let native = DeviceTraits(info)
    var traits = native
    traits.style = style ?? native.style
    traits.vectorWidth = vectorWidth ?? native.vectorWidth
    if let localMemoryBytes {
      traits.localMemoryBytes = min(localMemoryBytes, native.localMemoryBytes)
    }
    traits.ordersMemoryBetweenGroups = ordersMemory ?? native.ordersMemoryBetweenGroups
    self.traits = traits
    isNative = traits == native
    opened = Opened(info, traits)
  }

  /// The same device, taken to let work-groups wait for one another: simulators do, whatever they report.
  package func withOrderedMemory() -> TestDevice {
    TestDevice(
      info, style: traits.style, vectorWidth: traits.vectorWidth,
      localMemoryBytes: traits.localMemoryBytes, ordersMemory: true)
  }

  /// The open device.
  package var backend: BackendDevice {
    get throws(InceptError) { try opened.result.get() }
  }

  /// Which family of kernels is tried.
  package var style: DeviceTraits.Style { traits.style }

  /// The form of the kernels: `workItems`, `registerTiles 16`. Only register tiles depend on the width.
  package var form: String {
    style == .registerTiles ? "\(style.rawValue) \(traits.vectorWidth)" : style.rawValue
  }

  /// `0:0 NAME, workItems`
  package var description: String {
    "\(info.platformIndex):\(info.deviceIndex) \(info.name), \(form)"
  }

  // MARK: Which there are

  private static let usable: [DeviceInfo] = DeviceDiscovery.discover().devices
    .filter { $0.isAvailable && $0.isCompilerAvailable }

  /// Every device of the machine that can build programs, with each style of kernels. None where there is no
  /// OpenCL.
  package static let all: [TestDevice] = usable.flatMap { info in
    [DeviceTraits.Style.registerTiles, .workItems].map { TestDevice(info, style: $0) }
  }

  /// Every device with the register tiles made for other vector widths than its own.
  package static let otherWidths: [TestDevice] = usable.flatMap { info in
    [4, 8, 16].filter { $0 != DeviceTraits(info).vectorWidth }
      .map { TestDevice(info, style: .registerTiles, vectorWidth: $0) }
  }

  /// Every device with register tiles as if it had too little local memory for large tiles: 32 KiB for vectors of 16.
  package static let littleLocalMemory: [TestDevice] = usable.map { info in
    TestDevice(
      info, style: .registerTiles,
      localMemoryBytes: max(DeviceTraits(info).vectorWidth, 4) << 11)
  }

  /// The samples to run, of those given: all in the form that the device prefers, the representative ones
  /// (``OperatorSample/isRepresentative``) in others.
  package func samples(of samples: [OperatorSample]) -> [OperatorSample] {
    isNative ? samples : samples.filter(\.isRepresentative)
  }
}

extension OperatorSample {
  /// Whether the sample is in the subset for forms of kernels that a device does not prefer.
  ///
  /// The rule: all but the convolutions that differ from others in the fused activation only, and the elementwise
  /// operators of other types than float32 that differ in the expression only. An activation or an expression is
  /// the same text in every form of a kernel, unary operators run each of them on vectors and on scalars, and
  /// each one makes another program to compile, which is most of what these tests cost.
  package var isRepresentative: Bool {
    switch op {
    case let op as Cast where op.type != .int64: return false
    case let op as Comparison where op.function != .less: return false
    case let op as Logical where op.function != .and: return false
    case let op as Binary where operands[0].type.isInteger && op.function != .add: return false
    default: break
    }
    guard let convolution = op as? Conv2D, let activation = convolution.activation else {
      return true
    }
    return activation == .relu || activation == .relu6
  }

  /// Multiply-adds, or elements written where there are more of them: how long an interpreter takes.
  package var work: Int {
    guard let (graph, _) = try? graph() else { return 0 }
    return graph.nodeIDs.reduce(0) { total, id in
      let node = graph[id]
      guard !(node.op is Input), !(node.op is Constant) else { return total }
      let elements = node.outputs.reduce(0) { $0 + $1.shape.elementCount }
      return total + Swift.max(graph.cost(of: id).multiplyAdds, elements)
    }
  }
}
