import TensorCore

/// Imports frozen TensorFlow graphs.
package enum TensorFlowModel {}
