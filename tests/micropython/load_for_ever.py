# load_for_ever.py CAFILE: loads the authorities again and again, so that the process is inside
# librssl nearly all the time; says what interrupted it.

import sys
import tls

with open(sys.argv[1], "rb") as file:
    data = file.read()
context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
said = "ready"
while True:
    try:
        if said:
            print(said)
            said = None
        while True:
            context.load_verify_locations(data)
    except KeyboardInterrupt:
        said = "interrupted"
