"""The study as a whole: config, plan, identities, jobs, data, build, results."""
