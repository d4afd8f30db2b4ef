internal import CFlowKernels
internal import COpenBLAS

// The one place that chooses the element type of tiles and parameters: Float, or Double with the package trait
// `DoublePrecision`. The C module always holds both; each kernel gets its short name here.

#if DoublePrecision
  /// The element type of tiles and parameters.
  public typealias Scalar = Double
  let kernelBias = flowkit_bias_f64
  let kernelBiasReLU = flowkit_bias_relu_f64
  let kernelBiasTanh = flowkit_bias_tanh_f64
  let kernelBiasSiLU = flowkit_bias_silu_f64
  let kernelRowSums = flowkit_row_sums_f64
  let kernelBiasReLUPullback = flowkit_bias_relu_pullback_f64
  let kernelBiasTanhPullback = flowkit_bias_tanh_pullback_f64
  let kernelBiasSiLUPullback = flowkit_bias_silu_pullback_f64
  let kernelMultiply = flowkit_multiply_f64
  let kernelAddProduct = flowkit_add_product_f64
  let kernelGatePullback = flowkit_gate_pullback_f64
  let kernelLayerNorm = flowkit_layer_norm_f64
  let kernelLayerNormPullback = flowkit_layer_norm_pullback_f64
  let kernelDropoutFill = flowkit_dropout_fill_f64
  let kernelSigmoid = flowkit_sigmoid_f64
  let kernelBiasLipSwishSmooth = flowkit_bias_lipswish_smooth_f64
  let kernelBiasTanhSmooth = flowkit_bias_tanh_smooth_f64
  let kernelBiasSineSmooth = flowkit_bias_sine_smooth_f64
  let kernelScaleDirections = flowkit_scale_directions_f64
  let kernelTangentPullback = flowkit_tangent_pullback_f64
  let kernelLogDetNearIdentity = flowkit_log_det_near_identity_f64
  let kernelMultiplyDirections = flowkit_multiply_directions_f64
  let kernelAffineForward = flowkit_affine_forward_f64
  let kernelAffineInverse = flowkit_affine_inverse_f64
  let kernelAffineForwardPullback = flowkit_affine_forward_pullback_f64
  let kernelAffineInversePullback = flowkit_affine_inverse_pullback_f64
  let kernelSplineForward = flowkit_spline_forward_f64
  let kernelSplineInverse = flowkit_spline_inverse_f64
  let kernelSplineForwardPullback = flowkit_spline_forward_pullback_f64
  let kernelSplineInversePullback = flowkit_spline_inverse_pullback_f64
  let kernelScaleRows = flowkit_scale_rows_f64
  let kernelRowDots = flowkit_row_dots_f64
  let kernelLeakyReLU = flowkit_leaky_relu_f64
  let kernelLeakyReLUPullback = flowkit_leaky_relu_pullback_f64
  let kernelLeakyReLUSlopePullback = flowkit_leaky_relu_slope_pullback_f64
  let kernelCircleForward = flowkit_circle_forward_f64
  let kernelCircleInverse = flowkit_circle_inverse_f64
  let kernelCircleForwardPullback = flowkit_circle_forward_pullback_f64
  let kernelCircleInversePullback = flowkit_circle_inverse_pullback_f64
  let kernelMonotone = flowkit_monotone_f64
  let kernelMonotonePullback = flowkit_monotone_pullback_f64
  let kernelTanhSolve = flowkit_tanh_solve_f64
  let kernelLog = flowkit_log_f64
  let kernelNormalLogDensity = flowkit_normal_log_density_f64
  let kernelNormalLogDensityPullback = flowkit_normal_log_density_pullback_f64
  let kernelNormalFill = flowkit_normal_fill_f64
  let kernelLaplaceLogDensity = flowkit_laplace_log_density_f64
  let kernelLaplaceLogDensityPullback = flowkit_laplace_log_density_pullback_f64
  let kernelLogisticLogDensity = flowkit_logistic_log_density_f64
  let kernelLogisticLogDensityPullback = flowkit_logistic_log_density_pullback_f64
  let kernelUniformLogDensity = flowkit_uniform_log_density_f64
  let kernelStudentLogDensity = flowkit_student_log_density_f64
  let kernelStudentLogDensityPullback = flowkit_student_log_density_pullback_f64
  let kernelMixtureLogDensity = flowkit_mixture_log_density_f64
  let kernelMixtureLogDensityPullback = flowkit_mixture_log_density_pullback_f64
  let kernelMixtureSamplePullback = flowkit_mixture_sample_pullback_f64
  let kernelUniformFill = flowkit_uniform_fill_f64
  let kernelLaplaceFill = flowkit_laplace_fill_f64
  let kernelLogisticFill = flowkit_logistic_fill_f64
  let kernelStudentFill = flowkit_student_fill_f64
  let kernelStudentFillSlopes = flowkit_student_fill_slopes_f64
  let kernelAXPY = flowkit_axpy_f64
  let kernelSumSquares = flowkit_sum_squares_f64
  let kernelSumTerms = flowkit_sum_terms_f64
  let kernelAdam = flowkit_adam_f64
  let blasProduct = cblas_dgemm
  let blasSolveTriangular = cblas_dtrsm
