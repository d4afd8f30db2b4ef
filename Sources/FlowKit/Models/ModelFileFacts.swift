/// What a model's file says of itself, beside the model.
package struct ModelFileFacts: Sendable, Equatable {
  /// The version of the format.
  package let formatVersion: Int
  /// The precision in which the parameters were computed and are stored, `float32` or `float64`.
  package let elementType: String
  /// The length in bytes.
  package let bytes: Int
  /// SHA-256 of the whole file, as samples and densities record it in `model_digest`; hexadecimal.
  package let fileDigest: String
  /// The digest that stands in the file; nil for version 1, which has none.
  package let digest: String?
  /// Whether the file was changed since it was written: its bytes do not match that digest.
  package let isEdited: Bool

  package init(of path: String) throws(FlowError) {
    let contents = try AtomicFile.read(path)
    var hash = SHA256()
    hash.add(contents)
    (bytes, fileDigest) = (contents.count, hash.text())
    digest = IntegrityBlock.storedDigest(contents)
    isEdited = digest.map { $0 != IntegrityBlock.digestText(contents) } ?? false
    let file = try HDF5.File(image: contents, name: path)
    let root = try file.root()
    formatVersion = try root.attribute(ModelFormat.versionKey)?.integer ?? 0
    elementType = try root.attribute("element_type")?.text ?? ""
  }
}
