import TensorCore

/// The architectures that Incept knows how to build.
package enum ArchitectureCatalog {
  /// All of them; of a network's forms the default one first.
  package static let all: [Architecture] =
    [
      InceptionV3.torchvision, InceptionV3.keras, GoogLeNet.architecture,
      InceptionResNetV2.architecture, ResNet50.architecture, ResNet50V2.architecture,
    ] + MobileNetV1.widths.map(MobileNetV1.architecture) + [DigitsCNN.architecture]

  /// Every form of the network that `identifier` names: one for `inception_v3:keras`, both for `inception_v3`,
  /// none for an unknown name.
  package static func forms(of identifier: String) -> [Architecture] {
    all.filter { $0.identifier == identifier || $0.name == identifier }
  }

  /// The architecture that `identifier` names. A plain name means the first form of ``all`` (torchvision's for
  /// `inception_v3`); with a weights file at hand ask ``recognise(_:among:)`` with ``forms(of:)`` instead.
  package static func find(_ identifier: String) throws(InceptError) -> Architecture {
    if let found = forms(of: identifier).first { return found }
    throw InceptError(
      .usage, subject: identifier,
      expected: "expected an architecture (\(all.map(\.identifier).joined(separator: ", ")))",
      found: "no such name",
      hint: "`incept models` lists the built-in architectures; a file is given by its path")
  }
}
