import TensorCore

/// Imports ONNX models.
package enum ONNXModel {}
