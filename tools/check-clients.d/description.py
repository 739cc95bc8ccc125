"""The service's own description is valid OpenAPI 3.1, and every path in it is one that the service has."""
import os

import requests
from openapi_spec_validator import OpenAPIV31SpecValidator

url = os.environ["URL"]
document = requests.get(f"{url}/openapi.json").json()
OpenAPIV31SpecValidator(document).validate()
operations = 0
for path, methods in document["paths"].items():
    for method in methods:
        answer = requests.request(method, url + path.replace("{", "").replace("}", ""))
        slug = answer.json()["type"] if "problem" in answer.headers["Content-Type"] else ""
        assert not slug.endswith((":not-found", ":method-not-allowed")), f"{method} {path}: {slug}"
        assert str(answer.status_code) in methods[method]["responses"], f"{method} {path}: {answer.status_code}"
        operations += 1
print(f"{len(document['paths'])} paths, {operations} operations")
