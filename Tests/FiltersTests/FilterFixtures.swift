import Filters
import Foundation
import TensorCore
import TestSupport
import WireFormats

/// The tensors of a file that `tools/fixtures/make_filter_cases.py` wrote.
func filterFixture(_ name: String) throws -> NamedTensors {
  let file = Fixtures.package.appendingPathComponent(
    "Tests/FiltersTests/Fixtures/\(name).safetensors")
  return try Safetensors.read(path: file.path)
}

/// The largest difference between a filter's numbers and a tensor's; infinite where the shapes differ.
func difference(_ matrix: FilterMatrix, _ tensor: HostTensor) -> Double {
  guard tensor.shape.dimensions == [matrix.rows, matrix.columns] else { return .infinity }
  return zip(matrix.values, tensor.floats()).reduce(0) { max($0, abs($1.0 - Double($1.1))) }
}
