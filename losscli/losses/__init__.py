"""What each loss is: kernels, gradients, parameters, domains. A module a family."""
