import Foundation
import Testing

extension Workspace {
  /// Compiles C to a shared object in this folder, with the compiler of the Swift toolchain.
  func compileTarget(_ name: String, _ source: String) throws {
    try Data(source.utf8).write(to: folder.appending(path: "\(name).c"))
    let process = Process()
    process.currentDirectoryURL = folder
    process.executableURL = URL(filePath: "/usr/bin/env")
    let header = URL(filePath: #filePath).appending(path: "../../../../Examples/Targets").standardized.path
    process.arguments = ["clang", "-O1", "-shared", "-fPIC", "-I", header, "-o", "\(name).so", "\(name).c", "-lm"]
    let outcome = try finished(process)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  static func example(_ name: String) throws -> String {
    let path = URL(filePath: #filePath).appending(path: "../../../../Examples/Targets/\(name)").standardized
    return String(decoding: try Data(contentsOf: path), as: UTF8.self)
  }
}

/// The eight schools as a program with BridgeStan's functions: log p̃ written by hand, and no Stan.
let eightSchoolsLikeBridgeStan = """
  #include <math.h>
  #include <stdbool.h>
  #include <stdlib.h>
  #include <string.h>
  static const double y[8] = {28, 8, -3, 7, -1, 1, 18, 12}, sigma[8] = {15, 10, 16, 11, 9, 11, 10, 18};
  static int the_model;
  void *bs_model_construct(const char *data, unsigned seed, char **error) {
    if (data && strstr(data, "schools.json")) return &the_model;
    *error = strdup("no data:\\nthe model needs y");
    return 0;
  }
  void bs_free_error_msg(char *error) { free(error); }
  int bs_param_unc_num(void *m) { return 10; }
  int bs_param_num(void *m, bool tp, bool gq) { return tp ? 18 : 10; }
  const char *bs_param_unc_names(void *m) { return "t.1,t.2,t.3,t.4,t.5,t.6,t.7,t.8,mu,tau"; }
  const char *bs_param_names(void *m, bool tp, bool gq) {
    return "t.1,t.2,t.3,t.4,t.5,t.6,t.7,t.8,mu,tau,theta.1,theta.2,theta.3,theta.4,theta.5,theta.6,theta.7,theta.8";
  }
  int bs_log_density_gradient(void *m, bool propto, bool jacobian, const double *x, double *value, double *g, char **error) {
    double mu = x[8], tau = exp(x[9]), half = 0.918938533204672741780329736406;
    if (!(tau < 1e6)) { *error = strdup("tau is too large"); return -1; }
    *value = -mu * mu / 50 - log(5) - half + x[9] - log(5 * acos(-1)) - log1p(tau * tau / 25);
    g[8] = -mu / 25, g[9] = 1 - 2 * tau * tau / 25 / (1 + tau * tau / 25);
    for (int j = 0; j < 8; j++) {
      double r = (y[j] - mu - tau * x[j]) / sigma[j];
      *value += -(x[j] * x[j] + r * r) / 2 - log(sigma[j]) - 2 * half;
      g[j] = -x[j] + r / sigma[j] * tau, g[8] += r / sigma[j], g[9] += r / sigma[j] * tau * x[j];
    }
    return 0;
  }
  int bs_param_constrain(void *m, bool tp, bool gq, const double *x, double *out, void *rng, char **error) {
    memcpy(out, x, 10 * sizeof *x);
    out[9] = exp(x[9]);
    for (int j = 0; tp && j < 8; j++) out[10 + j] = x[8] + out[9] * x[j];
    return 0;
  }
  """
