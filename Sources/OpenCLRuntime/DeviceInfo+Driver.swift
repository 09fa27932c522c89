extension DeviceInfo {
  /// Whether the driver makes machine code at a kernel's first launch rather than when its program
  /// is built, one kernel at a time in a process, and keeps it in a cache of its own that other
  /// processes share. PoCL does; it offers no query that would tell.
  package var compilesAtFirstLaunch: Bool { platformName == "Portable Computing Language" }

  /// Whether the host should write buffers by mapping them: there is no other copy then. Not where memory of the
  /// host's has to be copied anyway, and not in Oclgrind, whose check for uninitialised values takes what was mapped
  /// for as unset.
  package var isWrittenMapped: Bool { hasUnifiedMemory && platformName != "Oclgrind" }
}
