/// The colours, which people with any kind of colour vision tell apart (Okabe and Ito 2008): blue and vermilion also differ in
/// brightness.
enum Ink {
  static let paper = "#ffffff"
  static let text = "#1f2933"
  static let quiet = "#5f6b7a"
  static let frame = "#7b8794"
  /// What holds something up to comparison.
  static let band = "#e4e7eb"
  static let data = "#0072b2"
  /// Regions of data, the outermost first.
  static let dataFills = ["#d3e5f1", "#9cc5e0", "#5fa2cd"]
  static let model = "#d55e00"
  static let modelFills = ["#f9dfcb", "#f0b48a", "#e5884a"]

  /// Each colour with a name and what it is on a dark page.
  static let all: [(name: String, light: String, dark: String)] = [
    ("paper", paper, "#15191f"), ("text", text, "#e4e8ed"), ("quiet", quiet, "#a3adb9"), ("frame", frame, "#77828f"),
    ("band", band, "#343c46"), ("data", data, "#6bb8ec"), ("data-1", dataFills[0], "#16344a"),
    ("data-2", dataFills[1], "#1f567e"), ("data-3", dataFills[2], "#2f7ab0"), ("model", model, "#ff9248"),
    ("model-1", modelFills[0], "#452a17"), ("model-2", modelFills[1], "#7a431c"), ("model-3", modelFills[2], "#b0602a"),
  ]
}
