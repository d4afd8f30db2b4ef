import FlowKit
import Testing

@Suite struct HDF5VersionTests {
  private let built = HDF5.Version(1, 10, 8)

  @Test func theLibraryOfTheseTestsFitsItsHeaders() {
    #expect(HDF5.Version.ofLibrary().major >= 1)
    #expect(HDF5.Version.ofHeaders.mismatch(with: .ofLibrary()) == nil)
  }

  @Test func releasesOfOneVersionFitEachOther() {
    #expect(built.mismatch(with: HDF5.Version(1, 10, 4)) == nil)
    #expect(built.mismatch(with: HDF5.Version(1, 10, 11)) == nil)
  }

  @Test(arguments: [HDF5.Version(1, 8, 8), HDF5.Version(1, 14, 8), HDF5.Version(2, 10, 8)])
  func othersAreNamed(loaded: HDF5.Version) {
    #expect(
      built.mismatch(with: loaded)
        == "the HDF5 library that was loaded has version \(loaded), but this program was built for 1.10.8; install "
        + "libhdf5 1.10, have the loader find it (LD_LIBRARY_PATH), or build the program again")
  }
}
