"""The receiver of ``docs/webhooks.md``, as printed there, and what the page says of events."""

import os
import re
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from app.domain.actor import OPERATOR
from app.services.webhooks import delivery, manage
from app.services.webhooks.types import groups
from app.settings import ROOT
from tests.clients.shell import blocks
from tests.live import free_port
from tests.server.processes import eventually, listens

PAGE = "docs/webhooks.md"
RECEIVER = next(text for kind, text in blocks(PAGE) if kind == "python")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_receiver_verifies_and_ignores_what_it_knows(app, make_webhook, deliver):
    port = free_port()
    made = make_webhook("users", url=f"http://127.0.0.1:{port}/")
    environment = os.environ | {"WEBHOOK_SECRET": made.secret, "PORT": str(port)}
    command = [sys.executable, "-c", RECEIVER]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            eventually(lambda: listens(port), "the receiver listens")
            with app.app_context():
                message = manage.test(OPERATOR, made.id)
                first = delivery.deliver()
                manage.redeliver(OPERATOR, made.id, message.id)
                second = delivery.deliver()
            with pytest.raises(urllib.error.HTTPError, match="401"):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", data=b"{}", timeout=5)
        finally:
            process.kill()
        printed = process.stdout.read()

    assert (first.delivered, second.delivered) == (1, 1)
    assert printed == "ping None\n"


def test_every_group_is_in_the_page():
    told = re.findall(r"^\| `([a-z-]+)` \| ", (ROOT / PAGE).read_text(), re.MULTILINE)

    assert set(groups().values()) <= set(told)
