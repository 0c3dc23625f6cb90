"""The marketplaces, faked faithfully: buyers, carriers, habits and faults."""
