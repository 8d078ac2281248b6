"""One alert, never zero, never two: the real steps and the real state machine under every fault we can think of."""
