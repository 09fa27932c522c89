import OpenCLRuntime
import Testing

/// The devices of this machine, which the tests in this folder run on one by one.
enum Devices {
  static let all = DeviceDiscovery.discover().devices.filter {
    $0.isAvailable && $0.isCompilerAvailable
  }

  /// What a skipped test says on a machine without OpenCL.
  static let missing: Comment = "no OpenCL device on this machine"
}

extension DeviceInfo: CustomTestStringConvertible {
  package var testDescription: String { summary }
}

/// Sources of the kernels the tests run.
enum Sources {
  static let scale = """
    __kernel void scale(__global float* data, const float factor, const int offset) {
      const size_t i = get_global_id(0);
      data[i] = data[i] * factor + offset;
    }
    """

  /// Adds 1 to every value `repeats` times, slowly.
  static let slow = """
    __kernel void slow(__global uint* data, const uint repeats) {
      const size_t i = get_global_id(0);
      volatile uint sum = data[i];
      for (uint r = 0; r < repeats; ++r) sum += 1;
      data[i] = sum;
    }
    """

  static let local = """
    __kernel void reverse(__global int* data, __local int* space) {
      const size_t i = get_local_id(0), n = get_local_size(0);
      space[i] = data[i];
      barrier(CLK_LOCAL_MEM_FENCE);
      data[i] = space[n - 1 - i];
    }
    __kernel void own(__global int* data) {
      __local int space[1024];
      space[get_local_id(0)] = data[get_global_id(0)];
      barrier(CLK_LOCAL_MEM_FENCE);
      data[get_global_id(0)] = space[get_local_id(0)] + 1;
    }
    __kernel __attribute__((reqd_work_group_size(4, 1, 1))) void four(__global int* data) {
      data[get_global_id(0)] = (int)get_local_size(0);
    }
    """
}
