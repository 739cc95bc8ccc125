"""CloudEvents as the CNCF's own package writes and reads them: structured, binary and in batches."""
import json
import os
from datetime import datetime, timezone

import requests
from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_binary_event, to_structured_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

url = os.environ["URL"]
authorization = {"Authorization": f"Bearer {os.environ['KEY']}"}
time = datetime(2026, 10, 1, 8, 30, tzinfo=timezone.utc)


def event(name):
    attributes = {"id": f"{name} ü", "source": "/forms/ä €", "type": "com.example.lead", "specversion": "1.0",
                  "time": time, "datacontenttype": "application/json", "subject": "trial form"}
    data = {"action": "PLT", "source": "SPZA", "offer": "a.b", "email": f"{name}@example.com", "firstName": "Zoë"}
    return CloudEvent(attributes, data)


def send(route, headers, message, status):
    answer = requests.post(url + route, data=message.body, headers={**headers, **message.headers})
    assert answer.status_code == status, f"{route}: {answer.status_code} in place of {status}: {answer.text}"
    return answer.json()


def batch(events):
    body = b"[" + b",".join(JSONFormat().write(one) for one in events) + b"]"
    return HTTPMessage({"content-type": "application/cloudevents-batch+json"}, body)


count = 0
for route, headers, prefix in [(f"/in/{os.environ['TOKEN']}", {}, "in"), ("/v1/events", authorization, "api")]:
    one, two = event(f"{prefix}-1"), event(f"{prefix}-2")
    first = send(route, headers, to_structured_event(one), 201)
    # The same event is the same in every mode.
    assert send(route, headers, to_binary_event(one), 200)["seq"] == first["seq"]
    second = send(route, headers, to_binary_event(two), 201)
    assert send(route, headers, to_structured_event(two), 200)["seq"] == second["seq"]
    receipts = send(route, headers, batch([one, two, event(f"{prefix}-3")]), 201)
    assert [receipt["duplicate"] for receipt in receipts] == [True, True, False]
    assert [receipt["seq"] for receipt in receipts[:2]] == [first["seq"], second["seq"]]
    assert all(receipt["duplicate"] for receipt in send(route, headers, batch([two, one]), 200))
    count += 3

# What comes out is read by the package as well.
items, cursor = [], None
while True:
    page = requests.get(f"{url}/v1/events", params={"cursor": cursor} if cursor else {}, headers=authorization)
    assert page.status_code == 200, page.text
    items += page.json()["items"]
    cursor = page.json()["cursor"]
    if not cursor:
        break
assert [item["seq"] for item in items] == list(range(1, len(items) + 1))
structured = {"content-type": "application/cloudevents+json"}
read = [from_http_event(HTTPMessage(structured, json.dumps(item).encode())) for item in items]
assert all(one.get_type().startswith("io.leadledger.") for one in read)
assert sum(one.get_time() == time for one in read) == count
print(f"{count} events in, {len(read)} out")
