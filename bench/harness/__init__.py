"""The harness: what there is (catalog), how it is built, measured, compared and written down."""
