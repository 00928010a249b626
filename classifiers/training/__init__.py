"""The way from labelled text to the bundled model: prepare, train, calibrate, export, evaluate."""
