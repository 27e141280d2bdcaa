"""Floor 2, economics: one file a model, labelled in and out."""
