import FlowKit

// The affine architectures of the table.

private let axes = "axis-aligned Gaussian"

/// Affine stacks: with a normal base nothing but normal densities.
func affineCases() throws -> [KnownCase] {
  [
    try KnownCase(1, "diagonal", "none", "diagonal", "Gaussian", ["only affine"]),
    try KnownCase(1, "lower", "none", "diagonal", "Gaussian", ["only affine"]),
    try KnownCase(1, "permute(0)", "none", "identity", axes, ["only affine", "untransformed"], untransformed: [0]),
    try KnownCase(3, "diagonal", "none", "diagonal", axes, ["only affine"]),
    try KnownCase(3, "shift", "none", "identity", axes, ["only affine"]),
    try KnownCase(3, "shift,diagonal", "none", "diagonal", axes, ["only affine"], collapsed: ["actnorm"]),
    try KnownCase(
      3, "permute(reverse)", "none", "permutation", axes, ["only affine", "untransformed"], untransformed: [0, 1, 2]),
    try KnownCase(
      4, "permute(1,2,3,0)", "none", "permutation", axes, ["only affine", "untransformed"], untransformed: [0, 1, 2, 3]),
    try KnownCase(
      3, "permute(reverse),permute(reverse)", "none", "identity", axes,
      ["only affine", "untransformed", "undone permutation"], untransformed: [0, 1, 2],
      collapsed: ["permute(0,1,2)"]),
    try KnownCase(3, "diagonal,permute(1,2,0)", "none", "other", axes, ["only affine"]),
    try KnownCase(3, "lower", "triangular", "lower", "Gaussian", ["only affine"], order: [0, 1, 2]),
    try KnownCase(3, "upper", "triangular", "upper", "Gaussian", ["only affine"], order: [2, 1, 0]),
    try KnownCase(3, "inverse(lower)", "triangular", "lower", "Gaussian", ["only affine"], order: [0, 1, 2]),
    try KnownCase(
      3, "3*[lower]", "triangular", "lower", "Gaussian", ["only affine", "collapsible"], order: [0, 1, 2],
      collapsed: ["lower"]),
    try KnownCase(
      3, "diagonal,lower,shift", "triangular", "lower", "Gaussian", ["only affine", "collapsible"], order: [0, 1, 2],
      collapsed: ["lower"]),
    try KnownCase(
      4, "2*[upper]", "triangular", "upper", "Gaussian", ["only affine", "collapsible"], order: [3, 2, 1, 0],
      collapsed: ["upper"]),
    try KnownCase(
      3, "lower,permute(reverse)", "triangular", "other", "Gaussian", ["only affine"], order: [0, 1, 2]),
    try KnownCase(
      3, "permute(reverse),lower,permute(reverse)", "triangular", "upper", "Gaussian", ["only affine"],
      order: [2, 1, 0]),
    try KnownCase(3, "lower,upper", "full", "general", "Gaussian", ["only affine"]),
    try KnownCase(3, "lower,permute(reverse),lower", "full", "general", "Gaussian", ["only affine"]),
  ]
}

/// Groups of matrices beyond triangles.
func groupCases() throws -> [KnownCase] {
  let only = "only affine"
  let drawn = "fixed permutation"
  let gaussian = "Gaussian"
  return [
    try KnownCase(3, "qr", "full", "general", gaussian, [only]),
    try KnownCase(3, "2*[qr]", "full", "general", gaussian, [only, "collapsible"], collapsed: ["qr"]),
    try KnownCase(
      3, "qr,diagonal,permute(reverse)", "full", "general", gaussian, [only, "collapsible"],
      collapsed: ["qr(determinant=-1)"]),
    try KnownCase(3, "plu(1,2,0)", "full", "general", gaussian, [only, drawn]),
    try KnownCase(3, "2*[plu(1,2,0)]", "full", "general", gaussian, [only, drawn]),
    try KnownCase(3, "plu(1,2,0),qr", "full", "general", gaussian, [only, drawn, "collapsible"], collapsed: ["qr"]),
    try KnownCase(3, "lu", "full", "general", gaussian, [only]),
    try KnownCase(3, "upper,lower", "full", "general", gaussian, [only, "collapsible"], collapsed: ["lu"]),
    try KnownCase(3, "2*[lower,upper]", "full", "general", gaussian, [only, "collapsible"], collapsed: ["qr"]),
    try KnownCase(3, "3*[lower,upper]", "full", "general", gaussian, [only, "collapsible"], collapsed: ["qr"]),
    try KnownCase(3, "2*[lu]", "full", "general", gaussian, [only, "collapsible"], collapsed: ["qr"]),
    try KnownCase(3, "householder(1)", "full", "orthogonal", axes, [only]),
    try KnownCase(1, "householder(1)", "none", "orthogonal", axes, [only]),
    try KnownCase(3, "2*[householder(1)]", "full", "orthogonal", axes, [only], collapsed: ["householder(2)"]),
    // In three dimensions four reflections are two.
    try KnownCase(
      3, "4*[householder(1)]", "full", "orthogonal", axes, [only, "collapsible"], collapsed: ["householder(2)"]),
    try KnownCase(3, "householder(2),permute(reverse)", "full", "orthogonal", axes, [only]),
    try KnownCase(3, "householder(1),diagonal", "full", "other", gaussian, [only]),
    try KnownCase(3, "actnorm,diagonal", "none", "diagonal", axes, [only, "collapsible"], collapsed: ["actnorm"]),
    try KnownCase(3, "elementwise-affine", "none", "diagonal", axes, [only]),
    try KnownCase(
      3, "2*[lower(signs=+--)]", "triangular", "lower", gaussian, [only, "collapsible"], order: [0, 1, 2],
      collapsed: ["lower"]),
  ]
}
