import Imaging
import Operators
import WireFormats

/// What goes into a network that is compared, and where it is from.
struct ComparedInputs {
  private(set) var feeds: [String: HostTensor] = [:]
  private(set) var reported: [CompareReport.Input] = []

  /// - Parameter activations: the file that is compared with, which may have the inputs too.
  init(
    _ session: Session, _ options: CompareOptions, activations: NamedTensors?
  ) throws(InceptError) {
    let model = session.model
    var tensors = options.inputs
    for (name, path) in options.files { tensors[name] = try NPY.read(path: path) }
    if let image = options.image {
      guard tensors.isEmpty else {
        throw InceptError(
          .usage, subject: model.name, expected: "expected a picture or tensors", found: "both")
      }
      let pictures = try Pictures(model, options.picture)
      feeds = [
        pictures.input: try pictures.tensor([try Image.decode(path: image)], names: [image])
      ]
      report(model) { _ in image }
    } else if !tensors.isEmpty {
      feeds = try session.matched(tensors)
      let given = tensors
      report(model) { name in
        options.files[name] ?? (given.count == 1 ? options.files.values.first : nil) ?? "given"
      }
    } else if let activations {
      for input in model.inputs {
        guard let tensor = activations[input.name] else {
          throw InceptError(
            .usage, subject: "input '\(input.name)'",
            expected: "expected what the activations in \(activations.source) were made from",
            found: "nothing",
            hint:
              "add --input \(input.name)=FILE.npy or an image, or put a tensor '\(input.name)' into the file"
          )
        }
        feeds[input.name] = tensor
      }
      report(model) { _ in activations.source }
    } else {
      feeds = session.madeUpInputs(batch: 1, seed: options.seed)
      report(model) { name in
        model.inputs.first { $0.name == name }?.elementType == .float32
          ? "made up, -1 to 1, seed \(options.seed)" : "zeros"
      }
    }
  }

  private mutating func report(_ model: Model, _ source: (String) -> String) {
    reported = model.inputs.compactMap { input in
      feeds[input.name].map {
        CompareReport.Input(
          name: input.name, shape: $0.shape.dimensions, source: source(input.name))
      }
    }
  }
}