#else
  /// The element type of tiles and parameters.
  public typealias Scalar = Float
  let kernelBias = flowkit_bias_f32
  let kernelBiasReLU = flowkit_bias_relu_f32
  let kernelBiasTanh = flowkit_bias_tanh_f32
  let kernelBiasSiLU = flowkit_bias_silu_f32
  let kernelRowSums = flowkit_row_sums_f32
  let kernelBiasReLUPullback = flowkit_bias_relu_pullback_f32
  let kernelBiasTanhPullback = flowkit_bias_tanh_pullback_f32
  let kernelBiasSiLUPullback = flowkit_bias_silu_pullback_f32
  let kernelMultiply = flowkit_multiply_f32
  let kernelAddProduct = flowkit_add_product_f32
  let kernelGatePullback = flowkit_gate_pullback_f32
  let kernelLayerNorm = flowkit_layer_norm_f32
  let kernelLayerNormPullback = flowkit_layer_norm_pullback_f32
  let kernelDropoutFill = flowkit_dropout_fill_f32
  let kernelSigmoid = flowkit_sigmoid_f32
  let kernelBiasLipSwishSmooth = flowkit_bias_lipswish_smooth_f32
  let kernelBiasTanhSmooth = flowkit_bias_tanh_smooth_f32
  let kernelBiasSineSmooth = flowkit_bias_sine_smooth_f32
  let kernelScaleDirections = flowkit_scale_directions_f32
  let kernelTangentPullback = flowkit_tangent_pullback_f32
  let kernelLogDetNearIdentity = flowkit_log_det_near_identity_f32
  let kernelMultiplyDirections = flowkit_multiply_directions_f32
  let kernelAffineForward = flowkit_affine_forward_f32
  let kernelAffineInverse = flowkit_affine_inverse_f32
  let kernelAffineForwardPullback = flowkit_affine_forward_pullback_f32
  let kernelAffineInversePullback = flowkit_affine_inverse_pullback_f32
  let kernelSplineForward = flowkit_spline_forward_f32
  let kernelSplineInverse = flowkit_spline_inverse_f32
  let kernelSplineForwardPullback = flowkit_spline_forward_pullback_f32
  let kernelSplineInversePullback = flowkit_spline_inverse_pullback_f32
  let kernelScaleRows = flowkit_scale_rows_f32
  let kernelRowDots = flowkit_row_dots_f32
  let kernelLeakyReLU = flowkit_leaky_relu_f32
  let kernelLeakyReLUPullback = flowkit_leaky_relu_pullback_f32
  let kernelLeakyReLUSlopePullback = flowkit_leaky_relu_slope_pullback_f32
  let kernelCircleForward = flowkit_circle_forward_f32
  let kernelCircleInverse = flowkit_circle_inverse_f32
  let kernelCircleForwardPullback = flowkit_circle_forward_pullback_f32
  let kernelCircleInversePullback = flowkit_circle_inverse_pullback_f32
  let kernelMonotone = flowkit_monotone_f32
  let kernelMonotonePullback = flowkit_monotone_pullback_f32
  let kernelTanhSolve = flowkit_tanh_solve_f32
  let kernelLog = flowkit_log_f32
  let kernelNormalLogDensity = flowkit_normal_log_density_f32
  let kernelNormalLogDensityPullback = flowkit_normal_log_density_pullback_f32
  let kernelNormalFill = flowkit_normal_fill_f32
  let kernelLaplaceLogDensity = flowkit_laplace_log_density_f32
  let kernelLaplaceLogDensityPullback = flowkit_laplace_log_density_pullback_f32
  let kernelLogisticLogDensity = flowkit_logistic_log_density_f32
  let kernelLogisticLogDensityPullback = flowkit_logistic_log_density_pullback_f32
  let kernelUniformLogDensity = flowkit_uniform_log_density_f32
  let kernelStudentLogDensity = flowkit_student_log_density_f32
  let kernelStudentLogDensityPullback = flowkit_student_log_density_pullback_f32
  let kernelMixtureLogDensity = flowkit_mixture_log_density_f32
  let kernelMixtureLogDensityPullback = flowkit_mixture_log_density_pullback_f32
  let kernelMixtureSamplePullback = flowkit_mixture_sample_pullback_f32
  let kernelUniformFill = flowkit_uniform_fill_f32
  let kernelLaplaceFill = flowkit_laplace_fill_f32
  let kernelLogisticFill = flowkit_logistic_fill_f32
  let kernelStudentFill = flowkit_student_fill_f32
  let kernelStudentFillSlopes = flowkit_student_fill_slopes_f32
  let kernelAXPY = flowkit_axpy_f32
  let kernelSumSquares = flowkit_sum_squares_f32
  let kernelSumTerms = flowkit_sum_terms_f32
  let kernelAdam = flowkit_adam_f32
  let blasProduct = cblas_sgemm
  let blasSolveTriangular = cblas_strsm
#endif

extension Scalar {
  /// The name under which files record the element type: `float32` or `float64`.
  public static var elementTypeName: String { MemoryLayout<Scalar>.size == 4 ? "float32" : "float64" }
}
