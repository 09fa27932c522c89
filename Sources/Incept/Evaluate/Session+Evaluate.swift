import Drawing
import Imaging

extension Session {
  /// Puts images whose classes are known through the network, and tells how often it is right: `docs/evaluate.md`.
  ///
  /// - Throws: `.usage` where the network takes no pictures, its preprocessing isn't known and none is given, or an option
  ///   doesn't fit; what is wrong with the data, naming file and line; `.cannotCreate` for pictures.
  public func evaluate(_ options: EvaluateOptions) throws(InceptError) -> EvaluateReport {
    let pictures = try Pictures(
      model,
      ClassifyOptions(preprocessing: options.preprocessing, labels: options.labels))
    report("reading \(options.data)")
    let data = try EvaluatedData(options)
    let batch = max(1, min(options.batch, data.rows.count))
    var (tally, match, names): (EvaluateTally?, [Int], [String]?) = (nil, [], nil)
    var milliseconds = 0.0
    var start = 0
    while start < data.rows.count {
      let end = min(start + batch, data.rows.count)
      var group = Array(data.rows[start..<end])
      // The last group is filled up, which saves preparing another batch size.
      while group.count < batch, let last = group.last { group.append(last) }
      let tensor = try data.tensor(group, pictures)
      let executable = try executable([pictures.input: tensor.shape])
      report("evaluating", start, of: data.rows.count)
      let watch = Stopwatch()
      guard let output = try executable.run([pictures.input: tensor]).first else { break }
      milliseconds += watch.milliseconds
      let scores = try pictures.scores(output, batch: batch).prefix(end - start)
      guard let first = scores.first else { break }
      if tally == nil {
        names = first.classNames
        match = try ClassMatch(
          options.data, names: data.classNames, used: Set(data.rows.map(data.label)),
          areNumbers: data.hasNumbers, labels: names, classes: first.count
        ).indices
        tally = EvaluateTally(classes: first.count)
      }
      for (row, scores) in zip(group, scores) {
        tally?.add(scores, label: match[data.label(row)], row: row)
      }
      start = end
    }
    guard let tally else {
      throw InceptError(
        .software, subject: model.name, expected: "expected a result", found: "none")
    }
    let evaluation = Evaluation(tally: tally, data: data, match: match, labels: names)
    let report = evaluation.report(self, options.data, milliseconds)
    if let file = options.confusion {
      try ConfusionPicture(report: report, classes: tally.classes).write(to: file)
    }
    if let file = options.mistakes {
      let seen = try tally.mistakes.map { (mistake) throws(InceptError) in
        try MistakesPicture.thumbnail(data.picture(mistake.row))
      }
      try MistakesPicture(report: report, images: seen).write(to: file)
    }
    return report
  }
}

/// What was counted, and the names of what was.
private struct Evaluation {
  let tally: EvaluateTally
  let data: EvaluatedData
  /// The network's class of each of the data's.
  let match: [Int]
  /// The names of the network's classes, where they are known.
  let labels: [String]?

  func report(
    _ session: Session, _ path: String, _ milliseconds: Double
  ) -> EvaluateReport {
    let own = Dictionary(
      zip(match, data.classNames).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
    func name(_ index: Int) -> String { labels?[index] ?? own[index] ?? "class \(index)" }
    let used = Set(data.rows.map { match[data.label($0)] })
    return EvaluateReport(
      model: session.model.reported, device: session.device.reported,
      data: .init(path: path, images: tally.images, available: data.total),
      accuracy: Double(tally.right) / Double(max(tally.images, 1)), topFive: tally.topFive,
      right: tally.right, loss: tally.meanLoss, classes: tally.table(used, name: name),
      confusion: tally.confusion,
      mistakes: tally.mistakes.map { mistake in
        .init(
          image: data.origin(mistake.row), row: mistake.row, label: name(mistake.label),
          predicted: name(mistake.predicted), probability: mistake.probability,
          labelProbability: mistake.labelProbability)
      },
      timing: .init(
        load: session.model.loadMilliseconds, build: session.buildMilliseconds, run: milliseconds,
        throughput: milliseconds > 0 ? 1000 * Double(tally.images) / milliseconds : 0))
  }
}
