"""Photos as evidence: taken in, shown, and stripped of everything but the picture."""
