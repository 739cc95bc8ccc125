"""A publisher's script over Python's requests: posts leads and events, pages through lists, reads problems."""
import gzip
import json
import os

import requests

url, token = os.environ["URL"], os.environ["TOKEN"]
endpoint = f"{url}/in/{token}"
session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['KEY']}"


def lead(email, **more):
    person = {"FirstName": "Zoë", "LastName": "Ångström", "Email": email, "Country": "SE"}
    return {"UserDetails": person, "LeadSource": "AzureMarketplace", "ActionCode": "INS", **more}


def expect(status, answer):
    assert answer.status_code == status, f"{answer.status_code} in place of {status}: {answer.text}"
    assert answer.headers["X-Request-Id"]
    return answer


# Leads: JSON in both key cases, forms with a key given twice, packed and in pieces.
receipt = expect(201, requests.post(endpoint, json=lead("requests@example.com"))).json()
assert receipt.keys() >= {"seq", "id", "customer", "lead", "duplicate"} and not receipt["duplicate"]
again = expect(200, requests.post(endpoint, json=lead("requests@example.com"))).json()
assert again["seq"] == receipt["seq"] and again["duplicate"]
camel = {"userDetails": {"email": "camel@example.com"}, "leadSource": "AzureMarketplace", "actionCode": "INS"}
expect(201, requests.post(endpoint, json=camel))
form = [("first_name", "Zoë"), ("email", "form@example.com"), ("encoding", "UTF-8"), ("encoding", "UTF-8"),
        ("lead_source", "SPZA-PLT|contoso.other-offer")]
expect(201, requests.post(endpoint, data=form))
packed = gzip.compress(json.dumps(lead("packed@example.com")).encode())
expect(201, requests.post(endpoint, data=packed, headers={"Content-Encoding": "gzip"}))
pieces = json.dumps(lead("pieces@example.com")).encode()
expect(201, requests.post(endpoint, data=(pieces[i:i + 7] for i in range(0, len(pieces), 7))))
quarantined = expect(202, requests.post(endpoint, data=b"\xff\xfe")).json()
assert quarantined["quarantined"] and quarantined["reason"]

# Events: one, many, the same again, and a key that makes a request safe to send again.
rows = [{"action": "PLT", "source": "SPZA", "offer": "a.b", "email": f"row{n}@example.com"} for n in range(250)]
assert len(expect(201, session.post(f"{url}/v1/events", json=rows)).json()) == 250
key = {"Idempotency-Key": "order-1"}
first = expect(201, session.post(f"{url}/v1/events", json=rows[:1] * 2, headers=key))
assert session.post(f"{url}/v1/events", json=rows[:1] * 2, headers=key).json() == first.json()
expect(422, session.post(f"{url}/v1/events", json=rows[1], headers=key))

# Lists follow `Link`.
emails, page = [], f"{url}/v1/leads?limit=100"
while page:
    answer = expect(200, session.get(page))
    emails += [item["email"] for item in answer.json()["items"]]
    page = answer.links["next"]["url"] if "next" in answer.links else None
    page = page and requests.compat.urljoin(url, page)
assert len(emails) == len(set(zip(range(len(emails)), emails))) >= 255
assert {"requests@example.com", "camel@example.com", "form@example.com", "row249@example.com"} <= set(emails)
person = expect(200, session.get(f"{url}/v1/leads/requests%40example.com")).json()
assert person["customer"] == receipt["customer"]
assert person["contact"]["firstName"] == "Zoë" and person["contact"]["lastName"] == "Ångström"
assert expect(200, session.get(f"{url}/v1/leads/{receipt['customer']}")).json() == person
groups = expect(200, session.get(f"{url}/v1/funnel", params={"by": "offer,country"})).json()["groups"]
assert any(group["key"] == {"offer": "contoso.backup-cloud", "country": "SE"} for group in groups)

# Problems are documents with a stable type.
for status, slug, answer in [
    (401, "unauthenticated", requests.get(f"{url}/v1/leads")),
    (403, "forbidden", requests.post(f"{url}/v1/events", json=rows[0],
                                     headers={"Authorization": f"Bearer {os.environ['READ_KEY']}"})),
    (404, "unknown-endpoint", requests.post(f"{url}/in/nothing", json={})),
    (404, "unknown-customer", session.get(f"{url}/v1/leads/nobody%40example.com")),
    (404, "not-found", session.get(f"{url}/v2/leads")),
    (405, "method-not-allowed", session.delete(f"{url}/v1/leads")),
    (400, "invalid-parameter", session.get(f"{url}/v1/leads?stage=sold")),
    (400, "invalid-body", session.post(f"{url}/v1/events", data="{")),
    (415, "unsupported-type", session.post(f"{url}/v1/events", data="a,b", headers={"Content-Type": "text/csv"})),
    (413, "body-too-large", requests.post(endpoint, data=b" " * 1_048_577)),
]:
    expect(status, answer)
    problem = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json", answer.headers
    assert problem["type"] == f"urn:leadledger:problem:{slug}" and problem["status"] == status, problem
    assert problem["requestId"] == answer.headers["X-Request-Id"] and problem["title"] and problem["detail"]
print(f"{len(emails)} leads, all as they should be")
