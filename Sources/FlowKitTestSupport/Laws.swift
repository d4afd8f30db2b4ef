// The laws of a bijector.
