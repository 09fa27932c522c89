import OpenCLRuntime
import TensorCore

extension Executable {
  /// Launches every kernel once, with one work-group, and waits: many drivers make the machine code only now, and
  /// that is part of preparing, not of the first run. Of a kernel's launches the cheapest is taken.
  ///
  /// What the launches write is overwritten by the first run.
  static func launchEachKernel(
    _ plan: Plan, _ launches: [PreparedLaunch], _ queue: borrowing Queue,
    done: (Int, Int) -> Void
  ) throws(InceptError) {
    let indices = plan.firstLaunches()
    for (number, index) in indices.enumerated() {
      try queue.enqueueOneGroup(launches[index])
      try queue.finish()
      done(number + 1, indices.count)
    }
  }
}

extension Plan {
  /// For each distinct kernel the launch that computes least, in the plan's order.
  func firstLaunches() -> [Int] {
    var cheapest: [KernelSpecialization: Int] = [:]
    for (index, launch) in launches.enumerated() {
      guard let best = cheapest[launch.kernel] else {
        cheapest[launch.kernel] = index
        continue
      }
      if launch.cost.multiplyAdds < launches[best].cost.multiplyAdds {
        cheapest[launch.kernel] = index
      }
    }
    return cheapest.values.sorted()
  }
}
