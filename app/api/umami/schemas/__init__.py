"""Shapes: one in, one out."""
