"""When things move: the ticker, the worker, and the jobs they run."""
