extension RandomAccessTable {
  /// What is not finite in the chosen columns; reads all rows, a block at a time.
  public func nonFinite() throws(FlowError) -> NonFinite? {
    var scan = NonFinite.Scan(columns: columns)
    try forEachBlock { block throws(FlowError) in scan.add(block) }
    return scan.result
  }
}
