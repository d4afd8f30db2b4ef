internal import CHDF5

extension HDF5 {
  /// A shape, with a rectangle selected in it.
  struct Dataspace: ~Copyable {
    let handle: Handle

    /// A new shape; an empty one is that of a single value.
    init(shape: [Int]) throws(FlowError) {
      let dimensions = shape.map { hsize_t($0) }
      handle = try Handle("cannot describe the shape \(HDF5.text(shape))") {
        dimensions.isEmpty
          ? H5Screate(H5S_SCALAR) : H5Screate_simple(Int32(dimensions.count), dimensions, nil)
      }
    }

    /// The shape of an open dataset.
    init(of dataset: borrowing Handle, _ location: DataLocation) throws(FlowError) {
      let id = dataset.id
      handle = try Handle("cannot read the shape of \(location)") { H5Dget_space(id) }
    }

    /// The shape of an open attribute.
    init(ofAttribute attribute: borrowing Handle, _ what: String) throws(FlowError) {
      let id = attribute.id
      handle = try Handle(what) { H5Aget_space(id) }
    }

    func shape() throws(FlowError) -> [Int] {
      let id = handle.id
      let what = "cannot read a shape"
      let rank = try HDF5.check(what) { H5Sget_simple_extent_ndims(id) }
      var dimensions = [hsize_t](repeating: 0, count: Int(rank))
      try HDF5.check(what) { H5Sget_simple_extent_dims(id, &dimensions, nil) }
      var shape: [Int] = []
      for dimension in dimensions {
        guard let size = Int(exactly: dimension) else {
          throw FlowError(.format, "a shape of \(dimension) elements along one axis is too large to read")
        }
        shape.append(size)
      }
      return shape
    }

    /// Selects `count` elements along each axis from `start` on, in steps of `stride`, in place of what was selected.
    func select(from start: [Int], stride: [Int]? = nil, count: [Int]) throws(FlowError) {
      let id = handle.id
      let first = start.map { hsize_t($0) }
      let size = count.map { hsize_t($0) }
      let steps = (stride ?? start.map { _ in 1 }).map { hsize_t($0) }
      try HDF5.check("cannot select \(HDF5.text(count)) elements from \(HDF5.text(start)) on") {
        H5Sselect_hyperslab(id, H5S_SELECT_SET, first, steps, size, nil)
      }
    }
  }

  /// A shape as people write it: `3918 x 11`.
  package static func text(_ shape: [Int]) -> String {
    shape.isEmpty ? "one value" : shape.map(String.init).joined(separator: " x ")
  }

  /// The bytes that this machine's memory holds: a damaged file may claim any shape.
  private static let memory = System.memory

  /// The number of elements in a shape of values to be read at once.
  package static func elementCount(_ shape: [Int], _ location: DataLocation) throws(FlowError) -> Int {
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      // A value takes at most eight bytes in memory.
      guard !overflow, product <= memory / 8 else {
        throw FlowError(.format, "\(location) is too large to read at once (\(text(shape)))")
      }
      count = product
    }
    return count
  }
}
