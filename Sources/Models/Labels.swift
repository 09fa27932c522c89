/// Names of classes.
package enum Labels {
  /// The names of a set, class 0 first.
  package static func names(_ set: LabelSet) -> [String] {
    switch set {
    case .imagenet: imagenet
    case .digits: (0...9).map(String.init)
    }
  }

  private static let imagenet: [String] = {
    let bytes = EmbeddedResources.data("imagenet_categories.txt") ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }()
}
