//! Function definitions and lambdas: decorators, defaults, annotations, closures.
