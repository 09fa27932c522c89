import Drawing
import Profiling
import TensorCore

/// Loss and accuracy of every epoch, as a table or a picture.
enum TrainingHistory {
  /// Refuses a file that no history could be written to, before a training begins.
  static func check(_ path: String) throws(InceptError) {
    if path.hasSuffix(".csv") { return }
    _ = try PictureFormat(path: path)
    try Canvas.checkLibrary()
  }

  /// Writes the epochs to a `.csv` file or a picture; the file appears whole or not at all.
  static func write(
    _ epochs: [TrainReport.Epoch], model: String, to path: String
  ) throws(InceptError) {
    guard path.hasSuffix(".csv") else { return try canvas(epochs, model).write(to: path) }
    var text = CSV.line([
      "epoch", "training_loss", "training_accuracy", "validation_loss", "validation_accuracy",
      "learning_rate", "seconds",
    ])
    for epoch in epochs {
      text += CSV.line([
        "\(epoch.epoch)", "\(epoch.trainingLoss)", "\(epoch.trainingAccuracy)",
        "\(epoch.validationLoss)", "\(epoch.validationAccuracy)", "\(epoch.learningRate)",
        "\(epoch.seconds)",
      ])
    }
    try TextFile.write(text, to: path)
  }

  private static let size = (width: 920.0, height: 380.0)
  private static let margin = 16.0

  private static func canvas(
    _ epochs: [TrainReport.Epoch], _ model: String
  ) throws(InceptError) -> Canvas {
    var canvas = try Canvas(width: size.width, height: size.height, title: "training of \(model)")
    let last = Double(max(2, epochs.last?.epoch ?? 2))
    func chart(
      _ title: String, _ training: (TrainReport.Epoch) -> Double,
      _ validation: (TrainReport.Epoch) -> Double, _ axis: ([Double]) -> Axis
    ) -> Chart {
      func points(_ value: (TrainReport.Epoch) -> Double) -> [Point] {
        epochs.map { Point(Double($0.epoch), value($0)) }
      }
      let series = [
        Chart.Series(.line, points(training), .series[0], name: "training"),
        Chart.Series(.line, points(validation), .series[1], name: "held out"),
      ]
      return Chart(
        title: title, x: Axis("epoch", linear: 1...last),
        y: axis(series.flatMap { $0.points.map(\.y) }), series: series)
    }
    let width = (size.width - 3 * margin) / 2
    let charts = [
      chart("loss", \.trainingLoss, \.validationLoss) {
        Axis("cross-entropy", logarithmicCovering: $0.filter { $0 > 0 } + [1], decades: 8)
      },
      chart("accuracy", \.trainingAccuracy, \.validationAccuracy) {
        Axis("part that is right", linearCovering: $0 + [1])
      },
    ]
    for (number, chart) in charts.enumerated() {
      let frame = Rectangle(
        x: margin + Double(number) * (width + margin), y: margin, width: width,
        height: size.height - 2 * margin)
      try chart.draw(on: &canvas, in: frame)
    }
    return canvas
  }
}
