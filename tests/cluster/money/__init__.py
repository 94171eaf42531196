"""The campaign about money: buyers pay through the sandbox while things break."""
