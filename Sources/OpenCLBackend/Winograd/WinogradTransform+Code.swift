import Foundation

extension WinogradTransform {
  /// OpenCL C statements for v = Bᵀ d; `d` and `v` are arrays of ``size`` vectors each.
  package var inputCode: String {
    var code = ""
    var done: Set<Int> = []
    for j in 0..<size where !done.contains(j) {
      guard let (partner, sign) = rowPartner(of: j) else {
        code += "(v)[\(j)] = \(Self.sum(input[j], of: { "(d)[\($0)]" })); "
        continue
      }
      done.insert(partner)
      let even = Self.sum(input[j].enumerated().map { $0.offset % 2 == 0 ? $0.element : 0 }) {
        "(d)[\($0)]"
      }
      let odd = Self.sum(input[j].enumerated().map { $0.offset % 2 == 1 ? $0.element : 0 }) {
        "(d)[\($0)]"
      }
      let difference = sign > 0 ? "e\(j) - o\(j)" : "o\(j) - e\(j)"
      code +=
        "const VECTOR e\(j) = \(even), o\(j) = \(odd); (v)[\(j)] = e\(j) + o\(j); "
        + "(v)[\(partner)] = \(difference); "
    }
    return "{ \(code)}"
  }

  /// OpenCL C statements for v = Aᵀ d; `d` is an array of ``size`` vectors, `v` one of ``outputs``.
  package var inverseCode: String {
    var code = ""
    var pairs: [Int: Int] = [:]
    for j in 0..<size where !pairs.values.contains(j) {
      guard let partner = columnPartner(of: j) else { continue }
      pairs[j] = partner
      code += "const VECTOR s\(j) = (d)[\(j)] + (d)[\(partner)], "
      code += "t\(j) = (d)[\(j)] - (d)[\(partner)]; "
    }
    let second = Set(pairs.values)
    for i in 0..<outputs {
      let row = inverse[i].enumerated().map { second.contains($0.offset) ? 0 : $0.element }
      let terms = Self.sum(row) { j in
        pairs[j] == nil ? "(d)[\(j)]" : i % 2 == 0 ? "s\(j)" : "t\(j)"
      }
      code += "(v)[\(i)] = \(terms); "
    }
    return "{ \(code)}"
  }

  /// The row of Bᵀ that has row j's coefficients with those of odd samples negated (sign 1) or those of even
  /// samples (sign −1).
  private func rowPartner(of j: Int) -> (row: Int, sign: Double)? {
    guard input[j].contains(where: { $0 != 0 }) else { return nil }
    for other in input.indices where other > j {
      for sign in [1.0, -1.0] {
        let matches = input[j].indices.allSatisfy { k in
          input[other][k] == sign * (k % 2 == 0 ? 1 : -1) * input[j][k]
        }
        if matches { return (other, sign) }
      }
    }
    return nil
  }

  /// The column of Aᵀ that has column j's coefficients with those of odd outputs negated.
  private func columnPartner(of j: Int) -> Int? {
    guard outputs > 1 else { return nil }
    let isPower = inverse.indices.allSatisfy { inverse[$0][j] != 0 }
    return !isPower
      ? nil
      : (j + 1..<size).first { other in
        inverse.indices.allSatisfy { i in
          inverse[i][other] == (i % 2 == 0 ? 1 : -1) * inverse[i][j]
        }
      }
  }

  /// Σ coefficient · term as an expression of fused multiply-adds that leaves out zeros and products with ±1.
  private static func sum(_ coefficients: [Double], of term: (Int) -> String) -> String {
    var expression = ""
    // Terms without a product first: they start the sum for free.
    let used = coefficients.indices.filter { coefficients[$0] != 0 }
    let ordered =
      used.filter { coefficients[$0] == 1 } + used.filter { coefficients[$0] == -1 }
      + used.filter { abs(coefficients[$0]) != 1 }
    for k in ordered {
      let value = coefficients[k]
      let text = "(VECTOR)(\(Float(value))f)"
      switch value {
      case 1: expression = expression.isEmpty ? term(k) : "(\(expression) + \(term(k)))"
      case -1: expression = expression.isEmpty ? "-\(term(k))" : "(\(expression) - \(term(k)))"
      default:
        expression =
          expression.isEmpty
          ? "\(text) * \(term(k))" : "fma(\(text), \(term(k)), \(expression))"
      }
    }
    return expression.isEmpty ? "(VECTOR)(0.0f)" : expression
  }

  /// How many operations a piece of code has.
  static func operations(_ code: String) -> Int {
    [" + ", " - ", " * ", "fma("].reduce(0) { $0 + code.components(separatedBy: $1).count - 1 }
  }
}
