// # OpenCLRuntime
//
// OpenCL as Swift values; nothing here knows of networks.
//
// **Finding a device.** `DeviceDiscovery` lists what the machine has, `DeviceSelection` chooses as
// `--device` says, `DeviceInfo` is plain data that can be kept, compared and made up in tests.
//
// **Owners.** `Context`, `Queue`, `Program`, `Kernel`, `Buffer` and `Event` are noncopyable: one
// owner each, released when that ends, in any order. Arrays and dictionaries can't hold noncopyable
// values; put these into `Shared` for that (`[Shared<Event>]`, `[String: Shared<Program>]`). A
// kernel that is launched again and again becomes a `PreparedLaunch`, a class that arrays hold as
// they are:
//
//     let context = try Context(device)
//     let queue = try Queue(context)
//     let program = try Program(context, source: text, options: "-D N=4", label: "conv2d")
//     var kernel = try program.kernel("conv2d")
//     try kernel.setArg(0, buffer)
//     launches.append(
//       try PreparedLaunch(kernel, global: [64, 8], local: [1, 1], label: "Mixed_5b"))
//     for launch in launches { try queue.enqueue(launch) }
//     try queue.finish()
//
// **Lifetimes.** Kernels keep the buffers among their arguments, launches keep arguments and
// kernel, a queue keeps what its unfinished commands use. So nothing has to be held by hand, and
// memory goes back when the queue has finished.
//
// **Threads.** Everything is `Sendable`. Setting a kernel's arguments needs exclusive access, which
// the language enforces; all else may be called from several threads at once.
//
// **Errors.** Every throwing call throws `InceptError`. Those of OpenCL calls are rendered from
// `CLError`: symbolic name, failing call, device, and the build log. Sizes are checked before the
// driver sees them, because drivers may abort the process for a wrong one.
