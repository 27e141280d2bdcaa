"""The main job: facts of a study, the account model, draws, verdicts, report."""
