import Roofline
import Testing

@Suite("the roofline model")
struct RooflineTests {
  /// 200 GFLOP/s; 1 MB at 800 GB/s, 32 MB at 100, memory at 20; 2 us a launch.
  private static let peaks = DevicePeaks(
    gflops: 200, doubleGflops: 100,
    memory: [
      .init(name: "L1", capacity: 1_000_000, gigabytesPerSecond: 800),
      .init(name: "L2", capacity: 32_000_000, gigabytesPerSecond: 100),
      .init(name: "memory", capacity: nil, gigabytesPerSecond: 20),
    ], launch: 2)

  private func limit(
    _ operations: Double, weights: Int = 0, activations: Int = 0, network: Int = 1_000_000_000,
    _ arithmetic: RooflineModel.Arithmetic = .float
  ) -> RooflineModel.Limit {
    RooflineModel(Self.peaks, networkBytes: network).limit(
      .init(
        operations: operations, weightBytes: weights, activationBytes: activations,
        arithmetic: arithmetic))
  }

  @Test("much arithmetic on few bytes is bound by arithmetic")
  func arithmetic() {
    let limit = limit(2e6, activations: 400_000)
    #expect(limit.bound == .arithmetic)
    #expect(limit.microseconds == 10)
    #expect(limit.arithmetic == 10 && limit.memory == 0.5 && limit.level == "L1")
  }

  @Test("double arithmetic has its own peak, half without one that of float")
  func types() {
    #expect(limit(2e6, .double).microseconds == 20)
    #expect(limit(2e6, .half).microseconds == 10)
  }

  @Test("values come from the nearest level that holds all that the kernel touches")
  func values() {
    #expect(limit(0, activations: 800_000).bound == .launch)
    #expect(limit(0, activations: 8_000_000).bound == .bandwidth("L2"))
    #expect(limit(0, activations: 8_000_000).microseconds == 80)
    #expect(limit(0, activations: 64_000_000).bound == .bandwidth("memory"))
    #expect(limit(0, activations: 64_000_000).microseconds == 3_200)
  }

  @Test("weights come from the level that holds what a run of the network touches")
  func weights() {
    #expect(limit(0, weights: 400_000).bound == .bandwidth("memory"))
    #expect(limit(0, weights: 400_000).microseconds == 20)
    #expect(limit(0, weights: 400_000, network: 10_000_000).microseconds == 4)
    #expect(limit(0, weights: 400_000, network: 10_000_000).bound == .bandwidth("L2"))
  }

  @Test("all bytes pass through the nearer levels")
  func passing() {
    // 10 MB of values in L2, 1 MB of weights from memory: L2 moves 11 MB in 110 us, memory 1 MB in 50 us.
    let limit = limit(0, weights: 1_000_000, activations: 10_000_000)
    #expect(limit.bound == .bandwidth("L2"))
    #expect(limit.microseconds == 110)
  }

  @Test("nothing takes less than a launch, and nothing at all is one")
  func launch() {
    #expect(limit(1_000).bound == .launch)
    #expect(limit(0).microseconds == 2)
  }

  @Test("a device of one level has bytes from there")
  func oneLevel() {
    let peaks = DevicePeaks(
      gflops: 1, memory: [.init(name: "memory", capacity: nil, gigabytesPerSecond: 1)], launch: 0)
    let model = RooflineModel(peaks, networkBytes: 10)
    let limit = model.limit(.init(operations: 0, weightBytes: 5_000, activationBytes: 5_000))
    #expect(limit.bound == .bandwidth("memory") && limit.microseconds == 10)
  }

  @Test("unmeasured peaks bound nothing")
  func unmeasured() {
    let model = RooflineModel(DevicePeaks(gflops: 0, memory: [], launch: 0), networkBytes: 1)
    let limit = model.limit(.init(operations: 5, weightBytes: 5, activationBytes: 5))
    #expect(limit.microseconds == 0 && limit.bound == .arithmetic)
  }

  @Test("intensity is operations per byte")
  func intensity() {
    #expect(RooflineModel.Work(operations: 100, weightBytes: 20, activationBytes: 5).intensity == 4)
    #expect(RooflineModel.Work(operations: 100, weightBytes: 0, activationBytes: 0).intensity == 0)
  }
}

@Suite("advice")
struct AdviceTests {
  private func advice(
    _ bound: RooflineModel.Bound, _ fraction: Double, saves: Bool = false, weights: Double = 0,
    batch: Int = 1, halves: Bool = false, tunable: Bool = false
  ) -> String {
    Advice(
      bound,
      .init(
        fraction: fraction, savesMultiplications: saves, multiplies: true, weightShare: weights,
        batch: batch, storesHalves: halves, isTunable: tunable)
    ).text
  }

  @Test("near its bound only other work helps")
  func near() {
    #expect(advice(.arithmetic, 0.93).hasPrefix("arithmetic-bound at 93 %: only another algorithm"))
    #expect(advice(.arithmetic, 0.93, saves: true).contains("--accuracy fast"))
    #expect(advice(.arithmetic, 1.05).hasPrefix("arithmetic-bound at 100 %"))
    #expect(advice(.arithmetic, 1.5).hasPrefix("arithmetic-bound at 150 %: more than the measured"))
    #expect(advice(.bandwidth("L2"), 2).hasPrefix("L2-bandwidth-bound at 200 %: more than"))
  }

  @Test("between near and far, tuning where there is something to choose")
  func between() {
    #expect(advice(.arithmetic, 0.7, tunable: true).contains("incept tune"))
    #expect(advice(.arithmetic, 0.7).contains("divide"))
  }

  @Test("bytes of weights ask for a batch, bytes of values for fusing")
  func bytes() {
    #expect(advice(.bandwidth("memory"), 0.9, weights: 0.9).contains("larger batch"))
    #expect(!advice(.bandwidth("memory"), 0.9, weights: 0.9, batch: 8).contains("larger batch"))
    #expect(advice(.bandwidth("L2"), 0.9).contains("fusing"))
    #expect(advice(.bandwidth("L2"), 0.9).contains("fp16"))
    #expect(!advice(.bandwidth("L2"), 0.9, halves: true).contains("fp16"))
  }

  @Test("short launches, and layers that the model does not explain, are called so")
  func others() {
    #expect(advice(.launch, 0.5).hasPrefix("launch-bound: starting it takes longer"))
    #expect(advice(.arithmetic, 0.2).contains("far from its bound"))
    #expect(advice(.launch, 0.1).hasPrefix("short, at 10 % of a launch's least time: far from"))
  }
}
