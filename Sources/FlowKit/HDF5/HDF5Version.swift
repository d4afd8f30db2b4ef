internal import CHDF5

extension HDF5 {
  /// A version of the library.
  package struct Version: Sendable, Equatable, CustomStringConvertible {
    package var major, minor, release: UInt32

    package init(_ major: UInt32, _ minor: UInt32, _ release: UInt32) {
      (self.major, self.minor, self.release) = (major, minor, release)
    }

    /// The one whose headers this program was compiled with.
    package static let ofHeaders = Version(
      UInt32(H5_VERS_MAJOR), UInt32(H5_VERS_MINOR), UInt32(H5_VERS_RELEASE))

    /// The one that was loaded.
    package static func ofLibrary() -> Version {
      var version = Version(0, 0, 0)
      _ = H5get_libversion(&version.major, &version.minor, &version.release)
      return version
    }

    package var description: String { "\(major).\(minor).\(release)" }

    /// Why a program compiled for this version cannot use `loaded`; nil where it can.
    ///
    /// The rule is the library's own, which would end the program with a page of text: releases of one major and minor
    /// number fit each other, and `HDF5_DISABLE_VERSION_CHECK` turns the check off.
    package func mismatch(with loaded: Version) -> String? {
      guard (major, minor) != (loaded.major, loaded.minor) else { return nil }
      let setting = System.environment("HDF5_DISABLE_VERSION_CHECK") ?? ""
      if Int(setting.prefix { $0.isNumber }) ?? 0 > 0 { return nil }
      return "the HDF5 library that was loaded has version \(loaded), but this program was built for \(self); install "
        + "libhdf5 \(major).\(minor), have the loader find it (LD_LIBRARY_PATH), or build the program again"
    }
  }
}
