/// The version of this library and of the command line: `0.1.0`.
public let version = "0.1.0"
