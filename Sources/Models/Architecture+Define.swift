import GraphIR
import TensorCore

extension Architecture {
  /// An architecture whose graph `define` adds to a builder, returning the result.
  ///
  /// The parameters are those that `define` asks for, in the order in which the framework's files keep them.
  init(
    name: String, form: String?, framework: Framework, summary: String, input: ImageInput,
    output: String, outputIsProbability: Bool, labels: LabelSet, officialWeights: [WeightSource],
    ignoredParameters: [String],
    define: @escaping @Sendable (inout LayerBuilder, ImageInput) -> ValueID
  ) {
    @Sendable func assembled(_ values: ParameterSet?, _ batch: Int) throws(InceptError)
      -> (graph: Graph, parameters: [ParameterSpec])
    {
      var layers = LayerBuilder(
        name: form.map { "\(name):\($0)" } ?? name, axisOrder: input.axisOrder, batch: batch,
        values: values)
      let result = define(&layers, input)
      return (try layers.finish(output: output, result), layers.parameters)
    }
    self.name = name
    self.form = form
    self.framework = framework
    self.summary = summary
    self.input = input
    self.output = output
    self.outputIsProbability = outputIsProbability
    self.labels = labels
    self.officialWeights = officialWeights
    self.ignoredParameters = ignoredParameters
    skeleton = ArchitectureSkeleton {
      // A skeleton that can't be assembled leaves no parameters; building then throws what is wrong with it.
      guard let (graph, inOrderOfCreation) = try? assembled(nil, 1) else { return ([], [:]) }
      switch framework {
      case .torch: return (inOrderOfCreation, [:])
      case .keras:
        let order = KerasLayerOrder(skeleton: graph)
        let parameters = order.sorted(inOrderOfCreation)
        return (parameters, order.groups(parameters))
      }
    }
    build = { (values, batch) throws(InceptError) in try assembled(values, batch).graph }
  }
}
