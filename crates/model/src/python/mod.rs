//! Names of the Python world.
