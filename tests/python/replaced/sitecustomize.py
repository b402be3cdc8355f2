"""On PYTHONPATH it makes rssl the `ssl` of a Python process and of those that it starts."""

import rssl

rssl.install()
