"""Plays the main job on one machine: real processes, real HTTP, a checked verdict."""
