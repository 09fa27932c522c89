import Foundation
import ImportTorch
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("Torch layouts and parameter matching")
struct TorchWeightsTests {
  private static func ramp(_ shape: Shape) -> HostTensor {
    HostTensor(shape: shape, floats: (0..<shape.elementCount).map(Float.init))
  }

  @Test(
    "convolution weights move from OIHW to HWIO",
    arguments: [
      Shape([1, 1, 1, 1]), [16, 1, 3, 3], [32, 3, 3, 3], [17, 5, 1, 7], [15, 2, 7, 1],
      [33, 4, 1, 1],
      [100, 3, 5, 5], [0, 3, 3, 3], [4, 0, 3, 3],
    ])
  func convolution(shape: Shape) {
    let tensor = Self.ramp(shape)
    let imported = TorchLayout.convolution.imported(tensor)
    let expected = tensor.permuted([2, 3, 1, 0])
    #expect(imported.shape == expected.shape)
    #expect(imported.floats() == expected.floats())
    #expect(TorchLayout.convolution.torchShape(of: imported.shape) == shape)
  }

  @Test(
    "linear weights move from [out, in] to [in, out]",
    arguments: [Shape([1, 1]), [10, 32], [1000, 37]])
  func linear(shape: Shape) {
    let tensor = Self.ramp(shape)
    let imported = TorchLayout.linear.imported(tensor)
    #expect(imported.shape == [shape[1], shape[0]])
    #expect(imported.floats() == tensor.permuted([1, 0]).floats())
    #expect(TorchLayout.linear.torchShape(of: imported.shape) == shape)
  }

  private static let parameters = [
    TorchParameter("conv.weight", [3, 3, 1, 2], .convolution), TorchParameter("conv.bias", [2]),
    TorchParameter("fc.weight", [4, 3], .linear),
  ]

  private static func file(_ tensors: [(name: String, tensor: HostTensor)]) -> NamedTensors {
    NamedTensors(tensors, source: "x.pth")
  }

  @Test("parameters arrive in our layout, and ignored names may be there")
  func matched() throws {
    let file = Self.file([
      ("conv.weight", Self.ramp([2, 1, 3, 3])), ("conv.bias", Self.ramp([2])),
      ("conv.num_batches_tracked", Self.ramp([])), ("AuxLogits.fc.bias", Self.ramp([7])),
      ("fc.weight", Self.ramp([3, 4])),
    ])
    let ignored = TorchIgnoredNames(prefixes: ["AuxLogits."])
    let weights = try TorchWeights.matched(file, to: Self.parameters, of: "net", ignoring: ignored)
    #expect(weights.count == 3)
    #expect(weights["conv.weight"]?.floats().prefix(4) == [0, 9, 1, 10])
    #expect(weights["fc.weight"]?.shape == [4, 3])
    #expect(TorchWeights.matches(file, Self.parameters, ignoring: ignored))
    #expect(!TorchWeights.matches(file, Self.parameters))
  }

  @Test("missing, extra and mis-shaped parameters are all listed in one error")
  func differences() throws {
    let integers = HostTensor(
      elementType: .int32, shape: [2], storage: Self.ramp([2]).storage)
    let file = Self.file([
      ("conv.weight", Self.ramp([2, 1, 5, 5])), ("conv.bias", integers),
      ("extra.weight\u{1B}", Self.ramp([1])), ("other", Self.ramp([1])),
    ])
    let error = #expect(throws: InceptError.self) {
      try TorchWeights.matched(file, to: Self.parameters, of: "net")
    }
    #expect(
      error?.description
        == """
        x.pth: expected the 3 parameters of net, found 1 missing (fc.weight), \
        2 extra (extra.weight?, other), 2 of another shape or type \
        (conv.weight [2, 1, 5, 5] instead of [2, 1, 3, 3], conv.bias of int32 instead of float32)
        """)
    #expect(error?.hint == "is this another architecture?")
    #expect(error?.exitCode == 65)
  }
}
