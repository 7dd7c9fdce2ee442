"""Starts a sandbox, creates objects in it, runs schemathesis against it, and checks the outcome.

In addition to schemathesis's own verdict, three things have to hold, so that a run cannot pass by finding nothing: every operation
succeeded at least once, the credentials still work at the end, and the sandbox accepted no request that its
document refuses, but for those that the framework is known to take.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

CHECKS = ",".join([
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
])
PHASES = "examples,coverage,fuzzing,stateful"
# What Django REST Framework accepts although the document does not: a page size that is not a number means the
# default, `page=last` is a page, and a filter without a value is none.
# A missing body means one without fields.
GENEROUS = ("query/page_size: ", "query/page: ", "body: missing")


def main(binary, work, examples="50", seed="20261125"):
    sandbox = subprocess.Popen([binary], stdout=subprocess.PIPE, text=True)
    try:
        facts = read_facts(sandbox)
        with tempfile.TemporaryDirectory(dir=work) as folder:
            passed = run(Caller(facts), facts, pathlib.Path(folder), examples, seed)
    finally:
        sandbox.kill()
        sandbox.wait()
    sys.exit(0 if passed else 1)


def read_facts(sandbox):
    """Reads what the binary prints on its start."""
    facts = {}
    for line in sandbox.stdout:
        if line.startswith("ND8_BASE_URL="):
            return facts
        name, _, value = line.rstrip("\n").partition("  ")
        facts[name.strip()] = value.strip()
    sys.exit("the sandbox ended before it printed its address")


class Caller:
    def __init__(self, facts):
        self.base = facts["base URL"]
        self.control = self.base.removesuffix("/api") + "/_sandbox"
        self.key = "Api-Key " + facts["API key"]
        self.token = "Token " + facts["session token"]

    def call(self, method, url, credential=None, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, method=method, headers={"Content-Type": "application/json"})
        if credential:
            request.add_header("Authorization", credential)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.loads(response.read())

    def post(self, path, credential, body):
        return self.call("POST", self.base + path, credential, body)


def run(caller, facts, folder, examples, seed):
    document = caller.call("GET", caller.control + "/openapi.json")
    ids, spared = give_something_to_find(caller, document)
    (folder / "openapi.json").write_text(json.dumps(document))
    (folder / "hooks.py").write_text(HOOKS.format(ids=ids, spared=spared))
    # JSON strings are TOML strings.
    (folder / "schemathesis.toml").write_text(
        f'hooks = {json.dumps(str(folder / "hooks.py"))}\n'
        f"[auth.openapi]\n"
        f"ApiKeyAuth = {{ api_key = {json.dumps(caller.key)} }}\n"
        f"TokenAuth = {{ api_key = {json.dumps(caller.token)} }}\n"
    )
    st = [str(pathlib.Path(sys.executable).parent / "st"), "--config-file", str(folder / "schemathesis.toml")]
    st += ["run", str(folder / "openapi.json"), "--url", caller.base, "--phases", PHASES, "--checks", CHECKS]
    st += ["--max-examples", examples, "--seed", seed, "--continue-on-failure", "--warnings", "off"]
    passed = subprocess.run(st, cwd=folder).returncode == 0
    return check_findings(caller, document) and passed


def give_something_to_find(caller, document):
    """Makes objects of each kind and writes their ids where the document has made-up ones.

    Returns the ids by the start of their paths, and what is to be spared, by method, with what comes in its place.
    """
    product = {"id": "prod_123", "name": "T-shirt", "unit_price": "99.00", "currency": "USD"}
    caller.call("POST", caller.control + "/products", body=product)
    billing = {
        "billing_country": "FR",
        "billing_first_name": "Ada",
        "billing_last_name": "Lovelace",
        "billing_email": "ada@example.com",
    }
    checkout = caller.post("/checkout/create/", caller.key, billing | {"products": [{"id": "prod_123", "quantity": 9}]})
    paid = caller.call("POST", f"{caller.control}/checkouts/{checkout['checkout_id']}/pay")["payment_id"]
    refund = caller.post(f"/transactions/{paid}/refund/", caller.key, {"reason": "x", "amount": "1.00"})
    products = [{"product_id": "prod_123", "quantity": 1}]
    links = [caller.post("/payment-links/", caller.token, {"name": "Sale", "products": products}) for _ in range(3)]
    link, changed, doomed = links
    own_key = caller.call("GET", caller.base + "/organization/api-keys/", caller.token)[0]["id"]
    key = caller.post("/organization/api-keys/", caller.token, {"name": "decoy"})["id"]

    ids = {"/transactions": paid, "/refunds": refund["refund_public_id"], "/organization/api-keys": str(key)}
    ids |= {"/payment-links/public": link["token"], "/payment-links": link["id"]}
    for path, item in document["paths"].items():
        found = next((ids[start] for start in ids if path.startswith(start + "/")), None)
        for method, operation in item.items():
            for parameter in operation.get("parameters", []):
                if parameter["in"] == "path":
                    parameter["example"] = doomed["id"] if method == "delete" else found
    spared = {"POST": {str(own_key): str(key)}}
    spared |= {"DELETE": {link["id"]: doomed["id"]}, "PATCH": {link["id"]: changed["id"]}}
    return ids, spared


# What is generated at random names nothing that exists, and would get little but 404 and 400. So every second call is
# repaired: its ids are those of real objects. And the key that the run itself calls with is never revoked, and the link
# that customers pay through neither changed nor deleted: the rest of the run would see little but refusals.
HOOKS = """
import itertools
import schemathesis

