// Gives the target that owns the tests' precompiled header something to compile.
