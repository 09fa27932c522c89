import TensorCore
import Testing

@Suite("Tensors of integers and bools")
struct TypedTensorTests {
  @Test("Elements come back exactly, as integers and as doubles")
  func elements() {
    let long = HostTensor(shape: [3], int64s: [.min, 1 << 53 + 1, -7])
    #expect(long.integers() == [.min, 1 << 53 + 1, -7])
    #expect(HostTensor(shape: [2], int32s: [.max, -1]).doubles() == [2_147_483_647, -1])
    #expect(HostTensor(shape: [2], bools: [true, false]).doubles() == [1, 0])
    let made = HostTensor(shape: [4], elementType: .int32, doubles: [1e12, -1e12, .nan, -1.9])
    #expect(made.integers() == [Int64(Int32.max), Int64(Int32.min), 0, -1])
    #expect(HostTensor(shape: [2], floats: [2.9, -2.9]).integers() == [2, -2])
  }

  @Test(
    "Words are what devices hold, and make the same tensor again", arguments: ElementType.computed)
  func words(type: ElementType) {
    let tensor = HostTensor(shape: [2, 2], elementType: type, doubles: [1, 0, 1, 0])
    let words = tensor.withWords(as: type) { Array($0) }
    #expect(words.count == 4 * type.words)
    let again = HostTensor(shape: [2, 2], elementType: type) { target in
      _ = target.update(fromContentsOf: words)
    }
    #expect(again.elementType == type)
    #expect(again.doubles() == [1, 0, 1, 0])
  }

  @Test("Reordering axes keeps the type and every bit")
  func permuted() {
    let tensor = HostTensor(shape: [2, 3], int64s: [1 << 60, 2, 3, 4, 5, .min])
    let turned = tensor.permuted([1, 0])
    #expect(turned.elementType == .int64)
    #expect(turned.integers() == [1 << 60, 4, 2, 5, 3, .min])
    let flags = HostTensor(shape: [1, 2], bools: [true, false]).permuted([1, 0])
    #expect(flags.elementType == .bool)
    #expect(flags.integers() == [1, 0])
  }

  @Test("NPY files keep int32, int64 and bool", arguments: ElementType.computed)
  func files(type: ElementType) throws {
    let tensor = HostTensor(shape: [3], elementType: type, doubles: [1, 0, 1])
    let bytes = NPY.encode(tensor)
    #expect(bytes.count % 64 == 3 * type.byteCount % 64)
    let read = try NPY.decode(bytes, name: "test")
    #expect(read.elementType == type)
    #expect(read.doubles() == [1, 0, 1])
  }

  @Test("Feeds are refused where something would be lost")
  func refusals() {
    let long = HostTensor(shape: [1], int64s: [1 << 31])
    #expect(long.refusal(as: .int64) == nil)
    #expect(long.refusal(as: .float32) == nil)
    #expect(long.refusal(as: .int32) == "int64 with the value 2147483648")
    #expect(long.refusal(as: .bool) == "int64")
    #expect(HostTensor(shape: [1], floats: [1]).refusal(as: .int64) == "float32")
    #expect(HostTensor(shape: [1], bools: [true]).refusal(as: .int32) == nil)
  }
}
