import Incept
import Operators

let device = try Device.select()
print("device:", device.name)

let model = try Model.load("digits_cnn")
for input in model.inputs { print("takes:", input.name, input.shape) }

let session = try Session(model, on: device)
let report = try session.classify(["Samples/digit-3-a.png", "Samples/digit-9-a.png"])
for result in report.results {
  for guess in result.top.prefix(2) { print(result.image, guess.label, guess.probability) }
}

let grey = HostTensor(shape: [1, 1, 8, 8]) { pixels in pixels.update(repeating: 0.5) }
for (name, tensor) in try session.run(["input": grey], outputs: ["relu1"]) {
  print(name, tensor.shape, tensor.floats().max() ?? 0)
}

print(try GraphReport.of(model, stage: .optimised).text())
try TextFile.write(GraphPicture.of(model).svg(), to: "digits.svg")

let profile = try session.profile(MeasureOptions(runs: 10))
print(profile.sorted(by: .time, first: 3).text())
for layer in profile.layers { print(layer.name, layer.op, layer.time.median, "us") }

let picture = try FilterPicture("Samples/chelsea.jpg")
let gabor = try ImageFilter("gabor", size: 15)
var graph = Graph(name: "edges")
let x = try graph.add(Input(TensorType(picture.tensor.shape)), name: "x")
let weights = try graph.add(Input(TensorType(gabor.tensor.shape)), name: "filter")
let y = try graph.add(Conv2D(padding: .same), [x, weights], name: "y")
graph.outputs.append(GraphOutput(name: "y", value: y))
let filtering = try Session(Model(graph), on: device)
let edges = try filtering.run(["x": picture.tensor, "filter": gabor.tensor])
try NPY.write(edges[0].tensor, to: "edges.npy")

let lab = try FilterLab(on: device)
let panel = try lab.apply(gabor, to: picture, FilterChain(count: 2))
try panel.write(to: "edges.png")

var options = TrainOptions(data: "Samples/digits.csv.gz", output: "digits.safetensors")
options.epochs = 5
let training = try Trainer(options, on: device).run()
print(training.text())

let trained = try Session(try Model.load(training.output), on: device)
print(try trained.classify(["Samples/digit-3-a.png"]).text())

let judged = try trained.evaluate(
  EvaluateOptions(data: "Samples/digits.csv.gz", split: 0.2, seed: options.seed))
print("right:", judged.right, "of", judged.data.images)

do {
  _ = try Model.load("digits_ccn")
} catch {
  print(error.category, error.subject, error.hint ?? "")
}
