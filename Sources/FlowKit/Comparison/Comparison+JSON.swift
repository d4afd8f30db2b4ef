// The form of `flowctl compare --json`.

extension Comparison: Encodable {
  private enum Key: String, CodingKey {
    case rows, columns, joint, verdict
    case name, ks, ksP, ksPHolm, w1
    case slicedW2, slicedKS, energy, energyP, mmd, mmdP, frechet, c2st, c2stError, auc, c2stP
  }

  /// Numbers that there are not are null.
  public func encode(to encoder: any Encoder) throws {
    var line = encoder.container(keyedBy: Key.self)
    try line.encode([first.rows, second.rows], forKey: .rows)
    var list = line.nestedUnkeyedContainer(forKey: .columns)
    for column in columns {
      var item = list.nestedContainer(keyedBy: Key.self)
      try item.encode(column.name, forKey: .name)
      try item.encode(column.ks, forKey: .ks)
      try item.encode(column.ksP, forKey: .ksP)
      try item.encode(column.ksPHolm, forKey: .ksPHolm)
      try item.encode(column.w1, forKey: .w1)
    }
    var item = line.nestedContainer(keyedBy: Key.self, forKey: .joint)
    try item.encode(joint.slicedW2, forKey: .slicedW2)
    try item.encode(joint.slicedKS, forKey: .slicedKS)
    try item.encode(joint.energy, forKey: .energy)
    let optional: [(Double?, Key)] = [
      (joint.energyP, .energyP), (joint.mmd, .mmd), (joint.mmdP, .mmdP), (joint.frechet, .frechet),
      (joint.c2st, .c2st), (joint.c2stError, .c2stError), (joint.auc, .auc), (joint.c2stP, .c2stP),
    ]
    for (value, key) in optional { try item.encode(value, forKey: key) }
    try line.encode(verdict, forKey: .verdict)
  }
}
