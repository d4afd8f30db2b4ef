/// How two samples of the same columns differ, and whether chance explains it.
///
/// Values of columns are in the columns' units. What is measured on all columns jointly is measured on columns in units of their
/// standard deviation in both samples together, so that it does not depend on units.
///
/// Every p-value is one of exchangeable rows: the probability, if both samples came from one distribution, of a statistic as
/// large as this one or larger. Where a test has none, it is nil.
public struct Comparison: Sendable, Equatable {
  /// One of the two samples.
  public struct Sample: Sendable, Equatable {
    /// What it is called: a file, a model.
    public var name: String
    /// How many rows were compared, column by column.
    public var rows: Int

    public init(name: String, rows: Int) { (self.name, self.rows) = (name, rows) }
  }

  /// One column of both samples.
  public struct Column: Sendable, Equatable {
    public var name: String
    public var unit: String?
    /// The Kolmogorov-Smirnov distance, the largest |F_A − F_B|, from 0 to 1.
    public var ks: Double
    /// The p-value of `ks`.
    public var ksP: Double
    public var ksMethod: KSMethod
    /// `ksP` corrected for the number of columns (Holm 1979): all columns with a value up to α are found to differ, with a
    /// probability of any false finding of at most α.
    public var ksPHolm: Double
    /// The Wasserstein distance W₁ in units of σ.
    public var w1: Double
    /// σ, the standard deviation of both samples together, in the column's units; 0 for a constant.
    public var deviation: Double
    /// How quantiles compare, from low levels to high ones.
    public var quantiles: [Quantile]
  }

  /// How a p-value of Kolmogorov and Smirnov's distance was found.
  public enum KSMethod: String, Sendable, Equatable {
    /// By counting paths.
    case exact
    /// By the limit of many rows.
    case limit
    /// By permutation, because values repeat, as whole numbers do, or rows belong together in pairs.
    case permutation
  }

  /// The values below which a part of each sample lies.
  public struct Quantile: Sendable, Equatable {
    /// The part, between 0 and 1.
    public var level: Double
    public var first, second: Double
  }

  /// What is measured on all columns together.
  public struct Joint: Sendable, Equatable {
    /// The sliced Wasserstein distance W₂: the root of the mean of W₂² over random directions, in units of σ.
    public var slicedW2: Double
    /// The mean of the Kolmogorov-Smirnov distance over random directions.
    public var slicedKS: Double
    /// The energy distance 2 E|x − y| − E|x − x′| − E|y − y′|, in units of σ.
    public var energy: Double
    public var energyP: Double?
    /// MMD², without bias, with Gaussian kernels at ¼ to 4 times the median distance; it may be negative. Nil for a single row.
    public var mmd: Double?
    /// The p-value of an MMD that aggregates 20 kernels.
    public var mmdP: Double?
    /// The Fréchet distance of normal distributions with the same moments, squared, in units of σ², extrapolated to infinitely
    /// many rows; it may be negative. Nil for few rows.
    public var frechet: Double?
    public var frechetError: Double?
    /// How often a classifier tells rows of one sample from rows of the other that it has not seen: 0.5 for equal
    /// distributions, the mean over both samples. Nil for few rows.
    public var c2st: Double?
    /// The standard error of `c2st` over rows, for the classifiers that were trained.
    public var c2stError: Double?
    /// The area under that classifier's ROC curve: the probability that it ranks a row of A above one of B.
    public var auc: Double?
    public var aucError: Double?
    /// The p-value of the classifier's ranks.
    public var c2stP: Double?
  }

  public var first, second: Sample
  public var columns: [Column]
  public var joint: Joint
  /// How many permutations stand behind p-values of permutation.
  public var permutations: Int
  /// What a reader ought to know, a sentence each: that rows were chosen at random, that weights were used, that p-values are
  /// none because a model was fitted to these rows.
  public var notes: [String]
  /// Whether the p-values are those of a model with rows that it was fitted to: then they are none, and too large.
  public var isFitted: Bool

  public init(
    first: Sample, second: Sample, columns: [Column], joint: Joint, permutations: Int, notes: [String] = [],
    isFitted: Bool = false
  ) {
    (self.first, self.second, self.columns, self.joint) = (first, second, columns, joint)
    (self.permutations, self.notes, self.isFitted) = (permutations, notes, isFitted)
  }
}
