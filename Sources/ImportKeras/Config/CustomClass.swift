import WireFormats

/// Tells classes of Keras from those of other people that may have the same names.
enum CustomClass {
  /// Refuses a serialised object whose class is registered or defined outside Keras.
  static func refuse(_ object: [String: ConfigValue], what: String = "it") throws(Refusal) {
    if let registered = object["registered_name"]?.text, registered.contains(">") {
      throw Refusal("\(what) is the custom class '\(registered.printable(limit: 60))'")
    }
    if let module = object["module"]?.text, !isKeras(module) {
      throw Refusal("\(what) is a class of '\(module.printable(limit: 60))', not of Keras")
    }
  }

  private static func isKeras(_ module: String) -> Bool {
    module == "builtins"
      || ["keras", "tf_keras", "tensorflow.keras", "tensorflow.python.keras"].contains {
        module == $0 || module.hasPrefix($0 + ".")
      }
  }
}
