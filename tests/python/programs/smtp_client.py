"""Sends a mail after STARTTLS: smtp_client.py PORT CA TEXT"""

import smtplib
import ssl
import sys

import audited  # noqa: F401

port, ca, text = sys.argv[1:]
with smtplib.SMTP("localhost", int(port), timeout=20) as smtp:
    smtp.starttls(context=ssl.create_default_context(cafile=ca))
    smtp.sendmail("a@rssl.test", ["b@rssl.test"], text)
print("sent")
