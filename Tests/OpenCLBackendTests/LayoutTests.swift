import GraphIR
import OpenCLBackend
import Operators
import TensorCore
import Testing

@Suite("Where values lie")
struct LayoutTests {
  @Test("A concat's inputs are computed in place, nested concats' too")
  func concatInPlace() throws {
    var builder = GraphBuilder()
    let image = try builder.input([1, 9, 9, 8])
    let a = try builder.conv(image, .one, to: 16, name: "a")
    let b = try builder.conv(image, Spatial(3), to: 32, name: "b")
    let pool = try builder.add(
      Pool2D(.max, window: Window(kernel: Spatial(3), padding: .same)), [image], name: "pool")
    let inner = try builder.add(Concat(axis: 3), [b, pool], name: "inner")
    let outer = try builder.add(Concat(axis: -1), [a, inner], name: "outer")
    let plan = try builder.plan(try builder.conv(outer, Spatial(3), to: 4, name: "end"))
    #expect(Set(plan.labels) == ["a", "b", "pool", "end"])
    let places = ["a", "b", "pool"].map { plan.output(of: $0) }
    #expect(Set(places.map { $0?.storage }).count == 1)
    // The last reader wants one zero around the image of 56 channels.
    let first = (11 + 1) * 56
    #expect(places.map { $0?.offset } == [first, first + 16, first + 48])
    #expect(places.allSatisfy { $0?.strides == [11 * 11 * 56, 11 * 56, 56, 1] })
    #expect(plan.region(places[0])?.geometry.border.before == [0, 1, 1, 0])
  }

  @Test("What cannot be computed in a concat's place is copied once")
  func concatCopies() throws {
    var builder = GraphBuilder()
    let image = try builder.input([1, 4, 4, 8])
    let a = try builder.conv(image, .one, to: 8, name: "a")
    let twice = try builder.add(Concat(axis: 3), [a, image, a], name: "concat")
    let plan = try builder.plan(twice)
    #expect(plan.labels == ["a", "concat/copy", "concat/copy", "concat/copy"])
    #expect(plan.launches.map(\.isCopy) == [false, true, true, true])
  }

  @Test("Each output of a split convolution goes to its own place")
  func splitOutputs() throws {
    var builder = GraphBuilder()
    let image = try builder.input([1, 5, 5, 8])
    let weights = try builder.constant([1, 1, 8, 48])
    let merged = try builder.add(
      Conv2D(splits: [
        Conv2D.Split(channels: 16, activation: .relu), Conv2D.Split(channels: 32, activation: nil),
      ]), [image, weights], name: "merged")
    let second = ValueID(merged.node, output: 1)
    let conv = try builder.conv(second, Spatial(3), to: 16, name: "conv")
    let plan = try builder.plan(try builder.add(Concat(axis: 3), [merged, conv], name: "concat"))
    #expect(plan.labels == ["merged", "conv"])
    let cells = plan.launches[0].arguments.compactMap { argument -> [Launch.Cell]? in
      if case .table(let cells) = argument { cells } else { nil }
    }
    let storages = Set(
      cells[0].compactMap { cell -> Storage? in
        if case .offset(let storage, _) = cell { storage } else { nil }
      })
    #expect(storages.count == 2)
    #expect(plan.output(of: "merged")?.storage == plan.output(of: "conv")?.storage)
  }

  @Test("Slices, reshapes, flattens and identities cost nothing")
  func aliases() throws {
    var builder = GraphBuilder()
    let image = try builder.input([1, 6, 6, 32])
    let a = try builder.conv(image, .one, to: 32, name: "a")
    let half = try builder.add(Slice([.init(axis: 3, start: 16, end: 32)]), [a], name: "half")
    let rows = try builder.add(
      Slice([.init(axis: 1, start: 0, end: 6, step: 2)]), [half], name: "rows")
    let same = try builder.add(Identity(), [rows], name: "same")
    let b = try builder.conv(same, .one, to: 8, name: "b")
    let flat = try builder.add(
      Flatten(), [try builder.add(Reshape([1, -1]), [b], name: "r")], name: "f")
    let weights = try builder.constant([18 * 8, 4])
    let dense = try builder.add(Dense(), [flat, weights], name: "dense")
    #expect(try builder.plan(dense).labels == ["a", "b", "dense"])
  }

