/// Which class of a network each class of a set of images is.
struct ClassMatch {
  /// The network's class of each of the data's classes.
  let indices: [Int]

  /// Matches classes: numbers are the network's; names are looked up among the network's labels, whole numbers among names
  /// are the network's classes, and without labels names are taken in their order.
  ///
  /// - Parameters:
  ///   - data: The data's name, which errors are about.
  ///   - used: The data's classes that images have.
  /// - Throws: `.badData` for a class that the network doesn't have.
  init(
    _ data: String, names: [String], used: Set<Int>, areNumbers: Bool, labels: [String]?,
    classes: Int
  ) throws(InceptError) {
    guard !areNumbers else {
      if let beyond = used.filter({ $0 >= classes }).min() {
        throw InceptError(
          .badData, subject: data,
          expected: "expected classes from 0 to \(classes - 1), as the network has",
          found: "\(beyond)")
      }
      indices = Array(names.indices)
      return
    }
    let numbers = names.compactMap { Int($0) }
    let haveNumbers =
      numbers.count == names.count && numbers.allSatisfy { (0..<classes).contains($0) }
    guard let labels, labels.count == classes else {
      if haveNumbers {
        indices = numbers
      } else if names.count == classes {
        indices = Array(names.indices)
      } else {
        throw InceptError(
          .badData, subject: data,
          expected: "expected \(classes) class folders, as the network has classes",
          found: "\(names.count)", hint: "--labels FILE names the network's classes")
      }
      return
    }
    var places: [String: [Int]] = [:]
    for (index, label) in labels.enumerated() {
      places[Self.plain(label), default: []].append(index)
    }
    let found = names.map { places[Self.plain($0)] ?? [] }
    if !found.contains(where: { $0.count != 1 }) {
      indices = found.map { $0[0] }
    } else if haveNumbers {
      indices = numbers
    } else {
      let wrong = zip(names, found).filter { $0.1.count != 1 }.map(\.0)
      let isTwice = zip(names, found).contains { $0.1.count > 1 && $0.0 == wrong[0] }
      let close = CloseMatches.of(wrong[0], among: labels, limit: 3)
      throw InceptError(
        .badData, subject: "\(data)/\(wrong[0])",
        expected: "expected a folder named as a class of the network, or by its number",
        found: isTwice
          ? "a name of several classes"
          : wrong.count == 1 ? "another name" : "this and \(wrong.count - 1) more other names",
        hint: close.isEmpty
          ? "--labels FILE names the network's classes"
          : "did you mean \(close.joined(separator: " or "))?")
    }
  }

  private static func plain(_ name: String) -> String {
    String(name.lowercased().map { $0 == "_" ? " " : $0 })
  }
}
