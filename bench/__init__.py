"""Measures the stock room against the same rows written by bare SQL."""
