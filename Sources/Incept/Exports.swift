// Tensors, graphs and errors are part of the facade's signatures: `import Incept` is all that callers need.
@_exported import GraphIR
@_exported import Roofline
@_exported import SelfTest
@_exported import TensorCore
