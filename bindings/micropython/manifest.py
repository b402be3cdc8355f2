# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Freezes `ssl` and `ussl` beside what the port freezes without them; FROZEN_MANIFEST is this file.

include("$(MPY_DIR)/extmod/asyncio")
module("ssl.py", base_path="frozen")
module("ussl.py", base_path="frozen")
