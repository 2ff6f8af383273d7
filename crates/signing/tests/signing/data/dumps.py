"""Reads one JSON text a line and writes the hexadecimal digits of its canonical form, as Python makes it."""

import json
import sys

for line in sys.stdin:
    value = json.loads(line)
    print(json.dumps(value, indent=2, sort_keys=True).encode().hex())
