import OpenCLRuntime
import TensorCore

extension Executable {
  /// Runs every kernel by itself, waiting for each, and returns how many nanoseconds of the host's clock each
  /// took: for devices whose time stamps can't be used. Includes what enqueueing and waiting cost.
  package func timeKernelsOneByOne() throws(InceptError) -> [Double] {
    try exclusively { () throws(InceptError) in
      var times: [Double] = []
      for launch in launches {
        let start = ContinuousClock.now
        try queue.value.enqueue(launch)
        try queue.value.finish()
        times.append((ContinuousClock.now - start).nanoseconds)
      }
      return times
    }
  }
}
