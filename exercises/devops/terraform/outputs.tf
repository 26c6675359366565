# What the pipeline needs to know stands in the wiki.
