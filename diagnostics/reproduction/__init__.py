"""The main job: a published report rebuilt from public data and judged figure by figure."""
