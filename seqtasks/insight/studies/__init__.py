"""Experiments that show what recurrent networks remember, and why: small networks, tasks made to measure, arrays as results."""