IDS, SPARED = {ids!r}, {spared!r}
CALLS = itertools.count()

@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    if next(CALLS) % 2 and case.path_parameters and not (case.method == "DELETE"):
        found = next((IDS[start] for start in IDS if path.startswith(start + "/")), None)
        for name in case.path_parameters:
            case.path_parameters[name] = found
        repair(case.body)
    elif next(CALLS) % 3:
        repair(case.body)
    if case.method in ("DELETE", "PATCH") or path.endswith("/revoke/"):
        for name, value in case.path_parameters.items():
            case.path_parameters[name] = SPARED.get(case.method, {{}}).get(str(value), value)

def repair(body):
    if not isinstance(body, dict):
        return
    if isinstance(body.get("billing_country"), str):
        body["billing_country"] = "FR"
        body.pop("currency", None)
    for name, value in [("expires_at", "2999-12-31T00:00:00Z"), ("is_active", True), ("max_uses", 1_000_000)]:
        if type(body.get(name)) is type(value):
            body[name] = value
    for name in ("name", "reason", "billing_first_name", "billing_last_name", "billing_email", "amount"):
        if isinstance(body.get(name), str):
            body[name] = {{"billing_email": "ada@example.com", "amount": "0.01"}}.get(name, body[name].strip() or "x")
    products = body.get("products")
    for product in products if isinstance(products, list) else []:
        for name, value in [("id", "prod_123"), ("product_id", "prod_123"), ("quantity", 3), ("unit_price", 29.99)]:
            if isinstance(product, dict) and isinstance(product.get(name), (type(value), type(3))):
                product[name] = value
"""


def check_findings(caller, document):
    found = caller.call("GET", caller.control + "/contract")
    responses = found["responses"]
    problems = [f"the sandbox broke its document: {violation}" for violation in found["violations"]]
    for path, item in document["paths"].items():
        for method in item:
            name = f"{method.upper()} {path}"
            if not any(status.startswith("2") for status in responses.get(name, {})):
                problems.append(f"{name} never succeeded: {responses.get(name)}")
    for accepted in found["accepted_invalid_requests"]:
        if not all(is_generous(problem) for problem in accepted["problems"]):
            problems.append(f"the sandbox accepted an invalid request: {accepted}")
    caller.call("GET", caller.base + "/refunds/", caller.key)

    total = sum(sum(by_status.values()) for by_status in responses.values())
    print(f"\nThe sandbox responded to {total} requests of {len(responses)} operations:")
    for name, by_status in responses.items():
        print(f"  {name:<45} " + "  ".join(f"{status}: {count}" for status, count in by_status.items()))
    for problem in problems[:20]:
        print(f"error: {problem}", file=sys.stderr)
    return not problems


def is_generous(problem):
    empty_filter = problem.startswith("query/") and problem.split(": ")[1].startswith('""')
    # A product of the catalog that is sent with a name and a price is both things that the document's `oneOf` knows.
    return problem.startswith(GENEROUS) or empty_filter or "more than one of the schemas" in problem


if __name__ == "__main__":
    main(*sys.argv[1:])
