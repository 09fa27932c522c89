import OpenCLBackend
import OpenCLRuntime

/// One of the families of kernels, for one vector width, on a device: every device must compute the same with
/// each of them, whichever it prefers.
package struct KernelForm: Sendable, CustomStringConvertible {
  /// The device.
  package let device: DeviceInfo
  /// What plans are made for: the device's own traits but for style and width.
  package let traits: DeviceTraits
  /// Whether it is the form that the device prefers.
  package let isNative: Bool

  /// The form's name, without the device's: `registerTiles 16`.
  package var description: String {
    switch traits.style {
    case .registerTiles: "registerTiles \(traits.vectorWidth)"
    case .workItems: "workItems"
    }
  }

  /// All forms on a device, its own first. Vector widths matter to register tiles only.
  package static func all(on device: DeviceInfo) -> [KernelForm] {
    let native = DeviceTraits(device)
    var forms = [KernelForm(device: device, traits: native, isNative: true)]
    for width in [4, 8, 16] where native.style != .registerTiles || native.vectorWidth != width {
      var traits = native
      traits.style = .registerTiles
      traits.vectorWidth = width
      forms.append(KernelForm(device: device, traits: traits, isNative: false))
    }
    if native.style != .workItems {
      var traits = native
      traits.style = .workItems
      traits.vectorWidth = 1
      forms.append(KernelForm(device: device, traits: traits, isNative: false))
    }
    return forms
  }

  /// The problems this form must solve, of those given. What each compiled kernel costs decides: the native form
  /// gets all of them, the others the representative ones (``OperatorSample/isRepresentative``).
  package func samples(of samples: [OperatorSample]) -> [OperatorSample] {
    isNative ? samples : samples.filter(\.isRepresentative)
  }
}
