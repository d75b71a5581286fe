"""
What the rules say: typed facts in, a judgement with its reasons out; bodies of law as data.

Rule sets and regimes are YAML texts (``packs/``), passed in as arguments. Explained in
docs/policy.md, which is printed from the packs.
"""