  @Test("A slice that runs backwards, and a reshape that no strides give, are one copy each")
  func copies() throws {
    var builder = GraphBuilder()
    let image = try builder.input([1, 6, 6, 32])
    let back = try builder.add(
      Slice([.init(axis: 2, start: -1, end: Int.min, step: -1)]), [image], name: "back")
    let half = try builder.add(Slice([.init(axis: 3, start: 0, end: 16)]), [back], name: "half")
    let flat = try builder.add(Flatten(), [half], name: "flat")
    #expect(try builder.plan(flat).labels == ["back", "flat"])
  }

  @Test("Convolutions read an NCHW image as it lies, with their zeros around it")
  func foreignImage() throws {
    var builder = GraphBuilder()
    let image = try builder.input([1, 3, 9, 9])
    let own = try builder.add(Transpose.toNHWC, [image], name: "own")
    let plan = try builder.plan(try builder.conv(own, Spatial(3), to: 16, name: "conv"))
    #expect(plan.labels == ["conv"])
    #expect(plan.region(plan.inputs[0].view)?.geometry.border.before == [0, 0, 1, 1])
    #expect(plan.region(plan.inputs[0].view)?.geometry.shape == [1, 3, 11, 11])
  }

  @Test("A transpose that others read is computed")
  func computedTranspose() throws {
    var builder = GraphBuilder()
    let image = try builder.input([1, 3, 9, 9])
    let own = try builder.add(Transpose.toNHWC, [image], name: "own")
    let conv = try builder.conv(own, Spatial(3), to: 3, name: "conv")
    let sum = try builder.add(Binary(.add), [own, conv], name: "sum")
    #expect(try builder.plan(sum).labels == ["own", "conv", "sum"])
  }

  @Test(
    "A value that a padded convolution reads has zeros around it, the largest that any reader wants"
  )
  func borders() throws {
    var builder = GraphBuilder()
    let image = try builder.input([1, 9, 9, 4])
    let a = try builder.conv(image, .one, to: 4, name: "a")
    let b = try builder.conv(a, Spatial(3), to: 4, name: "b")
    let c = try builder.conv(a, Spatial(1, 7), to: 4, name: "c")
    let plan = try builder.plan(try builder.add(Binary(.add), [b, c], name: "sum"))
    let border = plan.region(plan.output(of: "a"))?.geometry.border
    #expect(border == ZeroBorder(before: [0, 1, 3, 0], after: [0, 1, 3, 0]))
  }

  @Test("Bordered values of equal geometry share memory when they don't live together")
  func sharedBorders() throws {
    var builder = GraphBuilder()
    var value = try builder.input([1, 9, 9, 4])
    for index in 0..<6 { value = try builder.conv(value, Spatial(3), to: 4, name: "conv\(index)") }
    let plan = try builder.plan(value)
    let bordered = plan.regions.filter { !$0.geometry.border.isNone }
    #expect(bordered.count == 6)
    #expect(Set(bordered.map(\.offset)).count == 2)
  }

  @Test("Memory beyond the device is refused by name and size before anything is allocated")
  func tooLarge() throws {
    var builder = GraphBuilder()
    let image = try builder.input([1, 64, 64, 16])
    let big = try builder.conv(image, .one, to: 64, name: "big")
    let end = try builder.conv(big, .one, to: 1, name: "end")
    builder.graph.outputs = [GraphOutput(name: "end", value: end)]
    let error = #expect(throws: InceptError.self) {
      _ = try PlanBuilder.plan(builder.graph, for: TestTraits.cpu(maxAllocationBytes: 1 << 19))
    }
    #expect(error?.category == .unavailable)
    #expect(error?.subject.contains("big") == true)
    #expect(error?.description.contains("\(64 * 64 * 64 * 4) bytes") == true)
  }
}
