"""Reading the wall clock as Haravan's records need it."""

from sandbox.world import World


def milliseconds(world: World) -> int:
    """The wall clock in whole milliseconds."""
    return int(world.clock.wall() * 1000)
