"""What must hold between the Standard Webhooks package, leadledger and the simulated endpoint.

Arguments: the port of the endpoint, the file with the secret that it knows, and the program leadledger.
"""

import base64
import json
import pathlib
import subprocess
import sys
import tempfile
import threading
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

PORT, SECRET_FILE, PROGRAM = sys.argv[1:]
SECRET = pathlib.Path(SECRET_FILE).read_text().strip()
HOOK = Webhook(SECRET)
STRANGER = Webhook(base64.b64encode(b"the secret of somebody else").decode())

failures = 0


def holds(what, condition):
    global failures
    print(("ok    " if condition else "FAIL  ") + what)
    failures += 0 if condition else 1


def verifies(hook, body, headers):
    try:
        hook.verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


class Endpoint(ThreadingHTTPServer):
    """Keeps all it is sent, and answers with the status that it is told."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.lock = threading.Lock()
        self.arrived = []

    def take(self):
        with self.lock:
            taken, self.arrived = self.arrived, []
        return taken


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name: value for name, value in self.headers.items()}
        # Verified on arrival, for the time counts too.
        is_good = verifies(HOOK, body, headers)
        with self.server.lock:
            self.server.arrived.append((self.path, headers, body, is_good))
        self.send_response(self.server.status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def signed_by_leadledger(folder):
    endpoint = Endpoint()
    threading.Thread(target=endpoint.serve_forever, daemon=True).start()

    def leadledger(command, *arguments):
        subprocess.run(
            [PROGRAM, *command.split(), *arguments, "--home", f"{folder}/home"], check=True, capture_output=True)

    def add(name, *settings):
        url = f"http://127.0.0.1:{endpoint.server_port}/{name}"
        sets = [part for setting in (f"url={url}", "allow-private=true", *settings) for part in ("--set", setting)]
        leadledger("destination add", name, "--kind", "https", *sets, "--secret", f"signing-secret=file:{SECRET_FILE}")

    leadledger("init")
    names = ["Ada", "Zoë", "李", "O'Neil \\ \"Q\"", "🙂", ""]
    for place, name in enumerate(names):
        leadledger(
            "record", "--source", "AzureMarketplace", "--action", "INS", "--offer", "contoso.app",
            "--email", f"lead{place}@example.com", "--first-name", name, "--id", f"check-{place}")
    add("plain")
    add("events", "format=cloudevents")
    leadledger("deliver --once")
    arrived = endpoint.take()
    holds(f"each destination got each lead: {len(arrived)}",
          sorted(path for path, *_ in arrived) == ["/events"] * len(names) + ["/plain"] * len(names))
    holds("every request is verified", all(is_good for *_, is_good in arrived))
    holds("nobody else's secret verifies one",
          not any(verifies(STRANGER, body, headers) for _, headers, body, _ in arrived))
    holds("a changed body is not verified",
          not any(verifies(HOOK, body + b" ", headers) for _, headers, body, _ in arrived))
    found = {json.loads(body)["UserDetails"]["FirstName"] for path, _, body, _ in arrived if path == "/plain"}
    holds("bodies are what was recorded", found == set(names))

    endpoint.status = 503
    leadledger(
        "record", "--source", "AzureMarketplace", "--action", "INS", "--offer", "contoso.app",
        "--email", "again@example.com", "--id", "check-again")
    leadledger("deliver --once")
    first = endpoint.take()
    endpoint.status = 200
    for name in ("plain", "events"):
        # Resuming makes due at once what waits for its next attempt.
        leadledger("destination pause", name)
        leadledger("destination resume", name)
    leadledger("deliver --once")
    second = endpoint.take()

    def ids(arrived):
        return {path: headers["webhook-id"] for path, headers, *_ in arrived}

    holds("a second attempt has the id of the first", len(ids(first)) == 2 and ids(first) == ids(second))
    holds("attempts are signed each time", all(is_good for *_, is_good in first + second))
    endpoint.shutdown()


def taken_by_simulator():
    body = {
        "UserDetails": {name: "" for name in
                        ["FirstName", "LastName", "Email", "Phone", "Country", "Company", "Title"]},
        "LeadSource": "AzureMarketplace", "ActionCode": "INS", "OfferTitle": "zoë", "Description": "",
    }
    text = json.dumps(body, ensure_ascii=False)

    def post(hook=HOOK, age=timedelta(), sent=text, more="", **changed):
        at = datetime.now(timezone.utc) - age
        headers = {
            "content-type": "application/json", "webhook-id": "msg_1",
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": more + hook.sign("msg_1", at, text), **changed,
        }
        request = urllib.request.Request(
            f"http://127.0.0.1:{PORT}/leads", data=sent.encode(), method="POST",
            headers={name: value for name, value in headers.items() if value is not None})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status
        except urllib.error.HTTPError as raised:
            return raised.code

    holds("what the package signs is taken", post() == 200)
    other = STRANGER.sign("msg_1", datetime.now(timezone.utc), text)
    holds("one good signature of several is enough", post(more=f"v1a,AAAA {other} ") == 200)
    holds("another secret is refused", post(hook=STRANGER) == 401)
    holds("a changed body is refused", post(sent=text + " ") == 401)
    holds("another id is refused", post(**{"webhook-id": "msg_2"}) == 401)
    holds("no signature is refused", post(**{"webhook-signature": None}) == 401)
    holds("a time within five minutes is taken", post(age=timedelta(minutes=4)) == 200)
    holds("a time long ago is refused", post(age=timedelta(minutes=6)) == 401)
    holds("a time to come is refused", post(age=timedelta(minutes=-6)) == 401)


with tempfile.TemporaryDirectory() as folder:
    signed_by_leadledger(folder)
taken_by_simulator()
print("everything holds" if failures == 0 else f"{failures} do not hold")
sys.exit(0 if failures == 0 else 1)
