import Profiling

extension PlannedMemory {
  /// `162 MiB on the device: weights 149 MiB, arena 12.1 MiB, inputs 1.02 MiB`
  var line: String {
    "\(NumberText.bytes(peak)) on the device: weights \(NumberText.bytes(weights)), "
      + "arena \(NumberText.bytes(arena)), inputs \(NumberText.bytes(inputs))"
      + (limit.map { " (limit \(NumberText.bytes($0)))" } ?? "")
  }
}
