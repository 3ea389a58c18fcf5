"""The demo's jobs, in the order in which they come in; a module for each."""

from shopplanr.demo.jobs import bone_plate, bracket, gear_shaft, housing, seal_ring, valve_body

JOBS = (bracket.JOB, housing.JOB, valve_body.JOB, seal_ring.JOB, bone_plate.JOB, gear_shaft.JOB)
